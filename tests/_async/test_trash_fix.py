"""What belongs to something in the trash: it follows it there."""

from __future__ import annotations

from pathlib import Path

import pytest

from immichkit import AsyncImmich, AsyncJournal
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


def seeded(server: ImmichServer, *names: str) -> list[str]:
    return server.seed(SeedAsset(name=name) for name in names)


async def test_the_rest_of_a_stack_and_raw_partners_follow_into_the_trash(
    server: ImmichServer, tmp_path: Path
) -> None:
    jpg, dng, one, two, _ = seeded(server, "A.jpg", "A.dng", "Y.jpg", "Z.jpg", "C.jpg")
    journal = tmp_path / "undo.jsonl"
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets([one, two])
        await immich.assets.delete_assets(ids=[jpg, one])
        plan = await immich.trash.plan_fix()
        assert {entry.asset_ids for entry in plan.trash} == {(dng,), (two,)}
        assert (await immich.trash.apply(plan, journal=journal)).counts == {"done": 2}
        assert {asset.id async for asset in immich.trash.iter_assets()} == {jpg, dng, one, two}
        assert (await immich.trash.plan_fix()).is_empty
        assert (await immich.trash.apply(plan)).counts == {"unchanged": 2}
        assert (await AsyncJournal(journal).undo(immich)).ok
        assert {asset.id async for asset in immich.trash.iter_assets()} == {jpg, one}


async def test_the_better_of_two_copies_does_not_follow_the_other(server: ImmichServer) -> None:
    worse, *_ = seeded(server, "A.jpg", "A.jpg", "A.dng")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.assets.delete_assets(ids=[worse])
        plan = await immich.trash.plan_fix()
    assert plan.is_empty
    assert "under the same name" in plan.keep[0].why


async def test_what_belongs_to_the_better_copy_stays_with_it(server: ImmichServer) -> None:
    worse, dng, better = seeded(server, "A.jpg", "A.dng", "A.jpg")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets([worse, dng])
        await immich.assets.update_assets(ids=[better], visibility="archive")
        await immich.assets.delete_assets(ids=[worse])
        plan = await immich.trash.plan_fix()
    assert plan.is_empty
    assert [entry.asset_ids for entry in plan.keep] == [(dng,)]


async def test_what_is_archived_follows_only_if_asked_for(server: ImmichServer) -> None:
    jpg, dng, png = seeded(server, "A.jpg", "A.dng", "A.png")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.assets.update_assets(ids=[dng], visibility="archive")
        await immich.assets.delete_assets(ids=[jpg])
        (entry,) = (await immich.trash.plan_fix()).trash
        assert entry.asset_ids == (png,)
        (entry,) = (await immich.trash.plan_fix(with_archived=True)).trash
        assert set(entry.asset_ids) == {dng, png}


async def test_nothing_follows_what_is_restored_meanwhile(server: ImmichServer) -> None:
    jpg, _ = seeded(server, "A.jpg", "A.dng")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.assets.delete_assets(ids=[jpg])
        plan = await immich.trash.plan_fix()
        await immich.trash.restore_assets(ids=[jpg])
        report = await immich.trash.apply(plan)
        assert report.counts == {"skipped": 1}
        assert [asset async for asset in immich.trash.iter_assets()] == []


BURST = ["IMG_20240405_060708_BURST001.jpg", "IMG_20240405_060708_BURST002.jpg"]


async def test_what_is_left_of_a_stack_is_found_by_all_that_went_of_it(
    server: ImmichServer,
) -> None:
    first, *rest = seeded(server, *BURST)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets([first, *rest])
        await immich.assets.delete_assets(ids=rest)
        plan = await immich.trash.plan_fix()
        assert [entry.asset_ids for entry in plan.trash] == [(first,)]
        assert f"in one stack with {BURST[1]}" in plan.trash[0].why
        assert plan.notes == ()
        assert (await immich.trash.apply(plan)).counts == {"done": 1}
        plan = await immich.trash.plan_fix()
        assert plan.is_empty
        assert plan.notes == ()


async def test_a_plan_says_of_what_in_the_trash_no_stack_is_known(server: ImmichServer) -> None:
    first, second, other, last = seeded(server, *BURST, "X.jpg", "Y.jpg")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets([first, second])
        await immich.stacks.stack_assets([other, last])
        await immich.assets.delete_assets(ids=[second, last])
        plan = await immich.trash.plan_fix()
        assert plan.is_empty
        assert "does not say in which stacks these of the trash are:" in plan.notes[0]
        assert BURST[1] in plan.notes[0]
        assert plan.notes[0] in str(plan)
        plan = await immich.trash.plan_fix("burst")
        assert [entry.asset_ids for entry in plan.trash] == [(first,)]
