"""An id that comes again, in other letters or in an edited plan, is sent once or not at all."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from immichkit import AsyncImmich, DuplicatePlan, StackPlan, TrashPlan
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


async def test_one_asset_in_other_letters_makes_no_stack(server: ImmichServer) -> None:
    first, second = server.seed(2)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        with pytest.raises(ValueError, match="two assets or more, not 1"):
            await immich.stacks.stack_assets([first.upper(), first])
        stack = await immich.stacks.stack_assets([first, second, first.upper()])
        assert {asset.id for asset in stack.assets} == {first, second}


async def test_an_archive_is_asked_for_each_asset_once(
    server: ImmichServer, tmp_path: Path
) -> None:
    one, other = server.seed(2)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.download.download_archive_to_file(
            tmp_path / "photos.zip", asset_ids=[one, other, one.upper()]
        )
    content = io.BytesIO((tmp_path / "photos.zip").read_bytes())
    assert len(zipfile.ZipFile(content).namelist()) == 2


def doubled(plan: Any, *fields: str) -> dict[str, Any]:
    """A plan as it is when somebody wrote ids a second time into its first entry."""
    edited: dict[str, Any] = plan.to_dict()
    entry = edited["entries"][0]
    for field in fields:
        entry[field] = [*entry[field], entry[field][-1].upper()]
    return edited


async def test_an_edited_trash_plan_names_each_asset_once(server: ImmichServer) -> None:
    server.seed([SeedAsset(name="A.jpg", is_trashed=True), SeedAsset(name="A.dng")])
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.trash.plan_fix()
    assert TrashPlan.from_dict(plan.to_dict()) == plan
    with pytest.raises(ValueError, match="each of its assets once"):
        TrashPlan.from_dict(doubled(plan, "asset_ids"))


async def test_an_edited_stack_plan_names_each_asset_once(server: ImmichServer) -> None:
    server.seed([SeedAsset(name="A.jpg"), SeedAsset(name="A.dng")])
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.stacks.plan()
    with pytest.raises(ValueError, match="each once"):
        StackPlan.from_dict(doubled(plan, "asset_ids"))


@pytest.mark.parametrize("fields", [("trash",), ("keep",), ("asset_ids", "checksums")])
async def test_an_edited_plan_of_duplicates_that_names_one_twice_is_not_applied(
    server: ImmichServer, fields: tuple[str, ...]
) -> None:
    ids = server.seed([SeedAsset(duplicate="d", content=content) for content in (b"aa", b"b")])
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.duplicates.plan("largest")
        edited = DuplicatePlan.from_dict(doubled(plan, *fields))
        (result,) = (await immich.duplicates.apply(edited)).results
        assert (result.status, result.reason) == ("skipped", "the plan names an asset of it twice")
        for one in ids:
            assert not (await immich.assets.get_asset_info(one)).is_trashed
