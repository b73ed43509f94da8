"""Many assets into a folder, and again."""

from __future__ import annotations

import json
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hostile import sha1
from msgspec import structs

from immichkit import (
    AsyncImmich,
    DownloadReport,
    IntegrityError,
    PartialFailureError,
    RequestEvent,
    RetryPolicy,
)
from immichkit.local.manifest import Entry, Manifest
from immichkit.models import AssetResponseDto
from immichkit.testing import ImmichServer
from immichkit.testing.seeding import SeedAsset

pytestmark = pytest.mark.anyio
ORIGINAL = "/assets/{id}/original"
MANIFEST = ".immichkit-manifest.jsonl"


def opened(server: ImmichServer, **options: Any) -> AsyncImmich:
    options = {"retry": RetryPolicy(1, base_delay=0), **options}
    return AsyncImmich(server.url, api_key=server.api_key, **options)


def content_of(number: int) -> bytes:
    return random.Random(number).randbytes(3000)


def seeded(server: ImmichServer, count: int, **facts: Any) -> list[str]:
    return server.seed(
        [
            SeedAsset(**{"name": f"IMG_{n}.jpg", "content": content_of(n), **facts})
            for n in range(count)
        ]
    )


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def originals(server: ImmichServer) -> int:
    count = sum(seen.path.endswith("/original") for seen in server.requests)
    server.forget_requests()
    return count


async def test_assets_lie_where_the_template_says(server: ImmichServer, tmp_path: Path) -> None:
    ids = seeded(server, 20)
    async with opened(server) as immich:
        report = await immich.assets.download_assets(ids, tmp_path / "new" / "backup")
    assert [result.asset_id for result in report.downloaded] == ids
    wanted = {f"2024/01/IMG_{n}.jpg": content_of(n) for n in range(20)}
    assert files_of(tmp_path / "new" / "backup") == wanted
    report.raise_for_failures()


async def test_second_run_fetches_only_what_is_missing_or_different(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server, 10)
    async with opened(server) as immich:
        first = await immich.assets.download_assets(ids, tmp_path)
        assert originals(server) == 10
        assert len((await immich.assets.download_assets(ids, tmp_path)).present) == 10
        assert originals(server) == 0
        paths = [result.path for result in first.results if result.path]
        paths[1].unlink()
        manifest = Manifest(tmp_path)
        manifest.add(_older(tmp_path, ids[2], paths[2]))
        manifest.close()
        again = await immich.assets.download_assets(ids, tmp_path)
    assert [result.asset_id for result in again.downloaded] == ids[1:3]
    assert again.counts == {"downloaded": 2, "present": 8}
    assert again.ok
    assert repr(again) == "DownloadReport(present=8, downloaded=2)"
    assert originals(server) == 2
    assert files_of(tmp_path) == {f"2024/01/IMG_{n}.jpg": content_of(n) for n in range(10)}


def _older(folder: Path, id_: str, path: Path) -> Entry:
    """What the manifest says if the asset's file has been replaced on the server since."""
    path.write_bytes(b"an older state")
    return Entry(
        id=id_,
        path=path.relative_to(folder).as_posix(),
        size=path.stat().st_size,
        checksum=sha1(path.read_bytes()),
        modified=1.0,
    )


async def test_search_can_be_handed_in_as_it_is(server: ImmichServer, tmp_path: Path) -> None:
    seeded(server, 5)
    async with opened(server) as immich:
        report = await immich.assets.download_assets(immich.search.iter_assets(), tmp_path)
    assert len(report.downloaded) == 5
    assert not any(
        seen.path.count("/") == 3 and seen.method == "GET"
        for seen in server.requests
        if "/assets/" in seen.path
    )


async def test_assets_are_taken_as_they_are_needed(server: ImmichServer, tmp_path: Path) -> None:
    ids = seeded(server, 40)
    taken: list[str] = []
    ahead: list[int] = []

    async def one_by_one() -> AsyncIterator[str]:
        for id_ in ids:
            taken.append(id_)
            yield id_

    done: list[object] = []

    def finished(result: object) -> None:
        done.append(result)
        ahead.append(len(taken) - len(done))

    async with opened(server) as immich:
        await immich.assets.download_assets(
            one_by_one(), tmp_path, concurrency=2, on_result=finished
        )
    assert len(done) == 40
    assert max(ahead) <= 8


async def test_equal_names_are_told_apart_in_the_same_way_at_every_run(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server, 6, name="IMG.jpg")
    async with opened(server) as immich:
        first = await immich.assets.download_assets(ids, tmp_path / "a", template="{name}")
        places = {result.asset_id: result.path for result in first.results}
        again = await immich.assets.download_assets(ids[::-1], tmp_path / "a", template="{name}")
        other = await immich.assets.download_assets(ids[::-1], tmp_path / "b", template="{name}")
    assert {result.asset_id: result.path for result in again.present} == places
    assert [result.asset_id for result in other.results] == ids[::-1]
    assert {one.asset_id: one.path.name for one in other.results if one.path} == {
        id_: "IMG.jpg" if id_ == min(ids) else f"IMG ({id_[:8]}).jpg" for id_ in ids
    }
    assert files_of(tmp_path / "a") == files_of(tmp_path / "b")
    for number, id_ in enumerate(ids):
        path = places[id_]
        assert path is not None
        assert path.read_bytes() == content_of(number)


