# Written by scripts/mirror from tests/_async/organising_scenarios.py; edits are lost.
"""Uses of every helper of albums, people and tags, for `helper_scenarios`."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import PurePosixPath

from _blocking.helper_scenarios import Call, Scenario, World

from immichkit.testing import SeedAsset

BORN = datetime.date(1990, 12, 10)


def album(world: World, *names: str) -> str:
    """An album with photos of these names in it."""
    seeds = [SeedAsset(name=name, albums=["Trip"]) for name in names or ("a.jpg",)]
    world.server.seed(seeds)
    return (world.immich.albums.get_or_create("Trip")).id


def album_assets(world: World) -> Call:
    return partial(world.immich.albums.iter_assets, album(world))


def album_assets_with_stacks(world: World) -> Call:
    return partial(world.immich.albums.iter_assets, album(world), with_stacks=True)


def album_by_name(world: World) -> Call:
    return partial(world.immich.albums.get_or_create, "Trip")


def add_assets(world: World) -> Call:
    return partial(world.immich.albums.add_assets, album(world), world.server.seed(2))


def add_assets_with_a_journal(world: World) -> Call:
    journal = world.folder / "undo.jsonl"
    add, ids = world.immich.albums.add_assets, world.server.seed(2)
    return partial(add, album(world), ids, journal=journal)


def remove_assets(world: World) -> Call:
    return partial(world.immich.albums.remove_assets, album(world), world.server.seed(1))


def remove_assets_with_a_journal(world: World) -> Call:
    album_id, journal = album(world), world.folder / "undo.jsonl"
    ids = [asset.id for asset in world.admin.albums.iter_assets(album_id)]
    return partial(world.immich.albums.remove_assets, album_id, ids, journal=journal)


def update_album(world: World) -> Call:
    return partial(world.immich.albums.update, album(world), description="By the sea")


def update_album_with_a_journal(world: World) -> Call:
    update, journal = world.immich.albums.update, world.folder / "undo.jsonl"
    return partial(update, album(world), album_name="Lake", journal=journal)


def share_album(world: World) -> Call:
    bob, cy, album_id = world.server.add_user(), world.server.add_user(), album(world)
    world.immich.albums.share(album_id, [bob.id])
    return partial(world.immich.albums.share, album_id, [bob.id, cy.id], role="editor")


def share_album_by_address(world: World) -> Call:
    bob = world.server.add_user()
    return partial(world.immich.albums.share, album(world), {bob.email: "viewer"})


def unshare_album(world: World) -> Call:
    bob, album_id = world.server.add_user(), album(world)
    world.immich.albums.share(album_id, [bob.id])
    return partial(world.immich.albums.unshare, album_id, [bob.id])


def unshare_album_by_address(world: World) -> Call:
    bob, album_id = world.server.add_user(), album(world)
    world.immich.albums.share(album_id, [bob.id])
    return partial(world.immich.albums.unshare, album_id, [bob.email])


def empty_albums(world: World) -> Call:
    world.immich.albums.get_or_create("Empty")
    return partial(world.immich.albums.find_empty)


def equal_named_albums(world: World) -> Call:
    return partial(world.immich.albums.find_equal_named)


def plan_of_folders(world: World) -> Call:
    (asset_id,) = world.server.seed(1)
    path = PurePosixPath((world.immich.assets.get_asset_info(asset_id)).original_path)
    world.immich.albums.get_or_create(path.parent.name)
    return partial(world.immich.albums.plan_from_folders, path.parents[1])


def plan_of_given_folders(world: World) -> Call:
    album(world)
    (asset,) = world.admin.search.iter_assets()
    plan = world.immich.albums.plan_from_folders
    return partial(plan, "/", name=lambda folder: "Trip", assets=[asset])


def apply_albums(world: World) -> Call:
    world.server.seed(2)
    plan = world.immich.albums.plan_from_folders("/data")
    return partial(world.immich.albums.apply, plan)


def apply_albums_with_a_journal(world: World) -> Call:
    world.server.seed(2)
    plan = world.immich.albums.plan_from_folders("/data")
    return partial(world.immich.albums.apply, plan, journal=world.folder / "undo.jsonl")


def tagged_assets(world: World) -> Call:
    tag = world.immich.tags.create_tag(name="places")
    return partial(world.immich.tags.iter_assets, tag.id)


def tagged_assets_with_stacks(world: World) -> Call:
    tag = world.immich.tags.create_tag(name="places")
    return partial(world.immich.tags.iter_assets, tag.id, with_stacks=True)


def unlisted(world: World) -> str:
    """Somebody whom the server does not list, beside those whom it does."""
    world.server.seed([SeedAsset(people=["Ada", "Bo"])])
    return (world.immich.people.create_person(name="Cy")).id


def person(world: World, name: str) -> str:
    (found,) = world.immich.people.search(name)
    return found.id


def all_people(world: World) -> Call:
    unlisted(world)
    return partial(world.immich.people.iter_people)


def people_with_totals(world: World) -> Call:
    unlisted(world)
    return partial(world.immich.people.fetch_people)


def one_person(world: World) -> Call:
    return partial(world.immich.people.fetch_person, unlisted(world))


def search_people(world: World) -> Call:
    return partial(world.immich.people.search, "Ada")


def faces(world: World) -> Call:
    (asset_id,) = world.server.seed([SeedAsset(people=["Ada"])])
    return partial(world.immich.people.fetch_faces, asset_id)


def portraits(world: World) -> Call:
    unlisted(world)
    people = (world.immich.people.fetch_people()).people
    return partial(world.immich.people.download_thumbnails, people, world.folder)


def hide(world: World) -> Call:
    return partial(world.immich.people.hide, [unlisted(world)])


def hide_with_a_journal(world: World) -> Call:
    hide_, journal = world.immich.people.hide, world.folder / "undo.jsonl"
    return partial(hide_, [unlisted(world)], journal=journal)


def show(world: World) -> Call:
    ids = [unlisted(world)]
    world.immich.people.hide(ids)
    return partial(world.immich.people.show, ids)


def show_with_a_journal(world: World) -> Call:
    ids = [unlisted(world)]
    world.immich.people.hide(ids)
    return partial(world.immich.people.show, ids, journal=world.folder / "undo.jsonl")


def birthdays(world: World) -> Call:
    days = {unlisted(world): BORN, "Ada": BORN}
    return partial(world.immich.people.set_birthdays, days)


def merges_by_name(world: World) -> Call:
    unlisted(world)
    world.immich.people.update_person(person(world, "Bo"), name="Ada")
    return partial(world.immich.people.plan_merges)


def merges_by_mapping(world: World) -> Call:
    return partial(world.immich.people.plan_merges, {unlisted(world): "Ada"})


def merge(world: World) -> Call:
    plan = world.immich.people.plan_merges({unlisted(world): "Ada"})
    return partial(world.immich.people.apply, plan)


def merge_with_a_journal(world: World) -> Call:
    unlisted(world)
    plan = world.immich.people.plan_merges({"Bo": "Ada"})
    return partial(world.immich.people.apply, plan, journal=world.folder / "undo.jsonl")


ORGANISING: dict[str, list[Scenario]] = {
    "albums.add_assets": [add_assets, add_assets_with_a_journal],
    "albums.apply": [apply_albums, apply_albums_with_a_journal],
    "albums.find_empty": [empty_albums],
    "albums.find_equal_named": [equal_named_albums],
    "albums.get_or_create": [album_by_name],
    "albums.iter_assets": [album_assets, album_assets_with_stacks],
    "albums.plan_from_folders": [plan_of_folders, plan_of_given_folders],
    "albums.remove_assets": [remove_assets, remove_assets_with_a_journal],
    "albums.share": [share_album, share_album_by_address],
    "albums.unshare": [unshare_album, unshare_album_by_address],
    "albums.update": [update_album, update_album_with_a_journal],
    "people.apply": [merge, merge_with_a_journal],
    "people.download_thumbnails": [portraits],
    "people.fetch_faces": [faces],
    "people.fetch_people": [people_with_totals],
    "people.fetch_person": [one_person],
    "people.hide": [hide, hide_with_a_journal],
    "people.iter_people": [all_people],
    "people.plan_merges": [merges_by_name, merges_by_mapping],
    "people.search": [search_people],
    "people.set_birthdays": [birthdays],
    "people.show": [show, show_with_a_journal],
    "tags.iter_assets": [tagged_assets, tagged_assets_with_stacks],
}
