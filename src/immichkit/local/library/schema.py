"""The file of a library's copy: how it is opened, laid out, brought up to date and replaced."""

# Names are those of our own tables and columns; values are never put into a statement.
# ruff: noqa: S608

from __future__ import annotations

import os
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from immichkit_api import facts

from immichkit.availability import release_key
from immichkit.errors import MirrorError
from immichkit.local.library.tables import TABLES, Table, quoted
from immichkit.local.library.views import VIEWS

__all__ = [
    "REFILL",
    "create_tables",
    "create_views",
    "drop_tables",
    "is_up_to_date",
    "opened",
    "read_only",
    "replace_tables",
    "told",
    "transaction",
]

VERSION: Final = 1
"""Of the layout; what the contract adds to the columns does not change it."""

REFILL: Final = "refill_"
"""How the names of tables begin that are being filled while the others are still read."""

_APPLICATION: Final = 0x494D4B4C
_DAMAGED: Final = " Delete it, with what has -wal and -shm behind its name: update fills it anew."
_OWN: Final = """
create table mirror (name text primary key, value any) without rowid;
create table checkpoint (
    type text primary key, ack text, previous text, was_there integer
) without rowid;
create table change (
    number integer, entity text, id text, kind text, primary key (number, entity, id)
) without rowid
"""
# Bulk is a matter of the cache, since ids are random, and of rare checkpoints: three times faster.
# What a crash of the machine takes, the server sends again only if it was not acknowledged; so a
# checkpoint is compared before each update.
_PRAGMAS: Final = """
pragma journal_mode = wal;
pragma synchronous = normal;
pragma cache_size = -131072;
pragma wal_autocheckpoint = 10000;
pragma temp_store = memory
"""


def opened(path: Path) -> sqlite3.Connection:
    """A connection that writes to the file at ``path``, which is made or brought up to date.

    Raises `MirrorError` if it belongs to something else, or to a newer release.
    """
    with told(path):
        with suppress(FileExistsError):
            # Names, places, faces: nobody else's business. SQLite takes this mode over for -wal.
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        database = _connected(str(path))
        try:
            _check(database, path)
            for pragma in _PRAGMAS.split(";"):
                database.execute(pragma)
            _bring_up_to_date(database, path)
        except BaseException:
            database.close()
            raise
        return database


def read_only(path: Path) -> sqlite3.Connection:
    """A connection that reads the file at ``path``, and never waits for one that writes."""
    with told(path):
        return _connected(f"{path.absolute().as_uri()}?mode=ro", uri=True)


def _connected(name: str, *, uri: bool = False) -> sqlite3.Connection:
    # Used in worker threads, by one at a time.
    return sqlite3.connect(name, 30, isolation_level=None, check_same_thread=False, uri=uri)


@contextmanager
def told(path: Path) -> Iterator[None]:
    """A context in which what SQLite or the disk refuses is a `MirrorError` that says where."""
    try:
        yield
    except (sqlite3.Error, OSError) as error:
        advice = _DAMAGED if getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_CORRUPT else ""
        reason = str(error).removesuffix(".")
        raise MirrorError(f"The mirror at {path} cannot be used: {reason}.{advice}") from error


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """A context whose writes are there all at once when it ends, or not at all if it raises."""
    try:
        database.execute("begin immediate")
        yield
        database.execute("commit")
    except BaseException:
        database.rollback()
        raise


def create_tables(database: sqlite3.Connection, prefix: str = "") -> None:
    """Make empty tables whose names begin with ``prefix``."""
    for table in TABLES.values():
        _create(database, table, prefix)


def drop_tables(database: sqlite3.Connection, prefix: str = "") -> None:
    """Drop the tables whose names begin with ``prefix``, those that are there."""
    if not prefix:
        _drop_views(database)
    for name in TABLES:
        database.execute(f"drop table if exists {quoted(prefix + name)}")


def replace_tables(database: sqlite3.Connection) -> None:
    """Put those tables that were filled meanwhile in the place of those that are read."""
    drop_tables(database)
    for name in TABLES:
        database.execute(f"alter table {quoted(REFILL + name)} rename to {quoted(name)}")
    _create_views(database)


def create_views(database: sqlite3.Connection) -> None:
    """Make the views, those of older releases gone."""
    _drop_views(database)
    _create_views(database)