async def test_file_of_somebody_else_is_never_touched(server: ImmichServer, tmp_path: Path) -> None:
    [id_] = seeded(server, 1, name="IMG.jpg")
    (tmp_path / "IMG.jpg").write_bytes(b"mine")
    async with opened(server) as immich:
        for _ in range(2):
            await immich.assets.download_assets([id_], tmp_path, template="{name}")
    assert files_of(tmp_path) == {
        "IMG.jpg": b"mine",
        f"IMG ({id_[:8]}).jpg": content_of(0),
    }


async def test_lost_or_broken_manifest_fetches_nothing_twice(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server, 5)
    manifest = tmp_path / MANIFEST
    async with opened(server) as immich:
        await immich.assets.download_assets(ids, tmp_path)
        lines = manifest.read_bytes().splitlines(keepends=True)
        originals(server)
        for spoilt in (None, b"".join(lines[:2]) + lines[2][:30]):
            manifest.unlink() if spoilt is None else manifest.write_bytes(spoilt)
            report = await immich.assets.download_assets(ids, tmp_path)
            assert len(report.present) == 5
    assert originals(server) == 0
    entries = [json.loads(line) for line in manifest.read_bytes().splitlines() if line[-1:] == b"}"]
    assert {entry["id"] for entry in entries} == set(ids)


async def test_manifest_says_what_lies_where(server: ImmichServer, tmp_path: Path) -> None:
    [id_] = seeded(server, 1)
    async with opened(server) as immich:
        await immich.assets.download_assets([id_], tmp_path)
    entry = json.loads((tmp_path / MANIFEST).read_bytes())
    assert (entry["id"], entry["path"], entry["size"]) == (id_, "2024/01/IMG_0.jpg", 3000)
    assert entry["checksum"] == sha1(content_of(0))


@pytest.mark.parametrize("is_replaced", [False, True])
async def test_file_without_a_checksum_that_a_killed_run_finished_is_known_again(
    server: ImmichServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_replaced: bool
) -> None:
    [id_] = seeded(server, 1)
    add = Manifest.add

    def killed(manifest: Manifest, entry: Entry) -> None:
        if entry.is_coming:
            add(manifest, entry)

    async with opened(server) as immich:
        asset = await immich.assets.get_asset_info(id_)
        external = structs.replace(asset, library_id="of somebody's disk", checksum="of its path")
        with monkeypatch.context() as patch:
            patch.setattr(Manifest, "add", killed)
            await immich.assets.download_assets([external], tmp_path, template="{name}")
        if is_replaced:
            (tmp_path / "IMG_0.jpg").write_bytes(b"of the user")
        counts = []
        for _ in range(2):
            report = await immich.assets.download_assets([external], tmp_path, template="{name}")
            counts.append((len(report.downloaded), len(report.present)))
    if is_replaced:
        assert counts == [(1, 0), (0, 1)]
        marked = f"IMG_0 ({id_[:8]}).jpg"
        assert files_of(tmp_path) == {"IMG_0.jpg": b"of the user", marked: content_of(0)}
    else:
        assert counts == [(0, 1), (0, 1)]
        assert files_of(tmp_path) == {"IMG_0.jpg": content_of(0)}
        last = (tmp_path / MANIFEST).read_text(encoding="utf-8").splitlines()[-1]
        assert "is_coming" not in json.loads(last)


async def test_manifest_cannot_lead_outside(server: ImmichServer, tmp_path: Path) -> None:
    [id_] = seeded(server, 1)
    folder = tmp_path / "in"
    folder.mkdir()
    evil = {"id": id_, "path": "../IMG_0.jpg", "size": 1, "checksum": "x"}
    (folder / MANIFEST).write_text(json.dumps(evil) + "\n")
    async with opened(server) as immich:
        await immich.assets.download_assets([id_], folder, template="{name}")
    assert [path.name for path in tmp_path.iterdir()] == ["in"]


async def test_one_failure_stops_none_of_the_others(server: ImmichServer, tmp_path: Path) -> None:
    ids = seeded(server, 6)
    server.fail_next(500, times=2, path=f"/assets/{ids[2]}/original")
    nobody = "00000000-0000-4000-8000-00000000abcd"
    async with opened(server) as immich:
        report = await immich.assets.download_assets([*ids, nobody, ids[0]], tmp_path)
    assert [result.asset_id for result in report.failed] == [ids[2], nobody]
    assert [result.asset_id for result in report.repeated] == [ids[0]]
    assert [len(report.results), len(report.downloaded)] == [8, 5]
    with pytest.raises(PartialFailureError, match="2 of 8 files") as caught:
        report.raise_for_failures()
    assert caught.value.report is report
    assert report.to_dict()["results"][2]["status"] == "failed"


