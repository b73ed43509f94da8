# Written by scripts/mirror from tests/_async/test_album_folders.py; edits are lost.
"""Albums that are made of folders: planned, applied and taken back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

import pytest

from immichkit import ApplyProgress, Immich, Journal
from immichkit.albums import AlbumPlan
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key) as immich:
        yield immich


def contents(immich: Immich) -> dict[str, list[str]]:
    """The names of all albums of the caller, each with the assets in it."""
    return {
        album.album_name: sorted([one.id for one in immich.albums.iter_assets(album.id)])
        for album in immich.albums.get_all_albums(is_owned=True)
    }


def photo(path: str) -> dict[str, str]:
    return {"id": "", "originalPath": path, "originalFileName": PurePosixPath(path).name}


def folders(server: ImmichServer, *paths: str) -> list[dict[str, str]]:
    """Assets of the server, as if their files lay there."""
    ids = server.seed([SeedAsset(name=PurePosixPath(path).name) for path in paths])
    return [{**photo(path), "id": id_} for path, id_ in zip(paths, ids, strict=True)]


def test_folders_become_albums_and_the_second_plan_is_empty(
    server: ImmichServer, immich: Immich
) -> None:
    assets = folders(server, "/p/Kyoto/1.jpg", "/p/Kyoto/temples/2.jpg", "/p/Nara/3.jpg")
    kyoto = immich.albums.create_album(album_name="Kyoto", asset_ids=[assets[0]["id"]])
    plan = immich.albums.plan_from_folders("/p", assets=assets)
    assert plan.counts == {"add": 2, "keep": 1, "create": 1}
    assert AlbumPlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan
    report = immich.albums.apply(plan)
    report.raise_for_failures()
    assert len(report.results) == len(plan.entries)
    assert contents(immich) == {
        "Kyoto": sorted([assets[0]["id"], assets[1]["id"]]),
        "Nara": [assets[2]["id"]],
    }
    assert (immich.albums.get_or_create("Kyoto")).id == kyoto.id
    assert (immich.albums.plan_from_folders("/p", assets=assets)).is_empty
    again = immich.albums.apply(plan)
    assert again.ok
    assert not again.done
    assert len(contents(immich)) == 2


def test_the_folders_of_the_library_itself_are_planned(
    server: ImmichServer, immich: Immich
) -> None:
    ids = server.seed([SeedAsset(), SeedAsset(is_trashed=True), SeedAsset(visibility="hidden")])
    path = PurePosixPath((immich.assets.get_asset_info(ids[0])).original_path)
    bob = server.add_user()
    server.seed(1, user=bob)
    with Immich(server.url, api_key=bob.api_key) as his:
        his.partners.create_partner(shared_with_id=server.admin.id)
    immich.partners.update_partner(bob.id, in_timeline=True)
    plan = immich.albums.plan_from_folders("/data", levels=None)
    (create, add) = plan.entries
    assert create.album_name == " / ".join(path.parent.relative_to("/data").parts)
    assert add.asset_ids == (ids[0],)


def test_folders_of_this_computer_become_albums(
    server: ImmichServer, immich: Immich, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Kyoto/a.jpg", "Kyoto/b.jpg", "Nara/a.jpg", "Nara/live.jpg", "Nara/new.jpg"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(name[-5:].encode())
    uploaded = immich.assets.upload(tmp_path / "photos", exclude=["new.jpg"])
    ids = {result.path.name: result.asset_id or "" for result in uploaded.results}
    same, other, hidden = ids["a.jpg"], ids["b.jpg"], ids["live.jpg"]
    immich.assets.update_asset(hidden, visibility="hidden")
    found = immich.assets.audit(tmp_path / "photos")
    plan = immich.albums.plan_from_folders(tmp_path / "photos", assets=found.results)
    assert [(e.album_name, sorted(e.asset_ids)) for e in plan.of("add")] == [
        ("Kyoto", sorted([same, other])),
        ("Nara", [same]),
    ]
    monkeypatch.chdir(tmp_path)
    again = immich.albums.plan_from_folders("photos", assets=uploaded.results)
    assert again == plan
    monkeypatch.setenv("HOME", str(tmp_path))
    assert immich.albums.plan_from_folders("~/photos", assets=found.results) == plan


def test_assets_that_are_given_are_no_halves_and_not_in_the_trash(
    server: ImmichServer, immich: Immich
) -> None:
    given = folders(server, "/p/A/1.jpg", "/p/A/2.mov", "/p/A/3.jpg")
    assets: list[dict[str, object]] = [{**one} for one in given]
    assets[1] = {**given[1], "visibility": "hidden"}
    assets[2] = {**given[2], "isTrashed": True}
    plan = immich.albums.plan_from_folders("/p", assets=assets)
    assert [entry.asset_ids for entry in plan.of("add")] == [(given[0]["id"],)]


def test_a_root_that_is_mistyped_is_told(server: ImmichServer, immich: Immich) -> None:
    server.seed(1)
    plan = immich.albums.plan_from_folders("/mnt/photo")
    assert plan.is_empty
    assert "None of 1 files belongs into an album below /mnt/photo: not /data/" in str(plan)


def test_albums_of_folders_are_taken_back(
    server: ImmichServer, immich: Immich, tmp_path: Path
) -> None:
    assets = folders(server, "/p/Kyoto/1.jpg", "/p/Kyoto/2.jpg", "/p/Nara/3.jpg")
    immich.albums.create_album(album_name="Kyoto", asset_ids=[assets[0]["id"]])
    immich.albums.create_album(album_name="Else")
    before, journal = contents(immich), tmp_path / "undo.jsonl"
    plan = immich.albums.plan_from_folders("/p", assets=assets)
    (immich.albums.apply(plan, journal=journal)).raise_for_failures()
    assert contents(immich) != before
    (Journal(journal).undo(immich)).raise_for_failures()
    assert contents(immich) == before


def test_an_album_that_could_not_be_made_keeps_back_no_other(
    server: ImmichServer, immich: Immich
) -> None:
    assets = folders(server, "/p/Kyoto/1.jpg", "/p/Nara/2.jpg")
    plan = immich.albums.plan_from_folders("/p", assets=assets)
    server.fail_next(status=400, method="POST", path="/albums")
    report = immich.albums.apply(plan, limit=1)
    assert [result.status for result in report.results] == ["failed", "done", "skipped", "done"]
    assert (immich.albums.apply(plan)).ok
    assert len(contents(immich)) == 2


def test_an_album_that_was_deleted_since_is_told(
    server: ImmichServer, immich: Immich, tmp_path: Path
) -> None:
    assets = folders(server, "/p/Kyoto/1.jpg")
    album = immich.albums.get_or_create("Kyoto")
    plan = immich.albums.plan_from_folders("/p", assets=assets)
    immich.albums.delete_album(album.id)
    report = immich.albums.apply(plan, journal=tmp_path / "undo.jsonl")
    assert [result.status for result in report.results] == ["skipped"]
    assert not (immich.albums.apply(plan)).ok


def test_progress_counts_every_entry(server: ImmichServer, immich: Immich) -> None:
    assets = folders(server, "/p/Kyoto/1.jpg", "/p/Nara/2.jpg")
    plan = immich.albums.plan_from_folders("/p", assets=assets)
    seen: list[tuple[int, int | None]] = []

    def tell(now: ApplyProgress) -> None:
        seen.append((now.done, now.total))

    with pytest.raises(TypeError, match="on_progress must be a function, not int"):
        immich.albums.apply(plan, on_progress=3)  # type: ignore[arg-type]
    immich.albums.apply(plan, on_progress=tell)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


def test_a_run_that_is_broken_off_tells_of_every_entry(
    server: ImmichServer, immich: Immich
) -> None:
    assets = folders(server, "/p/Kyoto/1.jpg", "/p/Nara/2.jpg", "/p/Uji/3.jpg")
    plan = immich.albums.plan_from_folders("/p", assets=assets)

    def stop(progress: ApplyProgress) -> None:
        if progress.done == 4:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough") as caught:
        immich.albums.apply(plan, limit=1, on_progress=stop)
    statuses = [result.status for result in caught.value.report.results]  # type: ignore[attr-defined]
    assert statuses == ["done"] * 4 + ["interrupted"] * 2


@pytest.mark.parametrize("stop_after", range(1, 6))
def test_a_run_that_is_broken_off_goes_on_and_is_taken_back(
    server: ImmichServer, immich: Immich, tmp_path: Path, stop_after: int
) -> None:
    assets = folders(server, "/p/Kyoto/1.jpg", "/p/Kyoto/2.jpg", "/p/Nara/3.jpg", "/p/U/4.jpg")
    immich.albums.create_album(album_name="Kyoto", asset_ids=[assets[0]["id"]])
    before, journal = contents(immich), tmp_path / "undo.jsonl"

    def stop(progress: ApplyProgress) -> None:
        if progress.done == stop_after:
            raise RuntimeError("enough")

    plan = immich.albums.plan_from_folders("/p", assets=assets)
    with pytest.raises(RuntimeError, match="enough"):
        immich.albums.apply(plan, journal=journal, limit=1, on_progress=stop)
    plan = immich.albums.plan_from_folders("/p", assets=assets)
    (immich.albums.apply(plan, journal=journal)).raise_for_failures()
    assert contents(immich) == {
        "Kyoto": sorted([assets[0]["id"], assets[1]["id"]]),
        "Nara": [assets[2]["id"]],
        "U": [assets[3]["id"]],
    }
    (Journal(journal).undo(immich)).raise_for_failures()
    assert contents(immich) == before


def test_dry_run_makes_no_album(server: ImmichServer, immich: Immich) -> None:
    assets = folders(server, "/p/Kyoto/1.jpg", "/p/Nara/2.jpg")
    plan = immich.albums.plan_from_folders("/p", assets=assets)
    careful = immich.with_options(dry_run=True)
    report = careful.albums.apply(plan, journal="/nowhere/undo.jsonl")
    assert report.dry_run
    assert report.ok
    held = [entry.operation.name for entry in careful.dry_run_log]
    assert held == ["albums.create_album"] * 2 + ["albums.add_assets_to_album"] * 2
    assert contents(immich) == {}
