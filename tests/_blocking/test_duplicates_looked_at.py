# Written by scripts/mirror from tests/_async/test_duplicates_looked_at.py; edits are lost.
"""Duplicates whose assets have changed since the plan was made, or that share albums."""

from __future__ import annotations

from pathlib import Path

import pytest

from immichkit import DuplicatePlan, Immich, Journal
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


CHANGES = {
    "hidden": "d1.mp4 has become hidden since the plan was made",
    "moving half goes": "d1.mp4 is half of a live photo",
    "moving half stays": "d2.jpg is half of a live photo",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_group_that_has_changed_is_not_touched(server: ImmichServer, change: str) -> None:
    names = ("d0.jpg", "d1.mp4", "d2.jpg")
    still, video, other = server.seed(SeedAsset(name=name, duplicate="d") for name in names)
    (apart,) = server.seed([SeedAsset(name="apart.mp4")])
    kept = [still, video] if change == "moving half stays" else [still, other]
    with Immich(server.url, api_key=server.api_key) as immich:
        plan = immich.duplicates.plan(lambda _: kept)
        assert plan.resolve
        match change:
            case "hidden":
                immich.assets.update_assets(ids=[video], visibility="hidden")
            case "moving half goes":
                immich.assets.update_asset(still, live_photo_video_id=video)
            case _:
                # What stays is a live photo, too, so that not all moving halves would go.
                immich.assets.update_asset(still, live_photo_video_id=apart)
                immich.assets.update_asset(other, live_photo_video_id=video)
        if change != "hidden":
            immich.assets.update_assets(ids=[video], visibility="timeline")
        (result,) = (immich.duplicates.apply(plan)).results
        assert (result.status, result.reason) == ("skipped", CHANGES[change])
        assert not list(immich.trash.iter_assets())


def test_an_asset_with_another_file_is_not_trashed(server: ImmichServer) -> None:
    server.seed([SeedAsset(name="d.jpg", duplicate="d", content=text) for text in (b"aa", b"b")])
    with Immich(server.url, api_key=server.api_key) as immich:
        edited = (immich.duplicates.plan("largest")).to_dict()
        (entry,) = edited["entries"]
        entry["checksums"] = entry["checksums"][::-1]
        (result,) = (immich.duplicates.apply(DuplicatePlan.from_dict(edited))).results
        assert (result.status, result.reason) == (
            "skipped",
            "d.jpg has got another file since the plan was made",
        )
        assert not list(immich.trash.iter_assets())


def test_an_undo_leaves_what_stayed_in_the_albums_that_it_was_in(
    server: ImmichServer, tmp_path: Path
) -> None:
    facts = [("aa", ["Both"]), ("b", ["Both", "Other"])]
    kept, _ = server.seed(
        [SeedAsset(duplicate="d", content=text.encode(), albums=names) for text, names in facts]
    )
    journal = tmp_path / "undo.jsonl"
    with Immich(server.url, api_key=server.api_key) as immich:
        before = immich.albums.get_all_albums(asset_id=kept)
        assert [album.album_name for album in before] == ["Both"]
        immich.duplicates.apply(immich.duplicates.plan("largest"), journal=journal)
        assert len(immich.albums.get_all_albums(asset_id=kept)) == 2
        (Journal(journal).undo(immich)).raise_for_failures()
        after = immich.albums.get_all_albums(asset_id=kept)
        assert [album.album_name for album in after] == ["Both"]
