"""Albums that others own, share, change or delete, and what an undo does then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from immichkit import ApiError, AsyncImmich, AsyncJournal, NotFoundError
from immichkit.merges import MergePlan
from immichkit.testing import ImmichServer, SeedAsset, ServerUser

pytestmark = pytest.mark.anyio
NOTHING = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key, retry=None) as immich:
        yield immich


@pytest.fixture
def bob(server: ImmichServer) -> ServerUser:
    return server.add_user(name="Bob")


@pytest.fixture
async def his(server: ImmichServer, bob: ServerUser) -> AsyncIterator[AsyncImmich]:
    """Bob's client."""
    async with AsyncImmich(server.url, api_key=bob.api_key) as his:
        yield his


async def contents(immich: AsyncImmich, album_id: str) -> list[str]:
    return sorted([asset.id async for asset in immich.albums.iter_assets(album_id)])


async def roles(immich: AsyncImmich, album_id: str) -> dict[str, str]:
    album = await immich.albums.get_album_info(album_id)
    return {member.user.name: member.role.value for member in album.album_users[1:]}


async def test_twenty_five_thousand_ids(server: ImmichServer, immich: AsyncImmich) -> None:
    seeded = server.seed(3)
    unknown = [f"{n:08x}-0000-4000-8000-000000000000" for n in range(25_000)]
    album = await immich.albums.get_or_create("Trip")
    server.forget_requests()
    report = await immich.albums.add_assets(album.id, [*unknown, *seeded, *unknown[:7]])
    statuses = [one.status for one in report.ids]
    assert (len(server.requests), len(statuses)) == (26, 25_010)
    assert [statuses.count(one) for one in ("done", "failed", "skipped")] == [3, 25_000, 7]
    assert await contents(immich, album.id) == sorted(seeded)


async def test_a_viewer_and_a_stranger_change_nothing(
    server: ImmichServer, immich: AsyncImmich, his: AsyncImmich, bob: ServerUser, tmp_path: Path
) -> None:
    (mine,), journal = server.seed(1), tmp_path / "undo.jsonl"
    (theirs,) = server.seed(1, user=bob)
    album = await immich.albums.create_album(album_name="Trip", asset_ids=[mine])
    for role in ("stranger", "viewer"):
        if role == "viewer":
            await immich.albums.share(album.id, [bob.id])
        assert [one.status for one in (await his.albums.add_assets(album.id, [theirs])).ids] == [
            "failed"
        ]
        assert not (await his.albums.remove_assets(album.id, [mine])).ok
        with pytest.raises(NotFoundError):
            await his.albums.update(album.id, album_name="His")
        with pytest.raises(NotFoundError):
            await his.albums.update(album.id, album_name="His", journal=journal)
        with pytest.raises((NotFoundError, ValueError)):
            await his.albums.share(album.id, [bob.id], role="editor")
    assert await contents(immich, album.id) == [mine]
    assert await roles(immich, album.id) == {"Bob": "viewer"}


async def test_what_an_editor_may_not_take_out_is_a_failure_of_its_own(
    server: ImmichServer, immich: AsyncImmich, his: AsyncImmich, bob: ServerUser
) -> None:
    (mine,) = server.seed(1)
    (theirs,) = server.seed(1, user=bob)
    album = await immich.albums.create_album(album_name="Trip", asset_ids=[mine])
    await immich.albums.share(album.id, {bob.id: "editor"})
    await his.albums.add_assets(album.id, [theirs])
    report = await his.albums.remove_assets(album.id, [theirs, mine])
    assert [(one.id, one.status, one.reason) for one in report.ids] == [
        (theirs, "done", None),
        (mine, "failed", "no_permission"),
    ]


