"""How events change the rows of the tables."""

# Names are those of our own tables and columns; values are never put into a statement.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from immichkit.local.library.changes import ChangeLog
from immichkit.local.library.effects import OF_ASSET, Delete
from immichkit.local.library.tables import TABLES, Table, quoted

__all__ = ["Rows"]

_SHOWN_BY_PARTNER = "(select shared_by_id from {partner} where shared_with_id = ?)"


class Rows:
    """The rows of those tables whose names begin with ``prefix``."""

    def __init__(self, database: sqlite3.Connection, prefix: str) -> None:
        self._database, self._prefix = database, prefix

    def upsert(self, name: str, rows: Sequence[tuple[Any, ...]], changes: ChangeLog | None) -> None:
        """Put ``rows`` into the table ``name``, in place of those with the same keys."""
        table = TABLES[name]
        if changes is not None:
            rows = self._noted(table, rows, changes)
        self._database.executemany(_upsert(table, self._prefix), rows)

    def delete(
        self, delete: Delete, events: Sequence[Mapping[str, Any]], changes: ChangeLog | None
    ) -> None:
        """Delete what ``delete`` says of each of ``events``."""
        for name, wanted in delete.rows:
            values = [tuple(event[field] for field in wanted.values()) for event in events]
            self._delete(TABLES[name], [*wanted], values, changes)
        if delete.owner is not None:
            for event in events:
                self._delete_assets("owner_id = ?", (event[delete.owner],), changes)

    def sweep(self, user_id: str, changes: ChangeLog | None) -> None:
        """Delete what nobody shows to the user: neither is it theirs, nor a partner's, nor linked.

        That is told by the links as they are now, so all of them must be there.
        """
        names = {name: self._quoted(name) for name in TABLES}
        partners = _SHOWN_BY_PARTNER.format_map(names)
        # Two ranges, so that of a large library of one's own nothing is looked at.
        foreign = f"(owner_id < ? or owner_id > ?) and owner_id not in {partners}"
        me = (user_id, user_id, user_id)
        linked = f"select asset_id from {names['album_asset']}"
        self._delete_assets(f"{foreign} and id not in ({linked})", me, changes)
        stacks = self._found(f"select id from {names['stack']} where {foreign}", me)
        self._delete(TABLES["stack"], ["id"], stacks, changes)

    def _delete_assets(self, where: str, values: Sequence[Any], changes: ChangeLog | None) -> None:
        ids = self._found(f"select id from {self._quoted('asset')} where {where}", values)
        self._delete(TABLES["asset"], ["id"], ids, changes)
        for name in OF_ASSET:
            self._delete(TABLES[name], ["asset_id"], ids, changes)

    def _delete(
        self,
        table: Table,
        columns: list[str],
        values: Sequence[tuple[Any, ...]],
        changes: ChangeLog | None,
    ) -> None:
        name = self._quoted(table.name)
        where = " and ".join(f"{quoted(column)} = ?" for column in columns)
        if changes is not None:
            keys = ", ".join(map(quoted, table.key))
            select = f"select {keys} from {name} where {where}"
            gone = [key for one in values for key in self._found(select, one)]
            changes.note(table.name, "deleted", gone)
        self._database.executemany(f"delete from {name} where {where}", values)

    def _noted(
        self, table: Table, rows: Sequence[tuple[Any, ...]], changes: ChangeLog
    ) -> list[tuple[Any, ...]]:
        """Those of ``rows`` that are not there as they are; what they change is noted."""
        where = " and ".join(f"{quoted(column)} = ?" for column in table.key)
        columns = ", ".join(map(quoted, table.names))
        select = f"select {columns} from {self._quoted(table.name)} where {where}"
        new, created, updated = [], [], []
        for key, row in {table.key_of(row): row for row in rows}.items():
            old = self._database.execute(select, key).fetchone()
            if old == row:
                continue
            new.append(row)
            if old is None:
                created.append(key)
            elif old[:-1] != row[:-1]:  # else the same, its JSON in another order
                updated.append(key)
        changes.note(table.name, "created", created)
        changes.note(table.name, "updated", updated)
        return new

    def _found(self, select: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._database.execute(select, values).fetchall()

    def _quoted(self, name: str) -> str:
        return quoted(self._prefix + name)


@cache
def _upsert(table: Table, prefix: str) -> str:
    columns = ", ".join(map(quoted, table.names))
    places = ", ".join("?" * len(table.names))
    key = ", ".join(map(quoted, table.key))
    changed = ", ".join(f"{quoted(name)} = excluded.{quoted(name)}" for name in table.names)
    return (
        f"insert into {quoted(prefix + table.name)} ({columns}) values ({places}) "
        f"on conflict ({key}) do update set {changed}"
    )
