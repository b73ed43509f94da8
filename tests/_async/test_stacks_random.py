"""Stacks of random libraries: applied, broken off anywhere, applied again, undone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from random_library import OPTIONS, RANDOM, Breaking, libraries, library, seen, shown

from immichkit import AsyncImmich, AsyncJournal, Immich
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
BREAKS = {"writes": st.integers(0, 6), "arrives": st.booleans()}


@pytest.fixture(scope="module")
def server() -> Iterator[ImmichServer]:
    with ImmichServer() as server:
        yield server


def stacked(immich: Immich) -> set[str]:
    return {asset.id for stack in immich.stacks.fetch_all().values() for asset in stack.assets}


@given(drawn=libraries(), options=OPTIONS)
@RANDOM
async def test_the_second_plan_is_empty(
    server: ImmichServer, drawn: dict[str, Any], options: dict[str, Any]
) -> None:
    with library(server, drawn) as (user, looking, _):
        visible = shown(looking)
        async with AsyncImmich(server.url, api_key=user.api_key) as immich:
            plan = await immich.stacks.plan(**options)
            event(f"writes: {not plan.is_empty}")
            report = await immich.stacks.apply(plan)
            assert report.ok, report.to_dict()
            assert len(report.results) == len(plan.entries) - len(plan.keep)
            again = await immich.stacks.plan(**options)
            assert again.is_empty, f"{plan}\n{again}"
            assert not (await immich.stacks.apply(plan)).done
        # What is in no stack with anything that the timeline shows must not vanish from it.
        leaders = {entry.asset_ids[0] for entry in plan.entries if entry.action != "delete"}
        members = {one for entry in plan.entries for one in entry.asset_ids} - leaders
        assert visible - members <= shown(looking)
        for entry in (*plan.create, *plan.change):
            if visible.intersection(entry.asset_ids):
                assert shown(looking).intersection(entry.asset_ids), str(entry)


@given(drawn=libraries(), options=OPTIONS, **BREAKS)
@RANDOM
async def test_broken_off_anywhere_it_reaches_the_same_end(
    server: ImmichServer,
    drawn: dict[str, Any],
    options: dict[str, Any],
    writes: int,
    arrives: bool,
) -> None:
    with library(server, drawn) as (user, looking, ids):
        async with AsyncImmich(server.url, api_key=user.api_key) as immich:
            await immich.stacks.apply(await immich.stacks.plan(**options))
        wanted = seen(looking, ids)
    with library(server, drawn) as (user, looking, ids):
        async with AsyncImmich(server.url, api_key=user.api_key) as immich:
            plan = await immich.stacks.plan(**options)
            leaving = {one for entry in plan.delete for one in entry.asset_ids}
            before = stacked(looking)
            broken = immich.with_options(**Breaking(writes, arrives=arrives).options)
            await broken.stacks.apply(plan, limit=1)
            assert before - leaving <= stacked(looking)
            report = await immich.stacks.apply(plan)
            assert report.ok, report.to_dict()
            assert not report.skipped
        assert seen(looking, ids) == wanted


@given(drawn=libraries(), options=OPTIONS, **BREAKS)
@RANDOM
async def test_undone_the_server_is_as_it_was(
    server: ImmichServer,
    drawn: dict[str, Any],
    options: dict[str, Any],
    writes: int,
    arrives: bool,
) -> None:
    with (
        library(server, drawn) as (user, looking, ids),
        tempfile.TemporaryDirectory() as folder,
    ):
        before = seen(looking, ids)
        undo = AsyncJournal(Path(folder) / "undo.jsonl")
        async with AsyncImmich(server.url, api_key=user.api_key) as immich:
            plan = await immich.stacks.plan(**options)
            broken = immich.with_options(**Breaking(writes, arrives=arrives).options)
            await broken.stacks.apply(plan, journal=undo.path, limit=1)
            await immich.stacks.apply(plan, journal=undo.path)
            await undo.undo(immich.with_options(**Breaking(writes, arrives=arrives).options))
            report = await undo.undo(immich)
            assert report.ok, report.to_dict()
            assert (await undo.undo(immich)).results == []
        assert seen(looking, ids) == before


@given(drawn=libraries(), with_archived=st.booleans(), **BREAKS)
@RANDOM
async def test_what_follows_into_the_trash_can_be_broken_off_and_taken_back(
    server: ImmichServer, drawn: dict[str, Any], with_archived: bool, writes: int, arrives: bool
) -> None:
    with (
        library(server, drawn) as (user, looking, ids),
        tempfile.TemporaryDirectory() as folder,
    ):
        before = seen(looking, ids)
        undo = AsyncJournal(Path(folder) / "undo.jsonl")
        async with AsyncImmich(server.url, api_key=user.api_key) as immich:
            plan = await immich.trash.plan_fix(with_archived=with_archived)
            event(f"writes: {not plan.is_empty}")
            broken = immich.with_options(**Breaking(writes, arrives=arrives).options)
            await broken.trash.apply(plan, journal=undo.path, limit=1)
            report = await immich.trash.apply(plan, journal=undo.path)
            assert report.ok, report.to_dict()
            assert not report.skipped
            trashed = {one.id for one in map(looking.assets.get_asset_info, ids) if one.is_trashed}
            earlier = {ids[place] for place in drawn["trashed"]}
            assert trashed - earlier == {one for entry in plan.trash for one in entry.asset_ids}
            assert (await immich.trash.plan_fix(with_archived=with_archived)).is_empty
            await undo.undo(immich.with_options(**Breaking(writes, arrives=arrives).options))
            assert (await undo.undo(immich)).ok
        assert seen(looking, ids) == before
