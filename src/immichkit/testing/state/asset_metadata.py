"""What clients store with assets under keys of their own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from immichkit.testing import times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immichkit.testing.state.database import Database, Row


class AssetMetadata:
    """The metadata of all assets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, asset_id: str) -> list[dict[str, Any]]:
        """All of the asset's, what was stored last at the end."""
        rows = self._database.all(
            "select * from asset_metadata where asset_id = ? order by updated_at", [asset_id]
        )
        return [_view(row) for row in rows]

    def get(self, asset_id: str, key: str) -> dict[str, Any] | None:
        """What is stored under this key."""
        row = self._database.one(
            "select * from asset_metadata where asset_id = ? and key = ?", [asset_id, key]
        )
        return None if row is None else _view(row)

    def put(self, items: Iterable[tuple[str, str, Any]]) -> list[dict[str, Any]]:
        """Store values by asset and key, in place of what was there."""
        stored: list[dict[str, Any]] = []
        with self._database.transaction():
            # A microsecond apart, so that their order is known later.
            for now, (asset_id, key, value) in enumerate(items, times.now()):
                self._database.run(
                    "insert or replace into asset_metadata (asset_id, key, value, updated_at) "
                    "values (?, ?, ?, ?)",
                    [asset_id, key, json.dumps(value), now],
                )
                stored.append({"key": key, "value": value, "updatedAt": times.to_z(now)})
        return stored

    def delete(self, asset_id: str, key: str) -> None:
        """Forget the value, if there is one."""
        self._database.run(
            "delete from asset_metadata where asset_id = ? and key = ?", [asset_id, key]
        )


def _view(row: Row) -> dict[str, Any]:
    return {
        "key": row["key"],
        "value": json.loads(row["value"]),
        "updatedAt": times.to_z(row["updated_at"]),
    }