async def test_what_others_put_in_keeps_back_no_undo(
    server: ImmichServer, immich: AsyncImmich, his: AsyncImmich, bob: ServerUser, tmp_path: Path
) -> None:
    mine, gone = server.seed(2)
    (theirs,) = server.seed(1, user=bob)
    album = await immich.albums.create_album(album_name="Trip", asset_ids=[mine, gone])
    await immich.albums.share(album.id, {bob.id: "editor"})
    await his.albums.add_assets(album.id, [theirs])
    journal = tmp_path / "undo.jsonl"
    await immich.albums.update(album.id, description="By the sea", journal=journal)
    await immich.albums.remove_assets(album.id, [mine, gone, theirs], journal=journal)
    await immich.assets.delete_assets(ids=[gone], force=True)
    server.settle()
    report = await AsyncJournal(journal).undo(immich)
    report.raise_for_failures()
    assert {one.id for one in report.ids if one.status == "skipped"} >= {gone, theirs}
    assert await contents(immich, album.id) == [mine]
    assert (await immich.albums.get_album_info(album.id)).description == ""


async def test_a_former_cover_that_left_keeps_back_no_undo(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    first, second = server.seed(2)
    album = await immich.albums.create_album(album_name="Trip", asset_ids=[first, second])
    await immich.albums.update(album.id, album_thumbnail_asset_id=first)
    journal = tmp_path / "undo.jsonl"
    await immich.albums.update(
        album.id, album_name="Lake", album_thumbnail_asset_id=second, journal=journal
    )
    await immich.albums.remove_assets(album.id, [first])
    report = await AsyncJournal(journal).undo(immich)
    report.raise_for_failures()
    assert [one.id for one in report.ids if one.status == "skipped"] == [first]
    now = await immich.albums.get_album_info(album.id)
    assert (now.album_name, now.album_thumbnail_asset_id) == ("Trip", second)


async def test_sharing_that_failed_half_way_is_taken_back(
    server: ImmichServer, immich: AsyncImmich, bob: ServerUser, tmp_path: Path
) -> None:
    cy, journal = server.add_user(name="Cy"), tmp_path / "undo.jsonl"
    album = await immich.albums.get_or_create("Trip")
    await immich.albums.share(album.id, [cy.id])
    wanted = {cy.id: "editor", bob.id: "viewer", NOTHING: "viewer"}
    with pytest.raises(ApiError, match="Invalid user"):
        await immich.albums.share(album.id, wanted, journal=journal)
    (await AsyncJournal(journal).undo(immich)).raise_for_failures()
    assert await roles(immich, album.id) == {"Cy": "viewer"}


async def test_one_user_in_two_roles_is_refused(
    server: ImmichServer, immich: AsyncImmich, his: AsyncImmich, bob: ServerUser
) -> None:
    album = await immich.albums.get_or_create("Trip")
    with pytest.raises(ValueError, match="in two roles"):
        await immich.albums.share(album.id, {bob.email: "editor", bob.id: "viewer"})
    await immich.albums.share(album.id, [bob.email, bob.id])
    assert await roles(immich, album.id) == {"Bob": "viewer"}


async def test_an_album_that_was_deleted_since_keeps_back_no_undo(
    server: ImmichServer, immich: AsyncImmich, bob: ServerUser, tmp_path: Path
) -> None:
    (asset,), journal = server.seed(1), tmp_path / "undo.jsonl"
    album = await immich.albums.get_or_create("Trip")
    kept = await immich.albums.get_or_create("Kept")
    await immich.albums.update(kept.id, description="By the sea", journal=journal)
    await immich.albums.add_assets(album.id, [asset], journal=journal)
    await immich.albums.update(album.id, description="By the lake", journal=journal)
    await immich.albums.share(album.id, [bob.id], journal=journal)
    await immich.albums.delete_album(album.id)
    (await AsyncJournal(journal).undo(immich)).raise_for_failures()
    assert (await immich.albums.get_album_info(kept.id)).description == ""


@pytest.mark.parametrize("change", ["description", "share", "link", "trash"])
async def test_an_album_that_was_made_and_then_used_is_not_deleted(
    server: ImmichServer, immich: AsyncImmich, bob: ServerUser, tmp_path: Path, change: str
) -> None:
    first, second = server.seed(2)
    assets = [{"id": first, "originalPath": "/p/Kyoto/1.jpg", "originalFileName": "1.jpg"}]
    plan = await immich.albums.plan_from_folders("/p", assets=assets)
    journal = tmp_path / "undo.jsonl"
    await immich.albums.apply(plan, journal=journal)
    (album,) = await immich.albums.get_all_albums()
    if change == "description":
        await immich.albums.update(album.id, description="By the sea")
    elif change == "share":
        await immich.albums.share(album.id, [bob.id])
    elif change == "link":
        await immich.shared_links.create_shared_link(type="ALBUM", album_id=album.id)
    else:
        await immich.albums.add_assets(album.id, [second])
        await immich.assets.delete_assets(ids=[second])
    report = await AsyncJournal(journal).undo(immich)
    report.raise_for_failures()
    assert [one.id for one in report.ids if one.status == "skipped"] == [album.id]
    assert await contents(immich, album.id) == []
    if change == "trash":
        await immich.trash.restore_assets(ids=[second])
        assert await contents(immich, album.id) == [second]


async def test_a_server_that_fails_half_way_tells_of_each_id(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    ids, journal = server.seed(2500), tmp_path / "undo.jsonl"
    album = await immich.albums.create_album(album_name="Trip", asset_ids=ids[:1])
    server.fail_next(status=500, method="PUT", path="/albums/{id}/assets")
    report = await immich.albums.add_assets(album.id, ids, journal=journal, limit=1)
    assert [(one.status, len(one.ids)) for one in report.results] == [
        ("failed", 1000),
        ("done", 1000),
        ("done", 500),
    ]
    assert len(await contents(immich, album.id)) == 1501
    (await AsyncJournal(journal).undo(immich)).raise_for_failures()
    assert await contents(immich, album.id) == ids[:1]


async def test_assets_in_the_trash_go_in_and_out(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    (asset,), journal = server.seed([SeedAsset(is_trashed=True)]), tmp_path / "undo.jsonl"
    album = await immich.albums.get_or_create("Trip")
    await immich.albums.add_assets(album.id, [asset], journal=journal)
    assert await immich.albums.find_empty() == []
    await immich.albums.remove_assets(album.id, [asset], journal=journal)
    assert [one.id for one in await immich.albums.find_empty()] == [album.id]
    (await AsyncJournal(journal).undo(immich)).raise_for_failures()
    assert [one.id for one in await immich.albums.find_empty()] == [album.id]


async def test_dry_run_changes_no_album(
    server: ImmichServer, immich: AsyncImmich, bob: ServerUser, tmp_path: Path
) -> None:
    first, second = server.seed(2)
    album = await immich.albums.create_album(album_name="Trip", asset_ids=[first])
    careful, journal = immich.with_options(dry_run=True), tmp_path / "undo.jsonl"
    assert (await careful.albums.add_assets(album.id, [second], journal=journal)).dry_run
    assert (await careful.albums.remove_assets(album.id, [first], journal=journal)).dry_run
    await careful.albums.update(album.id, album_name="Lake", journal=journal)
    await careful.albums.share(album.id, [bob.id], journal=journal)
    await careful.albums.get_or_create("New")
    assert len(careful.dry_run_log) == 5
    assert not journal.exists()
    assert [one.album_name for one in await immich.albums.get_all_albums()] == ["Trip"]
    assert await contents(immich, album.id) == [first]
    assert await roles(immich, album.id) == {}


async def test_a_plan_is_applied_by_whom_it_was_made_for(
    server: ImmichServer, immich: AsyncImmich, his: AsyncImmich
) -> None:
    server.seed(1)
    plan = await immich.albums.plan_from_folders("/data")
    with pytest.raises(ValueError, match="another user"):
        await his.albums.apply(plan)
    with pytest.raises(TypeError, match="plan_from_folders"):
        await immich.albums.apply(MergePlan(entries=()))  # type: ignore[arg-type]
    assert await his.albums.get_all_albums() == []
