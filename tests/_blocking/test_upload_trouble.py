# Written by scripts/mirror from tests/_async/test_upload_trouble.py; edits are lost.
"""Uploading folders while something goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from local_photos import checksum, on_the_server, photos

from immichkit import Immich, RequestEvent, RetryPolicy, TransportError
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
AT_ONCE = RetryPolicy(base_delay=0)


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key, retry=AT_ONCE) as immich:
        yield immich


def all_there(server: ImmichServer, folder: Path) -> bool:
    return on_the_server(server) == {path.name: checksum(path) for path in folder.iterdir()}


def test_one_failure_stops_no_other(immich: Immich, server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(10)))
    server.fail_next(400, message="No.", method="POST", path="/assets")
    report = immich.assets.upload(tmp_path, hash_cache=False)
    assert report.counts == {"created": 9, "failed": 1}
    assert "No." in (report.failed[0].reason or "")
    again = immich.assets.upload(tmp_path, hash_cache=False)
    assert again.counts == {"created": 1, "duplicate": 9}
    assert all_there(server, tmp_path)


@pytest.mark.parametrize("carried_out", [False, True])
def test_dropped_connections_leave_no_gap_and_no_duplicate(
    immich: Immich, server: ImmichServer, tmp_path: Path, carried_out: bool
) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(10)))
    server.drop(times=5, carried_out=carried_out, method="POST", path="/assets")
    # All of them may hit one file.
    patient = immich.with_options(retry=RetryPolicy(retries=5, base_delay=0))
    report = patient.assets.upload(tmp_path, concurrency=2, hash_cache=False)
    report.raise_for_failures()
    # Also those whose first answer was lost are this run's own.
    assert report.counts == {"created": 10}
    assert all_there(server, tmp_path)


def test_answer_that_breaks_off_is_asked_for_again(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg")
    server.cut_after(5, method="POST", path="/assets")
    report = immich.assets.upload(tmp_path, hash_cache=False)
    report.raise_for_failures()
    assert all_there(server, tmp_path)


def test_unavailable_server_is_tried_again(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg", "b.jpg")
    server.fail_next(503, times=2, path="/assets/bulk-upload-check")
    server.fail_next(502, times=2, method="POST", path="/assets")
    report = immich.assets.upload(tmp_path, hash_cache=False)
    assert report.counts == {"created": 2}


def test_too_large_for_the_proxy_is_a_plain_reason(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg")
    server.fail_next(413, method="POST", path="/assets")
    report = immich.assets.upload(tmp_path, hash_cache=False)
    assert "413" in (report.failed[0].reason or "")


def test_exceeded_quota_is_a_plain_reason(server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    user = server.add_user(quota_size=3)
    with Immich(server.url, api_key=user.api_key) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    assert "Quota has been exceeded" in (report.failed[0].reason or "")


def test_server_that_goes_away_fails_each_file_with_a_reason(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(20)))

    def gone(event: RequestEvent) -> None:
        if event.operation == "assets.upload_asset":
            server.clear_faults()
            server.fail_next(503, times=None)

    options: dict[str, Any] = {"api_key": server.api_key, "retry": None, "on_request": gone}
    with Immich(server.url, **options) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    assert report.counts == {"failed": 20}
    assert all("503" in (result.reason or "") for result in report.failed)


def test_refused_connection_is_raised_when_nothing_is_begun(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg")
    with server.go_away(), pytest.raises(TransportError) as caught:
        immich.with_options(retry=None).assets.upload(tmp_path, hash_cache=False)
    assert caught.value.__dict__["report"].results == []


@pytest.mark.parametrize("size", [10, 3_000_000])
@pytest.mark.parametrize("moment", ["assets.check_bulk_upload", "assets.upload_asset"])
def test_file_that_changes_on_the_way_is_never_left_wrong(
    server: ImmichServer, tmp_path: Path, size: int, moment: str
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"1" * size)
    writes = [b"2" * size]

    def write(event: RequestEvent) -> None:
        if event.operation == moment and writes:
            (tmp_path / "a.mp4").write_bytes(writes.pop())

    options: dict[str, Any] = {"api_key": server.api_key, "on_request": write}
    with Immich(server.url, **options) as immich:
        report = immich.assets.upload(tmp_path, after="keep", hash_cache=False)
        assert report.counts == {"created": 1}
        asset = immich.assets.get_asset_info(report.created[0].asset_id or "")
        assert asset.checksum == checksum(tmp_path / "a.mp4")
        assert not asset.is_trashed


def test_file_that_grows_while_it_is_sent_is_sent_again(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.mp4")
    (tmp_path / "a.mp4").write_bytes(bytes(2_000_000))
    writes = [bytes(2_500_000)]

    def write(event: RequestEvent) -> None:
        if event.operation == "assets.upload_asset" and writes:
            (tmp_path / "a.mp4").write_bytes(writes.pop())

    options: dict[str, Any] = {"api_key": server.api_key, "on_request": write}
    with Immich(server.url, **options) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    assert report.counts == {"created": 1}
    assert all_there(server, tmp_path)


def test_file_that_changes_all_the_time_is_reported(server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    count = 0

    def write(event: RequestEvent) -> None:
        nonlocal count
        if "bulk_upload" in event.operation:
            count += 1
            (tmp_path / "a.jpg").write_bytes(f"state {count}".encode())

    options: dict[str, Any] = {"api_key": server.api_key, "on_request": write}
    with Immich(server.url, **options) as immich:
        report = immich.assets.upload(tmp_path, hash_cache=False)
    assert report.counts == {"changed": 1}
    assert on_the_server(server) == {}


def test_changed_file_is_never_deleted(server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    asked = 0

    def write(event: RequestEvent) -> None:
        nonlocal asked
        asked += event.operation == "assets.check_bulk_upload"
        if asked == 2:
            (tmp_path / "a.jpg").write_bytes(b"edited")

    options: dict[str, Any] = {"api_key": server.api_key, "on_request": write}
    with Immich(server.url, **options) as immich:
        report = immich.assets.upload(tmp_path, after="delete", hash_cache=False)
    assert (tmp_path / "a.jpg").read_bytes() == b"edited"
    assert "changed" in report.created[0].problems[0]


def test_file_of_a_trashed_asset_is_never_deleted(
    server: ImmichServer, immich: Immich, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg")
    first = immich.assets.upload(tmp_path, hash_cache=False)
    asked = 0

    def trash(event: RequestEvent) -> None:
        nonlocal asked
        asked += event.operation == "assets.check_bulk_upload"
        if asked == 2:
            asked = 3
            server.client().assets.delete_assets(ids=[first.created[0].asset_id or ""])

    options: dict[str, Any] = {"api_key": server.api_key, "on_request": trash}
    with Immich(server.url, **options) as watched:
        report = watched.assets.upload(tmp_path, after="delete", hash_cache=False)
    assert "trash" in report.duplicates[0].problems[0]
    assert (tmp_path / "a.jpg").exists()


def test_wrong_entry_in_the_cache_deletes_nothing(immich: Immich, tmp_path: Path) -> None:
    import os

    folder, cache = photos(tmp_path / "photos", "a.jpg"), tmp_path / "cache.db"
    os.utime(folder / "a.jpg", (1_000_000_000, 1_000_000_000))
    immich.assets.upload(folder, hash_cache=cache)
    # Other bytes, as long, written by somebody who sets the time back.
    size = (folder / "a.jpg").stat().st_size
    with (folder / "a.jpg").open("r+b") as file:
        file.write(b"x" * size)
    os.utime(folder / "a.jpg", (1_000_000_000, 1_000_000_000))
    report = immich.assets.upload(folder, hash_cache=cache, after="delete")
    assert (folder / "a.jpg").read_bytes() == b"x" * size
    assert report.duplicates[0].local == "kept"
