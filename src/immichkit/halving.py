"""Requests that the server refuses as a whole because of one id: the same in smaller parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from immichkit_api.types import Request

from immichkit.steps import Step

__all__ = ["halved", "lone_id"]

_ALL_OR_NOTHING: Final = frozenset(
    {
        "assets.delete_assets",
        "assets.update_assets",
        "trash.restore_assets",
    }
)


def lone_id(request: Request[Any], step: Step) -> str | None:
    """The one id that ``request`` is about; None if it is about none, or is the whole step."""
    ids = _ids(request)
    return ids[0] if len(ids) == 1 and len(step.ids) != 1 else None


def halved(request: Request[Any]) -> list[Request[Any]]:
    """``request`` in two, each with half of its ids; nothing if it cannot be divided."""
    ids = _ids(request)
    if len(ids) < 2:  # noqa: PLR2004
        return []
    middle = len(ids) // 2
    return [
        msgspec.structs.replace(request, body={**request.body, "ids": part})
        for part in (ids[:middle], ids[middle:])
    ]


def _ids(request: Request[Any]) -> list[str]:
    if request.operation.name in _ALL_OR_NOTHING and isinstance(request.body, Mapping):
        return list(request.body["ids"])
    return []
