"""The server's tables: one SQLite connection that the handlers' threads take turns with."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
import threading
import unicodedata
import uuid
from collections.abc import Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

from immichkit.testing import times
from immichkit.testing.state import changes
from immichkit.testing.state.migrating import migrate
from immichkit.testing.state.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

Row = sqlite3.Row
# By place or by name.
Parameters = Sequence[Any] | Mapping[str, Any]
# SQLite refuses longer patterns; no name is that long, so nothing could match.
LONGEST_PATTERN: Final = 40_000
_T = TypeVar("_T")

# What PostgreSQL's unaccent spells out and Unicode does not take apart.
_SPELLED_OUT: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ł": "l", "\u0131": "i", "þ": "th"}
)


def new_id() -> str:
    """The id of a new row, in small letters."""
    return str(uuid.uuid4())


def plain(text: str) -> str:
    """The text in small letters and without accents, as searches compare it."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.lower().translate(_SPELLED_OUT))
    return "".join(char for char in apart if not unicodedata.combining(char))


class Database:
    """The open tables, in a file or in memory; safe to use from any thread."""

    def __init__(self, path: Path | None) -> None:
        self._lock = threading.RLock()
        self._connection = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._connection.row_factory = sqlite3.Row
        self._connection.create_function("plain", 1, plain, deterministic=True)
        self._connection.executescript(
            "pragma journal_mode = wal; pragma synchronous = normal; pragma foreign_keys = on;"
        )
        self._update_ids = changes.UpdateIds()
        self._connection.create_function("new_update_id", 0, self._update_ids.next)
        self._connection.create_function("moment", 0, times.now)
        migrate(self._connection, TABLES + changes.DELETED_TABLE)
        changes.track(self._connection)

    def one(self, sql: str, parameters: Parameters = ()) -> Row | None:
        """The first row, or None."""
        with self._lock:
            found: Row | None = self._connection.execute(sql, parameters).fetchone()
        return found

    def all(self, sql: str, parameters: Parameters = ()) -> list[Row]:
        """Every row."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def run(self, sql: str, parameters: Parameters = ()) -> int:
        """Change rows; how many were."""
        with self._lock:
            return self._connection.execute(sql, parameters).rowcount

    def new_update_id(self) -> str:
        """An id that is greater than those of all changes so far, and less than of those to come.

        Not while somebody is in the middle of a transaction, whose changes are still to be seen.
        """
        with self._lock:
            return self._update_ids.next()

    def insert(self, table: str, **values: Any) -> None:
        """One new row."""
        marks = ", ".join("?" * len(values))
        self.run(
            f"insert into {table} ({', '.join(values)}) values ({marks})",
            list(values.values()),
        )

    def insert_all(self, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Many new rows, each with the same columns in the same order."""
        columns = list(rows[0])
        sql = f"insert into {table} ({', '.join(columns)}) values ({marks(columns)})"
        with self._lock:
            self._connection.executemany(sql, [tuple(row.values()) for row in rows])

    def update(self, table: str, where: str, parameters: Sequence[Any], **values: Any) -> int:
        """Set columns of the rows that the condition holds for; how many those were."""
        columns = ", ".join(f"{name} = ?" for name in values)
        return self.run(
            f"update {table} set {columns} where {where}",
            [*values.values(), *parameters],
        )

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All of it or nothing; other threads wait meanwhile."""
        with self._lock:
            if self._connection.in_transaction:
                yield
                return
            self._connection.execute("begin immediate")
            try:
                yield
            except BaseException:
                self._connection.execute("rollback")
                raise
            self._connection.execute("commit")

    def close(self) -> None:
        """Give the file back; what was committed stays."""
        with self._lock:
            self._connection.close()


def marks(values: Sequence[Any]) -> str:
    """As many question marks as there are values, for ``in (…)``."""
    return ", ".join("?" * len(values))


def batches(values: Sequence[_T]) -> Iterable[Sequence[_T]]:
    """Runs short enough for the number of variables that SQLite takes in one statement."""
    return (values[start : start + 5000] for start in range(0, len(values), 5000))
