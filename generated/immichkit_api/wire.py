"""From Python values to what goes over the wire: path segments, query texts, JSON bodies."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from enum import Enum
from os import fspath
from pathlib import Path
from typing import Any
from urllib.parse import quote

from msgspec import UNSET, Struct, UnsetType

from .types import File, FileSource

__all__ = [
    "checked",
    "file",
    "headers",
    "optional",
    "present",
    "query",
    "refuse_naive",
    "segment",
    "text",
]


def file(source: FileSource | UnsetType | None) -> File | UnsetType | None:
    """``source`` as a part of a form: a path also gives the file name."""
    if source is None or isinstance(source, File | UnsetType):
        return source
    path = Path(fspath(source))
    return File(content=path, name=path.name)


def segment(value: object) -> str:
    """``value`` as one segment of a path; `ValueError` if it would address another route."""
    plain = text("a path parameter", value)
    if plain in {"", ".", ".."}:
        raise ValueError(f"{plain!r} cannot be a path parameter: it would address another route.")
    return quote(plain, safe="")


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
    """The fields of a body that were given, by wire name: `UNSET` is left out, None is sent.

    Raises `ValueError` for a date-time without a time zone, however deep it lies.
    """
    given = {name: value for name, value in values.items() if value is not UNSET}
    for name, value in given.items():
        refuse_naive(name, value)
    return given


def optional(values: Mapping[str, object]) -> Any:
    """Like `present`, for a body that may be left out: `UNSET` when no field was given."""
    return present(values) or UNSET


def checked(value: Any) -> Any:
    """A body that is one value: as it is, after the same look at its date-times."""
    refuse_naive("the body", value)
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
