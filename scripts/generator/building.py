"""From a contract, as the parser read it, to the views that the templates show."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from openapi_python_client.parser.properties import ModelProperty

from . import documents, names, usage
from .errors import GenerationError
from .parse import JSON, Parsed, answer_of, is_class
from .python_types import Type, Typing, like
from .shapes import parts, referred
from .views import Argument, Field, Group, Model, Operation, Sources

BODIES = {"data": "form", "files": "multipart", "json": "json"}


class Views:
    """The views of one contract."""

    def __init__(self, sources: Sources, parsed: Parsed) -> None:
        self.sources = sources
        self._parsed = parsed
        self._schemas = sources.contract["schemas"]
        self._typing = Typing(self._mapping, self._form_of, _tags(sources.contract))
        self._answers = usage.in_answers(sources.contract)
        self._requests = usage.in_requests(sources.contract)
        self.texts: set[str] = set()
        """The enums that arguments take, as members or as texts."""
        self.models = sorted(self._all_models(), key=lambda model: model.name)
        self.operations = [self._operation(id_) for id_ in sorted(sources.contract["operations"])]
        self.groups = [
            Group(
                tag,
                sources.overlay.groups.get(tag, f"The operations that the server calls {tag}."),
                [op for op in self.operations if tag in op.facts["tags"]],
            )
            for tag in sources.contract["tags"]
        ]
        self._refuse_clashes()

    def _form_of(self, name: str) -> str | None:
        form: str | None = self._schemas.get(name, {}).get("formOf")
        return form

    def _mapping(self, name: str) -> Any:
        """False for a class; for a plain mapping True, or the property of its values."""
        if name in self._schemas and is_class(self._schemas[name]):
            return False
        model = self._parsed.models.get(name)
        if model is None or model.required_properties or model.optional_properties:
            return False
        values = model.additional_properties
        return True if not values or type(values).__name__ == "AnyProperty" else values

    def _all_models(self) -> Iterator[Model]:
        for name, schema in self._schemas.items():
            if not is_class(schema):
                prop = self._parsed.aliases.get(name)
                if prop is None:
                    raise GenerationError([f"schema {name} became no type"])
                alias = self._typing.of(f"schema {name}", prop)
                yield Model(name, self._doc(name), alias=alias)
            elif "enum" in schema:
                members = names.enum_members(schema["enum"])
                values = list(zip(members, schema["enum"], strict=True))
                yield Model(name, self._doc(name), values=values)
            elif name in self._parsed.models:
                yield self._struct(name, self._parsed.models[name])
            else:
                raise GenerationError([f"schema {name} became no class"])

    def _struct(self, name: str, parsed: ModelProperty) -> Model:
        schema = self._schemas[name]
        fields = [
            self._field(name, prop, required=required)
            for required, props in (
                (True, parsed.required_properties or []),
                (False, parsed.optional_properties or []),
            )
            for prop in props
        ]
        fields.sort(key=lambda f: (f.optional, f.python))
        for python, count in _repeated(f.python for f in fields):
            wires = [f.wire for f in fields if f.python == python]
            advice = f'schemas.{name}.names of overlay.json: {{"{wires[0]}": "…"}}'
            raise GenerationError(
                [f"schema {name} has {count} fields {python}; name one in {advice}"]
            )
        overlay = self.sources.overlay
        form_of = schema.get("formOf")
        hidden: list[Field] = []
        if form_of:
            whole = self._struct(form_of, self._parsed.models[form_of])
            hidden = [
                f for f in whole.fields if f.wire not in schema["properties"] and not f.optional
            ]
        secret = {*overlay.secrets, *overlay.schema(name).get("secrets", ())}
        return Model(
            name,
            self._doc(name),
            fields=fields,
            form_of=form_of,
            hidden=hidden,
            secrets=[f.python for f in fields if f.wire in secret and "text" in f.type.kinds],
        )

    def _field(self, owner: str, prop: Any, *, required: bool) -> Field:
        wire = prop.name.get_untrusted_value()
        where = f"schema {owner}.{wire}"
        facts = self._schemas[owner]["properties"][wire]
        answered = owner in self._answers
        type_ = self._typing.of(where, prop, sent=not answered)
        if re.search(r'["\\\x00-\x1f]', wire):
            raise GenerationError([f"{where}: no field can have a name with such characters"])
        if answered and "file" in type_.kinds:
            raise GenerationError([f"{where} is binary inside of an answer: not supported"])
        optional = not required or (answered and self._is_optional(owner, wire))
        if answered and any(
            self.sources.history.has(f"nullable/{owner}/{wire}", release)
            for release in self.sources.supported
        ):
            type_ = type_.optional()
        optional |= bool(answered and facts.get("writeOnly"))
        optional |= bool(owner in self._requests and facts.get("readOnly"))
        python = self.sources.overlay.schema(owner).get("names", {}).get(wire)
        python = python or names.member(wire)
        alias = None
        if type_.choices:
            alias = names.pascal(python.replace("_", " ").title())
            while alias in self._schemas or alias in names.TAKEN_BY_TYPES:
                alias += "Value"
        return Field(python, wire, type_, optional, alias)

    def _is_optional(self, owner: str, wire: str) -> bool:
        """Whether some supported release does not always send a field."""
        history = self.sources.history
        if not history.releases_of(f"fields/{owner}/{wire}"):
            return False  # a correction added it, so the history cannot know it
        return any(
            history.has(f"schemas/{owner}", release)
            and not history.has(f"required/{owner}/{wire}", release)
            for release in self.sources.supported
            if release != self.sources.contract["release"]
        )

    def _doc(self, name: str) -> str:
        summary: str | None = self.sources.overlay.schema(name).get("summary")
        return summary or documents.summary_of_schema(name)

    def _operation(self, id_: str) -> Operation:
        facts = self.sources.contract["operations"][id_]
        overlay = self.sources.overlay.operation(id_)
        arguments = self._arguments(id_, facts)
        body = None
        if self._parsed.endpoints[id_].bodies:
            body = BODIES.get(str(self._parsed.endpoints[id_].bodies[0].body_type))
            if body is None:
                raise GenerationError([f"operation {id_} takes a bare stream: not supported"])
        for argument in arguments:
            _refuse_what_cannot_be_sent(f"operation {id_}, {argument.wire}", argument, body)
        for unknown in sorted(set(overlay.get("arguments", {})) - {a.python for a in arguments}):
            raise GenerationError(
                [f"openapi/overlay.json: operations.{id_} has no argument {unknown} to explain"]
            )
        whole = next((a.python for a in arguments if a.where == "whole body"), None)
        answer, response, reduced = self._answer(id_)
        reads = facts["method"] in {"GET", "HEAD", "OPTIONS"}
        writes = overlay.get("writes", not (reads or overlay.get("reads", False)))
        repeatable = overlay.get(
            "repeatable", not writes or facts["method"] in {"GET", "HEAD", "PUT", "DELETE"}
        )
        text = documents.operation_doc(id_, facts, overlay, arguments, self.sources)
        return Operation(
            id=id_,
            facts=facts,
            name=names.member(id_),
            groups=[names.member(tag) for tag in facts["tags"]],
            doc=text,
            saved_doc=documents.saved_doc(names.member(id_), text),
            arguments=arguments,
            body=body,
            body_argument=whole,
            body_required=bool(facts.get("body", {}).get("required")),
            answer=answer,
            response=response,
            reduced=reduced,
            writes=writes,
            repeatable=repeatable,
            since=documents.since(id_, facts, self.sources),
            signs_in=overlay.get("signs_in", False),
            writes_when=overlay.get("writes_when", []),
            handed_on=overlay.get("handed_on", False),
        )

    def _arguments(self, id_: str, facts: Mapping[str, Any]) -> list[Argument]:
        """The arguments of an operation: its parameters, and the fields of its body."""
        endpoint = self._parsed.endpoints[id_]
        found: list[tuple[str, Any]] = [
            *(("path", prop) for prop in endpoint.path_parameters),
            *(("query", prop) for prop in endpoint.query_parameters),
            *(("header", prop) for prop in endpoint.header_parameters),
        ]
        whole: Any = None
        if endpoint.bodies:
            whole = endpoint.bodies[0].prop
            name = str(getattr(getattr(whole, "class_info", None), "name", ""))
            parsed = self._parsed.models.get(name)
            if parsed is not None and self._mapping(name) is False:
                fields = [*(parsed.required_properties or []), *(parsed.optional_properties or [])]
                properties = self._schemas[name]["properties"]
                found += [
                    ("body", prop)
                    for prop in fields
                    if not properties[prop.name.get_untrusted_value()].get("readOnly")
                ]
                whole = None
        given = self.sources.overlay.operation(id_).get("names", {})
        arguments = [self._argument(id_, location, prop, given) for location, prop in found]
        if whole is not None:
            type_ = self._given(f"operation {id_}, body", whole)
            required = facts["body"]["required"]
            python = given.get("body", "body")
            arguments.append(Argument(python, "body", "whole body", type_, required))
        arguments = _told_apart(arguments, given)
        keys = {_key(argument): argument for argument in arguments}
        for python, count in _repeated(argument.python for argument in arguments):
            clashing = [key for key, argument in keys.items() if argument.python == python]
            advice = f'operations.{id_}.names of overlay.json: {{"{clashing[-1]}": "…"}}'
            raise GenerationError(
                [f"operation {id_} has {count} arguments {python}; name one in {advice}"]
            )
        for key in sorted(set(given) - set(keys)):
            raise GenerationError(
                [f"openapi/overlay.json: operations.{id_}.names has {key}, which is no argument"]
            )
        return arguments

    def _argument(self, id_: str, location: str, prop: Any, given: Mapping[str, str]) -> Argument:
        wire = prop.name.get_untrusted_value()
        python = given.get(f"{location}.{wire}", names.identifier(wire))
        type_ = self._given(f"operation {id_}, {wire}", prop)
        return Argument(python, wire, location, type_, bool(prop.required))

    def _given(self, where: str, prop: Any) -> Type:
        """The type of an argument; the enums in it are noted as such that texts are given for."""
        type_ = self._typing.of(where, prop, sent=True)
        enums = {name for name in type_.models if "enum" in self._schemas.get(name, {})}
        self.texts |= enums
        return type_.given(enums)

    def _answer(self, id_: str) -> tuple[Type, str, list[str]]:
        """The type of an answer, what decodes it, and its smaller forms."""
        found = answer_of(self.sources.contract, id_)
        if found is None:
            return Type("None"), "None", []
        where = f"operation {id_}, answer"
        answer = self._typing.of(where, next(iter(self._parsed.endpoints[id_].responses)).prop)
        if "file" in answer.kinds and answer.text != "bytes":
            raise GenerationError([f"{where} is binary inside of something: not supported"])
        if found[0] != JSON:
            return (answer, "bytes", []) if answer.text == "bytes" else (Type("str"), "str", [])
        if answer.text == "str":
            return answer, "JsonText", []
        if not answer.choices:
            return answer, answer.text, []
        whole = [name for name in answer.choices if name not in answer.forms]
        if answer.many or len(whole) > 1 or "null" in answer.kinds:
            raise GenerationError([f"{where} is one of {answer.text}, which is not supported"])
        return answer, whole[0], [name for name in answer.choices if name in answer.forms]

    def _refuse_clashes(self) -> None:
        operations = [(op.name, f"operation {op.id}") for op in self.operations]
        # Constants stand in one module with the classes of answers.
        capitals = [(op.constant, f"operation {op.id}") for op in self.operations]
        classes = [(model.name, f"schema {model.name}") for model in self.models]
        classes += [(like(name), f"what is given for {name}") for name in self.texts]
        modules = [(model.module, f"schema {model.name}") for model in self.models]
        groups = [(group.name, f"group {group.tag}") for group in self.groups]
        problems = [
            f"{' and '.join(sorted(whose))} are both {name}"
            for named in (operations, capitals + classes, modules, groups)
            for name, whose in _by_name(named).items()
            if len(whose) > 1
        ]
        if problems:
            raise GenerationError(sorted(set(problems)))


def _told_apart(arguments: list[Argument], given: Mapping[str, str]) -> list[Argument]:
    """``arguments`` with the place before the name where two have the same one."""
    repeated = {python for python, _ in _repeated(argument.python for argument in arguments)}
    return [
        replace(argument, python=names.identifier(f"{argument.where} {argument.python}"))
        if argument.python in repeated and argument.where != "path" and _key(argument) not in given
        else argument
        for argument in arguments
    ]


def _key(argument: Argument) -> str:
    """The name of an argument in the overlay."""
    return "body" if argument.where == "whole body" else f"{argument.where}.{argument.wire}"


def _refuse_what_cannot_be_sent(where: str, argument: Argument, body: str | None) -> None:
    type_ = argument.type
    if argument.where in {"body", "whole body"}:
        if "FileSource" in type_.modules and (body != "multipart" or type_.kinds[0] != "file"):
            raise GenerationError([f"{where} is a file in a list or in JSON: not supported"])
    elif "object" in type_.kinds:
        raise GenerationError([f"{where} is an object outside of the body: not supported"])
    elif "array" in type_.kinds and (
        argument.where != "query" or "array" in type_.inner or "object" in type_.inner
    ):
        raise GenerationError([f"{where} is a list that no URL or header holds: not supported"])


def _tags(contract: Mapping[str, Any]) -> dict[frozenset[str], tuple[str, Mapping[str, str]]]:
    """For the classes of a choice the field that tells, with the class for each of its values."""
    found: dict[frozenset[str], tuple[str, Mapping[str, str]]] = {}
    operations = contract["operations"].values()
    answers = [
        schema for op in operations for c in op["responses"].values() for schema in c.values()
    ]
    bodies = [s for op in operations for s in op.get("body", {}).get("content", {}).values()]
    fields = [f for s in contract["schemas"].values() for f in s.get("properties", {}).values()]
    for whole in (*answers, *bodies, *contract["schemas"].values(), *fields):
        for _, schema in parts(whole):
            if "discriminator" not in schema:
                continue
            choices = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
            classes = frozenset(name for choice in choices if (name := referred(choice)))
            tag = schema["discriminator"]["propertyName"], schema["discriminator"]["mapping"]
            if found.setdefault(classes, tag) != tag:
                told = " | ".join(sorted(classes))
                raise GenerationError([f"{told} is told apart in two ways: not supported"])
    return found


def _by_name(named: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, whose in named:
        found.setdefault(name, set()).add(whose)
    return found


def _repeated(found: Iterable[str]) -> list[tuple[str, int]]:
    return [(name, count) for name, count in Counter(found).items() if count > 1]
