"""Dry run: which requests are held back, and what stands in for their answers."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from typing import Any, TypeVar

import attrs
import msgspec
from immichkit_api.types import UNSET, Operation, Request
from msgspec import Struct, inspect

from immichkit.errors import DryRunError

__all__ = ["HeldBack", "held_back", "is_held_back", "made_up_ids", "placeholder"]

T = TypeVar("T")

# A version-4 UUID that no server mints by chance.
_MADE_UP = "00000000-0000-4000-8000-{:012x}"
_MADE_UP_IDS = re.compile(r"00000000-0000-4000-8000-[0-9a-f]{12}")
_IDS = ("ids", "assetIds", "personIds")


@attrs.frozen
class HeldBack:
    """A write that dry run kept from the server: its request, and the answer made up for it."""

    request: Request[Any]
    answer: Any = attrs.field(repr=False)

    @property
    def operation(self) -> Operation[Any]:
        """What would have been called."""
        return self.request.operation

    @property
    def content(self) -> bytes:
        """The body of the made-up answer."""
        match self.answer:
            case None:
                return b""
            case bytes():
                return self.answer
            case str():
                return self.answer.encode()
        return msgspec.json.encode(self.answer)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of the made-up answer."""
        return {"content-type": "application/json"} if self.content else {}

    def __str__(self) -> str:
        operation = self.operation
        return f"{operation.name or operation.id}: {operation.method} {self.request.path}"


def held_back(request: Request[Any], *, number: int) -> HeldBack | None:
    """What stands in for ``request``, the write of that ``number``; None for what may be sent.

    Raises `DryRunError` for a read of something that only exists in dry run.
    """
    if is_held_back(request):
        now = datetime.datetime.now(datetime.UTC)
        return HeldBack(request, placeholder(request, number, now))
    if made_up := made_up_ids(request):
        name = request.operation.name or request.operation.id
        raise DryRunError(
            f"{name} asks for {made_up[0]}, which dry run only pretended to create. "
            "Leave this read out of the dry run."
        )
    return None


def is_held_back(request: Request[Any]) -> bool:
    """Whether ``request`` would change anything on the server, and is more than a sign-in."""
    operation = request.operation
    if operation.signs_in:
        return False
    body = request.body if isinstance(request.body, Mapping) else {}
    return operation.writes or any(body.get(field) for field in operation.writes_when)


def made_up_ids(request: Request[Any]) -> list[str]:
    """The ids in ``request`` that a placeholder made up, so that no server can know them."""
    texts = [request.path, *_texts(request.query), *_texts(request.body)]
    return [found for text in texts for found in _MADE_UP_IDS.findall(text)]


def placeholder(request: Request[T], number: int, now: datetime.datetime) -> T:
    """An answer to ``request`` in the shape that its operation promises.

    What the request says is repeated in it; ids are made up from ``number``, dates are ``now``,
    lists are empty except for results per id, which all succeed.
    """
    kind: Any = request.operation.response
    value: Any
    if kind is None or kind is Any:
        value = None
    elif kind in {bytes, str}:
        value = kind()
    else:
        maker = _Maker(_said(request), _MADE_UP.format(number), now)
        value = msgspec.convert(maker.make(inspect.type_info(kind)), kind)
    answer: T = value
    return answer


def _said(request: Request[Any]) -> dict[str, Any]:
    """What the request says about what it makes or changes, by wire name."""
    if request.operation.body == "multipart" or not isinstance(request.body, Mapping):
        said: dict[str, Any] = {}
    else:
        said = msgspec.to_builtins(request.body)
    if "{id}" in request.operation.path:
        place = request.operation.path.split("/").index("{id}")
        said.setdefault("id", request.path.split("/")[place])
    return said


class _Maker:
    """Makes plain values of a type, from what was said where that fits."""

    def __init__(self, said: Mapping[str, Any], id_: str, now: datetime.datetime) -> None:
        self._said = said
        self._id = id_
        self._now = now

    def make(self, kind: inspect.Type, name: str = "") -> Any:
        match kind:
            case inspect.StructType():
                return self._struct(kind, said=self._said)
            case inspect.ListType():
                return self._list(kind)
            case inspect.UnionType(types=types):
                if any(isinstance(part, inspect.NoneType) for part in types):
                    return None
                return self.make(types[0], name)
            case inspect.EnumType(cls=cls):
                return next(iter(cls)).value
            case inspect.StrType():
                return self._id if name == "id" else ""
            case inspect.BoolType():
                return name in {"success", "successful"}
            case inspect.IntType() | inspect.FloatType():
                return 0
            case inspect.DateTimeType():
                return self._now.isoformat()
            case inspect.DateType():
                return self._now.date().isoformat()
            case inspect.DictType():
                return {}
        return None

    def _struct(self, kind: inspect.StructType, said: Mapping[str, Any]) -> dict[str, Any]:
        made = {}
        for field in kind.fields:
            if field.encode_name in said and _fits(said[field.encode_name], field.type):
                made[field.encode_name] = said[field.encode_name]
            elif field.required:
                made[field.encode_name] = self.make(field.type, field.encode_name)
        return made

    def _list(self, kind: inspect.ListType) -> list[Any]:
        item = kind.item_type
        if not isinstance(item, inspect.StructType):
            return []
        names = {field.encode_name for field in item.fields}
        ids: list[str] = next((self._said[name] for name in _IDS if name in self._said), [])
        if not {"id", "success"} <= names:
            return []
        return [self._struct(item, {"id": one}) for one in ids]


def _fits(value: Any, kind: inspect.Type) -> bool:
    """Whether ``value`` could stand in a field of that type, by its plain shape."""
    match kind:
        case inspect.UnionType(types=types):
            return any(_fits(value, part) for part in types)
        case inspect.NoneType():
            return value is None
        case inspect.EnumType(cls=cls):
            return isinstance(value, str) and value in {member.value for member in cls}
        case inspect.StrType() | inspect.DateTimeType() | inspect.DateType():
            return isinstance(value, str)
        case inspect.BoolType():
            return isinstance(value, bool)
        case inspect.IntType() | inspect.FloatType():
            return isinstance(value, int | float) and not isinstance(value, bool)
    return False


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case Struct():
            for field in value.__struct_fields__:
                yield from _texts(getattr(value, field))
        case Mapping():
            for part in value.values():
                yield from _texts(part)
        case list() | tuple():
            for part in value:
                yield from _texts(part)
        case _:
            if value is not UNSET and hasattr(value, "value"):
                yield from _texts(value.value)
