"""Albums that are made of folders: planned, applied and taken back."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path, PurePosixPath

import pytest

from immichkit import ApplyProgress, AsyncImmich, AsyncJournal
from immichkit.albums import AlbumPlan
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        yield immich


async def contents(immich: AsyncImmich) -> dict[str, list[str]]:
    """The names of all albums of the caller, each with the assets in it."""
    return {
        album.album_name: sorted([one.id async for one in immich.albums.iter_assets(album.id)])
        for album in await immich.albums.get_all_albums(is_owned=True)
    }


def photo(path: str) -> dict[str, str]:
    return {"id": "", "originalPath": path, "originalFileName": PurePosixPath(path).name}


async def folders(server: ImmichServer, *paths: str) -> list[dict[str, str]]:
    """Assets of the server, as if their files lay there."""
    ids = server.seed([SeedAsset(name=PurePosixPath(path).name) for path in paths])
    return [{**photo(path), "id": id_} for path, id_ in zip(paths, ids, strict=True)]


async def test_folders_become_albums_and_the_second_plan_is_empty(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    assets = await folders(server, "/p/Kyoto/1.jpg", "/p/Kyoto/temples/2.jpg", "/p/Nara/3.jpg")
    kyoto = await immich.albums.create_album(album_name="Kyoto", asset_ids=[assets[0]["id"]])
    plan = await immich.albums.plan_from_folders("/p", assets=assets)
    assert plan.counts == {"add": 2, "keep": 1, "create": 1}
    assert AlbumPlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan
    report = await immich.albums.apply(plan)
    report.raise_for_failures()
    assert len(report.results) == len(plan.entries)
    assert await contents(immich) == {
        "Kyoto": sorted([assets[0]["id"], assets[1]["id"]]),
        "Nara": [assets[2]["id"]],
    }
    assert (await immich.albums.get_or_create("Kyoto")).id == kyoto.id
    assert (await immich.albums.plan_from_folders("/p", assets=assets)).is_empty
    again = await immich.albums.apply(plan)
    assert again.ok
    assert not again.done
    assert len(await contents(immich)) == 2


async def test_the_folders_of_the_library_itself_are_planned(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    ids = server.seed([SeedAsset(), SeedAsset(is_trashed=True), SeedAsset(visibility="hidden")])
    path = PurePosixPath((await immich.assets.get_asset_info(ids[0])).original_path)
    bob = server.add_user()
    server.seed(1, user=bob)
    async with AsyncImmich(server.url, api_key=bob.api_key) as his:
        await his.partners.create_partner(shared_with_id=server.admin.id)
    await immich.partners.update_partner(bob.id, in_timeline=True)
    plan = await immich.albums.plan_from_folders("/data", levels=None)
    (create, add) = plan.entries
    assert create.album_name == " / ".join(path.parent.relative_to("/data").parts)
    assert add.asset_ids == (ids[0],)


async def test_folders_of_this_computer_become_albums(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("Kyoto/a.jpg", "Kyoto/b.jpg", "Nara/a.jpg", "Nara/live.jpg", "Nara/new.jpg"):
        (tmp_path / "photos" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "photos" / name).write_bytes(name[-5:].encode())
    uploaded = await immich.assets.upload(tmp_path / "photos", exclude=["new.jpg"])
    ids = {result.path.name: result.asset_id or "" for result in uploaded.results}
    same, other, hidden = ids["a.jpg"], ids["b.jpg"], ids["live.jpg"]
    await immich.assets.update_asset(hidden, visibility="hidden")
    found = await immich.assets.audit(tmp_path / "photos")
    plan = await immich.albums.plan_from_folders(tmp_path / "photos", assets=found.results)
    assert [(e.album_name, sorted(e.asset_ids)) for e in plan.of("add")] == [
        ("Kyoto", sorted([same, other])),
        ("Nara", [same]),
    ]
    monkeypatch.chdir(tmp_path)
    again = await immich.albums.plan_from_folders("photos", assets=uploaded.results)
    assert again == plan
    monkeypatch.setenv("HOME", str(tmp_path))
    assert await immich.albums.plan_from_folders("~/photos", assets=found.results) == plan


async def test_assets_that_are_given_are_no_halves_and_not_in_the_trash(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    given = await folders(server, "/p/A/1.jpg", "/p/A/2.mov", "/p/A/3.jpg")
    assets: list[dict[str, object]] = [{**one} for one in given]
    assets[1] = {**given[1], "visibility": "hidden"}
    assets[2] = {**given[2], "isTrashed": True}
    plan = await immich.albums.plan_from_folders("/p", assets=assets)
    assert [entry.asset_ids for entry in plan.of("add")] == [(given[0]["id"],)]


async def test_a_root_that_is_mistyped_is_told(server: ImmichServer, immich: AsyncImmich) -> None:
    server.seed(1)
    plan = await immich.albums.plan_from_folders("/mnt/photo")
    assert plan.is_empty
    assert "None of 1 files belongs into an album below /mnt/photo: not /data/" in str(plan)


async def test_albums_of_folders_are_taken_back(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    assets = await folders(server, "/p/Kyoto/1.jpg", "/p/Kyoto/2.jpg", "/p/Nara/3.jpg")
    await immich.albums.create_album(album_name="Kyoto", asset_ids=[assets[0]["id"]])
    await immich.albums.create_album(album_name="Else")
    before, journal = await contents(immich), tmp_path / "undo.jsonl"
    plan = await immich.albums.plan_from_folders("/p", assets=assets)
    (await immich.albums.apply(plan, journal=journal)).raise_for_failures()
    assert await contents(immich) != before
    (await AsyncJournal(journal).undo(immich)).raise_for_failures()
    assert await contents(immich) == before


async def test_an_album_that_could_not_be_made_keeps_back_no_other(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    assets = await folders(server, "/p/Kyoto/1.jpg", "/p/Nara/2.jpg")
    plan = await immich.albums.plan_from_folders("/p", assets=assets)
    server.fail_next(status=400, method="POST", path="/albums")
    report = await immich.albums.apply(plan, limit=1)
    assert [result.status for result in report.results] == ["failed", "done", "skipped", "done"]
    assert (await immich.albums.apply(plan)).ok
    assert len(await contents(immich)) == 2


async def test_an_album_that_was_deleted_since_is_told(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    assets = await folders(server, "/p/Kyoto/1.jpg")
    album = await immich.albums.get_or_create("Kyoto")
    plan = await immich.albums.plan_from_folders("/p", assets=assets)
    await immich.albums.delete_album(album.id)
    report = await immich.albums.apply(plan, journal=tmp_path / "undo.jsonl")
    assert [result.status for result in report.results] == ["skipped"]
    assert not (await immich.albums.apply(plan)).ok


async def test_progress_counts_every_entry(server: ImmichServer, immich: AsyncImmich) -> None:
    assets = await folders(server, "/p/Kyoto/1.jpg", "/p/Nara/2.jpg")
    plan = await immich.albums.plan_from_folders("/p", assets=assets)
    seen: list[tuple[int, int | None]] = []

    async def tell(now: ApplyProgress) -> None:
        seen.append((now.done, now.total))

    with pytest.raises(TypeError, match="on_progress must be a function, not int"):
        await immich.albums.apply(plan, on_progress=3)  # type: ignore[arg-type]
    await immich.albums.apply(plan, on_progress=tell)
    assert seen == [(1, 4), (2, 4), (3, 4), (4, 4)]


async def test_a_run_that_is_broken_off_tells_of_every_entry(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    assets = await folders(server, "/p/Kyoto/1.jpg", "/p/Nara/2.jpg", "/p/Uji/3.jpg")
    plan = await immich.albums.plan_from_folders("/p", assets=assets)

    def stop(progress: ApplyProgress) -> None:
        if progress.done == 4:
            raise RuntimeError("enough")

    with pytest.raises(RuntimeError, match="enough") as caught:
        await immich.albums.apply(plan, limit=1, on_progress=stop)
    statuses = [result.status for result in caught.value.report.results]  # type: ignore[attr-defined]
    assert statuses == ["done"] * 4 + ["interrupted"] * 2


@pytest.mark.parametrize("stop_after", range(1, 6))
async def test_a_run_that_is_broken_off_goes_on_and_is_taken_back(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path, stop_after: int
) -> None:
    assets = await folders(
        server, "/p/Kyoto/1.jpg", "/p/Kyoto/2.jpg", "/p/Nara/3.jpg", "/p/U/4.jpg"
    )
    await immich.albums.create_album(album_name="Kyoto", asset_ids=[assets[0]["id"]])
    before, journal = await contents(immich), tmp_path / "undo.jsonl"

    def stop(progress: ApplyProgress) -> None:
        if progress.done == stop_after:
            raise RuntimeError("enough")

    plan = await immich.albums.plan_from_folders("/p", assets=assets)
    with pytest.raises(RuntimeError, match="enough"):
        await immich.albums.apply(plan, journal=journal, limit=1, on_progress=stop)
    plan = await immich.albums.plan_from_folders("/p", assets=assets)
    (await immich.albums.apply(plan, journal=journal)).raise_for_failures()
    assert await contents(immich) == {
        "Kyoto": sorted([assets[0]["id"], assets[1]["id"]]),
        "Nara": [assets[2]["id"]],
        "U": [assets[3]["id"]],
    }
    (await AsyncJournal(journal).undo(immich)).raise_for_failures()
    assert await contents(immich) == before


async def test_dry_run_makes_no_album(server: ImmichServer, immich: AsyncImmich) -> None:
    assets = await folders(server, "/p/Kyoto/1.jpg", "/p/Nara/2.jpg")
    plan = await immich.albums.plan_from_folders("/p", assets=assets)
    careful = immich.with_options(dry_run=True)
    report = await careful.albums.apply(plan, journal="/nowhere/undo.jsonl")
    assert report.dry_run
    assert report.ok
    held = [entry.operation.name for entry in careful.dry_run_log]
    assert held == ["albums.create_album"] * 2 + ["albums.add_assets_to_album"] * 2
    assert await contents(immich) == {}
