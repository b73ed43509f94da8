"""Stacks that are dissolved with members that no stack shows: hidden or locked ones."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import pytest

from immichkit import AsyncImmich, AsyncJournal
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


async def members(immich: AsyncImmich) -> list[set[str]]:
    stacks = (await immich.stacks.fetch_all()).values()
    return [{asset.id for asset in stack.assets} for stack in stacks]


@pytest.mark.parametrize("names", ["X Y Z", "A.dng A.jpg Y Z"])
@pytest.mark.parametrize("visibility", ["hidden", "archive"])
async def test_what_is_in_no_answer_comes_back_to_its_stack(
    server: ImmichServer, tmp_path: Path, names: str, visibility: Literal["hidden", "archive"]
) -> None:
    files = [name if "." in name else f"{name}.jpg" for name in names.split()]
    ids = server.seed(SeedAsset(name=name) for name in files)
    journal = tmp_path / "undo.jsonl"
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets(ids)
        await immich.assets.update_assets(ids=ids[-1:], visibility=visibility)
        plan = await immich.stacks.plan(reset_stacks=True)
        assert plan.delete
        assert (await immich.stacks.apply(plan, journal=journal)).ok
        assert (await immich.stacks.apply(plan)).counts == {"unchanged": len(plan.entries)}
        assert (await immich.stacks.plan(reset_stacks=True)).is_empty
        (await AsyncJournal(journal).undo(immich)).raise_for_failures()
        await immich.assets.update_assets(ids=ids[-1:], visibility="timeline")
        assert await members(immich) == [set(ids)]


async def test_a_stack_with_something_hidden_is_applied_as_planned(server: ImmichServer) -> None:
    ids = server.seed(SeedAsset(name=name) for name in ("X.jpg", "Y.jpg", "Z.jpg"))
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets(ids)
        await immich.assets.update_assets(ids=ids[-1:], visibility="hidden")
        assert (await immich.stacks.plan()).counts == {"keep": 1}
        plan = await immich.stacks.plan(reset_stacks=True)
        assert [set(entry.asset_ids) for entry in plan.delete] == [set(ids)]


async def test_a_plan_that_dissolves_stacks_says_what_no_undo_puts_back(
    server: ImmichServer,
) -> None:
    ids = server.seed(SeedAsset(name=name) for name in ("X.jpg", "Y.jpg", "Z.jpg"))
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets(ids)
        await immich.assets.update_assets(ids=ids[-1:], visibility="locked")
        assert "locked folder" not in str(await immich.stacks.plan())
        assert "locked folder cannot be seen" in str(await immich.stacks.plan(reset_stacks=True))


async def test_what_is_hidden_in_a_stack_that_nobody_knows_is_told_of(
    server: ImmichServer,
) -> None:
    first, second = server.seed(SeedAsset(name=name) for name in ("X.jpg", "Y.jpg"))
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets([first, second])
        await immich.assets.update_assets(ids=[second], visibility="hidden")
        plan = await immich.stacks.plan(remove_single_asset_stacks=True)
        assert plan.is_empty
        assert "in the trash or hidden" in plan.explain(first)
        plan = await immich.stacks.plan(reset_stacks=True)
        assert "1 asset in the trash or hidden" in str(plan)
