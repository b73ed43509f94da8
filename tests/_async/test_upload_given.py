"""What an upload is given besides the files: refused before anything is sent, or taken as meant."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from local_photos import checksum, on_the_server, photos, sent

from immichkit import (
    AsyncImmich,
    DownloadProgress,
    DownloadResult,
    RequestEvent,
    UploadProgress,
)
from immichkit.models import AlbumUserCreateDto, AlbumUserRole
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        yield immich


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ({"visibility": "x"}, "visibility is one of 'archive', 'timeline', 'hidden', 'locked'"),
        ({"favorite": "yes"}, "favorite must be True, False or None, not str"),
        ({"album": 5}, "album must be a name or a function, not int"),
        ({"album": ""}, "album is empty"),
        ({"album": "\udcff"}, "album is no text that can be sent"),
        ({"album_by": "folders"}, "album_by is one of None, 'folder', not 'folders'"),
        ({"live_photos": "x"}, "live_photos is one of 'server', 'by_name', not 'x'"),
        ({"tags": [5]}, "tags must be texts, not int"),
        ({"tags": ["a", ""]}, "A tag is empty"),
        ({"after": "nuke"}, 'after is "keep", "delete" or a Path'),
        ({"concurrency": 0}, "concurrency must be at least 1"),
        ({"on_progress": 3}, "on_progress must be a function, not int"),
    ],
)
async def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    immich: AsyncImmich,
    server: ImmichServer,
    tmp_path: Path,
    given: dict[str, Any],
    text: str,
) -> None:
    photos(tmp_path, "a.jpg")
    for dry_run in (True, False):
        with pytest.raises((TypeError, ValueError)) as caught:
            await immich.with_options(dry_run=dry_run).assets.upload(tmp_path, **given)
        assert text in str(caught.value)
    assert server.requests == []


@pytest.mark.parametrize("source", ["", 5, b"photos"])
async def test_what_names_no_file_is_refused(
    immich: AsyncImmich, server: ImmichServer, source: Any
) -> None:
    with pytest.raises((TypeError, ValueError), match="o upload is"):
        await immich.assets.upload(source)
    with pytest.raises((TypeError, ValueError), match="o upload is"):
        await immich.assets.audit(source)
    assert server.requests == []


async def test_path_that_no_system_has_is_a_failure_of_its_own(
    immich: AsyncImmich, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg")
    report = await immich.assets.upload("a\0b.jpg", tmp_path, hash_cache=False)
    assert report.counts == {"failed": 1, "created": 1}


async def test_functions_of_the_caller_may_wait(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path / "in", "a.jpg")
    told: list[object] = []

    async def uploading(progress: UploadProgress) -> None:
        told.append(progress)

    async def album(path: Path) -> str:
        return path.parent.name

    report = await immich.assets.upload(
        tmp_path / "in", album=album, hash_cache=False, on_progress=uploading
    )
    assert [one.name for one in report.albums] == ["in"]
    await immich.assets.audit(tmp_path / "in", hash_cache=False, on_progress=uploading)
    assert all(isinstance(one, UploadProgress) for one in told)
    assert len(told) >= 2

    async def downloading(progress: DownloadProgress) -> None:
        told.append(progress)

    async def done(result: DownloadResult) -> None:
        told.append(result)

    async def saving(here: int, total: int | None) -> None:
        told.append((here, total))

    ids = server.seed([SeedAsset(name="b.jpg", content=b"b" * 1000)])
    await immich.assets.download_assets(
        ids, tmp_path / "out", on_progress=downloading, on_result=done
    )
    assert isinstance(told[-2], DownloadResult)
    last = DownloadProgress(found=1, is_all_found=True, done=1, received_bytes=1000)
    assert told[-1:] == [last]
    await immich.assets.download_asset_to_file(ids[0], tmp_path / "b.jpg", on_progress=saving)
    assert told[-1:] == [(1000, 1000)]


async def test_report_that_an_exception_has_is_kept(immich: AsyncImmich, tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg")

    def fail(_: object) -> None:
        error = LookupError()
        error.report = "mine"  # type: ignore[attr-defined]
        raise error

    with pytest.raises(LookupError) as caught:
        await immich.assets.upload(tmp_path, hash_cache=False, on_progress=fail)
    assert getattr(caught.value, "report", None) == "mine"
    with pytest.raises(LookupError) as caught:
        await immich.assets.download_assets([], tmp_path / "out", on_progress=fail)
    assert getattr(caught.value, "report", None) == "mine"


async def test_album_that_somebody_shares_is_not_taken(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg")
    me = await immich.users.get_my_user()
    other = server.add_user()
    async with AsyncImmich(server.url, api_key=other.api_key) as theirs:
        shared = await theirs.albums.create_album(
            album_name="Trip",
            album_users=[AlbumUserCreateDto(user_id=me.id, role=AlbumUserRole.EDITOR)],
        )
    report = await immich.assets.upload(tmp_path, album="Trip", hash_cache=False)
    assert report.albums[0].created
    assert report.albums[0].album_id != shared.id
    assert report.albums[0].namesakes == ()


async def test_what_does_not_fit_the_quota_is_sent_once(
    server: ImmichServer, tmp_path: Path
) -> None:
    for name, size in {"a.jpg": 900, "b.jpg": 900, "c.jpg": 2000, "d.jpg": 50}.items():
        (tmp_path / name).write_bytes(name.encode() * (size // 5))
    user = server.add_user(quota_size=1000)
    async with AsyncImmich(server.url, api_key=user.api_key) as immich:
        report = await immich.assets.upload(tmp_path, concurrency=1, hash_cache=False)
    assert {one.path.name: one.status for one in report.results} == {
        "a.jpg": "created",
        "b.jpg": "failed",
        "c.jpg": "failed",
        "d.jpg": "created",
    }
    assert sent(server) == 3
    first, second = (one.reason or "" for one in report.failed)
    assert "Quota has been exceeded" in first
    assert "ask for a larger quota" in first
    assert second.startswith("Not sent, since 900 bytes were too much already")


async def test_state_that_was_sent_before_the_file_changed_is_told_of(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg")
    before, writes = checksum(tmp_path / "a.jpg"), itertools.count()

    def write(event: RequestEvent) -> None:
        if event.operation == "assets.upload_asset" and not next(writes):
            (tmp_path / "a.jpg").write_bytes(b"written later")

    options: dict[str, Any] = {"api_key": server.api_key, "on_request": write}
    async with AsyncImmich(server.url, **options) as immich:
        report = await immich.assets.upload(tmp_path, after="delete", hash_cache=False)
        [result] = report.created
        found = {one.checksum: one.id async for one in immich.search.iter_assets()}
    assert found == {before: found[before], checksum(tmp_path / "a.jpg"): result.asset_id}
    assert f"what it was before is asset {found[before]}" in result.problems[0]
    assert result.local == "kept"


@pytest.mark.parametrize("dry_run", [True, False])
async def test_sidecar_of_a_photo_that_was_there_is_told_of(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path, dry_run: bool
) -> None:
    photos(tmp_path, "a.jpg")
    await immich.assets.upload(tmp_path, hash_cache=False)
    photos(tmp_path, "a.jpg.xmp")
    report = await immich.with_options(dry_run=dry_run).assets.upload(
        tmp_path, after="delete", hash_cache=False
    )
    [result] = report.duplicates
    assert result.local == "deleted"
    assert "its sidecar is kept here" in result.problems[0]
    assert (tmp_path / "a.jpg.xmp").exists()
    assert len(on_the_server(server)) == 1


@pytest.mark.parametrize("options", [{"album": "Nin\u0303o"}, {"album_by": "folder"}])
async def test_letters_that_are_written_in_another_way_name_the_same_album(
    immich: AsyncImmich, tmp_path: Path, options: dict[str, Any]
) -> None:
    album = await immich.albums.get_or_create("Ni\u00f1o")
    photos(tmp_path / "Nin\u0303o", "a.jpg")
    report = await immich.assets.upload(tmp_path, hash_cache=False, **options)
    (outcome,) = report.albums
    assert (outcome.album_id, outcome.created, outcome.assets) == (album.id, False, 1)
    assert len(await immich.albums.get_all_albums()) == 1
