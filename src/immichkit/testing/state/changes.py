"""What has changed since when: each row that is synchronized carries the id of its last change.

A table takes part by having a column ``update_id`` with `UPDATE_ID` as its default; triggers do
the rest, so that no code that changes rows needs to think of it. Ids grow with time and are
version 7 UUIDs. What was deleted is in the table ``deleted``.
"""

# What is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

import secrets
import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3

UPDATE_ID: Final = "update_id text not null default (new_update_id())"
DELETED_TABLE: Final = """
create table if not exists deleted (
    update_id text primary key default (new_update_id()), kind text not null, owner_id text,
    first text not null, second text, deleted_at integer not null default (moment())
) without rowid;
create index if not exists deleted_by_kind on deleted (kind, update_id);
"""
_HAS_OWNER: Final = "when exists (select 1 from user where id = old.owner_id)"
_HAS_USERS: Final = (
    "when exists (select 1 from user where id = old.shared_by_id) "
    "and exists (select 1 from user where id = old.shared_with_id)"
)
_HAS_ASSET: Final = "when exists (select 1 from asset where id = old.asset_id)"
# By table: whose it is, what was deleted, and when that is worth telling.
# Where the thing goes because another thing goes, v3.1 mostly tells of the other alone.
_TOLD: Final = {
    "user": ("null", "old.id", "null", ""),
    "partner": ("null", "old.shared_by_id", "old.shared_with_id", _HAS_USERS),
    "asset": ("old.owner_id", "old.id", "null", _HAS_OWNER),
    "stack": ("old.owner_id", "old.id", "null", _HAS_OWNER),
    "album_asset": (
        "null",
        "old.asset_id",
        "old.album_id",
        "when exists (select 1 from album where id = old.album_id)",
    ),
    "album_user": ("null", "old.user_id", "old.album_id", ""),
    "memory": ("old.owner_id", "old.id", "null", _HAS_OWNER),
    "memory_asset": (
        "null",
        "old.memory_id",
        "old.asset_id",
        "when exists (select 1 from memory where id = old.memory_id)",
    ),
    "person": ("old.owner_id", "old.id", "null", _HAS_OWNER),
    "face": ("null", "old.id", "old.asset_id", _HAS_ASSET),
    "ocr": ("null", "old.asset_id", "old.asset_id", _HAS_ASSET),
    "asset_metadata": ("null", "old.key", "old.asset_id", _HAS_ASSET),
    "asset_edit": ("null", "old.id", "old.asset_id", _HAS_ASSET),
    "user_metadata": (
        "old.user_id",
        "old.key",
        "null",
        "when exists (select 1 from user where id = old.user_id)",
    ),
}
# For its former members an album that put them out is as good as deleted.
_ALSO_AN_ALBUM: Final = """
create trigger if not exists album_user_deleted_album after delete on album_user begin
    insert into deleted (kind, owner_id, first) values ('album', old.user_id, old.album_id);
end;
"""


class UpdateIds:
    """Ids of changes, each greater than all before it; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> str:
        """A new id."""
        with self._lock:
            # Milliseconds in the upper 48 of 60 bits, so that many fit into one of them.
            self._last = max(self._last + 1, time.time_ns() // 1_000_000 << 12)
            moment, count = self._last >> 12, self._last & 0xFFF
        tail = secrets.token_hex(6)
        return (
            f"{moment >> 16:08x}-{moment & 0xFFFF:04x}-7{count:03x}-"
            f"{0x8000 | secrets.randbits(14):04x}-{tail}"
        )


def milliseconds_of(update_id: str) -> int:
    """When the change of this id was, since 1970."""
    return int(update_id.replace("-", "")[:12], 16)


def track(connection: sqlite3.Connection) -> None:
    """Put the triggers and indexes in place that the tables lack."""
    tables = connection.execute("select name from sqlite_master where type = 'table'").fetchall()
    for (table,) in tables:
        columns = connection.execute(f"pragma table_info({table})").fetchall()
        if table == "deleted" or all(column[1] != "update_id" for column in columns):
            continue
        is_it = " and ".join(f"{column[1]} = new.{column[1]}" for column in columns if column[5])
        connection.executescript(
            f"create index if not exists {table}_by_update on {table} (update_id);"
            f"create trigger if not exists {table}_changed after update on {table} "
            "when new.update_id = old.update_id begin "
            f"update {table} set update_id = new_update_id() where {is_it}; end;"
        )
    for table, (owner, first, second, condition) in _TOLD.items():
        connection.executescript(
            f"create trigger if not exists {table}_deleted after delete on {table} {condition} "
            "begin insert into deleted (kind, owner_id, first, second) "
            f"values ('{table}', {owner}, {first}, {second}); end;"
        )
    connection.executescript(_ALSO_AN_ALBUM)
