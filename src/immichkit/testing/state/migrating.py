"""Bringing a folder that an older release left to the tables of today."""

# What is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
from typing import Final

_UNREAD: Final = """
insert into queue_job (queue, number, job, data, asset_id, queued_at)
    select 'metadataExtraction', row_number() over (), 'AssetExtractMetadata',
        json_object('id', asset_id, 'source', 'upload'), asset_id, moment() from unread_asset;
insert into queue (name, jobs) select 'metadataExtraction', count(*) from unread_asset;
drop table unread_asset;
"""
"""What was still to be looked into had a table of its own before there were queues."""


def migrate(connection: sqlite3.Connection, tables: str) -> None:
    """Make ``tables``, a script; those that are there in an older form keep their rows.

    A column that is new gets its default, for each row anew. Broken off, all is as before.
    """
    found = _tables(connection)
    if found:
        _rebuild(connection, found, _wanted(tables))
    connection.executescript(tables)
    if "unread_asset" in found:
        connection.executescript(f"begin immediate; {_UNREAD} commit;")


def _wanted(tables: str) -> dict[str, str]:
    blank = sqlite3.connect(":memory:")
    try:
        # Defaults are only looked at here, never asked for.
        for name in ("new_update_id", "moment"):
            blank.create_function(name, 0, lambda: None)
        blank.executescript(tables)
        return _tables(blank)
    finally:
        blank.close()


def _rebuild(connection: sqlite3.Connection, found: dict[str, str], wanted: dict[str, str]) -> None:
    """Put the rows of each table that is of another form into one of today's."""
    stale = [table for table in found if table in wanted and found[table] != wanted[table]]
    if not stale:
        return
    # So that a table can go without what refers to it going along, or following its name.
    connection.executescript("pragma foreign_keys = off; pragma legacy_alter_table = on;")
    connection.execute("begin immediate")
    try:
        triggers = "select name from sqlite_master where type = 'trigger'"
        for (trigger,) in connection.execute(triggers).fetchall():
            connection.execute(f"drop trigger {trigger}")
        for table in stale:
            connection.execute(f"alter table {table} rename to old_{table}")
            connection.execute(wanted[table])
            columns = ", ".join(_columns(connection, table) & _columns(connection, f"old_{table}"))
            connection.execute(f"insert into {table} ({columns}) select {columns} from old_{table}")
            connection.execute(f"drop table old_{table}")
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")
    connection.executescript("pragma legacy_alter_table = off; pragma foreign_keys = on;")


def _tables(connection: sqlite3.Connection) -> dict[str, str]:
    """How each table was made."""
    return dict(
        connection.execute(
            "select name, sql from sqlite_master where type = 'table' and name not like 'sqlite_%'"
        )
    )


def _columns(connection: sqlite3.Connection, table: str) -> set[str]:
    return {row[1] for row in connection.execute(f"pragma table_info({table})")}
