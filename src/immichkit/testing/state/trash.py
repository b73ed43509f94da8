"""The trash: what is in it, and what is to leave it for good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immichkit.testing import times
from immichkit.testing.state.database import Database, batches, marks

if TYPE_CHECKING:
    from collections.abc import Sequence


class Trash:
    """The trash of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def restore(self, asset_ids: Sequence[str]) -> None:
        """Take those of the assets that are in the trash out of it."""
        for batch in batches(asset_ids):
            self._restore(f"id in ({marks(batch)})", batch)

    def restore_all(self, owner_id: str) -> int:
        """Take everything out of the owner's trash; how much it was."""
        return self._restore("owner_id = ?", [owner_id])

    def _restore(self, where: str, parameters: Sequence[Any]) -> int:
        return self._database.update(
            "asset",
            f"{where} and status = 'trashed'",
            parameters,
            deleted_at=None,
            status="active",
            updated_at=times.now(),
        )

    def doom(self, owner_id: str) -> int:
        """Mark what is in the owner's trash for the next purge; how much it was."""
        return self._database.update(
            "asset",
            "owner_id = ? and status = 'trashed'",
            [owner_id],
            status="deleted",
            updated_at=times.now(),
        )
