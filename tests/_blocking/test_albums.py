# Written by scripts/mirror from tests/_async/test_albums.py; edits are lost.
"""Albums: their assets, sharing, and taking it all back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from immichkit import Immich, Journal, NotFoundError
from immichkit._runtime import Runtime
from immichkit.models import AlbumUserRole
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio
NOTHING = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key) as immich:
        yield immich


def members(immich: Immich, album_id: str) -> dict[str, str]:
    album = immich.albums.get_album_info(album_id)
    return {member.user.name: member.role.value for member in album.album_users[1:]}


def contents(immich: Immich) -> dict[str, list[str]]:
    """The names of all albums of the caller, each with the assets in it."""
    return {
        album.album_name: sorted([one.id for one in immich.albums.iter_assets(album.id)])
        for album in immich.albums.get_all_albums(is_owned=True)
    }


def test_the_assets_of_an_album_come_once_each(server: ImmichServer, immich: Immich) -> None:
    ids = server.seed(25)
    album = immich.albums.create_album(album_name="Trip", asset_ids=ids[:13])
    found = immich.albums.iter_assets(album.id, page_size=5)
    assert sorted([asset.id for asset in found]) == sorted(ids[:13])


def test_an_album_is_made_once(immich: Immich) -> None:
    album = immich.albums.get_or_create("Trip", description="By the sea")
    again = immich.albums.get_or_create("Trip", description="elsewhere")
    assert (again.id, again.description) == (album.id, "By the sea")
    assert (immich.albums.get_or_create("trip")).id != album.id


def test_an_album_of_somebody_else_is_not_taken_for_ones_own(
    server: ImmichServer, immich: Immich
) -> None:
    bob = server.add_user()
    with Immich(server.url, api_key=bob.api_key) as his:
        theirs = his.albums.create_album(album_name="Trip")
        his.albums.share(theirs.id, [server.admin.id], role="editor")
    mine = immich.albums.get_or_create("Trip")
    assert mine.id != theirs.id
    immich.albums.create_album(album_name="Trip")
    assert (immich.albums.get_or_create("Trip")).id == mine.id


def test_tasks_that_ask_at_once_get_one_album(immich: Immich) -> None:
    names = ["Trip", "Kyo\u0302to", "Ky\u00f4to", "Trip"] * 4
    made = Runtime.map(immich.albums.get_or_create, names, limit=8)
    assert len({album.id for album in made}) == 2
    assert len(immich.albums.get_all_albums()) == 2


def test_any_number_of_assets_goes_in_and_out_in_batches(
    server: ImmichServer, immich: Immich
) -> None:
    ids = server.seed(2300)
    album = immich.albums.get_or_create("Trip")
    server.forget_requests()
    report = immich.albums.add_assets(album.id, ids)
    assert [one.status for one in report.ids] == ["done"] * 2300
    assert len(server.requests) == 3
    report = immich.albums.remove_assets(album.id, ids[5:])
    assert report.ok
    assert contents(immich) == {"Trip": sorted(ids[:5])}


def test_there_is_an_outcome_for_every_id(server: ImmichServer, immich: Immich) -> None:
    first, second = server.seed(2)
    album = immich.albums.get_or_create("Trip")
    immich.albums.add_assets(album.id, [first])
    report = immich.albums.add_assets(album.id, [first, second, NOTHING, second.upper()])
    assert sorted((one.id, one.status) for one in report.ids) == sorted(
        [(first, "unchanged"), (second, "done"), (NOTHING, "failed"), (second, "skipped")]
    )
    report = immich.albums.remove_assets(album.id, iter([NOTHING, first]))
    assert [one.status for one in report.ids] == ["unchanged", "done"]


def test_no_assets_are_no_request(server: ImmichServer, immich: Immich) -> None:
    album = immich.albums.get_or_create("Trip")
    server.forget_requests()
    assert (immich.albums.add_assets(album.id, [])).results == []
    assert (immich.albums.remove_assets(album.id, [])).results == []
    assert not server.requests
    with pytest.raises(TypeError):
        immich.albums.add_assets(album.id, NOTHING)


def test_an_album_that_is_not_there_is_a_failure(server: ImmichServer, immich: Immich) -> None:
    ids = server.seed(3)
    report = immich.albums.add_assets(NOTHING, ids)
    assert [one.status for one in report.ids] == ["failed"] * 3


def test_adding_and_removing_is_taken_back(
    server: ImmichServer, immich: Immich, tmp_path: Path
) -> None:
    ids = server.seed(6)
    album = immich.albums.create_album(album_name="Trip", asset_ids=ids[:3])
    immich.albums.update(album.id, album_thumbnail_asset_id=ids[1])
    journal = tmp_path / "undo.jsonl"
    immich.albums.add_assets(album.id, ids[2:], journal=journal)
    immich.albums.remove_assets(album.id, [ids[1], ids[4]], journal=journal)
    assert contents(immich) == {"Trip": sorted([ids[0], ids[2], ids[3], ids[5]])}
    (Journal(journal).undo(immich)).raise_for_failures()
    assert contents(immich) == {"Trip": sorted(ids[:3])}
    assert (immich.albums.get_album_info(album.id)).album_thumbnail_asset_id == ids[1]


def test_an_update_is_taken_back(immich: Immich, tmp_path: Path) -> None:
    album = immich.albums.get_or_create("Trip", description="By the sea")
    changed = immich.albums.update(album.id, description="By the lake")
    assert (changed.album_name, changed.description) == ("Trip", "By the lake")
    journal = tmp_path / "undo.jsonl"
    changed = immich.albums.update(
        album.id, album_name="Lake", order="asc", is_activity_enabled=False, journal=journal
    )
    assert (changed.album_name, changed.order, changed.is_activity_enabled) == (
        "Lake",
        "asc",
        False,
    )
    Journal(journal).undo(immich)
    before = immich.albums.get_album_info(album.id)
    assert (before.album_name, before.order, before.is_activity_enabled) == ("Trip", "desc", True)
    with pytest.raises(NotFoundError):
        immich.albums.update(NOTHING, album_name="x", journal=journal)


def test_an_album_is_shared_with_roles_and_no_more(
    server: ImmichServer, immich: Immich, tmp_path: Path
) -> None:
    bob, cy = server.add_user(name="Bob"), server.add_user(name="Cy")
    album, journal = immich.albums.get_or_create("Trip"), tmp_path / "undo.jsonl"
    immich.albums.share(album.id, [bob.id])
    assert members(immich, album.id) == {"Bob": "viewer"}
    shared = immich.albums.share(
        album.id, {bob.email.upper(): "editor", cy.id: AlbumUserRole.VIEWER}, journal=journal
    )
    assert len(shared.album_users) == 3
    assert members(immich, album.id) == {"Bob": "editor", "Cy": "viewer"}
    immich.albums.unshare(album.id, [bob.email], journal=journal)
    assert members(immich, album.id) == {"Cy": "viewer"}
    (Journal(journal).undo(immich)).raise_for_failures()
    assert members(immich, album.id) == {"Bob": "viewer"}


def test_sharing_as_it_is_shared_already_writes_nothing(
    server: ImmichServer, immich: Immich
) -> None:
    bob, album = server.add_user(), immich.albums.get_or_create("Trip")
    immich.albums.share(album.id, [bob.id])
    server.forget_requests()
    immich.albums.share(album.id, [bob.id])
    immich.albums.unshare(album.id, [NOTHING])
    assert {request.method for request in server.requests} == {"GET"}


def test_with_whom_an_album_cannot_be_shared(server: ImmichServer, immich: Immich) -> None:
    bob, album = server.add_user(), immich.albums.get_or_create("Trip")
    with pytest.raises(ValueError, match=r"nobody@example\.com"):
        immich.albums.share(album.id, [bob.id, "nobody@example.com"])
    with pytest.raises(ValueError, match="owner"):
        immich.albums.share(album.id, [bob.id, server.admin.id])
    with pytest.raises(ValueError, match="owner"):
        immich.albums.share(album.id, [bob.id], role="owner")
    with pytest.raises(ValueError, match="owner"):
        immich.albums.unshare(album.id, [server.admin.id])
    with pytest.raises(TypeError, match="users must be a list"):
        immich.albums.share(album.id, bob.id)
    assert members(immich, album.id) == {}


def test_an_album_whose_assets_are_in_the_trash_is_not_empty(
    server: ImmichServer, immich: Immich
) -> None:
    ids = server.seed(2)
    immich.albums.create_album(album_name="Trip", asset_ids=[ids[0]])
    immich.albums.create_album(album_name="Trashed", asset_ids=[ids[1]])
    immich.assets.delete_assets(ids=[ids[1]])
    empty = immich.albums.get_or_create("Empty")
    assert [album.id for album in immich.albums.find_empty()] == [empty.id]


def test_equal_names_are_found(immich: Immich) -> None:
    made = [immich.albums.create_album(album_name=name) for name in ("A", "B", "A", "a")]
    found = immich.albums.find_equal_named()
    assert {name: [album.id for album in albums] for name, albums in found.items()} == {
        "A": [made[0].id, made[2].id]
    }


def test_the_assets_of_a_tag_and_of_those_below_it(server: ImmichServer, immich: Immich) -> None:
    ids = server.seed([SeedAsset(tags=("places/Kyoto",)), SeedAsset(tags=("places",)), SeedAsset()])
    tags = {tag.value: tag.id for tag in immich.tags.get_all_tags()}
    found = immich.tags.iter_assets(tags["places"], page_size=1)
    assert sorted([asset.id for asset in found]) == sorted(ids[:2])
    assert [asset.id for asset in immich.tags.iter_assets(tags["places/Kyoto"])] == ids[:1]
