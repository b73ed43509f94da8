"""Albums: their assets, sharing, and taking it all back."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from immichkit import AsyncImmich, AsyncJournal, NotFoundError
from immichkit._runtime import AsyncRuntime
from immichkit.models import AlbumUserRole
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio
NOTHING = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        yield immich


async def members(immich: AsyncImmich, album_id: str) -> dict[str, str]:
    album = await immich.albums.get_album_info(album_id)
    return {member.user.name: member.role.value for member in album.album_users[1:]}


async def contents(immich: AsyncImmich) -> dict[str, list[str]]:
    """The names of all albums of the caller, each with the assets in it."""
    return {
        album.album_name: sorted([one.id async for one in immich.albums.iter_assets(album.id)])
        for album in await immich.albums.get_all_albums(is_owned=True)
    }


async def test_the_assets_of_an_album_come_once_each(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    ids = server.seed(25)
    album = await immich.albums.create_album(album_name="Trip", asset_ids=ids[:13])
    found = immich.albums.iter_assets(album.id, page_size=5)
    assert sorted([asset.id async for asset in found]) == sorted(ids[:13])


async def test_an_album_is_made_once(immich: AsyncImmich) -> None:
    album = await immich.albums.get_or_create("Trip", description="By the sea")
    again = await immich.albums.get_or_create("Trip", description="elsewhere")
    assert (again.id, again.description) == (album.id, "By the sea")
    assert (await immich.albums.get_or_create("trip")).id != album.id


async def test_an_album_of_somebody_else_is_not_taken_for_ones_own(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    bob = server.add_user()
    async with AsyncImmich(server.url, api_key=bob.api_key) as his:
        theirs = await his.albums.create_album(album_name="Trip")
        await his.albums.share(theirs.id, [server.admin.id], role="editor")
    mine = await immich.albums.get_or_create("Trip")
    assert mine.id != theirs.id
    await immich.albums.create_album(album_name="Trip")
    assert (await immich.albums.get_or_create("Trip")).id == mine.id


async def test_tasks_that_ask_at_once_get_one_album(immich: AsyncImmich) -> None:
    names = ["Trip", "Kyo\u0302to", "Ky\u00f4to", "Trip"] * 4
    made = await AsyncRuntime.map(immich.albums.get_or_create, names, limit=8)
    assert len({album.id for album in made}) == 2
    assert len(await immich.albums.get_all_albums()) == 2


async def test_any_number_of_assets_goes_in_and_out_in_batches(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    ids = server.seed(2300)
    album = await immich.albums.get_or_create("Trip")
    server.forget_requests()
    report = await immich.albums.add_assets(album.id, ids)
    assert [one.status for one in report.ids] == ["done"] * 2300
    assert len(server.requests) == 3
    report = await immich.albums.remove_assets(album.id, ids[5:])
    assert report.ok
    assert await contents(immich) == {"Trip": sorted(ids[:5])}


async def test_there_is_an_outcome_for_every_id(server: ImmichServer, immich: AsyncImmich) -> None:
    first, second = server.seed(2)
    album = await immich.albums.get_or_create("Trip")
    await immich.albums.add_assets(album.id, [first])
    report = await immich.albums.add_assets(album.id, [first, second, NOTHING, second.upper()])
    assert sorted((one.id, one.status) for one in report.ids) == sorted(
        [(first, "unchanged"), (second, "done"), (NOTHING, "failed"), (second, "skipped")]
    )
    report = await immich.albums.remove_assets(album.id, iter([NOTHING, first]))
    assert [one.status for one in report.ids] == ["unchanged", "done"]


async def test_no_assets_are_no_request(server: ImmichServer, immich: AsyncImmich) -> None:
    album = await immich.albums.get_or_create("Trip")
    server.forget_requests()
    assert (await immich.albums.add_assets(album.id, [])).results == []
    assert (await immich.albums.remove_assets(album.id, [])).results == []
    assert not server.requests
    with pytest.raises(TypeError):
        await immich.albums.add_assets(album.id, NOTHING)


async def test_an_album_that_is_not_there_is_a_failure(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    ids = server.seed(3)
    report = await immich.albums.add_assets(NOTHING, ids)
    assert [one.status for one in report.ids] == ["failed"] * 3


async def test_adding_and_removing_is_taken_back(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    ids = server.seed(6)
    album = await immich.albums.create_album(album_name="Trip", asset_ids=ids[:3])
    await immich.albums.update(album.id, album_thumbnail_asset_id=ids[1])
    journal = tmp_path / "undo.jsonl"
    await immich.albums.add_assets(album.id, ids[2:], journal=journal)
    await immich.albums.remove_assets(album.id, [ids[1], ids[4]], journal=journal)
    assert await contents(immich) == {"Trip": sorted([ids[0], ids[2], ids[3], ids[5]])}
    (await AsyncJournal(journal).undo(immich)).raise_for_failures()
    assert await contents(immich) == {"Trip": sorted(ids[:3])}
    assert (await immich.albums.get_album_info(album.id)).album_thumbnail_asset_id == ids[1]


async def test_an_update_is_taken_back(immich: AsyncImmich, tmp_path: Path) -> None:
    album = await immich.albums.get_or_create("Trip", description="By the sea")
    changed = await immich.albums.update(album.id, description="By the lake")
    assert (changed.album_name, changed.description) == ("Trip", "By the lake")
    journal = tmp_path / "undo.jsonl"
    changed = await immich.albums.update(
        album.id, album_name="Lake", order="asc", is_activity_enabled=False, journal=journal
    )
    assert (changed.album_name, changed.order, changed.is_activity_enabled) == (
        "Lake",
        "asc",
        False,
    )
    await AsyncJournal(journal).undo(immich)
    before = await immich.albums.get_album_info(album.id)
    assert (before.album_name, before.order, before.is_activity_enabled) == ("Trip", "desc", True)
    with pytest.raises(NotFoundError):
        await immich.albums.update(NOTHING, album_name="x", journal=journal)


async def test_an_album_is_shared_with_roles_and_no_more(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    bob, cy = server.add_user(name="Bob"), server.add_user(name="Cy")
    album, journal = await immich.albums.get_or_create("Trip"), tmp_path / "undo.jsonl"
    await immich.albums.share(album.id, [bob.id])
    assert await members(immich, album.id) == {"Bob": "viewer"}
    shared = await immich.albums.share(
        album.id, {bob.email.upper(): "editor", cy.id: AlbumUserRole.VIEWER}, journal=journal
    )
    assert len(shared.album_users) == 3
    assert await members(immich, album.id) == {"Bob": "editor", "Cy": "viewer"}
    await immich.albums.unshare(album.id, [bob.email], journal=journal)
    assert await members(immich, album.id) == {"Cy": "viewer"}
    (await AsyncJournal(journal).undo(immich)).raise_for_failures()
    assert await members(immich, album.id) == {"Bob": "viewer"}


async def test_sharing_as_it_is_shared_already_writes_nothing(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    bob, album = server.add_user(), await immich.albums.get_or_create("Trip")
    await immich.albums.share(album.id, [bob.id])
    server.forget_requests()
    await immich.albums.share(album.id, [bob.id])
    await immich.albums.unshare(album.id, [NOTHING])
    assert {request.method for request in server.requests} == {"GET"}


async def test_with_whom_an_album_cannot_be_shared(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    bob, album = server.add_user(), await immich.albums.get_or_create("Trip")
    with pytest.raises(ValueError, match=r"nobody@example\.com"):
        await immich.albums.share(album.id, [bob.id, "nobody@example.com"])
    with pytest.raises(ValueError, match="owner"):
        await immich.albums.share(album.id, [bob.id, server.admin.id])
    with pytest.raises(ValueError, match="owner"):
        await immich.albums.share(album.id, [bob.id], role="owner")
    with pytest.raises(ValueError, match="owner"):
        await immich.albums.unshare(album.id, [server.admin.id])
    with pytest.raises(TypeError, match="users must be a list"):
        await immich.albums.share(album.id, bob.id)
    assert await members(immich, album.id) == {}


async def test_an_album_whose_assets_are_in_the_trash_is_not_empty(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    ids = server.seed(2)
    await immich.albums.create_album(album_name="Trip", asset_ids=[ids[0]])
    await immich.albums.create_album(album_name="Trashed", asset_ids=[ids[1]])
    await immich.assets.delete_assets(ids=[ids[1]])
    empty = await immich.albums.get_or_create("Empty")
    assert [album.id for album in await immich.albums.find_empty()] == [empty.id]


async def test_equal_names_are_found(immich: AsyncImmich) -> None:
    made = [await immich.albums.create_album(album_name=name) for name in ("A", "B", "A", "a")]
    found = await immich.albums.find_equal_named()
    assert {name: [album.id for album in albums] for name, albums in found.items()} == {
        "A": [made[0].id, made[2].id]
    }


async def test_the_assets_of_a_tag_and_of_those_below_it(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    ids = server.seed([SeedAsset(tags=("places/Kyoto",)), SeedAsset(tags=("places",)), SeedAsset()])
    tags = {tag.value: tag.id for tag in await immich.tags.get_all_tags()}
    found = immich.tags.iter_assets(tags["places"], page_size=1)
    assert sorted([asset.id async for asset in found]) == sorted(ids[:2])
    assert [asset.id async for asset in immich.tags.iter_assets(tags["places/Kyoto"])] == ids[:1]
