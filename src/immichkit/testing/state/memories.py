"""Memories: photos of a day in earlier years."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from immichkit.testing import times
from immichkit.testing.state.database import batches, marks, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immichkit.testing.state.database import Database, Row


class Memories:
    """The memories of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, owner_id: str, asset_ids: Iterable[str], **columns: Any) -> Row:
        """A new memory of these assets."""
        memory_id, now = new_id(), times.now()
        with self._database.transaction():
            self._database.insert(
                "memory",
                id=memory_id,
                owner_id=owner_id,
                created_at=now,
                updated_at=now,
                **{**columns, "data": json.dumps(columns["data"])},
            )
            self.put_assets(memory_id, asset_ids)
        return self.get(memory_id) or self._lost(memory_id)

    def get(self, memory_id: str) -> Row | None:
        """The memory of this id."""
        return self._database.one("select * from memory where id = ?", [memory_id])

    def change(self, memory_id: str, **columns: Any) -> Row:
        """The memory with columns set."""
        columns["updated_at"] = times.now()
        self._database.update("memory", "id = ?", [memory_id], **columns)
        return self.get(memory_id) or self._lost(memory_id)

    def delete(self, memory_id: str) -> None:
        """Forget the memory; its assets stay."""
        self._database.run("delete from memory where id = ?", [memory_id])

    def put_assets(self, memory_id: str, asset_ids: Iterable[str]) -> None:
        """Put assets in."""
        with self._database.transaction():
            for asset_id in asset_ids:
                self._database.run(
                    "insert or ignore into memory_asset (memory_id, asset_id) values (?, ?)",
                    [memory_id, asset_id],
                )

    def take_assets(self, memory_id: str, asset_ids: Iterable[str]) -> None:
        """Take assets out."""
        with self._database.transaction():
            for asset_id in asset_ids:
                self._database.run(
                    "delete from memory_asset where memory_id = ? and asset_id = ?",
                    [memory_id, asset_id],
                )

    def contained(self, memory_id: str, asset_ids: Sequence[str]) -> set[str]:
        """Those of the ids that are in the memory."""
        found: set[str] = set()
        for batch in batches(asset_ids):
            rows = self._database.all(
                "select asset_id from memory_asset where memory_id = ? "
                f"and asset_id in ({marks(batch)})",
                [memory_id, *batch],
            )
            found.update(row["asset_id"] for row in rows)
        return found

    def assets(self, memory_id: str) -> list[Row]:
        """The shown assets of the memory, the oldest first, with EXIF."""
        return self._database.all(
            "select asset.*, exif.* from memory_asset join asset on asset.id = "
            "memory_asset.asset_id and visibility = 'timeline' and deleted_at is null "
            "join exif on exif.asset_id = asset.id where memory_id = ? "
            "order by file_created_at, asset.id",
            [memory_id],
        )

    def search(self, owner_id: str, filters: Mapping[str, Any]) -> list[Row]:
        """The owner's memories that pass the filters."""
        where, parameters = ["owner_id = ?"], [owner_id]
        where.append("deleted_at is not null" if filters.get("isTrashed") else "deleted_at is null")
        if "isSaved" in filters:
            where.append("is_saved = ?")
            parameters.append(filters["isSaved"])
        if "for" in filters:
            where.append("(show_at is null or show_at <= ?)")
            where.append("(hide_at is null or hide_at >= ?)")
            parameters += [filters["for"]] * 2
        orders = {"asc": "memory_at, created_at", "random": "random()"}
        order = orders.get(filters.get("order", ""), "memory_at desc, created_at")
        return self._database.all(
            f"select * from memory where {' and '.join(where)} order by {order} limit ?",
            [*parameters, filters.get("size", -1)],
        )

    @staticmethod
    def _lost(row_id: str) -> Row:
        raise LookupError(row_id)
