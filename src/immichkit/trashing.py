"""Many ids to trash, restore or delete: what is sent, what leads back, what becomes of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import attrs
from immichkit_api import operations
from immichkit_api.types import Request

from immichkit.apply_report import ApplyResult, ApplyStatus, IdResult
from immichkit.steps import Step, Undo

__all__ = [
    "DELETE",
    "RESTORE",
    "TRASH",
    "TRASH_AGAIN",
    "Deed",
    "result_of",
    "step_of",
]

TRASH_AGAIN: Final = "assets.delete_assets"
"""What a journal calls the way back into the trash, which has to see that there is one."""

_FOREVER: Final = "what was deleted for good"


@attrs.frozen
class Deed:
    """What is done to assets: its verb, and whether they are in the trash afterwards.

    ``is_trashed`` is None for what is deleted for good: nothing tells when that is done.
    """

    verb: str
    is_trashed: bool | None

    def request(self, ids: Sequence[str]) -> Request[Any]:
        """What does it to ``ids``, or to none if one of them is not the caller's."""
        if self.is_trashed is False:
            return operations.trash.restore_assets(ids=ids)
        if self.is_trashed:
            return operations.assets.delete_assets(ids=ids)
        return operations.assets.delete_assets(ids=ids, force=True)

    def undo(self, ids: Sequence[str]) -> tuple[Undo, ...]:
        """The way back, if there is one."""
        if self.is_trashed is None:
            return ()
        call = "trash.restore_assets" if self.is_trashed else TRASH_AGAIN
        return (Undo(call, {"ids": list(ids)}),)


TRASH: Final = Deed("trash", is_trashed=True)
RESTORE: Final = Deed("restore", is_trashed=False)
DELETE: Final = Deed("delete for good", is_trashed=None)


def step_of(deed: Deed, ids: Sequence[str]) -> Step:
    """One batch, with its way back."""
    return Step(
        about=f"{deed.verb} {len(ids)} assets" if len(ids) > 1 else f"{deed.verb} {ids[0]}",
        ids=tuple(ids),
        requests=(deed.request(ids),),
        undo=deed.undo(ids),
        permanent=_FOREVER if deed.is_trashed is None else None,
    )


def result_of(
    deed: Deed,
    id_: str,
    status: ApplyStatus,
    reason: str | None = None,
    error: Exception | None = None,
) -> ApplyResult:
    """What became of one id."""
    ids = (IdResult(id_, status, reason),)
    return ApplyResult(
        about=f"{deed.verb} {id_}", status=status, ids=ids, reason=reason, error=error
    )
