# Written by scripts/mirror from tests/_async/undo_scenarios.py; edits are lost.
"""Undoing of every kind, for `helper_scenarios`."""

from __future__ import annotations

from functools import partial

from _blocking.helper_scenarios import Call, Scenario, World
from _blocking.organising_scenarios import album, person, unlisted
from _blocking.stacking_scenarios import apply_stacks

from immichkit import Journal
from immichkit.local.journal import JournalFile
from immichkit.steps import Step, Undo
from immichkit.testing import SeedAsset


def journal(world: World) -> Journal:
    return Journal(world.folder / "undo.jsonl")


def undo(world: World) -> Call:
    return partial(journal(world).undo, world.immich)


def undo_stacks(world: World) -> Call:
    call = apply_stacks(world)
    call(journal=journal(world).path)
    return undo(world)


def undo_of_a_stack_that_grew(world: World) -> Call:
    """Somebody joins a stack that is to be dissolved, and something of another is deleted."""
    ids = world.server.seed(SeedAsset(name=name) for name in ("A.jpg", "A.dng", "X.jpg", "Y.jpg"))
    stacks = world.immich.stacks
    stacks.stack_assets(ids[2:])
    stacks.apply(stacks.plan(reset_stacks=True), journal=journal(world).path)
    stacks.stack_assets([*ids[:2], *world.server.seed(1)])
    world.immich.assets.delete([ids[3]], permanently=True)
    return undo(world)


def undo_albums(world: World) -> Call:
    world.server.seed(2)
    plan = world.immich.albums.plan_from_folders("/data")
    world.immich.albums.apply(plan, journal=journal(world).path)
    return undo(world)


def undo_a_change_of_an_album(world: World) -> Call:
    album_id = album(world)
    (asset,) = world.admin.search.iter_assets()
    update, path = world.immich.albums.update, journal(world).path
    update(album_id, album_thumbnail_asset_id=asset.id)
    other = world.server.seed([SeedAsset(albums=["Trip"])])
    update(album_id, album_thumbnail_asset_id=other[0], description="new", journal=path)
    return undo(world)


def undo_members_of_an_album(world: World) -> Call:
    album_id, albums, path = album(world), world.immich.albums, journal(world).path
    first, second, third = (world.server.add_user().id for _ in range(3))
    albums.share(album_id, {first: "editor", second: "viewer"})
    albums.share(album_id, {first: "viewer", third: "viewer"}, journal=path)
    albums.unshare(album_id, [second], journal=path)
    return undo(world)


def undo_what_became_of_people(world: World) -> Call:
    somebody, path = unlisted(world), journal(world).path
    world.immich.people.hide([somebody], journal=path)
    return undo(world)


def undo_a_merge(world: World) -> Call:
    unlisted(world)
    ada, bo = person(world, "Ada"), person(world, "Bo")
    people = world.immich.people
    people.apply(people.plan_merges({bo: ada}), journal=journal(world).path)
    return undo(world)


def undo_trash(world: World) -> Call:
    one, other = world.server.seed(2)
    world.immich.assets.trash([one, other])
    world.immich.trash.restore([one], journal=journal(world).path)
    world.immich.assets.trash(world.server.seed(1), journal=journal(world).path)
    return undo(world)


def undo_by_operations(world: World) -> Call:
    """What resolving duplicates can write down."""
    ids = world.server.seed([SeedAsset(tags=["t"])])
    album_id = album(world)
    (tag,) = world.admin.tags.get_all_tags()
    link = world.admin.shared_links.create_shared_link(type="INDIVIDUAL", asset_ids=ids)
    calls = [
        Undo("albums.add_assets_to_album", {"id": album_id, "ids": ids}),
        Undo("assets.update_assets", {"ids": ids, "is_favorite": True}),
        Undo("shared_links.remove_shared_link_assets", {"id": link.id, "asset_ids": ids}),
        Undo("tags.untag_assets", {"id": tag.id, "ids": ids}),
    ]
    file = JournalFile(journal(world).path)
    file.open(world.server.admin.id)
    file.add(Step(about="change much", ids=tuple(ids), undo=tuple(calls)))
    file.close()
    return undo(world)


UNDOING: dict[str, list[Scenario]] = {
    "journal.undo": [
        undo_stacks,
        undo_of_a_stack_that_grew,
        undo_albums,
        undo_a_change_of_an_album,
        undo_members_of_an_album,
        undo_what_became_of_people,
        undo_a_merge,
        undo_trash,
        undo_by_operations,
    ]
}
