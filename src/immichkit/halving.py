"""Requests that the server refuses as a whole because of one id: the same in smaller parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs
import msgspec
from immichkit_api.types import Request

from immichkit.steps import Step

__all__ = ["Refused", "halved"]

_ALL_OR_NOTHING: Final = frozenset(
    {
        "assets.delete_assets",
        "assets.update_assets",
        "trash.restore_assets",
    }
)


@attrs.frozen
class Refused:
    """An id that the server does not know, in the shape in which it answers per id."""

    id: str
    error: str
    success: bool = False

    @classmethod
    def of(cls, request: Request[Any], step: Step) -> Refused | None:
        """The one id that ``request`` is about; None if it is about none, or is the whole step."""
        ids = _ids(request)
        if len(ids) != 1 or len(step.ids) == 1:
            return None
        return cls(ids[0], "not_found")


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
