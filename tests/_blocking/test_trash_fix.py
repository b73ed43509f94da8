# Written by scripts/mirror from tests/_async/test_trash_fix.py; edits are lost.
"""What belongs to something in the trash: it follows it there."""

from __future__ import annotations

from pathlib import Path

import pytest

from immichkit import Immich, Journal
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


def seeded(server: ImmichServer, *names: str) -> list[str]:
    return server.seed(SeedAsset(name=name) for name in names)


def test_the_rest_of_a_stack_and_raw_partners_follow_into_the_trash(
    server: ImmichServer, tmp_path: Path
) -> None:
    jpg, dng, one, two, _ = seeded(server, "A.jpg", "A.dng", "Y.jpg", "Z.jpg", "C.jpg")
    journal = tmp_path / "undo.jsonl"
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.stacks.stack_assets([one, two])
        immich.assets.delete_assets(ids=[jpg, one])
        plan = immich.trash.plan_fix()
        assert {entry.asset_ids for entry in plan.trash} == {(dng,), (two,)}
        assert (immich.trash.apply(plan, journal=journal)).counts == {"done": 2}
        assert {asset.id for asset in immich.trash.iter_assets()} == {jpg, dng, one, two}
        assert (immich.trash.plan_fix()).is_empty
        assert (immich.trash.apply(plan)).counts == {"unchanged": 2}
        assert (Journal(journal).undo(immich)).ok
        assert {asset.id for asset in immich.trash.iter_assets()} == {jpg, one}


def test_the_better_of_two_copies_does_not_follow_the_other(server: ImmichServer) -> None:
    worse, *_ = seeded(server, "A.jpg", "A.jpg", "A.dng")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.assets.delete_assets(ids=[worse])
        plan = immich.trash.plan_fix()
    assert plan.is_empty
    assert "under the same name" in plan.keep[0].why


def test_what_belongs_to_the_better_copy_stays_with_it(server: ImmichServer) -> None:
    worse, dng, better = seeded(server, "A.jpg", "A.dng", "A.jpg")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.stacks.stack_assets([worse, dng])
        immich.assets.update_assets(ids=[better], visibility="archive")
        immich.assets.delete_assets(ids=[worse])
        plan = immich.trash.plan_fix()
    assert plan.is_empty
    assert [entry.asset_ids for entry in plan.keep] == [(dng,)]


def test_what_is_archived_follows_only_if_asked_for(server: ImmichServer) -> None:
    jpg, dng, png = seeded(server, "A.jpg", "A.dng", "A.png")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.assets.update_assets(ids=[dng], visibility="archive")
        immich.assets.delete_assets(ids=[jpg])
        (entry,) = (immich.trash.plan_fix()).trash
        assert entry.asset_ids == (png,)
        (entry,) = (immich.trash.plan_fix(with_archived=True)).trash
        assert set(entry.asset_ids) == {dng, png}


def test_nothing_follows_what_is_restored_meanwhile(server: ImmichServer) -> None:
    jpg, _ = seeded(server, "A.jpg", "A.dng")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.assets.delete_assets(ids=[jpg])
        plan = immich.trash.plan_fix()
        immich.trash.restore_assets(ids=[jpg])
        report = immich.trash.apply(plan)
        assert report.counts == {"skipped": 1}
        assert list(immich.trash.iter_assets()) == []


BURST = ["IMG_20240405_060708_BURST001.jpg", "IMG_20240405_060708_BURST002.jpg"]


def test_what_is_left_of_a_stack_is_found_by_all_that_went_of_it(
    server: ImmichServer,
) -> None:
    first, *rest = seeded(server, *BURST)
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.stacks.stack_assets([first, *rest])
        immich.assets.delete_assets(ids=rest)
        plan = immich.trash.plan_fix()
        assert [entry.asset_ids for entry in plan.trash] == [(first,)]
        assert f"in one stack with {BURST[1]}" in plan.trash[0].why
        assert plan.notes == ()
        assert (immich.trash.apply(plan)).counts == {"done": 1}
        plan = immich.trash.plan_fix()
        assert plan.is_empty
        assert plan.notes == ()


def test_a_plan_says_of_what_in_the_trash_no_stack_is_known(server: ImmichServer) -> None:
    first, second, other, last = seeded(server, *BURST, "X.jpg", "Y.jpg")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.stacks.stack_assets([first, second])
        immich.stacks.stack_assets([other, last])
        immich.assets.delete_assets(ids=[second, last])
        plan = immich.trash.plan_fix()
        assert plan.is_empty
        assert "does not say in which stacks these of the trash are:" in plan.notes[0]
        assert BURST[1] in plan.notes[0]
        assert plan.notes[0] in str(plan)
        plan = immich.trash.plan_fix("burst")
        assert [entry.asset_ids for entry in plan.trash] == [(first,)]
