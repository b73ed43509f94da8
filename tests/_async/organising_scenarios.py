"""Uses of every helper of albums, people and tags, for `helper_scenarios`."""

from __future__ import annotations

import datetime
from functools import partial
from pathlib import PurePosixPath

from _async.helper_scenarios import Call, Scenario, World

from immichkit.testing import SeedAsset

BORN = datetime.date(1990, 12, 10)


async def album(world: World, *names: str) -> str:
    """An album with photos of these names in it."""
    seeds = [SeedAsset(name=name, albums=["Trip"]) for name in names or ("a.jpg",)]
    world.server.seed(seeds)
    return (await world.immich.albums.get_or_create("Trip")).id


async def album_assets(world: World) -> Call:
    return partial(world.immich.albums.iter_assets, await album(world))


async def album_assets_with_stacks(world: World) -> Call:
    return partial(world.immich.albums.iter_assets, await album(world), with_stacks=True)


async def album_by_name(world: World) -> Call:
    return partial(world.immich.albums.get_or_create, "Trip")


async def add_assets(world: World) -> Call:
    return partial(world.immich.albums.add_assets, await album(world), world.server.seed(2))


async def add_assets_with_a_journal(world: World) -> Call:
    journal = world.folder / "undo.jsonl"
    add, ids = world.immich.albums.add_assets, world.server.seed(2)
    return partial(add, await album(world), ids, journal=journal)


async def remove_assets(world: World) -> Call:
    return partial(world.immich.albums.remove_assets, await album(world), world.server.seed(1))


async def remove_assets_with_a_journal(world: World) -> Call:
    album_id, journal = await album(world), world.folder / "undo.jsonl"
    ids = [asset.id for asset in world.admin.albums.iter_assets(album_id)]
    return partial(world.immich.albums.remove_assets, album_id, ids, journal=journal)


async def update_album(world: World) -> Call:
    return partial(world.immich.albums.update, await album(world), description="By the sea")


async def update_album_with_a_journal(world: World) -> Call:
    update, journal = world.immich.albums.update, world.folder / "undo.jsonl"
    return partial(update, await album(world), album_name="Lake", journal=journal)


async def share_album(world: World) -> Call:
    bob, cy, album_id = world.server.add_user(), world.server.add_user(), await album(world)
    await world.immich.albums.share(album_id, [bob.id])
    return partial(world.immich.albums.share, album_id, [bob.id, cy.id], role="editor")


async def share_album_by_address(world: World) -> Call:
    bob = world.server.add_user()
    return partial(world.immich.albums.share, await album(world), {bob.email: "viewer"})


async def unshare_album(world: World) -> Call:
    bob, album_id = world.server.add_user(), await album(world)
    await world.immich.albums.share(album_id, [bob.id])
    return partial(world.immich.albums.unshare, album_id, [bob.id])


async def unshare_album_by_address(world: World) -> Call:
    bob, album_id = world.server.add_user(), await album(world)
    await world.immich.albums.share(album_id, [bob.id])
    return partial(world.immich.albums.unshare, album_id, [bob.email])


async def empty_albums(world: World) -> Call:
    await world.immich.albums.get_or_create("Empty")
    return partial(world.immich.albums.find_empty)


async def equal_named_albums(world: World) -> Call:
    return partial(world.immich.albums.find_equal_named)


async def plan_of_folders(world: World) -> Call:
    (asset_id,) = world.server.seed(1)
    path = PurePosixPath((await world.immich.assets.get_asset_info(asset_id)).original_path)
    await world.immich.albums.get_or_create(path.parent.name)
    return partial(world.immich.albums.plan_from_folders, path.parents[1])


async def plan_of_given_folders(world: World) -> Call:
    await album(world)
    (asset,) = world.admin.search.iter_assets()
    plan = world.immich.albums.plan_from_folders
    return partial(plan, "/", name=lambda folder: "Trip", assets=[asset])


async def apply_albums(world: World) -> Call:
    world.server.seed(2)
    plan = await world.immich.albums.plan_from_folders("/data")
    return partial(world.immich.albums.apply, plan)


async def apply_albums_with_a_journal(world: World) -> Call:
    world.server.seed(2)
    plan = await world.immich.albums.plan_from_folders("/data")
    return partial(world.immich.albums.apply, plan, journal=world.folder / "undo.jsonl")


async def tagged_assets(world: World) -> Call:
    tag = await world.immich.tags.create_tag(name="places")
    return partial(world.immich.tags.iter_assets, tag.id)


async def tagged_assets_with_stacks(world: World) -> Call:
    tag = await world.immich.tags.create_tag(name="places")
    return partial(world.immich.tags.iter_assets, tag.id, with_stacks=True)


async def unlisted(world: World) -> str:
    """Somebody whom the server does not list, beside those whom it does."""
    world.server.seed([SeedAsset(people=["Ada", "Bo"])])
    return (await world.immich.people.create_person(name="Cy")).id


async def person(world: World, name: str) -> str:
    (found,) = await world.immich.people.search(name)
    return found.id


async def all_people(world: World) -> Call:
    await unlisted(world)
    return partial(world.immich.people.iter_people)


async def people_with_totals(world: World) -> Call:
    await unlisted(world)
    return partial(world.immich.people.fetch_people)


async def one_person(world: World) -> Call:
    return partial(world.immich.people.fetch_person, await unlisted(world))


async def search_people(world: World) -> Call:
    return partial(world.immich.people.search, "Ada")


async def faces(world: World) -> Call:
    (asset_id,) = world.server.seed([SeedAsset(people=["Ada"])])
    return partial(world.immich.people.fetch_faces, asset_id)


async def portraits(world: World) -> Call:
    await unlisted(world)
    people = (await world.immich.people.fetch_people()).people
    return partial(world.immich.people.download_thumbnails, people, world.folder)


async def hide(world: World) -> Call:
    return partial(world.immich.people.hide, [await unlisted(world)])


async def hide_with_a_journal(world: World) -> Call:
    hide_, journal = world.immich.people.hide, world.folder / "undo.jsonl"
    return partial(hide_, [await unlisted(world)], journal=journal)


async def show(world: World) -> Call:
    ids = [await unlisted(world)]
    await world.immich.people.hide(ids)
    return partial(world.immich.people.show, ids)


async def show_with_a_journal(world: World) -> Call:
    ids = [await unlisted(world)]
    await world.immich.people.hide(ids)
    return partial(world.immich.people.show, ids, journal=world.folder / "undo.jsonl")


async def birthdays(world: World) -> Call:
    days = {await unlisted(world): BORN, "Ada": BORN}
    return partial(world.immich.people.set_birthdays, days)


async def merges_by_name(world: World) -> Call:
    await unlisted(world)
    await world.immich.people.update_person(await person(world, "Bo"), name="Ada")
    return partial(world.immich.people.plan_merges)


async def merges_by_mapping(world: World) -> Call:
    return partial(world.immich.people.plan_merges, {await unlisted(world): "Ada"})


async def merge(world: World) -> Call:
    plan = await world.immich.people.plan_merges({await unlisted(world): "Ada"})
    return partial(world.immich.people.apply, plan)


async def merge_with_a_journal(world: World) -> Call:
    await unlisted(world)
    plan = await world.immich.people.plan_merges({"Bo": "Ada"})
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
