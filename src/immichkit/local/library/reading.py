"""The reading side of a library's copy: rows out, as the models that the server sent."""

# Names are those of our own tables; a caller's condition is theirs to write, and only reads.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

import msgspec

from immichkit.errors import MirrorError
from immichkit.local.library.changes import KEPT, LibraryChange
from immichkit.local.library.schema import read_only, told
from immichkit.local.library.tables import TABLES, quoted

__all__ = ["Parameters", "Query", "Reader", "close", "next_batch"]

Parameters: TypeAlias = "Sequence[Any] | Mapping[str, Any]"
"""The values for the places that a condition leaves open: ``?`` or ``:name``."""

_AT_ONCE: Final = 500

_SEEN: Final = "deleted_at is null and visibility in ('timeline', 'archive')"
_COUNTED: Final = {
    "images": f"from own_assets where type = 'IMAGE' and {_SEEN}",
    "videos": f"from own_assets where type = 'VIDEO' and {_SEEN}",
    "favorites": f"from own_assets where is_favorite and {_SEEN}",
    "archived": "from own_assets where visibility = 'archive' and deleted_at is null",
    "trashed": (
        "from own_assets where visibility in ('timeline', 'archive') and deleted_at is not null"
    ),
    "stacks": "from stack where owner_id = (select value from mirror where name = 'user_id')",
    "partners": (
        "from partner where shared_with_id = (select value from mirror where name = 'user_id')"
    ),
    "albums": "from album",
    "album_assets": f"from album_assets where {_SEEN}",
}
"""What a server counts of a user's library, and where it is here."""

_TOTALS: Final = f"select {', '.join(f'(select count(*) {one})' for one in _COUNTED.values())}"


class Query:
    """A question to the tables: all that it takes to read the records that answer it."""

    def __init__(
        self,
        entity: str,
        view: str | None = None,
        *,
        where: str | None = None,
        parameters: Parameters = (),
        order_by: str | None = None,
        limit: int | None = None,
    ) -> None:
        self.entity, self.parameters = entity, parameters
        self.sql = f"select raw from {quoted(view or entity)}"
        if where is not None:
            self.sql += f" where {where}"
        if order_by is not None:
            self.sql += f" order by {order_by}"
        if limit is not None:
            self.sql += f" limit {int(limit)}"


def next_batch(batches: Iterator[list[Any]]) -> list[Any]:
    """The next of ``batches``; empty if there are no more."""
    return next(batches, [])


def close(batches: Generator[Any]) -> None:
    """Ask for no more of ``batches``; a thread that was not awaited and is at it closes them."""
    with suppress(ValueError):
        batches.close()


class Reader:
    """Answers questions from the file as it was when each was asked, whoever writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # A connection sees what it saw first until all that it is asked is answered: so each
        # question has one of its own.
        self._idle = [read_only(path)]
        self._is_closed = False

    def close(self) -> None:
        """Let go of the file, when what is being answered is."""
        self._is_closed = True
        while self._idle:
            self._idle.pop().close()

    def connect(self) -> sqlite3.Connection:
        """A connection that nobody else uses."""
        if self._is_closed:
            raise MirrorError(f"The mirror at {self._path} is closed.")
        try:
            return self._idle.pop()
        except IndexError:
            return read_only(self._path)

    def batches(self, query: Query) -> Generator[list[Any]]:
        """The records that answer ``query``, some at a time.

        Raises `MirrorError` if no update has ever begun: the file may be another than was meant.
        """
        parse = TABLES[query.entity].parse
        rows: list[Any] = []
        for rows in self._rows(query.sql, query.parameters):
            yield [self._parsed(parse, raw) for (raw,) in rows]
        if not rows and self._noted("user_id") is None:
            raise MirrorError(
                f"The mirror at {self._path} has never been updated: call update(immich) first. If "
                "it has, this is another file."
            )

    def first(self, query: Query) -> Any:
        """The first record that answers ``query``; None if there is none."""
        return next(iter(next_batch(self.batches(query))), None)

    def changes(self, since: int) -> Generator[list[LibraryChange]]:
        """What the updates after number ``since`` changed, in their order, some at a time."""
        last = self.last_number()
        if since < last - KEPT:
            raise MirrorError(
                f"The mirror at {self._path} keeps the changes of its last {KEPT} updates, those "
                f"after {last - KEPT}; {since} is too long ago: read everything anew."
            )
        select = (
            "select number, entity, id, kind from change where number > ? and number <= ? "
            "order by number, entity, id"
        )
        for rows in self._rows(select, (since, last)):
            yield [
                LibraryChange(kind, entity, id_, self._now(entity, id_, kind), number)
                for number, entity, id_, kind in rows
            ]

    def counts(self, update: int) -> dict[str, dict[str, int]]:
        """How many of each entity the update of this number changed, by the kind of change."""
        select = "select kind, entity, count(*) from change where number = ? group by 1, 2"
        found: dict[str, dict[str, int]] = {"created": {}, "updated": {}, "deleted": {}}
        for rows in self._rows(select, (update,)):
            for kind, entity, count in rows:
                found[kind][entity] = count
        return found

    def last_number(self) -> int:
        """The number of the last update that changed something, 0 if there was none."""
        return self._noted("number") or 0

    def totals(self) -> dict[str, int]:
        """How many there are of what a server counts."""
        (rows,) = self._rows(_TOTALS)
        return dict(zip(_COUNTED, rows[0], strict=True))

    def _noted(self, name: str) -> Any:
        select = "select value from mirror where name = ?"
        return next((rows[0][0] for rows in self._rows(select, (name,))), None)

    def _now(self, entity: str, id_: str, kind: str) -> Any:
        if kind == "deleted":
            return None
        table = TABLES[entity]
        where = " and ".join(f"{quoted(column)} = ?" for column in table.key)
        return self.first(
            Query(entity, where=where, parameters=id_.split("/", len(table.key) - 1), limit=1)
        )

    def _rows(self, select: str, parameters: Parameters = ()) -> Generator[list[Any]]:
        database = self.connect()
        try:
            try:
                cursor = database.execute(select, parameters)
            except (sqlite3.Error, sqlite3.Warning, ValueError, OverflowError) as error:
                reason = str(error).removesuffix(".")
                raise MirrorError(
                    f"The mirror at {self._path} cannot answer {select!r}: {reason}."
                ) from error
            with closing(cursor), told(self._path):
                while rows := cursor.fetchmany(_AT_ONCE):
                    yield rows
        finally:
            self._idle.append(database)
            if self._is_closed:
                self.close()

    def _parsed(self, parse: Any, raw: str) -> Any:
        try:
            return parse(raw)
        except msgspec.ValidationError as error:
            raise MirrorError(
                f"The mirror at {self._path} has a record that a server of another release sent: "
                f"{error}. Fill it anew with update(immich, reset=True)."
            ) from None
