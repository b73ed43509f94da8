"""Waiting until the server has looked into new files."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from immichkit import AsyncImmich, ImmichError, NotFoundError, PartialFailureError
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
MEDIA = Path(__file__).parent.parent / "recordings" / "media"
NOWHERE = "00000000-0000-4000-8000-000000000000"


def opened(server: ImmichServer) -> AsyncImmich:
    return AsyncImmich(server.url, api_key=server.api_key)


async def uploaded(immich: AsyncImmich, *names: str) -> list[str]:
    report = await immich.assets.upload(*[MEDIA / name for name in names], hash_cache=False)
    report.raise_for_failures()
    return [result.asset_id for result in report.created if result.asset_id]


async def test_photos_and_films_are_done_in_a_moment(server: ImmichServer) -> None:
    async with opened(server) as immich:
        ids = await uploaded(immich, "gps.jpg", "clip.mp4", "picture.png")
        report = await immich.assets.wait_until_processed(ids, timeout=30)
        asset = await immich.assets.get_asset_info(ids[0])
    report.raise_for_failures()
    assert [result.asset_id for result in report.processed] == ids
    assert asset.thumbhash
    assert asset.exif_info
    assert asset.exif_info.make == "Acme"


async def test_what_is_held_back_is_pending_when_time_is_over(server: ImmichServer) -> None:
    async with opened(server) as immich:
        async with immich.queues.paused(["thumbnailGeneration"]):
            ids = await uploaded(immich, "gps.jpg")
            report = await immich.assets.wait_until_processed(ids, timeout=0.3, watch_queues=True)
        assert [result.asset_id for result in report.pending] == ids
        with pytest.raises(PartialFailureError, match="1 of 1 assets are not processed") as caught:
            report.raise_for_failures()
        assert caught.value.report is report
        after = await immich.assets.wait_until_processed(ids, timeout=30)
    assert [result.asset_id for result in after.processed] == ids


async def test_file_that_cannot_be_read_is_seen_by_the_queues(server: ImmichServer) -> None:
    async with opened(server) as immich:
        ids = await uploaded(immich, "gps.jpg", "broken.jpg")
        report = await immich.assets.wait_until_processed(ids, timeout=None, watch_queues=True)
        patient = await immich.assets.wait_until_processed(ids, timeout=0)
    assert sorted(result.status for result in report.results) == ["failed", "processed"]
    assert "cannot read the file" in str(report.failed[0].error)
    assert [result.asset_id for result in patient.pending] == [report.failed[0].asset_id]


async def test_asset_that_is_not_there_is_a_failure_of_its_own(server: ImmichServer) -> None:
    (there,) = server.seed(1)
    async with opened(server) as immich:
        report = await immich.assets.wait_until_processed([there, NOWHERE, there], timeout=5)
    assert [result.status for result in report.results] == ["processed", "failed", "processed"]
    assert isinstance(report.failed[0].error, NotFoundError)
    assert report.to_dict()["results"][0]["status"] == "processed"


async def test_hidden_video_gets_no_thumbnail_and_is_done_without(server: ImmichServer) -> None:
    async with opened(server) as immich:
        (id_,) = await uploaded(immich, "live.mp4")
        server.settle()
        await immich.assets.update_assets(ids=[id_], visibility="hidden")
        report = await immich.assets.wait_until_processed([id_], timeout=5)
    assert len(report.processed) == 1


async def test_many_are_looked_at_once_each(server: ImmichServer) -> None:
    ids = server.seed(450)
    async with opened(server) as immich:
        server.forget_requests()
        report = await immich.assets.wait_until_processed(ids, timeout=0)
    assert len(report.processed) == 450
    assert len(server.requests) == 450


async def test_none_are_done_at_once(server: ImmichServer) -> None:
    async with opened(server) as immich:
        begun = time.monotonic()
        assert (await immich.assets.wait_until_processed([])).results == []
    assert time.monotonic() - begun < 5


async def test_server_that_is_away_for_a_moment_is_no_failure(server: ImmichServer) -> None:
    ids = server.seed(1)
    async with opened(server) as immich:
        quick = immich.with_options(retry=None)
        server.fail_next(status=503, times=1)
        report = await quick.assets.wait_until_processed(ids, timeout=30)
    assert len(report.processed) == 1


async def test_report_so_far_travels_on_the_exception(server: ImmichServer) -> None:
    ids = server.seed(1)
    async with AsyncImmich(server.url, api_key=server.add_user().api_key) as immich:
        server.forget_requests()
        async with opened(server) as admin:
            await admin.queues.update_queue("thumbnailGeneration", is_paused=True)
            mine = await uploaded(immich, "gps.jpg")
        with pytest.raises(ImmichError) as caught:
            await immich.assets.wait_until_processed([*mine, *ids], watch_queues=True)
    statuses = [result.status for result in caught.value.__dict__["report"].results]
    assert statuses == ["pending", "failed"]


async def test_wrong_arguments_are_refused(server: ImmichServer) -> None:
    async with opened(server) as immich:
        with pytest.raises(TypeError, match="ids must be a list of ids"):
            await immich.assets.wait_until_processed(NOWHERE)
        with pytest.raises(ValueError, match="timeout"):
            await immich.assets.wait_until_processed([NOWHERE], timeout=-1)
