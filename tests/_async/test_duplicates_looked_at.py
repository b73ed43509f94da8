"""Duplicates whose assets have changed since the plan was made, or that share albums."""

from __future__ import annotations

from pathlib import Path

import pytest

from immichkit import AsyncImmich, AsyncJournal, DuplicatePlan
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


CHANGES = {
    "hidden": "d1.mp4 has become hidden since the plan was made",
    "moving half goes": "d1.mp4 is half of a live photo",
    "moving half stays": "d2.jpg is half of a live photo",
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_group_that_has_changed_is_not_touched(server: ImmichServer, change: str) -> None:
    names = ("d0.jpg", "d1.mp4", "d2.jpg")
    still, video, other = server.seed(SeedAsset(name=name, duplicate="d") for name in names)
    (apart,) = server.seed([SeedAsset(name="apart.mp4")])
    kept = [still, video] if change == "moving half stays" else [still, other]
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.duplicates.plan(lambda _: kept)
        assert plan.resolve
        match change:
            case "hidden":
                await immich.assets.update_assets(ids=[video], visibility="hidden")
            case "moving half goes":
                await immich.assets.update_asset(still, live_photo_video_id=video)
            case _:
                # What stays is a live photo, too, so that not all moving halves would go.
                await immich.assets.update_asset(still, live_photo_video_id=apart)
                await immich.assets.update_asset(other, live_photo_video_id=video)
        if change != "hidden":
            await immich.assets.update_assets(ids=[video], visibility="timeline")
        (result,) = (await immich.duplicates.apply(plan)).results
        assert (result.status, result.reason) == ("skipped", CHANGES[change])
        assert not [asset async for asset in immich.trash.iter_assets()]


async def test_an_asset_with_another_file_is_not_trashed(server: ImmichServer) -> None:
    server.seed([SeedAsset(name="d.jpg", duplicate="d", content=text) for text in (b"aa", b"b")])
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        edited = (await immich.duplicates.plan("largest")).to_dict()
        (entry,) = edited["entries"]
        entry["checksums"] = entry["checksums"][::-1]
        (result,) = (await immich.duplicates.apply(DuplicatePlan.from_dict(edited))).results
        assert (result.status, result.reason) == (
            "skipped",
            "d.jpg has got another file since the plan was made",
        )
        assert not [asset async for asset in immich.trash.iter_assets()]


async def test_an_undo_leaves_what_stayed_in_the_albums_that_it_was_in(
    server: ImmichServer, tmp_path: Path
) -> None:
    facts = [("aa", ["Both"]), ("b", ["Both", "Other"])]
    kept, _ = server.seed(
        [SeedAsset(duplicate="d", content=text.encode(), albums=names) for text, names in facts]
    )
    journal = tmp_path / "undo.jsonl"
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        before = await immich.albums.get_all_albums(asset_id=kept)
        assert [album.album_name for album in before] == ["Both"]
        await immich.duplicates.apply(await immich.duplicates.plan("largest"), journal=journal)
        assert len(await immich.albums.get_all_albums(asset_id=kept)) == 2
        (await AsyncJournal(journal).undo(immich)).raise_for_failures()
        after = await immich.albums.get_all_albums(asset_id=kept)
        assert [album.album_name for album in after] == ["Both"]
