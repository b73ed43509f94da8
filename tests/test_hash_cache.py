"""What the hash cache remembers, and what it must not."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
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


def emptied(content: bytes) -> bytes:
    return b""


def cut(content: bytes) -> bytes:
    return content[:4096]


def garbled(content: bytes) -> bytes:
    return content[:100] + bytes(len(content) - 100)


@pytest.mark.parametrize("breaking", [emptied, cut, garbled])
def test_broken_cache_is_begun_anew(place: Path, breaking: Callable[[bytes], bytes]) -> None:
    place.write_bytes(breaking(place.read_bytes()))
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


def foreign_database(place: Path) -> None:
    with sqlite3.connect(place) as database:
        database.execute("create table file (name text)")
    database.close()


def plain_file(place: Path) -> None:
    place.write_bytes(b"my thesis" * 1000)


def tiny_file(place: Path) -> None:
    place.write_bytes(b"x")


@pytest.mark.parametrize("write", [foreign_database, plain_file, tiny_file])
def test_file_of_somebody_else_is_refused_and_left_alone(
    tmp_path: Path, write: Callable[[Path], None]
) -> None:
    place = tmp_path / "mine"
    write(place)
    before = place.read_bytes()
    with pytest.raises(ValueError, match="no hash cache"):
        HashCache(place)
    assert place.read_bytes() == before
    assert list(tmp_path.iterdir()) == [place]


def test_usual_place_is_begun_anew_whatever_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("platformdirs.user_cache_path", lambda _: tmp_path)
    (tmp_path / "hashes.sqlite3").write_bytes(b"no database")
    for known in (None, SHA1):
        cache = HashCache()
        assert cache.get(FILE, NOW) == known
        cache.put(FILE, NOW, SHA1)
        cache.close()


def test_place_that_cannot_be_written_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = HashCache(tmp_path / "file" / "cache.db")
    cache.put(FILE, NOW, SHA1)
    assert cache.get(FILE, NOW) is None
    cache.close()
