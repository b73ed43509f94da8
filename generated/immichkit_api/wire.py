"""From Python values to what goes over the wire: path segments, query texts, JSON bodies."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from enum import Enum
from os import PathLike, fspath
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from msgspec import UNSET, Struct, UnsetType

from .types import File, FileSource, Operation

__all__ = [
    "checked",
    "day",
    "file",
    "headers",
    "items",
    "moment",
    "optional",
    "path",
    "present",
    "query",
    "refuse_naive",
    "segment",
    "text",
    "uuid",
    "uuids",
]

_UUID = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def file(name: str, source: FileSource | UnsetType | None) -> File | UnsetType | None:
    """``source`` as a part of a form: a path also gives the file name."""
    if source is None or isinstance(source, File | UnsetType):
        return source
    if not isinstance(source, str | PathLike):
        raise TypeError(
            f"{name} is {_a(source)}. Give a path, or bytes or an open file together "
            "with a name: File(content=…, name=…)."
        )
    path = Path(fspath(source))
    return File(content=path, name=path.name)


def path(operation: Operation[Any], /, **values: object) -> str:
    """The path of ``operation`` with ``values`` for its parameters, in their order."""
    first, *rest = re.split(r"\{[^{}]*\}", operation.path)
    filled = (
        segment(f"{name} of {operation.name}", value) + literal
        for (name, value), literal in zip(values.items(), rest, strict=True)
    )
    return first + "".join(filled)


def segment(name: str, value: object) -> str:
    """``value`` as one segment of a path; an error if it would address another route."""
    if not isinstance(value, str | int | datetime.date):
        hint = ", perhaps its .id" if hasattr(value, "id") else ""
        raise TypeError(f"{name} is {_a(value)}; a text is needed{hint}.")
    plain = text(name, value)
    if plain in {"", ".", ".."}:
        what = repr(plain) if plain else "empty"
        raise ValueError(f"{name} is {what}: that would address another route.")
    return quote(plain, safe="")


def uuid(value: Any) -> Any:
    """An id as the server writes it: it finds none in capitals. Other values stay."""
    if isinstance(value, UUID):
        return str(value)
    return value.lower() if isinstance(value, str) and _UUID.fullmatch(value) else value


def uuids(name: str, value: Any) -> Any:
    """`items` that are ids, each as the server writes it."""
    found = items(name, value)
    return [uuid(one) for one in found] if isinstance(found, list) else found


def items(name: str, value: Any) -> Any:
    """A list of what is in ``value``; None and `UNSET` stay.

    Raises `TypeError` for what is no collection, or is a text: a list of its letters is never meant.
    An iterator is none, since a request that is sent again has to find its items again.
    """
    if value is None or value is UNSET:
        return value
    if isinstance(value, str | bytes | Mapping) or not isinstance(value, Collection):
        advice = f"list({name})" if isinstance(value, Iterator) else f"[{name}]"
        raise TypeError(f"{name} is {_a(value)}; a list is needed, such as {advice}.")
    found: list[object] = list(value)
    refuse_naive(name, found)
    return found


def moment(name: str, value: Any) -> Any:
    """A date-time that says its time zone; other values stay, but a mere date is refused."""
    refuse_naive(name, value)
    if isinstance(value, datetime.date) and not isinstance(value, datetime.datetime):
        raise TypeError(
            f"{name} is a date without a time: {value!r}. Say which moment is meant, for instance "
            "datetime.datetime.combine(value, datetime.time(), datetime.UTC)."
        )
    return value


def day(name: str, value: Any) -> Any:
    """A date; other values stay, but a date-time is refused."""
    if isinstance(value, datetime.datetime):
        raise TypeError(f"{name} is a date-time: {value!r}. A date is needed: value.date().")
    return value


def query(values: Mapping[str, object]) -> dict[str, str | list[str]]:
    """The texts of the query parameters that were given, by wire name.

    None and `UNSET` are left out; a sequence becomes a repeated parameter.
    """
    return {
        name: [text(name, item) for item in value]
        if isinstance(value, Sequence) and not isinstance(value, str)
        else text(name, value)
        for name, value in values.items()
        if value is not None and value is not UNSET
    }


def headers(values: Mapping[str, object]) -> dict[str, str]:
    """The texts of the header parameters that were given, by name."""
    return {
        name: text(name, value)
        for name, value in values.items()
        if value is not None and value is not UNSET
    }


def present(values: Mapping[str, object]) -> dict[str, Any]:
    """The fields of a body that were given, by wire name: `UNSET` is left out, None is sent."""
    return {name: value for name, value in values.items() if value is not UNSET}


def optional(values: Mapping[str, object]) -> Any:
    """Like `present`, for a body that may be left out: `UNSET` when no field was given."""
    return present(values) or UNSET


def checked(name: str, value: Any) -> Any:
    """``value`` as it is, if every date-time in it says its time zone, however deep it lies."""
    refuse_naive(name, value)
    return value


def text(name: str, value: object) -> str:
    """The text that stands for ``value`` in a URL, a header or a form."""
    match value:
        case bool():
            return "true" if value else "false"
        case Enum():
            return str(value.value)
        case datetime.datetime():
            refuse_naive(name, value)
            return value.isoformat()
        case datetime.date():
            return value.isoformat()
        case _:
            return str(value)


def refuse_naive(name: str, value: object) -> None:
    """Raise `ValueError` if a date-time in ``value`` does not say its time zone.

    The server refuses such a text, and a guess would move photos in time.
    """
    match value:
        case datetime.datetime() if value.utcoffset() is None:
            raise ValueError(
                f"{name} has no time zone: {value!r}. Say which one is meant, for instance "
                "value.replace(tzinfo=datetime.UTC), or value.astimezone() for this computer's."
            )
        case Struct():
            for field in value.__struct_fields__:
                refuse_naive(f"{name}.{field}", getattr(value, field))
        case Mapping():
            for key, item in value.items():
                refuse_naive(f"{name}.{key}", item)
        case list() | tuple():
            for index, item in enumerate(value):
                refuse_naive(f"{name}[{index}]", item)
        case _:
            pass


def _a(value: object) -> str:
    """``value`` for an error: what it is, not what is in it."""
    if value is None or value is UNSET:
        return repr(value)
    name = type(value).__name__
    return f"{'an' if name[0] in 'AEIOUaeiou' else 'a'} {name}"
