"""A mirror's file that does not serve: full, not to be written to, damaged, somebody else's."""

from __future__ import annotations

import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from immichkit import Immich, ImmichError, InvalidEventError, LibraryMirror, MirrorError
from immichkit.local.library.records import RecordReader
from immichkit.testing import ImmichServer

NOBODY = 65534
posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions of another kind")


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    session = Immich.sign_in(server.url, email=server.email, password=server.password)
    with Immich(server.url, access_token=session.access_token) as immich:
        yield immich


@contextmanager
def as_anybody() -> Iterator[None]:
    """A context in which even root may not do what permissions forbid."""
    if is_root := os.geteuid() == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


def altered(path: Path, *statements: str) -> None:
    database = sqlite3.connect(path)
    with database:
        for statement in statements:
            database.execute(statement)
    database.close()


def names(mirror: LibraryMirror) -> set[str]:
    return {asset.id for asset in mirror.assets()}


@pytest.mark.parametrize("reset", [False, True])
def test_full_disk_says_so_and_costs_nothing(
    server: ImmichServer, immich: Immich, tmp_path: Path, reset: bool
) -> None:
    ids = server.seed(20)
    with LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        ids += server.seed(200)
        database = mirror._store._database
        (pages,) = database.execute("pragma page_count").fetchone()
        database.execute(f"pragma max_page_count = {pages + 20}")
        with pytest.raises(MirrorError, match="is full"):
            mirror.update(immich, reset=reset, batch_size=50)
        assert len(names(mirror)) >= 20
        database.execute("pragma max_page_count = 1000000")
        assert mirror.update(immich).completed
        assert names(mirror) == set(ids)
        assert mirror.verify(immich).differences == {}


