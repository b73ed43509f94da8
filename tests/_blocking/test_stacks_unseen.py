# Written by scripts/mirror from tests/_async/test_stacks_unseen.py; edits are lost.
"""Stacks with assets that are archived, or in the trash, where the server tells less of them."""

from __future__ import annotations

from typing import Any

import pytest

from immichkit import Immich
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


def seeded(server: ImmichServer, *names: str) -> list[str]:
    return server.seed(SeedAsset(name=name) for name in names)


def stacks(immich: Immich) -> list[list[str]]:
    """The file names in each stack, that of the one that stands for it first."""
    found = (immich.stacks.fetch_all()).values()
    return sorted([asset.original_file_name for asset in stack.assets] for stack in found)


def test_what_was_not_looked_at_stays_in_its_stack(server: ImmichServer) -> None:
    jpg, _, other = seeded(server, "A.jpg", "A.dng", "Z.jpg")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.stacks.stack_assets([jpg, other])
        immich.assets.update_assets(ids=[other], visibility="archive")
        immich.stacks.apply(immich.stacks.plan())
        (names,) = stacks(immich)
        assert set(names) == {"A.jpg", "A.dng", "Z.jpg"}
        assert (immich.stacks.plan()).is_empty


@pytest.mark.parametrize("where", ["archive", "trash"])
def test_what_is_seen_stands_before_what_is_not(server: ImmichServer, where: str) -> None:
    jpg, dng = seeded(server, "A.jpg", "A.dng")
    with Immich(server.url, api_key=server.api_key) as immich:
        if where == "archive":
            immich.assets.update_assets(ids=[jpg], visibility="archive")
        else:
            immich.assets.delete_assets(ids=[jpg])
        options: dict[str, Any] = {"with_archived": True, "with_deleted": True}
        plan = immich.stacks.plan(**options)
        assert [entry.asset_ids for entry in plan.create] == [(dng, jpg)]
        assert (immich.stacks.apply(plan)).ok
        assert (immich.stacks.plan(**options)).is_empty


def test_no_stack_vanishes_behind_what_was_trashed_since(server: ImmichServer) -> None:
    jpg, *_ = seeded(server, "A.jpg", "A.dng", "A.png")
    with Immich(server.url, api_key=server.api_key) as immich:
        plan = immich.stacks.plan()
        assert plan.create[0].asset_ids[0] == jpg
        immich.assets.delete_assets(ids=[jpg])
        report = immich.stacks.apply(plan)
        assert report.counts == {"skipped": 1}
        assert "put into the trash" in (report.skipped[0].reason or "")
        immich.stacks.apply(immich.stacks.plan())
        assert stacks(immich) == [["A.png", "A.dng"]]


def test_what_is_in_the_trash_stays_in_its_stack(server: ImmichServer) -> None:
    jpg, _, first, second = seeded(server, "A.jpg", "A.dng", "Y.jpg", "Z.jpg")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.stacks.stack_assets([jpg, first, second])
        immich.assets.delete_assets(ids=[second])
        immich.stacks.apply(immich.stacks.plan())
        immich.trash.restore_assets(ids=[second])
        (names,) = stacks(immich)
    assert {"A.jpg", "A.dng", "Z.jpg"} <= set(names)


@pytest.mark.parametrize("stacked", [[0, 1], [0, 1, 2]])
@pytest.mark.parametrize("replace_stacks", [True, False])
def test_a_stack_that_the_server_keeps_to_itself_is_not_made_again(
    server: ImmichServer, stacked: list[int], replace_stacks: bool
) -> None:
    ids = seeded(server, "A.jpg", "A.dng", "A~2.jpg")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.stacks.stack_assets(ids[place] for place in stacked)
        immich.assets.update_assets(ids=[ids[1]], visibility="archive")
        immich.assets.delete_assets(ids=[ids[0]])
        options: dict[str, Any] = {"with_deleted": True, "replace_stacks": replace_stacks}
        plan = immich.stacks.plan(**options)
        assert (immich.stacks.apply(plan)).ok
        assert (immich.stacks.plan(**options)).is_empty
        assert not (immich.stacks.apply(plan)).done


def test_a_plan_with_what_is_in_the_trash_can_be_applied_twice(server: ImmichServer) -> None:
    jpg, _ = seeded(server, "A.jpg", "A.dng")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.assets.delete_assets(ids=[jpg])
        plan = immich.stacks.plan(with_deleted=True)
        assert (immich.stacks.apply(plan)).counts == {"done": 1}
        assert (immich.assets.get_asset_info(jpg)).stack is None
        assert (immich.stacks.apply(plan)).counts == {"unchanged": 1}
        immich.trash.restore_assets(ids=[jpg])
        assert stacks(immich) == [["A.dng", "A.jpg"]]


def test_what_is_in_a_stack_that_nobody_knows_stays_in_it(server: ImmichServer) -> None:
    jpg, _, other = seeded(server, "A.jpg", "A.dng", "Z.jpg")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.stacks.stack_assets([other, jpg])
        immich.assets.delete_assets(ids=[jpg])
        plan = immich.stacks.plan(with_deleted=True, reset_stacks=True)
        assert plan.is_empty
        assert "may be in the trash" in plan.explain(other)
        assert "they are put into no other" in str(plan)
        immich.trash.restore_assets(ids=[jpg])
        assert stacks(immich) == [["Z.jpg", "A.jpg"]]
