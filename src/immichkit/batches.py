"""Any number of ids, in lists that a server takes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from immichkit_api import wire

__all__ = ["BATCH", "in_batches", "told_apart"]

T = TypeVar("T")

BATCH = 1000
"""How many ids go out in one request."""


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
