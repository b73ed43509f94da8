"""What updates have changed in a library's copy, noted beside the changes themselves."""

# Names are those of our own tables and columns; values are never put into a statement.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from typing import Any, Final, Literal, TypeAlias

import attrs

from immichkit.local.library.tables import TABLES, Table

__all__ = ["KEPT", "ChangeKind", "ChangeLog", "LibraryChange"]

ChangeKind: TypeAlias = Literal["created", "updated", "deleted"]

KEPT: Final = 100
"""The number of updates, of those that changed something, whose changes are kept."""

_NOTE: Final = """
insert into change (number, entity, id, kind) {source}
on conflict (number, entity, id) do update set kind = case
    when kind = 'created' and excluded.kind = 'deleted' then 'none'
    when kind = 'created' or kind = 'none' then 'created'
    when kind = 'deleted' and excluded.kind = 'created' then 'updated'
    else excluded.kind end
"""


@attrs.frozen
class LibraryChange:
    """Something in the library that an update found created, updated or deleted.

    ``entity`` is the table, such as ``asset`` or ``album_asset``, ``id`` the primary key there; of
    two columns both, with a slash between. ``model`` is the record as it is now, None if it is
    gone. ``update`` is the number of the update that brought it.
    """

    kind: ChangeKind
    entity: str
    id: str
    model: Any = attrs.field(repr=False)
    update: int


class ChangeLog:
    """The changes of one update, the one with this ``number``."""

    def __init__(self, database: sqlite3.Connection, number: int) -> None:
        self._database, self._number = database, number

    def note(self, entity: str, kind: ChangeKind, keys: Iterable[tuple[Any, ...]]) -> None:
        """Note what happened to the rows with ``keys``; what comes and goes leaves nothing."""
        self._database.executemany(
            _NOTE.format(source="values (?, ?, ?, ?)"),
            [(self._number, entity, "/".join(key), kind) for key in keys],
        )

    def compare(self, prefix: str) -> None:
        """Note how the tables whose names begin with ``prefix`` differ from those of now."""
        for table in TABLES.values():
            self._compare(table, f'"{table.name}"', f'"{prefix}{table.name}"')

    def close(self) -> int:
        """The number of the last update that changed something, this one's changes being all."""
        run = self._database.execute
        run("delete from change where kind = 'none'")
        found = run("select 1 from change where number = ? limit 1", (self._number,)).fetchone()
        run("delete from change where number <= ?", (self._number - KEPT,))
        return self._number if found else self._number - 1

    def _compare(self, table: Table, old: str, new: str) -> None:
        same = " and ".join(f'new."{key}" = old."{key}"' for key in table.key)
        left, right = (
            ", ".join(f'{side}."{column.name}"' for column in table.columns)
            for side in ("new", "old")
        )
        for kind, source in {
            "created": f"{new} new where not exists (select 1 from {old} old where {same})",
            "updated": f"{new} new join {old} old on {same} where ({left}) is not ({right})",
            "deleted": f"{old} old where not exists (select 1 from {new} new where {same})",
        }.items():
            side = "old" if kind == "deleted" else "new"
            id_ = " || '/' || ".join(f'{side}."{key}"' for key in table.key)
            select = f"select ?, '{table.name}', {id_}, '{kind}' from {source}"
            self._database.execute(_NOTE.format(source=select), (self._number,))
