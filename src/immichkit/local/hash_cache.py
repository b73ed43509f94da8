"""SHA-1 of files that were read before, so that an unchanged file is not read again."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import zlib
from pathlib import Path
from typing import Final

import platformdirs

from immichkit.uploads import Identity

__all__ = ["HashCache"]

logger = logging.getLogger("immichkit")

_VERSION: Final = 2
_OURS: Final = 0x696D6B74
"""SQLite's application id, by which a file says that it is such a cache: "imkt"."""

_HEADER: Final = b"SQLite format 3\0"
_ID_AT: Final = 68
"""Where SQLite's file format has the application id, in four bytes."""

_TABLE: Final = """
create table file (
    path blob primary key, size integer, mtime_ns integer, inode integer, sha1 blob, guard integer
) without rowid
"""
_UNSAVED: Final = 500
"""Entries that may be lost when the process is killed: each by itself would be slow to write."""


class HashCache:
    """SHA-1 by path, size, time of change and inode, in a SQLite database.

    An entry is used only if all four are as they were. What cannot be read is thrown away and
    begun anew; where nothing can be written, nothing is remembered. A ``path`` that has something
    else is left alone, with a `ValueError`. For one thread.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or platformdirs.user_cache_path("immichkit") / "hashes.sqlite3"
        if path is not None:
            _check_ours(path)
        self._unsaved: list[tuple[object, ...]] = []
        self._database: sqlite3.Connection | None = None
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._database = self._opened()
        except (OSError, sqlite3.Error) as error:
            logger.warning("No hash cache at %s (%s): files are read.", self._path, error)

    def get(self, path: Path, identity: Identity) -> bytes | None:
        """The SHA-1 of a file that is as it was when it was hashed, else None."""
        if self._database is None:
            return None
        key = os.fsencode(path)
        try:
            row = self._database.execute(
                "select size, mtime_ns, inode, sha1, guard from file where path = ?", [key]
            ).fetchone()
        except sqlite3.Error as error:
            if not _is_busy(error):
                self._begin_anew(error)
            return None
        if row is None or row[:3] != (identity.size, identity.mtime_ns, _signed(identity.inode)):
            return None
        sha1: bytes = row[3]
        return sha1 if row[4] == _guard(key, identity, sha1) else None

    def put(self, path: Path, identity: Identity, sha1: bytes) -> None:
        """Remember the SHA-1 of a file."""
        if self._database is None:
            return
        key = os.fsencode(path)
        inode = _signed(identity.inode)
        guard = _guard(key, identity, sha1)
        self._unsaved.append((key, identity.size, identity.mtime_ns, inode, sha1, guard))
        if len(self._unsaved) >= _UNSAVED:
            self.save()

    def save(self) -> None:
        """Write down what was remembered, all at once: nobody else can write meanwhile."""
        rows, self._unsaved = self._unsaved, []
        if self._database is None or not rows:
            return
        try:
            with self._database:
                self._database.executemany(
                    "insert or replace into file values (?, ?, ?, ?, ?, ?)", rows
                )
        except sqlite3.OperationalError as error:
            # Another process is writing, or the disk is full: nothing depends on it.
            logger.info("Not kept in the hash cache: %s", error)
        except sqlite3.Error as error:
            self._begin_anew(error)

    def close(self) -> None:
        """Write down what was remembered and let go of the file."""
        self.save()
        if self._database is not None:
            self._database.close()
            self._database = None

    def _opened(self) -> sqlite3.Connection:
        try:
            return self._tried()
        except sqlite3.DatabaseError as error:
            if _is_busy(error):
                raise
            logger.warning("The hash cache at %s is broken (%s): begun anew.", self._path, error)
            self._remove()
            return self._tried()

    def _tried(self) -> sqlite3.Connection:
        # The feed's thread uses it, whichever thread made it.
        database = sqlite3.connect(self._path, timeout=2, check_same_thread=False)
        try:
            database.execute("pragma synchronous = off")
            # In KiB: files come in the order of their paths, so that little of it is in use.
            database.execute("pragma cache_size = -256")
            (version,) = database.execute("pragma user_version").fetchone()
            if version != _VERSION:
                # Another process may be doing the same.
                database.execute("begin immediate")
                (version,) = database.execute("pragma user_version").fetchone()
                if version != _VERSION:
                    database.execute("drop table if exists file")
                    database.execute(_TABLE)
                    database.execute(f"pragma application_id = {_OURS}")
                    database.execute(f"pragma user_version = {_VERSION}")
                database.commit()
            database.execute("select path, size, mtime_ns, inode, sha1, guard from file limit 1")
        except BaseException:
            database.close()
            raise
        return database

    def _begin_anew(self, error: sqlite3.Error) -> None:
        logger.warning("The hash cache at %s is broken (%s): begun anew.", self._path, error)
        if self._database is not None:
            self._database.close()
            self._database = None
        with contextlib.suppress(OSError, sqlite3.Error):
            self._remove()
            self._database = self._tried()

    def _remove(self) -> None:
        self._path.unlink(missing_ok=True)
        self._path.with_name(self._path.name + "-journal").unlink(missing_ok=True)


def _check_ours(path: Path) -> None:
    """Raise `ValueError` if there is a file that is surely, or possibly, no hash cache."""
    try:
        with path.open("rb") as file:
            head = file.read(_ID_AT + 4)
    except OSError:  # there is none, or opening the database will tell
        return
    is_ours = head.startswith(_HEADER) and head[_ID_AT:] == _OURS.to_bytes(4)
    if head and not is_ours:
        raise ValueError(
            f"hash_cache: {path} is there, and is no hash cache. It is left as it is: name "
            "another path, or take it away."
        )


def _is_busy(error: sqlite3.Error) -> bool:
    """Whether somebody else holds the database, which is no fault of it."""
    code: int = getattr(error, "sqlite_errorcode", 0)
    return code & 0xFF in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def _signed(number: int) -> int:
    """SQLite's integers have 64 bits with a sign, some inodes use all of them."""
    return number - (1 << 64) if number >= 1 << 63 else number


def _guard(key: bytes, identity: Identity, sha1: bytes) -> int:
    """A checksum of the entry: a bit that fell over on the disk must not make a wrong SHA-1."""
    text = f"{identity.size} {identity.mtime_ns} {identity.inode}".encode()
    return zlib.crc32(key + b"\0" + text + b"\0" + sha1)
