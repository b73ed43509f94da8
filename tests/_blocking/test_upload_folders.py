# Written by scripts/mirror from tests/_async/test_upload_folders.py; edits are lost.
"""Uploading folders: what is sent, what is not, and what becomes of it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_photos import checksum, on_the_server, photos, sent

from immichkit import Immich, PartialFailureError, UploadProgress
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key) as immich:
        yield immich


def test_folder_is_uploaded_byte_for_byte(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg", "deep/down/b.PNG", "ä ö.mp4")
    report = immich.assets.upload(tmp_path, hash_cache=False)
    report.raise_for_failures()
    assert report.counts == {"created": 3}
    assert on_the_server(server) == {
        "a.jpg": checksum(tmp_path / "a.jpg"),
        "b.PNG": checksum(tmp_path / "deep/down/b.PNG"),
        "ä ö.mp4": checksum(tmp_path / "ä ö.mp4"),
    }


def test_dates_are_those_of_the_file_system(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.png")
    os.utime(tmp_path / "a.png", (1_000_000_000.5, 1_000_000_000.5))
    report = immich.assets.upload(tmp_path / "a.png", hash_cache=False)
    asset = immich.assets.get_asset_info(report.created[0].asset_id or "")
    assert asset.file_modified_at.isoformat() == "2001-09-09T01:46:40.500000+00:00"


def test_every_file_found_has_one_outcome(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "a.jpg.xmp", "b.xmp", "c.txt", ".d.jpg", "@eaDir/e.jpg", "f.tmp.jpg")
    report = immich.assets.upload(tmp_path, exclude="*.tmp.jpg", hash_cache=False)
    found = {result.path.name: result.status for result in report.results}
    assert found == {
        "a.jpg": "created",
        "b.xmp": "orphan_sidecar",
        "c.txt": "unsupported",
        ".d.jpg": "skipped",
        "@eaDir": "skipped",
        "f.tmp.jpg": "skipped",
    }
    assert report.created[0].sidecar == tmp_path / "a.jpg.xmp"
    assert len(report.skipped) == 3
    assert report.to_dict()["counts"] == report.counts


def test_hidden_folder_above_hides_nothing(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path / ".hidden" / "photos", "a.jpg")
    report = immich.assets.upload(tmp_path / ".hidden" / "photos", hash_cache=False)
    assert report.counts == {"created": 1}


def test_sidecar_goes_with_its_own_photo_only(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "IMG.jpg", "IMG.123.jpg", "IMG.XMP")
    report = immich.assets.upload(tmp_path, after="delete", hash_cache=False)
    sidecars = {result.path.name: result.sidecar for result in report.results}
    assert sidecars == {"IMG.jpg": tmp_path / "IMG.XMP", "IMG.123.jpg": None}


def test_photo_without_sidecar_leaves_its_neighbours(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "IMG.jpg", "IMG.123.jpg", "IMG.xmp")
    immich.assets.upload(tmp_path / "IMG.123.jpg", after="delete", hash_cache=False)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["IMG.jpg", "IMG.xmp"]


def test_second_run_sends_nothing(immich: Immich, server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path / "photos", *(f"{number}.jpg" for number in range(30)))
    cache = tmp_path / "cache.db"
    immich.assets.upload(tmp_path / "photos", hash_cache=cache)
    server.forget_requests()
    report = immich.assets.upload(tmp_path / "photos", hash_cache=cache)
    assert report.counts == {"duplicate": 30}
    assert sent(server) == 0


def test_second_run_reads_nothing(immich: Immich, server: ImmichServer, tmp_path: Path) -> None:
    folder = photos(tmp_path / "photos", *(f"{number}.jpg" for number in range(30)))
    for path in folder.iterdir():
        os.utime(path, (1_000_000_000, 1_000_000_000))
    immich.assets.upload(folder, hash_cache=tmp_path / "cache.db")
    server.forget_requests()
    for path in folder.iterdir():
        # Other bytes that nothing but reading them could tell from what was there.
        path.write_bytes(path.read_bytes().swapcase())
        os.utime(path, (1_000_000_000, 1_000_000_000))
    told: list[int] = []
    for run in (immich.assets.upload, immich.assets.audit):
        report = run(
            folder,
            hash_cache=tmp_path / "cache.db",
            on_progress=lambda progress: told.append(progress.hashed_bytes),
        )
        assert report.counts in ({"duplicate": 30}, {"present": 30})
    assert set(told) == {0}
    assert sent(server) == 0


def test_equal_files_are_sent_once(immich: Immich, server: ImmichServer, tmp_path: Path) -> None:
    for number in range(20):
        (tmp_path / f"{number}.jpg").write_bytes(b"the same")
    report = immich.assets.upload(tmp_path, concurrency=8, hash_cache=False)
    assert report.counts == {"created": 1, "duplicate": 19}
    assert len({result.asset_id for result in report.results}) == 1
    assert sent(server) == 1


def test_overlapping_sources_are_one(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "b/c.jpg")
    sources: list[str | Path] = [
        tmp_path / "b" / "c.jpg",
        tmp_path,
        tmp_path / "b",
        f"{tmp_path}/*.jpg",
    ]
    report = immich.assets.upload(*sources, sources, hash_cache=False)
    assert report.counts == {"created": 2}


def test_nothing_at_all_asks_about_nothing(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    report = immich.assets.upload(tmp_path, hash_cache=False)
    assert report.results == []
    assert [seen.path for seen in server.requests] == ["/api/server/media-types"]


def test_trashed_asset_is_reported_apart(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    first = immich.assets.upload(tmp_path, hash_cache=False)
    immich.assets.delete_assets(ids=[first.created[0].asset_id or ""])
    report = immich.assets.upload(tmp_path, after="delete", hash_cache=False)
    assert report.counts == {"trashed_duplicate": 1}
    assert (tmp_path / "a.jpg").exists()


def test_trashed_asset_is_restored_if_asked(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    first = immich.assets.upload(tmp_path, hash_cache=False)
    asset_id = first.created[0].asset_id or ""
    immich.assets.delete_assets(ids=[asset_id])
    report = immich.assets.upload(tmp_path, restore_trashed=True, hash_cache=False)
    assert [result.asset_id for result in report.restored] == [asset_id]
    assert not (immich.assets.get_asset_info(asset_id)).is_trashed


def test_restored_still_is_linked_by_name(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "IMG_1.HEIC", "IMG_1.MOV")
    [sent] = (immich.assets.upload(tmp_path / "IMG_1.HEIC", hash_cache=False)).created
    immich.assets.delete_assets(ids=[sent.asset_id or ""])
    report = immich.assets.upload(
        tmp_path, restore_trashed=True, live_photos="by_name", hash_cache=False
    )
    assert report.counts == {"created": 1, "restored": 1}
    still = immich.assets.get_asset_info(sent.asset_id or "")
    assert still.live_photo_video_id == report.created[0].asset_id


def test_asset_that_is_being_deleted_for_good_is_sent_anew(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    first = immich.assets.upload(tmp_path, hash_cache=False)
    immich.assets.delete_assets(ids=[first.created[0].asset_id or ""], force=True)
    report = immich.assets.upload(tmp_path, restore_trashed=True, hash_cache=False)
    assert report.counts == {"created": 1}
    assert report.created[0].asset_id != first.created[0].asset_id


def test_dry_run_foretells_the_report_and_writes_nothing(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "old.jpg")
    immich.assets.upload(tmp_path, hash_cache=False)
    photos(tmp_path, "a.jpg", "b.xmp", "c.txt", "d.jpg")
    (tmp_path / "e.jpg").write_bytes((tmp_path / "d.jpg").read_bytes())
    (tmp_path / "empty.jpg").touch()
    server.forget_requests()

    def run(client: Immich) -> dict[Path, tuple[str, str]]:
        report = client.assets.upload(
            tmp_path, album="Trip", tags=["a"], after="delete", hash_cache=False
        )
        assert [album.assets for album in report.albums] == [3]
        return {result.path: (result.status, result.local) for result in report.results}

    foretold = run(immich.with_options(dry_run=True))
    seen = [(request.method, request.path) for request in server.requests]
    assert seen[:2] == [
        ("GET", "/api/server/media-types"),
        ("POST", "/api/assets/bulk-upload-check"),
    ]
    assert all(method == "GET" or "check" in path for method, path in seen)
    assert len(list(tmp_path.iterdir())) == 7
    assert run(immich) == foretold


def test_live_photo_is_linked_by_name(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "IMG_1.HEIC", "img_1.mov", "IMG_2.jpg")
    report = immich.assets.upload(tmp_path, live_photos="by_name", hash_cache=False)
    assert report.counts == {"created": 3}
    ids = {result.path.name: result.asset_id or "" for result in report.results}
    still = immich.assets.get_asset_info(ids["IMG_1.HEIC"])
    assert still.live_photo_video_id == ids["img_1.mov"]


def test_still_that_was_there_is_linked_later(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "IMG_1.HEIC")
    immich.assets.upload(tmp_path, hash_cache=False)
    photos(tmp_path, "IMG_1.MOV")
    report = immich.assets.upload(tmp_path, live_photos="by_name", hash_cache=False)
    still = immich.assets.get_asset_info(report.duplicates[0].asset_id or "")
    assert still.live_photo_video_id == report.created[0].asset_id


def test_album_is_made_once_and_holds_duplicates_too(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "old.jpg")
    immich.assets.upload(tmp_path, hash_cache=False)
    photos(tmp_path, *(f"{number}.jpg" for number in range(10)))
    for created in (True, False):
        report = immich.assets.upload(tmp_path, album="Trip", hash_cache=False)
        assert [(album.created, album.assets) for album in report.albums] == [(created, 11)]
    (album,) = immich.albums.get_all_albums()
    assert (album.album_name, album.asset_count) == ("Trip", 11)


def test_albums_by_folder_and_by_function(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "one/a.jpg", "two/b.jpg")
    immich.assets.upload(tmp_path, album_by="folder", hash_cache=False)
    immich.assets.upload(
        tmp_path,
        album=lambda path: "a only" if path.name == "a.jpg" else None,
        hash_cache=False,
    )
    albums = immich.albums.get_all_albums()
    found = {album.album_name: album.asset_count for album in albums}
    assert found == {"one": 1, "two": 1, "a only": 1}


def test_choice_between_albums_of_one_name_is_reported(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    ids = [(immich.albums.create_album(album_name="Trip")).id for _ in range(2)]
    report = immich.assets.upload(tmp_path, album="Trip", hash_cache=False)
    assert report.albums[0].album_id == ids[0]
    assert report.albums[0].namesakes == (ids[1],)


def test_failing_album_loses_no_upload(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg")
    server.fail_next(500, method="POST", path="/albums")
    report = immich.assets.upload(tmp_path, album="Trip", after="delete", hash_cache=False)
    assert report.counts == {"created": 1}
    assert "album Trip" in report.created[0].problems[0]
    assert (tmp_path / "a.jpg").exists()
    with pytest.raises(PartialFailureError) as caught:
        report.raise_for_failures()
    assert caught.value.report is report


def test_files_are_tagged(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    report = immich.assets.upload(tmp_path, tags=["scans/2026"], hash_cache=False)
    asset = immich.assets.get_asset_info(report.created[0].asset_id or "")
    assert isinstance(asset.tags, list)
    assert [tag.value for tag in asset.tags] == ["scans/2026"]


def test_uploaded_files_are_deleted_with_their_sidecars(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "a.jpg.xmp", "b.txt")
    report = immich.assets.upload(tmp_path, after="delete", hash_cache=False)
    assert report.created[0].local == "deleted"
    assert [path.name for path in tmp_path.iterdir()] == ["b.txt"]


def test_sidecar_that_the_server_did_not_take_stays(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    immich.assets.upload(tmp_path, hash_cache=False)
    photos(tmp_path, "a.xmp")
    immich.assets.upload(tmp_path, after="delete", hash_cache=False)
    assert [path.name for path in tmp_path.iterdir()] == ["a.xmp"]


def test_uploaded_files_are_moved_and_not_found_again(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "a.xmp", "deep/b.jpg")
    done = tmp_path / "uploaded"
    photos(done, "a.jpg")
    report = immich.assets.upload(tmp_path, after=done, hash_cache=False)
    assert {result.moved_to for result in report.results} == {
        done / "a (1).jpg",
        done / "deep" / "b.jpg",
    }
    again = immich.assets.upload(tmp_path, after=done, hash_cache=False)
    assert again.results == []


def test_moved_sidecar_keeps_to_its_photo(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "a.jpg.xmp", "b.jpg", "b.xmp")
    done = photos(tmp_path / "uploaded", "a.jpg", "b.jpg")
    immich.assets.upload(tmp_path, after=done, hash_cache=False)
    assert sorted(path.name for path in done.iterdir()) == [
        *("a (1).jpg", "a (1).jpg.xmp", "a.jpg", "b (1).jpg", "b (1).xmp", "b.jpg")
    ]


def test_missing_source_is_a_failure_of_its_own(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")
    report = immich.assets.upload(tmp_path / "none.jpg", tmp_path, hash_cache=False)
    assert report.counts == {"failed": 1, "created": 1}
    assert isinstance(report.failed[0].error, FileNotFoundError)


def test_progress_is_told_and_ends_with_everything_done(immich: Immich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "b.txt")
    told: list[UploadProgress] = []
    immich.assets.upload(tmp_path, on_progress=told.append, hash_cache=False)
    last = told[-1]
    assert (last.scanned, last.done, last.hashed, last.is_scan_over) == (2, 2, 1, True)
    assert last.sent_bytes == last.hashed_bytes == (tmp_path / "a.jpg").stat().st_size


def test_audit_compares_and_sends_nothing(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg", "b.jpg", "c.jpg", "e.txt")
    first = immich.assets.upload(tmp_path, hash_cache=False)
    ids = {result.path.name: result.asset_id or "" for result in first.results}
    immich.assets.delete_assets(ids=[ids["b.jpg"]])
    (tmp_path / "c.jpg").rename(tmp_path / "other.jpg")
    photos(tmp_path, "d.jpg")
    server.forget_requests()
    audit = immich.assets.audit(tmp_path, hash_cache=False)
    assert {result.path.name: result.status for result in audit.results} == {
        "a.jpg": "present",
        "b.jpg": "trashed",
        "other.jpg": "renamed",
        "d.jpg": "missing",
        "e.txt": "unsupported",
    }
    assert audit.renamed[0].server_name == "c.jpg"
    assert sent(server) == 0
