"""What the hash cache remembers, and what it must not."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from immichkit.local.hash_cache import HashCache
from immichkit.uploads import Identity

FILE = Path("/photos/a.jpg")
NOW = Identity(size=3, mtime_ns=5, inode=(1 << 64) - 7, ctime_ns=9)
SHA1 = bytes(range(20))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    cache = HashCache(tmp_path / "deep" / "cache.db")
    cache.put(FILE, NOW, SHA1)
    cache.close()
    return tmp_path / "deep" / "cache.db"


def remembered(place: Path, identity: Identity = NOW) -> bytes | None:
    cache = HashCache(place)
    try:
        return cache.get(FILE, identity)
    finally:
        cache.close()


def test_unchanged_file_is_remembered(place: Path) -> None:
    assert remembered(place) == SHA1


@pytest.mark.parametrize(
    "changed",
    [
        Identity(size=4, mtime_ns=5, inode=NOW.inode),
        Identity(size=3, mtime_ns=6, inode=NOW.inode),
        Identity(size=3, mtime_ns=5, inode=1),
    ],
)
def test_changed_file_is_not(place: Path, changed: Identity) -> None:
    assert remembered(place, changed) is None


def test_entry_with_a_wrong_bit_is_not_believed(place: Path) -> None:
    with sqlite3.connect(place) as database:
        database.execute("update file set sha1 = ?", [bytes(20)])
    database.close()
    assert remembered(place) is None


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + bytes(4000)])
def test_broken_cache_is_begun_anew(place: Path, content: bytes) -> None:
    place.write_bytes(content)
    assert remembered(place) is None
    cache = HashCache(place)
    cache.put(FILE, NOW, SHA1)
    cache.close()
    assert remembered(place) == SHA1


def test_cache_that_breaks_halfway_is_begun_anew(place: Path) -> None:
    content = place.read_bytes()
    place.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    assert remembered(place) is None
    assert remembered(place) is None


def test_place_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = HashCache(tmp_path / "file" / "cache.db")
    cache.put(FILE, NOW, SHA1)
    assert cache.get(FILE, NOW) is None
    cache.close()