def _create(database: sqlite3.Connection, table: Table, prefix: str) -> None:
    columns = [f"{quoted(one.name)} {one.sql}" for one in table.columns]
    key = ", ".join(map(quoted, table.key))
    database.execute(
        f"create table {quoted(prefix + table.name)} "
        f"({', '.join(columns)}, raw text, primary key ({key}))"
    )
    # An index keeps its name when its table gets another: so it has one that is never used again.
    (number,) = database.execute("pragma schema_version").fetchone()
    for column in table.indexed:
        database.execute(
            f"create index {quoted(f'{table.name}_{column}_{number}')} "
            f"on {quoted(prefix + table.name)} ({quoted(column)})"
        )


def _create_views(database: sqlite3.Connection) -> None:
    for name, select in VIEWS.items():
        database.execute(f"create view {quoted(name)} as {select}")


def _drop_views(database: sqlite3.Connection) -> None:
    for (name,) in database.execute(
        "select name from sqlite_master where type = 'view'"
    ).fetchall():
        database.execute(f"drop view {quoted(name)}")


def _check(database: sqlite3.Connection, path: Path) -> None:
    # In this order, for another process may be making it.
    (entries,) = database.execute("select count(*) from sqlite_master").fetchone()
    (application,) = database.execute("pragma application_id").fetchone()
    (version,) = database.execute("pragma user_version").fetchone()
    if entries and application != _APPLICATION:
        raise MirrorError(f"{path} is a database of something else: name a file for the mirror.")
    if version > VERSION:
        raise _newer(path)


def _newer(path: Path) -> MirrorError:
    return MirrorError(
        f"The mirror at {path} is that of a newer immichkit: upgrade this one, or name another "
        "file."
    )


def is_up_to_date(database: sqlite3.Connection) -> bool:
    """Whether the tables and views are those of this release."""
    return bool(_noted(database, "layout") == _layout())


def _bring_up_to_date(database: sqlite3.Connection, path: Path) -> None:
    """Make what is missing of the tables and views: all of them, or what the contract added."""
    if is_up_to_date(database):
        return
    with transaction(database):
        if is_up_to_date(database):
            return
        contract = _noted(database, "contract")
        if contract is None:
            for statement in _OWN.split(";"):
                database.execute(statement)
            create_tables(database)
        elif release_key(contract) > release_key(facts.SERVER_VERSION):
            # It has columns that this one would leave empty.
            raise _newer(path)
        else:
            _add_columns(database, "")
            _add_columns(database, REFILL)
        create_views(database)
        noted = [("layout", _layout()), ("contract", facts.SERVER_VERSION)]
        database.executemany("insert or replace into mirror values (?, ?)", noted)
        database.execute(f"pragma application_id = {_APPLICATION}")
        database.execute(f"pragma user_version = {VERSION}")


def _layout() -> int:
    tables = [
        (table.name, [(one.name, one.sql) for one in table.columns]) for table in TABLES.values()
    ]
    return zlib.crc32(repr([tables, VIEWS]).encode())


def _noted(database: sqlite3.Connection, name: str) -> Any:
    if not database.execute("select 1 from sqlite_master where name = 'mirror'").fetchone():
        return None
    found = database.execute("select value from mirror where name = ?", (name,)).fetchone()
    return found and found[0]


def _add_columns(database: sqlite3.Connection, prefix: str) -> None:
    """Add the columns that a newer contract has, filled from the records as they came."""
    is_there = _columns(database, prefix + next(iter(TABLES)))
    for table in TABLES.values() if is_there else ():
        name = quoted(prefix + table.name)
        known = _columns(database, prefix + table.name)
        if not known:
            _create(database, table, prefix)
            # Some of what it would have may have been passed over: so everything is sent anew.
            database.execute("delete from checkpoint")
            continue
        for column in table.columns:
            if column.name in known:
                continue
            added = quoted(column.name)
            database.execute(f"alter table {name} add column {added} {column.sql}")
            value = "json_extract(raw, ?)"
            if column.is_time:
                value = f"strftime('%Y-%m-%dT%H:%M:%fZ', {value})"
            database.execute(f"update {name} set {added} = {value}", (f"$.{column.wire}",))


def _columns(database: sqlite3.Connection, name: str) -> set[str]:
    return {row[1] for row in database.execute(f"pragma table_info({quoted(name)})")}
