"""Any number of ids, in lists that a server takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from immichkit_api import wire

__all__ = ["BATCH", "LIMIT", "NAMED_BEFORE", "id_of", "in_batches", "told_apart"]

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


def told_apart(name: str, ids: Iterable[str]) -> tuple[list[str], list[str]]:
    """The ids as the server writes them, each once, and those that came again.

    Raises `TypeError` for one id in the place of several.
    """
    given: list[str] = wire.uuids(name, ids if isinstance(ids, str) else list(ids))
    once: dict[str, None] = {}
    again: list[str] = []
    for one in given:
        if one in once:
            again.append(one)
        once[one] = None
    return list(once), again


def in_batches(items: Sequence[T], size: int = BATCH) -> Iterator[Sequence[T]]:
    """``items`` in their order, ``size`` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))
