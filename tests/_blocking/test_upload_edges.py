# Written by scripts/mirror from tests/_async/test_upload_edges.py; edits are lost.
"""Uploading files, folders and albums that are not what they were a moment ago."""

from __future__ import annotations

import base64
import hashlib
import os
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from local_photos import checksum, on_the_server, photos

from immichkit import Immich, RequestEvent, RetryPolicy, TransportError
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
CHECK, SEND = "assets.check_bulk_upload", "assets.upload_asset"


def meddled(server: ImmichServer, moment: str, meddle: Callable[[], object]) -> Immich:
    """A client that calls ``meddle`` before its first request of the operation ``moment``."""
    left = [meddle]

    def watch(event: RequestEvent) -> None:
        if event.operation == moment and left:
            left.pop()()

    options: dict[str, Any] = {"api_key": server.api_key, "on_request": watch}
    return Immich(server.url, retry=RetryPolicy(1, 0), **options)


def test_file_that_vanishes_before_it_is_sent_is_a_failure_of_its_own(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg", "b.jpg")
    with meddled(server, CHECK, (tmp_path / "a.jpg").unlink) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    assert {result.path.name: result.status for result in report.results} == {
        "a.jpg": "failed",
        "b.jpg": "created",
    }
    assert isinstance(report.failed[0].error, FileNotFoundError)
    assert "a.jpg" in (report.failed[0].reason or "")


@pytest.mark.parametrize("size", [10, 3_000_000])
def test_file_that_vanishes_while_it_is_sent_is_there_all_the_same(
    server: ImmichServer, tmp_path: Path, size: int
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(b"1" * size)
    sha1 = checksum(path)
    with meddled(server, SEND, path.unlink) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    assert report.counts == {"created": 1}
    assert on_the_server(server) == {"a.mp4": sha1}


def test_file_that_is_cut_off_while_it_is_sent_is_sent_again(
    server: ImmichServer, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes(3_000_000))
    with meddled(server, SEND, lambda: path.write_bytes(b"short")) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    assert report.counts == {"created": 1}
    assert on_the_server(server) == {"a.mp4": checksum(path)}


def test_file_that_is_always_written_to_is_never_left_wrong(
    server: ImmichServer, tmp_path: Path
) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(bytes(3_000_000))
    states = {checksum(path)}
    is_over = threading.Event()

    def write() -> None:
        content = bytearray(3_000_000)
        with path.open("r+b") as file:
            while not is_over.wait(0.0005):
                content[2_900_000:2_900_008] = os.urandom(8)
                states.add(base64.b64encode(hashlib.sha1(content).digest()).decode())
                file.seek(2_900_000)
                file.write(content[2_900_000:2_900_008])
                file.flush()

    writer = threading.Thread(target=write, daemon=True)
    try:
        with meddled(server, SEND, writer.start) as immich:
            report = immich.assets.upload(tmp_path, hash_cache=False)
    finally:
        is_over.set()
        writer.join()
    # On a busy computer the file may happen to stand still for as long as it takes.
    assert report.counts in ({"changed": 1}, {"created": 1})
    # A state that the file had is kept, a mixture of two is not.
    assert set(on_the_server(server, trash=False).values()) <= states


@pytest.mark.skipif(sys.platform != "linux", reason="needs a file that nobody can read")
def test_unreadable_file_is_a_failure_of_its_own(server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "c.jpg")
    (tmp_path / "b.jpg").symlink_to("/proc/self/mem")
    with Immich(server.url, api_key=server.api_key) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    assert report.counts == {"created": 2, "failed": 1}
    assert report.failed[0].reason == os.strerror(5)


def test_what_is_forbidden_is_told(server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "b.jpg", "c/d.jpg")
    (tmp_path / "b.jpg").chmod(0)
    (tmp_path / "c").chmod(0)
    if os.access(tmp_path / "b.jpg", os.R_OK):
        pytest.skip("nothing is forbidden here")
    with Immich(server.url, api_key=server.api_key) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    (tmp_path / "c").chmod(0o700)
    assert {result.path.name for result in report.failed} == {"b.jpg", "c"}
    assert all(isinstance(result.error, PermissionError) for result in report.failed)
    assert len(report.created) == 1


@pytest.mark.parametrize("content", [b"", None])
def test_no_hash_cache_is_no_failure(
    server: ImmichServer, tmp_path: Path, content: bytes | None
) -> None:
    photos(tmp_path / "photos", "a.jpg")
    cache = tmp_path / "cache.db"
    if content is None:
        cache.mkdir()
    else:
        cache.write_bytes(content)
    with Immich(server.url, api_key=server.api_key) as immich:
        for status in ("created", "duplicate"):
            report = immich.assets.upload(tmp_path / "photos", hash_cache=cache)
            assert report.counts == {status: 1}


def test_file_that_is_no_hash_cache_is_refused_and_left_alone(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path / "photos", "a.jpg")
    (tmp_path / "thesis.txt").write_text("all of it", encoding="utf-8")
    with Immich(server.url, api_key=server.api_key) as immich:
        with pytest.raises(ValueError, match=r"thesis\.txt is there, and is no hash cache"):
            immich.assets.upload(tmp_path / "photos", hash_cache=tmp_path / "thesis.txt")
    assert (tmp_path / "thesis.txt").read_text(encoding="utf-8") == "all of it"


def test_server_that_is_gone_for_good_is_not_tried_for_each_file(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(300)))
    tried: list[str] = []

    def watch(event: RequestEvent) -> None:
        tried.append(event.operation)
        if len(tried) == 30:
            server.go_away()

    retry = RetryPolicy(retries=2, base_delay=0)
    options: dict[str, Any] = {"api_key": server.api_key, "retry": retry, "on_request": watch}
    with Immich(server.url, **options) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    server.come_back()
    assert sum(report.counts.values()) == 300
    assert set(report.counts) == {"created", "failed"}
    assert len(tried) < 100
    reasons = [result.reason or "" for result in report.failed]
    assert sum("Not tried any more, the server is gone" in reason for reason in reasons) > 250
    assert all(isinstance(result.error, TransportError) for result in report.failed)


def test_server_that_only_refuses_some_is_asked_about_all(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, *(f"{number:02}.jpg" for number in range(60)))
    server.fail_next(503, times=40, method="POST", path="/assets")
    options: dict[str, Any] = {"api_key": server.api_key, "retry": None}
    with Immich(server.url, **options) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    assert report.counts == {"created": 20, "failed": 40}


def test_server_that_is_gone_for_good_fails_the_rest_with_a_reason(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(20)))
    sent = 0

    def watch(event: RequestEvent) -> None:
        nonlocal sent
        sent += event.operation == SEND
        if sent == 8:
            server.go_away()

    options: dict[str, Any] = {"api_key": server.api_key, "retry": None, "on_request": watch}
    with Immich(server.url, **options) as immich:
        report = immich.assets.upload(tmp_path, album="Trip", hash_cache=False)
        server.come_back()
        assert set(report.counts) == {"created", "failed"}
        assert len(report.results) == 20
        assert all(isinstance(result.error, TransportError) for result in report.failed)
        assert all("album Trip" in result.problems[0] for result in report.created)
        again = immich.assets.upload(tmp_path, album="Trip", hash_cache=False)
        again.raise_for_failures()
        [album] = immich.albums.get_all_albums()
    assert album.asset_count == 20


