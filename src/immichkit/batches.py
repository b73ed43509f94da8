"""Any number of ids, in lists that a server takes."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

import attrs
from immichkit_api import wire

from immichkit.options import check_several, check_type

__all__ = [
    "BATCH",
    "LIMIT",
    "NAMED_BEFORE",
    "NO_ID",
    "Given",
    "id_of",
    "in_batches",
    "is_repeated",
    "is_sendable",
    "told_apart",
    "unique",
]

T = TypeVar("T")

BATCH: Final = 1000
"""How many ids go out in one request."""

LIMIT: Final = 4
"""How many requests are under way at a time, unless a caller says otherwise."""

NAMED_BEFORE: Final = "named before"
"""Why an id that comes again is skipped."""


def id_of(asset: Any) -> str:
    """The id of an asset, or the id that it is already; `TypeError` if it is neither.

    An asset is a model, a row of a mirror, or a mapping.
    """
    if isinstance(asset, str):
        return asset
    if hasattr(asset, "keys"):
        found: Any = asset["id"] if "id" in asset.keys() else None  # noqa: SIM118 - it may be a row
    else:
        found = getattr(asset, "id", None)
    if not isinstance(found, str):
        raise TypeError(f"This is neither an asset nor the id of one: {asset!r}")
    return found


NO_ID: Final = "it is no id"
"""Why one of many ids is not sent: the server would refuse all of them because of it."""

_UUID4: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")


@attrs.frozen
class Given:
    """The ids of a list: those to send, each once, those that came again, and what is no id."""

    once: list[str]
    again: list[str]
    strange: list[str]


def is_sendable(id_: str) -> bool:
    """Whether the server takes that for an id, which is in small letters."""
    return _UUID4.fullmatch(id_) is not None


def told_apart(name: str, ids: Iterable[str]) -> Given:
    """The ids as the server writes them; ``name`` is that of the argument.

    Raises `TypeError` for what is no list of texts.
    """
    check_several(name, ids, "ids")
    found = Given([], [], [])
    seen: set[str] = set()
    for one in map(wire.uuid, ids):
        check_type(f"An id of {name}", one, str, "a text")
        if one in seen:
            found.again.append(one)
        else:
            (found.once if is_sendable(one) else found.strange).append(one)
        seen.add(one)
    return found


def unique(name: str, ids: Iterable[str]) -> list[str]:
    """The ids as the server writes them, each once, in their order.

    Raises `TypeError` for what is no list.
    """
    check_several(name, ids, "ids")
    return list(dict.fromkeys(map(wire.uuid, ids)))


def is_repeated(ids: Collection[str]) -> bool:
    """Whether one of ``ids`` comes again, in whatever letters."""
    return len({one.lower() for one in ids}) < len(ids)


def in_batches(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """``items`` in their order, ``size`` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))
