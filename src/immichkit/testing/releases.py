"""What a release of the server knows, by its contract: an older one does without some things."""

from __future__ import annotations

import functools
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from attrs import field, frozen
from immichkit_api import facts
from msgspec import inspect

from immichkit.availability import known_release

if TYPE_CHECKING:
    from collections.abc import Iterable

_VERSION: Final = re.compile(r"v?(\d+)\.(\d+)\.(\d+)")


@frozen
class Release:
    """A release of the server; ``known_as`` is the one whose contract it keeps to.

    That is the newest release not newer than it whose contract this package has.
    """

    major: int
    minor: int
    patch: int
    known_as: str = field(eq=False)

    @classmethod
    def parse(cls, text: str) -> Release:
        """The release of this number; raises `ValueError` if it is none such as ``3.0.0``."""
        found = _VERSION.fullmatch(text)
        if found is None:
            raise ValueError(f"{text!r} is not a server version such as {facts.SERVER_VERSION}")
        major, minor, patch = map(int, found.groups())
        return cls(major, minor, patch, known_release(text))

    def __str__(self) -> str:
        """The number, as in ``3.1.0``."""
        return f"{self.major}.{self.minor}.{self.patch}"

    def has(self, item: str) -> bool:
        """Whether the release has an item of the contract, such as ``operations/getAlbumInfo``."""
        return self.known_as in facts.LACKING.get(item, (self.known_as,))

    def takes(self, operation: str, parameter: str) -> bool:
        """Whether the release knows a parameter of the query; it passes over others in silence."""
        return self.has(f"parameters/{operation}/query.{parameter}")

    def known_body(self, operation: str, body: Any) -> Any:
        """The body without what the release does not know, and so drops in silence."""
        unknown = _unknown(self.known_as).get(operation)
        return body if unknown is None else _without(body, unknown, "")

    def known_answer(self, operation: str, answer: Any) -> Any:
        """The answer without what the release does not send yet."""
        unsent = _unsent(self.known_as)
        if unsent and isinstance(answer, dict | list):
            _take_out(answer, _answer_type(operation), unsent)
        return answer

    def sends_all(self, operation: str) -> bool:
        """Whether an answer of the release has every field of the newest one."""
        unsent = {item.partition("/")[0] for item in _unsent(self.known_as)}
        return not unsent or unsent.isdisjoint(_schemas(operation))


NEWEST: Final = Release.parse(facts.SERVER_VERSION)


@functools.cache
def _unknown(release: str) -> dict[str, frozenset[str]]:
    """By operation the parameters and fields of the body that the release lacks."""
    found: dict[str, set[str]] = {}
    for item, having in facts.LACKING.items():
        _kind, operation, *rest = item.split("/", 2)
        if rest and release not in having:
            found.setdefault(operation, set()).add(rest[0])
    return {operation: frozenset(names) for operation, names in found.items()}


@functools.cache
def _unsent(release: str) -> frozenset[str]:
    """The ``SCHEMA/FIELD`` that the release does not send."""
    return frozenset(item for item, having in facts.UNSENT.items() if release not in having)


def _without(value: Any, unknown: Iterable[str], path: str) -> Any:
    if isinstance(value, list):
        return [_without(item, unknown, f"{path}[]") for item in value]
    if isinstance(value, dict):
        paths = {name: f"{path}.{name}" if path else name for name in value}
        return {
            name: _without(inner, unknown, paths[name])
            for name, inner in value.items()
            if paths[name] not in unknown
        }
    return value


@functools.cache
def _answer_type(operation: str) -> inspect.Type:
    """The type of the operation's answers."""
    group, _, function = facts.OPERATIONS[operation][2].partition(".")
    module = import_module(f"immichkit_api.operations.{group}")
    return inspect.type_info(getattr(module, function.upper()).response)


@functools.cache
def _schemas(operation: str) -> frozenset[str]:
    """The names of the schemas that an answer of the operation can hold."""
    return frozenset(
        struct.cls.__name__
        for struct in _inside(_answer_type(operation), set())
        if isinstance(struct, inspect.StructType)
    )


def _inside(kind: inspect.Type, seen: set[int]) -> list[inspect.Type]:
    """The type and all that it is made of."""
    if id(kind) in seen:
        return []
    seen.add(id(kind))
    return [kind, *(inner for part in _parts(kind) for inner in _inside(part, seen))]


def _parts(kind: inspect.Type) -> list[inspect.Type]:
    match kind:
        case inspect.StructType(fields=fields):
            return [one.type for one in fields]
        case inspect.ListType(item_type=item):
            return [item]
        case inspect.DictType(value_type=value):
            return [value]
        case inspect.UnionType(types=types):
            return list(types)
    return []


def _take_out(value: Any, kind: inspect.Type, unsent: frozenset[str]) -> None:
    match kind:
        case inspect.StructType(cls=cls, fields=fields) if isinstance(value, dict):
            for one in fields:
                name = one.encode_name
                if f"{cls.__name__}/{name}" in unsent:
                    value.pop(name, None)
                elif name in value:
                    _take_out(value[name], one.type, unsent)
        case inspect.ListType(item_type=item) if isinstance(value, list):
            for inner in value:
                _take_out(inner, item, unsent)
        case inspect.DictType(value_type=item) if isinstance(value, dict):
            for inner in value.values():
                _take_out(inner, item, unsent)
        case inspect.UnionType(types=types):
            for part in types:
                _take_out(value, part, unsent)