async def test_failed_download_goes_on_at_the_next_run(
    server: ImmichServer, tmp_path: Path
) -> None:
    content = random.Random(1).randbytes(500_000)
    [id_] = server.seed([SeedAsset(content=content)])
    async with opened(server, retry=None) as immich:
        server.cut_after(300_000, path=ORIGINAL)
        assert len((await immich.assets.download_assets([id_], tmp_path)).failed) == 1
        assert len([name for name in files_of(tmp_path) if ".part" in name]) == 2
        report = await immich.assets.download_assets([id_], tmp_path)
    assert len(report.downloaded) == 1
    assert list(files_of(tmp_path).values()) == [content]


async def test_wrong_bytes_are_a_failure(server: ImmichServer, tmp_path: Path) -> None:
    [id_] = seeded(server, 1)
    async with opened(server) as immich:
        asset = await immich.assets.get_asset_info(id_)
        asset.checksum = sha1(b"else")
        report = await immich.assets.download_assets([asset], tmp_path)
    assert isinstance(report.failed[0].error, IntegrityError)
    assert files_of(tmp_path) == {}


async def test_broken_off_run_has_its_report_and_can_be_run_again(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server, 20)
    done: list[object] = []

    def enough(result: object) -> None:
        done.append(result)
        if len(done) == 7:
            raise LookupError

    async with opened(server) as immich:
        with pytest.raises(LookupError) as caught:
            await immich.assets.download_assets(ids, tmp_path, concurrency=2, on_result=enough)
        report = getattr(caught.value, "report", None)
        assert isinstance(report, DownloadReport)
        assert {7, 8} >= {len(report.downloaded)}
        assert all(result.path and result.path.is_file() for result in report.downloaded)
        again = await immich.assets.download_assets(ids, tmp_path)
    assert (len(again.downloaded), len(again.present)) == (20 - len(done), len(done))
    assert files_of(tmp_path) == {f"2024/01/IMG_{n}.jpg": content_of(n) for n in range(20)}


async def test_server_that_is_gone_for_good_is_not_tried_for_each_file(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server, 100)
    tried: list[str] = []

    def watch(event: RequestEvent) -> None:
        tried.append(event.operation)
        if len(tried) == 40:
            server.go_away()

    async with opened(server, on_request=watch) as immich:
        report = await immich.assets.download_assets(ids, tmp_path)
    server.come_back()
    assert len(report.downloaded) + len(report.failed) == 100
    assert len(tried) < 100
    assert sum("Not tried any more" in str(result.error) for result in report.failed) > 50


async def test_search_that_fails_midway_keeps_the_report(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server, 4)

    async def assets() -> AsyncIterator[str]:
        for id_ in ids:
            yield id_
        raise LookupError("no more pages")

    async with opened(server) as immich:
        with pytest.raises(LookupError) as caught:
            await immich.assets.download_assets(assets(), tmp_path, concurrency=2)
    report = getattr(caught.value, "report", None)
    assert isinstance(report, DownloadReport)
    assert len(report.downloaded) == 4


async def test_album_is_asked_for_where_the_template_names_it(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = [*seeded(server, 1, albums=("Trip/2024",)), *server.seed([SeedAsset(name="alone.jpg")])]
    async with opened(server) as immich:
        await immich.assets.download_assets(ids, tmp_path / "a", template="{album}/{name}")
        await immich.assets.download_assets(
            ids, tmp_path / "b", template="{album}/{name}", album="Mine"
        )
    assert set(files_of(tmp_path / "a")) == {"Trip_2024/IMG_0.jpg", "alone.jpg"}
    assert set(files_of(tmp_path / "b")) == {"Mine/IMG_0.jpg", "Mine/alone.jpg"}


async def test_video_of_a_live_photo_comes_under_its_name(
    server: ImmichServer, tmp_path: Path
) -> None:
    photo, video = server.seed(
        [
            SeedAsset(name="IMG_7.heic", content=b"still"),
            SeedAsset(name="other.mov", content=b"moves", visibility="hidden"),
        ]
    )
    async with opened(server) as immich:
        await immich.assets.update_asset(photo, live_photo_video_id=video)
        asset: AssetResponseDto = await immich.assets.get_asset_info(photo)
        report = await immich.assets.download_assets(
            [asset], tmp_path, template="{name}", live_photos=True
        )
    assert [result.asset_id for result in report.downloaded] == [photo, video]
    assert files_of(tmp_path) == {"IMG_7.heic": b"still", "IMG_7.mov": b"moves"}


async def test_one_text_is_not_several_assets(server: ImmichServer, tmp_path: Path) -> None:
    async with opened(server) as immich:
        with pytest.raises(TypeError, match="must be a list of assets"):
            await immich.assets.download_assets("one", tmp_path)
        with pytest.raises(ValueError, match="concurrency"):
            await immich.assets.download_assets(["one"], tmp_path, concurrency=0)
        with pytest.raises(ValueError, match="template="):
            await immich.assets.download_assets(["one"], tmp_path, template="{x}")