@pytest.fixture
def folder() -> Iterator[Path]:
    """One that anybody can come to."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


@posix
def test_folder_that_is_not_to_be_written_to(folder: Path) -> None:
    folder.chmod(0o555)
    with as_anybody(), pytest.raises(MirrorError, match=r"cannot be used: .*[Pp]ermission"):
        LibraryMirror(folder / "l.db")


@posix
def test_file_that_is_not_to_be_written_to(immich: Immich, folder: Path) -> None:
    LibraryMirror(folder / "l.db").close()
    (folder / "l.db").chmod(0o444)
    with as_anybody(), pytest.raises(MirrorError, match="cannot be used"):
        LibraryMirror(folder / "l.db").update(immich)


def test_damaged_file_says_what_to_do(immich: Immich, server: ImmichServer, tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    ids = server.seed(200)
    with LibraryMirror(path) as mirror:
        mirror.update(immich)
    assert not path.with_name("l.db-wal").exists()  # all is in the one file when it is closed
    whole = path.read_bytes()
    path.write_bytes(whole[:8192] + os.urandom(len(whole) - 8192))
    with pytest.raises(MirrorError, match=r"malformed.*Delete it"), LibraryMirror(path) as mirror:
        list(mirror.assets())
    path.unlink()
    with LibraryMirror(path) as mirror:
        assert mirror.update(immich).was_reset
        assert names(mirror) == set(ids)


def test_file_with_columns_of_a_newer_contract_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with LibraryMirror(path):
        pass
    layout = "update mirror set value = 1 where name = 'layout'"
    altered(path, layout, "update mirror set value = '99.0.0' where name = 'contract'")
    with pytest.raises(MirrorError, match="newer immichkit"):
        LibraryMirror(path)


def test_layout_that_another_process_changes_meanwhile_is_noticed(
    immich: Immich, tmp_path: Path
) -> None:
    with LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        altered(mirror.path, "update mirror set value = 1 where name = 'layout'")
        with pytest.raises(MirrorError, match="open the mirror again"):
            mirror.update(immich)
    with LibraryMirror(tmp_path / "l.db") as mirror:
        assert not mirror.update(immich).was_reset


def test_kind_of_thing_that_an_older_release_passed_over_is_fetched(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    path = tmp_path / "l.db"
    server.seed(3)
    with LibraryMirror(path) as mirror:
        mirror.update(immich)
    altered(
        path,
        "drop view assets_with_exif",
        "drop table asset_exif",
        "update mirror set value = 1 where name = 'layout'",
    )
    with LibraryMirror(path) as mirror:
        assert mirror.update(immich).was_reset
        assert mirror.connection.execute("select count(*) from asset_exif").fetchone() == (3,)


def test_time_that_an_older_release_did_not_know_sorts_like_the_others(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with LibraryMirror(path):
        pass
    raw = json.dumps({"id": "a", "createdAt": "2024-04-01T02:00:00.5+02:00"})
    altered(
        path,
        "drop view assets_with_exif", "drop view own_assets", "drop view partner_assets",
        "drop view album_assets", "drop view memory_assets", "drop view person_assets",
        f"insert into asset (id, raw) values ('a', '{raw}')",  # noqa: S608
        "alter table asset drop column created_at",
        "update mirror set value = 1 where name = 'layout'",
    )  # fmt: skip
    with LibraryMirror(path) as mirror:
        found = mirror.connection.execute("select created_at from asset").fetchone()
    assert found == ("2024-04-01T00:00:00.500Z",)


@posix
def test_all_ways_to_a_file_are_one_file(
    immich: Immich, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "link.db").symlink_to(tmp_path / "l.db")
    monkeypatch.chdir(tmp_path)
    with LibraryMirror("l.db") as mirror, LibraryMirror("other/link.db") as linked:
        monkeypatch.chdir(tmp_path / "other")
        assert mirror._store.lock()
        with pytest.raises(MirrorError, match="is updating"):
            linked.update(immich, wait=0)
        mirror._store.unlock()
        mirror.update(immich)
        assert sorted(path.name for path in (tmp_path / "other").iterdir()) == ["link.db"]


@pytest.mark.parametrize(
    "use",
    [
        lambda mirror, immich: mirror.update(immich),
        lambda mirror, immich: next(mirror.follow(immich)),
        lambda mirror, immich: mirror.verify(immich),
        lambda mirror, _: mirror.asset("a"),
        lambda mirror, _: list(mirror.assets()),
        lambda mirror, _: list(mirror.changes(since=0)),
    ],
)
def test_closed_mirror_says_so(
    immich: Immich, tmp_path: Path, use: Callable[[LibraryMirror, Immich], Any]
) -> None:
    mirror = LibraryMirror(tmp_path / "l.db")
    mirror.close()
    mirror.close()
    with pytest.raises(MirrorError, match="is closed"):
        use(mirror, immich)


@pytest.mark.parametrize(
    ("where", "values"),
    [
        ("is_favorite; drop table asset", ()),
        ("original_file_name = ?", (os.fsdecode(b"\xff.jpg"),)),
        ("width = ?", (2**64,)),
        ("id = ?", (object(),)),
        ("id = ?", ()),
        ("id = '\0'", ()),
    ],
)
def test_question_that_cannot_be_put_is_an_error_of_ours(
    tmp_path: Path, where: str, values: tuple[Any, ...]
) -> None:
    with LibraryMirror(tmp_path / "l.db") as mirror, pytest.raises(ImmichError, match="answer"):
        list(mirror.assets(where, values))


def test_number_that_sqlite_has_no_room_for_is_a_bad_event(tmp_path: Path) -> None:
    data = {"assetId": "a", "fileSizeInByte": 2**63}
    reader = RecordReader()
    line = json.dumps({"type": "AssetExifV1", "data": data, "ack": "AssetExifV1|1"})
    assert reader.feed(line.encode() + b"\n") == []
    assert isinstance(reader.failure, InvalidEventError)


def test_unfinished_question_hides_no_news(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    server.seed(600)
    with LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        unfinished = mirror.assets()
        next(unfinished)
        (new,) = server.seed(1)
        assert mirror.update(immich).created["asset"] == 1
        assert mirror.asset(new) is not None
        assert sum(1 for _ in unfinished) == 599


def test_many_can_make_the_file_at_once(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        for mirror in [threads.submit(LibraryMirror, tmp_path / "l.db") for _ in range(8)]:
            mirror.result().close()
