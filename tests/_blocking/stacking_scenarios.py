# Written by scripts/mirror from tests/_async/stacking_scenarios.py; edits are lost.
"""Uses of every helper of stacks and the trash's plans, for `helper_scenarios`."""

from __future__ import annotations

from functools import partial

from _blocking.helper_scenarios import Call, Scenario, World
from local_photos import photos

from immichkit.testing import SeedAsset


def pair(world: World, *, is_trashed: bool = False) -> list[str]:
    """A photo, in the trash if need be, and its raw file."""
    return world.server.seed(
        [SeedAsset(name="A.jpg", is_trashed=is_trashed), SeedAsset(name="A.dng")]
    )


def all_stacks(world: World) -> Call:
    world.immich.stacks.stack_assets(pair(world))
    return partial(world.immich.stacks.fetch_all)


def stack(world: World) -> Call:
    return partial(world.immich.stacks.stack_assets, pair(world))


def unstack(world: World) -> Call:
    made = world.immich.stacks.stack_assets(pair(world))
    return partial(world.immich.stacks.delete, made.id, "a mistake")


def hide_a_member(world: World) -> None:
    """A stack with one of three in the trash: it tells of its stack only when asked by itself."""
    seeds = [SeedAsset(name=name) for name in ("E.jpg", "E.dng", "E.png")]
    ids = world.server.seed(seeds)
    world.immich.stacks.stack_assets(ids)
    world.immich.assets.trash(ids[2:])


def stack_plan(world: World) -> Call:
    hide_a_member(world)
    return partial(world.immich.stacks.plan)


def apply_stacks(world: World) -> Call:
    """A stack to make, one to change and one to dissolve."""
    server, stacks = world.server, world.immich.stacks
    hide_a_member(world)
    server.seed([SeedAsset(name="B.jpg"), SeedAsset(name="B.dng")])
    first, second = pair(world)
    stacks.stack_assets([second, first])
    stacks.stack_assets(server.seed([SeedAsset(name="C.jpg"), SeedAsset(name="D.jpg")]))
    plan = stacks.plan(reset_stacks=True)
    assert plan.counts == {"keep": 1, "create": 1, "change": 1, "delete": 1}
    return partial(stacks.apply, plan)


def apply_stacks_with_a_journal(world: World) -> Call:
    call = apply_stacks(world)
    return partial(call, journal=world.folder / "undo.jsonl")


def upload_of_a_stack(world: World) -> Call:
    folder = world.folder / "photos"
    photos(folder, "A.jpg", "A.dng")
    return partial(world.immich.assets.upload, folder, stack="raw+jpeg", hash_cache=False)


def upload_of_what_is_stacked_the_other_way_round(world: World) -> Call:
    call = upload_of_a_stack(world)
    report = call(stack=None)
    ids = {result.path.name: result.asset_id or "" for result in report.created}
    world.immich.stacks.stack_assets([ids["A.dng"], ids["A.jpg"]])
    return call


def upload_of_what_is_in_two_stacks(world: World) -> Call:
    call = upload_of_a_stack(world)
    report = call(stack=None)
    others = world.server.seed([SeedAsset(name="C.jpg"), SeedAsset(name="D.jpg")])
    for result, other in zip(report.created, others, strict=True):
        world.immich.stacks.stack_assets([result.asset_id or "", other])
    world.immich.assets.trash(others[1:])
    return call


def trash_plan(world: World) -> Call:
    hide_a_member(world)
    return partial(world.immich.trash.plan_fix)


def apply_trash(world: World) -> Call:
    pair(world, is_trashed=True)
    plan = world.immich.trash.plan_fix()
    assert plan.trash
    return partial(world.immich.trash.apply, plan)


def apply_trash_with_a_journal(world: World) -> Call:
    call = apply_trash(world)
    return partial(call, journal=world.folder / "undo.jsonl")


STACKING: dict[str, list[Scenario]] = {
    "assets.upload": [
        upload_of_a_stack,
        upload_of_what_is_stacked_the_other_way_round,
        upload_of_what_is_in_two_stacks,
    ],
    "stacks.apply": [apply_stacks, apply_stacks_with_a_journal],
    "stacks.delete": [unstack],
    "stacks.fetch_all": [all_stacks],
    "stacks.plan": [stack_plan],
    "stacks.stack_assets": [stack],
    "trash.apply": [apply_trash, apply_trash_with_a_journal],
    "trash.plan_fix": [trash_plan],
}
