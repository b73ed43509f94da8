"""What the templates show: models, operations and groups, ready to be written down."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import names
from .history import History, release_key
from .overlay import Overlay
from .python_types import Type

SUPPORTED_FROM = "3.0.0"


@dataclass(frozen=True)
class Sources:
    """Everything that generated code is made from; ``contract`` is in its named form."""

    contract: Mapping[str, Any]
    overlay: Overlay
    history: History

    @property
    def supported(self) -> list[str]:
        """The releases that the generated types have to fit."""
        newest = release_key(self.contract["release"])
        oldest = min(release_key(SUPPORTED_FROM), newest)
        return [r for r in self.history.releases if oldest <= release_key(r) <= newest]


def literal(value: str | int) -> str:
    """``value`` as Python writes it."""
    return json.dumps(value, ensure_ascii=False)


@dataclass(frozen=True)
class Field:
    """An attribute of a model."""

    python: str
    wire: str
    type: Type
    optional: bool
    alias: str | None = None

    @property
    def annotation(self) -> str:
        """The type as the class states it."""
        text = self.alias or self.type.text
        return f"{text} | UnsetType" if self.optional else text

    @property
    def explicit(self) -> bool:
        """Whether its wire name has to be said."""
        return names.camel(self.python) != self.wire

    @property
    def default(self) -> str:
        """What follows the annotation."""
        if self.explicit:
            unset = "default=UNSET, " if self.optional else ""
            return f" = field({unset}name={literal(self.wire)})"
        return " = UNSET" if self.optional else ""


@dataclass(frozen=True)
class Model:
    """A schema as a class, or as another name for a plain type."""

    name: str
    doc: str
    fields: list[Field] = field(default_factory=list)
    alias: Type | None = None
    form_of: str | None = None
    hidden: list[Field] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    values: list[tuple[str, str | int]] | None = None

    @property
    def module(self) -> str:
        """The file that holds it."""
        return names.module_name(self.name)

    @property
    def is_int(self) -> bool:
        """Whether it is an enum of numbers."""
        return bool(self.values) and all(isinstance(value, int) for _, value in self.values or ())

    @property
    def models(self) -> list[str]:
        """The other models that it names."""
        fields = self.hidden if self.form_of else self.fields
        used = {name for f in fields for name in f.type.models}
        if self.alias:
            used |= self.alias.models
        if self.form_of:
            used.add(self.form_of)
        return sorted(used - {self.name})

    @property
    def modules(self) -> set[str]:
        """The other things that it names."""
        fields = self.hidden if self.form_of else self.fields
        used = {module for f in fields for module in f.type.modules}
        return used | (set(self.alias.modules) if self.alias else set())


@dataclass(frozen=True)
class Argument:
    """An argument of an operation's function."""

    python: str
    wire: str
    where: str
    type: Type
    required: bool

    @property
    def annotation(self) -> str:
        """The type of what may be given for it."""
        return self.declaration.partition(": ")[2].partition(" = ")[0]

    @property
    def expression(self) -> str:
        """What goes into the request, as a Python expression."""
        name = literal(self.python)
        kinds = [kind for kind in self.type.kinds if kind != "null"]
        match kinds, self.type.form:
            case ["file"], _:
                how = f"file({name}, "
            case ["array"], form:
                how = f"{'uuids' if form == 'uuid' else 'items'}({name}, "
            case _, "uuid":
                how = "uuid("
            case _, "moment" | "day" as form:
                how = f"{form}({name}, "
            case _ if {"object", "array", "any"} & set(kinds):
                how = f"checked({name}, "
            case _:
                return self.python
        return f"wire.{how}{self.python})"

    @property
    def declaration(self) -> str:
        """How the signature states it: None leaves a parameter out, `UNSET` what is in the body."""
        if self.required:
            return f"{self.python}: {self.type.text}"
        if self.where in {"body", "whole body"}:
            return f"{self.python}: {self.type.text} | UnsetType = UNSET"
        text = self.type.optional().text
        return f"{self.python}: {text} = None"


@dataclass(frozen=True)
class Operation:
    """An operation as a constant, a function and a method."""

    id: str
    facts: Mapping[str, Any]
    name: str
    groups: list[str]
    doc: str
    saved_doc: str
    arguments: list[Argument]
    body: str | None
    body_argument: str | None
    body_required: bool
    answer: Type
    response: str
    reduced: list[str]
    writes: bool
    repeatable: bool
    since: str | None
    signs_in: bool
    writes_when: list[str]
    handed_on: bool

    @property
    def arguments_type(self) -> str | None:
        """The name of its arguments' type, if hand-written code hands them on."""
        first, rest = self.id[0].upper(), self.id[1:]
        return f"{first}{rest}Arguments" if self.handed_on else None

    @property
    def constant(self) -> str:
        """The name of its constant."""
        return names.constant(self.id)

    @property
    def group(self) -> str:
        """The module that holds its function."""
        return self.groups[0]

    @property
    def saves(self) -> bool:
        """Whether it gives bytes, which can go to a file."""
        return self.answer.text == "bytes"

    @property
    def positional(self) -> list[Argument]:
        """The parameters of the path, in the path's order."""
        return [argument for argument in self.arguments if argument.where == "path"]

    @property
    def keywords(self) -> list[Argument]:
        """The other arguments, the required ones first."""
        rest = [argument for argument in self.arguments if argument.where != "path"]
        return sorted(rest, key=lambda a: (not a.required, a.python))

    def located(self, where: str) -> list[Argument]:
        """The arguments that go to ``where``: query, header or body."""
        return [argument for argument in self.arguments if argument.where == where]

    @property
    def path_expression(self) -> str:
        """The path as a Python expression."""
        if not self.positional:
            return literal(str(self.facts["path"]))
        given = (f"{argument.python}={argument.expression}" for argument in self.positional)
        return f"wire.path({self.constant}, {', '.join(given)})"


@dataclass(frozen=True)
class Group:
    """A tag of the contract: operations that belong together."""

    tag: str
    doc: str
    operations: list[Operation]

    @property
    def name(self) -> str:
        """The attribute and the module."""
        return names.member(self.tag)

    @property
    def prefix(self) -> str:
        """The beginning of its classes' names."""
        return names.pascal(self.tag)

    @property
    def own(self) -> list[Operation]:
        """The operations whose functions this group's module holds."""
        return [operation for operation in self.operations if operation.group == self.name]

    @property
    def borrowed(self) -> list[Operation]:
        """The operations whose functions stand in the module of another group."""
        return [operation for operation in self.operations if operation.group != self.name]
