"""Python types for the parser's properties."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace

from openapi_python_client.parser.properties import EnumProperty, ModelProperty
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty

from .errors import GenerationError

PLAIN: dict[type, tuple[str, str]] = {
    StringProperty: ("str", "text"),
    UuidProperty: ("str", "text"),
    BooleanProperty: ("bool", "bool"),
    IntProperty: ("int", "int"),
    FloatProperty: ("float", "float"),
    DateTimeProperty: ("datetime.datetime", "text"),
    DateProperty: ("datetime.date", "text"),
    NoneProperty: ("None", "null"),
    AnyProperty: ("Any", "any"),
}
UNDECIDED = {
    "text": "str",
    "bool": "bool",
    "int": "int",
    "float": "float",
    "null": "None",
    "any": "Any",
    "object": "dict[str, Any]",
    "array": "list[Any]",
    "file": "Any",
}
# What is more to be said of texts, and of what becomes one.
FORMS: dict[type, str] = {UuidProperty: "uuid", DateTimeProperty: "moment", DateProperty: "day"}
# Two members of one of these kinds in a union, and msgspec cannot tell them apart.
EXCLUSIVE = ("text", "object", "array", "int")


@dataclass(frozen=True)
class Type:
    """A type as it is written: ``text`` for the checkers, the models and modules it names.

    ``kinds`` are the kinds of JSON that a value has, ``inner`` those of the items of a list;
    ``choices`` are the members of a union that only looking at the value can tell apart;
    ``many`` says that the value is a list of such, ``chosen_from`` the kinds of JSON that occur,
    ``tag`` the field that tells, with the class for each of its values. ``form`` is that of a text
    or of the texts in a list, one of `FORMS`, or nothing.
    """

    text: str
    models: frozenset[str] = frozenset()
    modules: frozenset[str] = frozenset()
    kinds: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    choices: tuple[str, ...] = ()
    many: bool = False
    chosen_from: tuple[str, ...] = ()
    forms: frozenset[str] = field(default=frozenset())
    tag: tuple[str, Mapping[str, str]] | None = None
    form: str = ""

    @property
    def undecided(self) -> str:
        """The type of a value that is still to be looked at, before one of ``choices`` is taken."""
        text = " | ".join(_unique(UNDECIDED[kind] for kind in self.chosen_from))
        text = f"list[{text}]" if self.many else text
        null_besides = "null" in self.kinds and "null" not in self.chosen_from
        return f"{text} | None" if null_besides else text

    def given(self, enums: Iterable[str]) -> Type:
        """The type of an argument: any sequence does for a list, a text for one of ``enums``."""
        text, models = re.sub(r"\blist\[", "Sequence[", self.text), self.models
        for name in models & frozenset(enums):
            text = re.sub(rf"\b{name}\b", like(name), text)
            models = models - {name} | {like(name)}
        modules = self.modules | ({"Sequence"} if text.count("Sequence[") else set())
        return replace(self, text=text, models=models, modules=modules)

    def optional(self) -> Type:
        """The type or None."""
        if "null" in self.kinds or "any" in self.kinds:
            return self
        return replace(self, text=f"{self.text} | None", kinds=(*self.kinds, "null"))


@dataclass(frozen=True)
class Typing:
    """Turns properties into types.

    ``mapping`` tells models that are plain dicts from classes, ``form_of`` names the model that
    another one is a smaller form of, ``tags`` the field that tells classes of a choice apart.
    """

    mapping: Callable[[str], PropertyProtocol | bool | None]
    form_of: Callable[[str], str | None]
    tags: Mapping[frozenset[str], tuple[str, Mapping[str, str]]]

    def of(self, where: str, prop: PropertyProtocol, *, sent: bool = False) -> Type:
        """The type of ``prop``; ``sent`` if a caller hands the value in."""
        for kind, (text, wire) in PLAIN.items():
            if isinstance(prop, kind):
                form = FORMS.get(kind, "")
                return Type(text, modules=_modules(text), kinds=(wire,), form=form)
        match prop:
            case FileProperty():
                text = "FileSource" if sent else "bytes"
                return Type(text, modules=frozenset({text} - {"bytes"}), kinds=("file",))
            case EnumProperty():
                name = str(prop.class_info.name)
                wire = "int" if prop.value_type is int else "text"
                return Type(name, models=frozenset({name}), kinds=(wire,))
            case ListProperty():
                return self._list(where, prop, sent=sent)
            case ModelProperty():
                return self._model(where, prop, sent=sent)
            case UnionProperty():
                members = [self.of(where, inner, sent=sent) for inner in prop.inner_properties]
                return self._union(where, members)
        raise GenerationError([f"{where} is a {type(prop).__name__}, which has no Python type"])

    def _list(self, where: str, prop: ListProperty, *, sent: bool) -> Type:
        item = self.of(where, prop.inner_property, sent=sent)
        if item.choices and item.many:
            raise GenerationError([f"{where} nests lists of a choice, which is not supported"])
        return replace(
            item,
            text=f"list[{item.text}]",
            kinds=("array",),
            inner=item.kinds,
            many=bool(item.choices),
        )

    def _model(self, where: str, prop: ModelProperty, *, sent: bool) -> Type:
        name = str(prop.class_info.name)
        values = self.mapping(name)
        if isinstance(values, bool | None) and not values:
            return Type(name, models=frozenset({name}), kinds=("object",))
        if isinstance(values, bool):
            return Type("dict[str, Any]", modules=frozenset({"Any"}), kinds=("object",))
        value = self.of(where, values, sent=sent)
        if value.choices:
            raise GenerationError([f"{where} maps to a choice, which is not supported"])
        return replace(value, text=f"dict[str, {value.text}]", kinds=("object",))

    def _union(self, where: str, members: list[Type]) -> Type:
        if any(member.choices for member in members):
            raise GenerationError([f"{where} nests choices, which is not supported"])
        kinds = tuple(kind for member in members for kind in member.kinds)
        names = {name for member in members for name in member.models}
        tag = self.tags.get(frozenset(names))
        hard = tag is not None or any(kinds.count(kind) > 1 for kind in EXCLUSIVE)
        shown = [
            member
            for member in members
            if not (len(member.models) == 1 and self.form_of(member.text) in names)
        ]
        forms = frozenset(member.text for member in members if member not in shown)
        said = {member.form for member in members if member.text != "None"}
        texts = _unique(member.text for member in shown)
        # A shape that none of several models has stays a plain mapping.
        if hard and not forms and "object" in kinds and "dict[str, Any]" not in texts:
            texts.append("dict[str, Any]")
        if "None" in texts:
            texts = [text for text in texts if text != "None"] + ["None"]
        return Type(
            " | ".join(texts),
            models=frozenset(names),
            modules=frozenset(module for member in members for module in member.modules)
            | ({"Any"} if "dict[str, Any]" in texts else set()),
            kinds=kinds,
            # Any text is a str: that is tried last.
            choices=tuple(
                sorted((m.text for m in members if m.text != "None"), key="str".__eq__)
                if hard
                else ()
            ),
            chosen_from=kinds if hard else (),
            forms=forms,
            tag=tag,
            form=said.pop() if len(said) == 1 else "",
        )


def like(enum: str) -> str:
    """The name of the type of what may be given for a member of ``enum``."""
    return f"{enum}Like"


def _modules(text: str) -> frozenset[str]:
    if text.startswith("datetime."):
        return frozenset({"datetime"})
    return frozenset({"Any"}) if text == "Any" else frozenset()


def _unique(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(texts))
