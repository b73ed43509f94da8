# Written by scripts/mirror from tests/_async/test_upload_leaving.py; edits are lost.
"""Files that leave this computer once they are uploaded: only what the server surely has."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from local_photos import checksum, on_the_server, photos

from immichkit import Immich, RequestEvent, UploadReport
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
CHECK, SEND = "assets.check_bulk_upload", "assets.upload_asset"


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key) as immich:
        yield immich


def interrupted_at(
    server: ImmichServer, operation: str, number: int, meddle: Callable[[], object]
) -> Immich:
    """A client that calls ``meddle`` before its request of that number of the operation."""
    count = 0

    def watch(event: RequestEvent) -> None:
        nonlocal count
        count += event.operation == operation
        if event.operation == operation and count == number:
            meddle()

    options: dict[str, Any] = {"api_key": server.api_key, "on_request": watch}
    return Immich(server.url, **options)


def told(report: UploadReport) -> list[tuple[Any, ...]]:
    return sorted(
        (str(one.path), one.status, one.local, str(one.moved_to), one.problems)
        for one in report.results
    )


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


def test_sidecar_that_was_edited_after_it_was_sent_stays(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "a.jpg.xmp", "b.jpg", "b.xmp")
    sidecar = tmp_path / "a.jpg.xmp"
    size, before = sidecar.stat().st_size, sidecar.stat()

    def edit(_: Path) -> str:
        sidecar.write_bytes(b"x" * size)
        os.utime(sidecar, ns=(before.st_atime_ns, before.st_mtime_ns))
        return "Trip"

    report = immich.assets.upload(tmp_path, album=edit, after="delete", hash_cache=False)
    assert [one.local for one in report.created] == ["deleted", "deleted"]
    assert names(tmp_path) == ["a.jpg.xmp"]
    assert sidecar.read_bytes() == b"x" * size
    changed = "its sidecar is kept here: it changed after it was sent"
    assert [one.problems for one in report.created] == [(changed,), ()]


def test_sidecar_of_two_photos_stays_with_the_second(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.dng", "a.jpg", "a.xmp")
    for name, left in {"a.jpg": ["a.dng", "a.xmp"], "a.dng": []}.items():
        report = immich.assets.upload(tmp_path / name, after="delete", hash_cache=False)
        assert report.ok
        assert names(tmp_path) == left


@pytest.mark.parametrize("restore", [False, True])
@pytest.mark.parametrize(
    ("fate", "status"), [("stays", "duplicate"), ("trash", ""), ("gone", "created")]
)
def test_duplicate_of_what_somebody_else_has_just_brought_is_looked_at_again(
    server: ImmichServer, tmp_path: Path, fate: str, status: str, restore: bool
) -> None:
    photos(tmp_path, "a.jpg")
    known = {"a.jpg": checksum(tmp_path / "a.jpg")}
    status = status or ("restored" if restore else "trashed_duplicate")

    def bring() -> None:
        with server.client() as other:
            report = other.assets.upload(tmp_path, hash_cache=False)
            if fate != "stays":
                ids = [report.created[0].asset_id or ""]
                other.assets.delete_assets(ids=ids, force=fate == "gone")

    with interrupted_at(server, SEND, 1, bring) as immich:
        report = immich.assets.upload(
            tmp_path, restore_trashed=restore, after="delete", hash_cache=False
        )
    assert report.counts == {status: 1}
    assert report.results[0].problems == ()
    # What is in the trash will be gone one day.
    assert names(tmp_path) == (["a.jpg"] if status == "trashed_duplicate" else [])
    assert on_the_server(server, trash=status == "trashed_duplicate") == known


def test_file_whose_asset_was_replaced_by_another_stays(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg")

    def replace() -> None:
        with server.client() as other:
            report = other.assets.upload(tmp_path, hash_cache=False)
            other.assets.delete_assets(ids=[report.duplicates[0].asset_id or ""], force=True)
            assert other.assets.upload(tmp_path, hash_cache=False).created

    with interrupted_at(server, CHECK, 2, replace) as immich:
        report = immich.assets.upload(tmp_path, after="delete", hash_cache=False)
    assert report.created[0].problems == ("kept here: the server has it as another asset by now",)
    assert names(tmp_path) == ["a.jpg"]


def test_dry_run_foretells_names_that_are_taken_by_then(immich: Immich, tmp_path: Path) -> None:
    for number in range(3):
        photos(tmp_path / str(number), "x.jpg")
    roots = [tmp_path / str(number) for number in range(3)]
    options: dict[str, Any] = {"after": tmp_path / "done", "hash_cache": False, "concurrency": 1}
    dry = immich.with_options(dry_run=True).assets.upload(*roots, **options)
    assert not (tmp_path / "done").exists()
    report = immich.assets.upload(*roots, **options)
    assert told(dry) == told(report)
    assert names(tmp_path / "done") == ["x (1).jpg", "x (2).jpg", "x.jpg"]


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("after", ["delete", "move"])
def test_dry_run_foretells_what_leaves_with_its_neighbours(
    immich: Immich, tmp_path: Path, after: str
) -> None:
    inbox = photos(tmp_path / "inbox", "a.jpg", "b.dng", "b.jpg")
    immich.assets.upload(inbox / "b.dng", hash_cache=False)
    photos(inbox, "b.xmp")
    (inbox / "z.jpg").symlink_to("a.jpg")
    choice: Any = after if after == "delete" else tmp_path / "done"
    options: dict[str, Any] = {"after": choice, "hash_cache": False, "concurrency": 1}
    dry = immich.with_options(dry_run=True).assets.upload(inbox, **options)
    assert len(names(inbox)) == 5
    report = immich.assets.upload(inbox, **options)
    assert told(dry) == told(report)
    assert {one.local for one in report.results} == {"deleted" if after == "delete" else "moved"}