@pytest.mark.parametrize("path", ["/albums/{id}/assets", "/tags/assets", "/tags", "/albums"])
def test_failing_album_or_tag_is_made_good_by_the_next_run(
    server: ImmichServer, tmp_path: Path, path: str
) -> None:
    photos(tmp_path, "a.jpg", "b.jpg")
    server.fail_next(500, times=2, method="PUT", path=path)
    server.fail_next(500, times=1, method="POST", path=path)
    options: dict[str, Any] = {"album": "Trip", "tags": "scans", "hash_cache": False}
    with Immich(server.url, api_key=server.api_key) as immich:
        report = immich.assets.upload(tmp_path, after="delete", **options)
        assert report.counts == {"created": 2}
        assert all(len(result.problems) == 1 for result in report.created)
        assert {result.local for result in report.results} == {"kept"}
        server.clear_faults()
        again = immich.assets.upload(tmp_path, after="delete", **options)
        again.raise_for_failures()
        [album] = immich.albums.get_all_albums()
        [tag] = immich.tags.get_all_tags()
        tagged = list(immich.search.iter_assets(tag_ids=[tag.id]))
    assert (album.asset_count, len(tagged)) == (2, 2)
    assert list(tmp_path.iterdir()) == []


def test_live_photo_is_linked_by_the_run_after_a_broken_one(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "IMG_1.HEIC", "IMG_1.MOV")
    options: dict[str, Any] = {"live_photos": "by_name", "hash_cache": False}
    with Immich(server.url, api_key=server.api_key) as immich:
        for name in ("IMG_1.HEIC", "IMG_1.MOV"):
            # As if the other one had failed, or its answer had been lost.
            immich.assets.upload(tmp_path / name, **options)
        report = immich.assets.upload(tmp_path, **options)
        ids = {result.path.name: result.asset_id or "" for result in report.duplicates}
        still = immich.assets.get_asset_info(ids["IMG_1.HEIC"])
    assert still.live_photo_video_id == ids["IMG_1.MOV"]


@pytest.mark.parametrize("failing", ["IMG_1.HEIC", "IMG_1.MOV"])
def test_half_a_live_photo_never_leaves(server: ImmichServer, tmp_path: Path, failing: str) -> None:
    photos(tmp_path, "IMG_1.HEIC", "IMG_1.MOV", "a.jpg")
    content = (tmp_path / failing).read_bytes()
    (tmp_path / failing).write_bytes(b"")
    options: dict[str, Any] = {"live_photos": "by_name", "hash_cache": False, "after": "delete"}
    with Immich(server.url, api_key=server.api_key) as immich:
        report = immich.assets.upload(tmp_path, **options)
        assert report.counts == {"created": 2, "failed": 1}
        assert sorted(path.name for path in tmp_path.iterdir()) == ["IMG_1.HEIC", "IMG_1.MOV"]
        (tmp_path / failing).write_bytes(content)
        report = immich.assets.upload(tmp_path, **options)
        report.raise_for_failures()
        ids = {result.path.name: result.asset_id or "" for result in report.results}
        still = immich.assets.get_asset_info(ids["IMG_1.HEIC"])
    assert still.live_photo_video_id == ids["IMG_1.MOV"]
    assert list(tmp_path.iterdir()) == []


def test_sidecar_that_cannot_be_deleted_is_told_of(server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "a.jpg.xmp")

    def meddle() -> None:
        (tmp_path / "a.jpg.xmp").unlink()
        photos(tmp_path / "a.jpg.xmp", "b.jpg")

    with meddled(server, "albums.create_album", meddle) as immich:
        options: dict[str, Any] = {"hash_cache": False, "album": "Trip"}
        report = immich.assets.upload(tmp_path / "a.jpg", after="delete", **options)
    assert report.created[0].local == "deleted"
    assert "sidecar" in report.created[0].problems[0]
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg.xmp"]
