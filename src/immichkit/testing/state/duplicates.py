"""Duplicates: assets that look alike, in groups that somebody has still to decide about."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times
from immichkit.testing.state.database import Database, Row, batches, marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from immichkit.testing.state.users import Caller

# What is in the trash or in a stack does not count as a member.
_COUNTED: Final = "deleted_at is null and stack_id is null"
_SHOWN: Final = f"{_COUNTED} and visibility in ('archive', 'timeline')"


class Duplicates:
    """The duplicate groups of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def assign(self, asset_ids: Iterable[str], duplicate_id: str | None, **columns: Any) -> None:
        """Put assets into a group, or with None into none; other columns change along with it."""
        with self._database.transaction():
            # One after the other, as v3.1's database does it: it lists them in that order then.
            for later, asset_id in enumerate(asset_ids):
                changed = {**columns, "updated_at": times.now() + later}
                self._database.update(
                    "asset", "id = ?", [asset_id], duplicate_id=duplicate_id, **changed
                )

    def end_single(self, owner_id: str) -> None:
        """Forget the owner's groups of only one."""
        alone = (
            f"select duplicate_id from asset where owner_id = ? and duplicate_id is not null "
            f"and {_COUNTED} group by duplicate_id having count(*) = 1"
        )
        self._database.update(
            "asset",
            f"duplicate_id in ({alone})",
            [owner_id],
            duplicate_id=None,
            updated_at=times.now(),
        )

    def all_of(self, owner_id: str) -> dict[str, list[Row]]:
        """The owner's groups of two and more: their shown members with EXIF, the oldest first."""
        groups = self._grouped("owner_id = ?", [owner_id])
        return {duplicate_id: rows for duplicate_id, rows in groups.items() if len(rows) > 1}

    def members(self, duplicate_id: str) -> list[Row]:
        """The shown members of a group with EXIF, the oldest first."""
        return self._grouped("duplicate_id = ?", [duplicate_id]).get(duplicate_id, [])

    def _grouped(self, where: str, parameters: Sequence[Any]) -> dict[str, list[Row]]:
        rows = self._database.all(
            "select asset.*, exif.* from asset join exif on exif.asset_id = asset.id "
            f"where {where} and duplicate_id is not null and {_SHOWN} "
            "order by duplicate_id, local_date_time, asset.updated_at, asset.id",
            parameters,
        )
        groups: dict[str, list[Row]] = {}
        for row in rows:
            groups.setdefault(row["duplicate_id"], []).append(row)
        return groups

    def owned(self, caller: Caller, duplicate_ids: Iterable[str]) -> set[str]:
        """Those of the groups that have a member of the caller's outside the trash."""
        found: set[str] = set()
        for batch in batches(list(set(duplicate_ids))):
            rows = self._database.all(
                "select distinct duplicate_id from asset where owner_id = ? "
                f"and deleted_at is null and duplicate_id in ({marks(batch)})",
                [caller.id, *batch],
            )
            found.update(row["duplicate_id"] for row in rows)
        return found

    def dismiss(self, owner_id: str, duplicate_ids: Sequence[str]) -> None:
        """Forget the owner's groups; their assets stay."""
        for batch in batches(duplicate_ids):
            self._database.update(
                "asset",
                f"owner_id = ? and duplicate_id in ({marks(batch)})",
                [owner_id, *batch],
                duplicate_id=None,
                updated_at=times.now(),
            )
