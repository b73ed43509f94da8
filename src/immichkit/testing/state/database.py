"""The server's tables: one SQLite connection that the handlers' threads take turns with."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

import sqlite3
import threading
import unicodedata
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from pathlib import Path

Row = sqlite3.Row
# SQLite refuses longer patterns; no name is that long, so nothing could match.
LONGEST_PATTERN: Final = 40_000
_T = TypeVar("_T")

_TABLES: Final = """
create table if not exists setting (name text primary key, value text not null) without rowid;
create table if not exists user (
    id text primary key, email text not null unique, name text not null, password text not null,
    avatar_color text, is_admin integer not null, should_change_password integer not null,
    quota_size integer, quota_usage integer not null default 0, storage_label text unique,
    created_at integer not null, updated_at integer not null, profile_changed_at integer not null,
    deleted_at integer, status text not null default 'active', pin_code text,
    profile_image_path text not null default ''
) without rowid;
create table if not exists user_metadata (
    user_id text not null references user on delete cascade, key text not null,
    value text not null, primary key (user_id, key)
) without rowid;
create table if not exists api_key (
    id text primary key, user_id text not null references user on delete cascade,
    name text not null, secret_hash blob not null unique, permissions text not null,
    created_at integer not null, updated_at integer not null
) without rowid;
create table if not exists session (
    id text primary key, user_id text not null references user on delete cascade,
    token_hash blob not null unique, created_at integer not null, updated_at integer not null,
    parent_id text references session on delete cascade, expires_at integer,
    pin_expires_at integer, device_type text not null default '',
    device_os text not null default '', app_version text,
    is_pending_sync_reset integer not null default 0
) without rowid;
create table if not exists asset (
    id text primary key, owner_id text not null references user on delete cascade,
    type text not null, original_path text not null, original_file_name text not null,
    search_name text not null, checksum blob not null, file_created_at integer not null,
    file_modified_at integer not null, stored_modified_at integer not null,
    local_date_time integer not null, created_at integer not null, updated_at integer not null,
    deleted_at integer, status text not null default 'active',
    is_favorite integer not null default 0, visibility text not null default 'timeline',
    duration integer, live_photo_video_id text, duplicate_id text,
    width integer, height integer, thumbhash text, sidecar_path text,
    stack_id text references stack on delete set null, is_edited integer not null default 0,
    unique (owner_id, checksum)
) without rowid;
create index if not exists asset_by_owner_and_date
    on asset (owner_id, file_created_at, id, visibility, deleted_at, search_name);
create index if not exists asset_by_moving_part on asset (live_photo_video_id)
    where live_photo_video_id is not null;
create index if not exists asset_by_stack on asset (stack_id) where stack_id is not null;
create table if not exists stack (
    id text primary key, owner_id text not null references user on delete cascade,
    primary_asset_id text not null, updated_at integer not null
) without rowid;
create index if not exists stack_by_owner on stack (owner_id, updated_at);
create table if not exists asset_edit (
    asset_id text not null references asset on delete cascade, position integer not null,
    id text not null, action text not null, parameters text not null,
    primary key (asset_id, position)
) without rowid;
create table if not exists tag (
    id text primary key, user_id text not null references user on delete cascade,
    value text not null, color text, parent_id text references tag on delete cascade,
    created_at integer not null, updated_at integer not null, unique (user_id, value)
) without rowid;
create index if not exists tag_by_parent on tag (parent_id);
create table if not exists tag_asset (
    tag_id text not null references tag on delete cascade,
    asset_id text not null references asset on delete cascade, primary key (tag_id, asset_id)
) without rowid;
create index if not exists tag_asset_by_asset on tag_asset (asset_id);
create table if not exists partner (
    shared_by_id text not null references user on delete cascade,
    shared_with_id text not null references user on delete cascade,
    in_timeline integer not null default 0, created_at integer not null,
    primary key (shared_with_id, shared_by_id)
) without rowid;
create table if not exists exif (
    asset_id text primary key references asset on delete cascade,
    make text, model text, exif_image_width integer, exif_image_height integer,
    file_size integer not null, orientation text, date_time_original integer,
    modify_date integer, time_zone text, lens_model text, f_number real, focal_length real,
    iso integer, exposure_time text, latitude real, longitude real, city text, state text,
    country text, description text not null default '', projection_type text, rating integer
) without rowid;
create table if not exists unread_asset (
    asset_id text primary key references asset on delete cascade
) without rowid;
create table if not exists asset_metadata (
    asset_id text not null references asset on delete cascade, key text not null,
    value text not null, updated_at integer not null, primary key (asset_id, key)
) without rowid;
create table if not exists album (
    id text primary key, name text not null, description text not null,
    thumbnail_asset_id text references asset on delete set null,
    is_activity_enabled integer not null default 1, sort_order text not null default 'desc',
    created_at integer not null, updated_at integer not null
) without rowid;
create table if not exists album_user (
    album_id text not null references album on delete cascade,
    user_id text not null references user on delete cascade, role text not null,
    primary key (album_id, user_id)
) without rowid;
create index if not exists album_user_by_user on album_user (user_id);
create table if not exists album_asset (
    album_id text not null references album on delete cascade,
    asset_id text not null references asset on delete cascade, primary key (album_id, asset_id)
) without rowid;
create index if not exists album_asset_by_asset on album_asset (asset_id);
create table if not exists shared_link (
    id text primary key, user_id text not null references user on delete cascade,
    key blob not null unique, type text not null,
    album_id text references album on delete cascade, description text, password text,
    slug text unique, expires_at integer, allow_upload integer not null,
    allow_download integer not null, show_metadata integer not null, created_at integer not null
) without rowid;
create index if not exists shared_link_by_album on shared_link (album_id);
create table if not exists shared_link_asset (
    link_id text not null references shared_link on delete cascade,
    asset_id text not null references asset on delete cascade, primary key (link_id, asset_id)
) without rowid;
create index if not exists shared_link_asset_by_asset on shared_link_asset (asset_id);
"""
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
        self._connection.executescript(_TABLES)

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        """The first row, or None."""
        with self._lock:
            found: Row | None = self._connection.execute(sql, parameters).fetchone()
        return found

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Every row."""
        with self._lock:
            return self._connection.execute(sql, parameters).fetchall()

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        """Change rows; how many were."""
        with self._lock:
            return self._connection.execute(sql, parameters).rowcount

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
