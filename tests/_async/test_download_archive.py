"""Archives: planned by the server, checked here."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from immichkit import (
    ArchiveReport,
    AsyncImmich,
    IntegrityError,
    PartialFailureError,
    RetryPolicy,
    ServerError,
)
from immichkit.testing import ImmichServer
from immichkit.testing.seeding import SeedAsset

pytestmark = pytest.mark.anyio
ARCHIVE = "/download/archive"


def opened(server: ImmichServer, **options: Any) -> AsyncImmich:
    return AsyncImmich(
        server.url, api_key=server.api_key, retry=RetryPolicy(1, base_delay=0), **options
    )


def seeded(server: ImmichServer, count: int = 4) -> list[str]:
    return server.seed(
        [
            SeedAsset(name="IMG.jpg", content=bytes([n]) * 1000, albums=("Trip",))
            for n in range(count)
        ]
    )


def contents_of(path: Path) -> set[bytes]:
    with zipfile.ZipFile(path) as archive:
        return {archive.read(name) for name in archive.namelist()}


async def test_assets_come_in_one_checked_zip(server: ImmichServer, tmp_path: Path) -> None:
    ids = seeded(server)
    async with opened(server) as immich:
        report = await immich.download.download_archive_to_file(tmp_path / "a.zip", asset_ids=ids)
    [archive] = report.archives
    assert (archive.path, archive.entries, archive.missing) == (tmp_path / "a.zip", 4, [])
    assert sorted(archive.proven) == sorted(ids)
    assert contents_of(archive.path) == {bytes([n]) * 1000 for n in range(4)}
    report.raise_for_failures()


async def test_album_and_user_come_whole(server: ImmichServer, tmp_path: Path) -> None:
    seeded(server)
    async with opened(server) as immich:
        [album] = await immich.albums.get_all_albums()
        one = await immich.download.download_archive_to_file(tmp_path / "a.zip", album_id=album.id)
        two = await immich.download.download_archive_to_file(tmp_path, user_id=server.admin.id)
    assert [report.archives[0].entries for report in (one, two)] == [4, 4]
    assert two.archives[0].path == tmp_path / "immich.zip"


async def test_several_archives_are_numbered(server: ImmichServer, tmp_path: Path) -> None:
    ids = seeded(server)
    async with opened(server) as immich:
        report = await immich.download.download_archive_to_file(
            tmp_path / "a.zip", asset_ids=ids, archive_size=1500
        )
    assert [one.path.name for one in report.archives] == ["a+1.zip", "a+2.zip"]
    assert set.union(*(contents_of(one.path) for one in report.archives)) == {
        bytes([n]) * 1000 for n in range(4)
    }


async def test_what_is_in_the_trash_is_listed_as_missing(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server)
    async with opened(server) as immich:
        await immich.assets.delete_assets(ids=ids[:1])
        report = await immich.download.download_archive_to_file(
            tmp_path / "a.zip", asset_ids=[*ids, ids[1]]
        )
    assert (report.left_out, report.archives[0].entries) == (ids[:1], 3)
    with pytest.raises(PartialFailureError, match="1 assets"):
        report.raise_for_failures()


async def test_connection_that_breaks_is_tried_again(server: ImmichServer, tmp_path: Path) -> None:
    ids = seeded(server)
    server.cut_after(2000, path=ARCHIVE)
    async with opened(server) as immich:
        report = await immich.download.download_archive_to_file(tmp_path / "a.zip", asset_ids=ids)
    assert report.archives[0].entries == 4


def zip_of(*contents: bytes, name: str = "IMG") -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for number, content in enumerate(contents):
            archive.writestr(f"{name}+{number}.jpg" if number else f"{name}.jpg", content)
    return file.getvalue()


class Spoilt:
    """The embedded server, with these bodies in place of its archives; the last for ever."""

    def __init__(self, server: ImmichServer, *bodies: bytes) -> None:
        self.asked = 0
        self._bodies = bodies
        self._server = httpx.Client(transport=server.transport())

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path != f"/api{ARCHIVE}":
            headers = {k: v for k, v in request.headers.items() if k != "host"}
            seen = self._server.request(
                request.method, str(request.url), headers=headers, content=request.content
            )
            return httpx.Response(seen.status_code, json=seen.json())
        body = self._bodies[min(self.asked, len(self._bodies) - 1)]
        self.asked += 1
        return httpx.Response(200, content=body)


def spoilt(server: ImmichServer, *bodies: bytes) -> tuple[AsyncImmich, Spoilt]:
    answers = Spoilt(server, *bodies)
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    return opened(server, http_client=pool), answers


WHOLE = [bytes([n]) * 1000 for n in range(4)]


async def test_truncated_archive_is_fetched_again(server: ImmichServer, tmp_path: Path) -> None:
    ids, whole = seeded(server), zip_of(*WHOLE)
    immich, answers = spoilt(server, whole[:3000], whole)
    report = await immich.download.download_archive_to_file(tmp_path / "a.zip", asset_ids=ids)
    assert (answers.asked, report.archives[0].error) == (2, None)
    assert contents_of(tmp_path / "a.zip") == set(WHOLE)


@pytest.mark.parametrize(
    "body",
    [
        zip_of(*WHOLE)[:3000],
        zip_of(*WHOLE).replace(b"\x01\x01\x01", b"\x01\x02\x01", 1),
        zip_of(*WHOLE, b"more"),
        zip_of(*WHOLE[:3], b"else"),
        zip_of(*WHOLE[:3], b"", name="../../IMG"),
        b"",
    ],
)
async def test_archive_that_stays_broken_is_reported(
    body: bytes, server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server)
    immich, answers = spoilt(server, body)
    report = await immich.download.download_archive_to_file(tmp_path / "a.zip", asset_ids=ids)
    assert isinstance(report.archives[0].error, IntegrityError)
    assert (answers.asked, sorted(report.missing)) == (2, sorted(ids))
    assert not list(tmp_path.iterdir())
    with pytest.raises(PartialFailureError):
        report.raise_for_failures()


async def test_assets_that_are_not_in_the_zip_are_named(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server)
    immich, _ = spoilt(server, zip_of(WHOLE[0], WHOLE[1], WHOLE[3]))
    report = await immich.download.download_archive_to_file(tmp_path / "a.zip", asset_ids=ids)
    assert report.missing == [ids[2]]
    assert (tmp_path / "a.zip").exists()


async def test_who_may_not_read_assets_has_them_counted(
    server: ImmichServer, tmp_path: Path
) -> None:
    user = server.add_user(permissions=["asset.download"])
    ids = server.seed(3, user=user)
    async with AsyncImmich(server.url, api_key=user.api_key) as immich:
        report = await immich.download.download_archive_to_file(tmp_path / "a.zip", asset_ids=ids)
    assert (report.archives[0].entries, report.archives[0].proven, report.missing) == (3, [], [])


async def test_failing_look_at_the_assets_is_no_leave_to_trust_the_archive(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server)
    server.fail_next(503, times=None, method="GET", path="/assets/{id}")
    async with opened(server) as immich:
        report = await immich.download.download_archive_to_file(tmp_path / "a.zip", asset_ids=ids)
    assert isinstance(report.archives[0].error, ServerError)
    assert (report.missing, list(tmp_path.iterdir())) == (ids, [])


async def test_existing_archive_is_not_overwritten(server: ImmichServer, tmp_path: Path) -> None:
    ids = seeded(server)
    (tmp_path / "a.zip").write_bytes(b"mine")
    async with opened(server) as immich:
        with pytest.raises(FileExistsError):
            await immich.download.download_archive_to_file(tmp_path / "a.zip", asset_ids=ids)
    assert (tmp_path / "a.zip").read_bytes() == b"mine"


async def test_archive_that_is_there_is_noticed_before_the_first_comes(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server)
    (tmp_path / "a+2.zip").write_bytes(b"mine")
    async with opened(server) as immich:
        with pytest.raises(FileExistsError, match=r"a\+2\.zip"):
            await immich.download.download_archive_to_file(
                tmp_path / "a.zip", asset_ids=ids, archive_size=1500
            )
    assert not any(seen.path == ARCHIVE for seen in server.requests)
    assert [path.name for path in tmp_path.iterdir()] == ["a+2.zip"]


async def test_archives_that_are_broken_off_have_their_report(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server)
    (tmp_path / "a+2.zip.part").mkdir()
    async with opened(server) as immich:
        with pytest.raises(OSError) as caught:
            await immich.download.download_archive_to_file(
                tmp_path / "a.zip", asset_ids=ids, archive_size=1500
            )
    report = getattr(caught.value, "report", None)
    assert isinstance(report, ArchiveReport)
    assert [one.error for one in report.archives] == [None, caught.value]
    assert contents_of(report.archives[0].path) == set(WHOLE[:2])
    assert report.missing == ids[2:]


async def test_archive_goes_into_a_folder_that_is_made(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server)
    async with opened(server) as immich:
        report = await immich.download.download_archive_to_file(f"{tmp_path}/new/", asset_ids=ids)
    assert contents_of(tmp_path / "new" / "immich.zip") == set(WHOLE)
    assert report.archives[0].path == tmp_path / "new" / "immich.zip"


async def test_nothing_is_no_archive(server: ImmichServer, tmp_path: Path) -> None:
    async with opened(server) as immich:
        report = await immich.download.download_archive_to_file(tmp_path / "a.zip", asset_ids=[])
        assert report.archives == []
        with pytest.raises(ValueError, match="Give one of"):
            await immich.download.download_archive_to_file(tmp_path / "a.zip")
        with pytest.raises(TypeError, match="asset_ids must be a list of ids"):
            await immich.download.download_archive_to_file(tmp_path / "a.zip", asset_ids="one")
