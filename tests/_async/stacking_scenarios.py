"""Uses of every helper of stacks and the trash's plans, for `helper_scenarios`."""

from __future__ import annotations

from functools import partial

from _async.helper_scenarios import Call, Scenario, World
from local_photos import photos

from immichkit.testing import SeedAsset


def pair(world: World, *, is_trashed: bool = False) -> list[str]:
    """A photo, in the trash if need be, and its raw file."""
    return world.server.seed(
        [SeedAsset(name="A.jpg", is_trashed=is_trashed), SeedAsset(name="A.dng")]
    )


async def all_stacks(world: World) -> Call:
    await world.immich.stacks.stack_assets(pair(world))
    return partial(world.immich.stacks.fetch_all)


async def stack(world: World) -> Call:
    return partial(world.immich.stacks.stack_assets, pair(world))


async def unstack(world: World) -> Call:
    made = await world.immich.stacks.stack_assets(pair(world))
    return partial(world.immich.stacks.delete, made.id, "a mistake")


async def hide_a_member(world: World) -> None:
    """A stack with one of three in the trash: it tells of its stack only when asked by itself."""
    seeds = [SeedAsset(name=name) for name in ("E.jpg", "E.dng", "E.png")]
    ids = world.server.seed(seeds)
    await world.immich.stacks.stack_assets(ids)
    await world.immich.assets.trash(ids[2:])


async def stack_plan(world: World) -> Call:
    await hide_a_member(world)
    return partial(world.immich.stacks.plan)


async def apply_stacks(world: World) -> Call:
    """A stack to make, one to change and one to dissolve."""
    server, stacks = world.server, world.immich.stacks
    await hide_a_member(world)
    server.seed([SeedAsset(name="B.jpg"), SeedAsset(name="B.dng")])
    first, second = pair(world)
    await stacks.stack_assets([second, first])
    await stacks.stack_assets(server.seed([SeedAsset(name="C.jpg"), SeedAsset(name="D.jpg")]))
    plan = await stacks.plan(reset_stacks=True)
    assert plan.counts == {"keep": 1, "create": 1, "change": 1, "delete": 1}
    return partial(stacks.apply, plan)


async def apply_stacks_with_a_journal(world: World) -> Call:
    call = await apply_stacks(world)
    return partial(call, journal=world.folder / "undo.jsonl")


async def upload_of_a_stack(world: World) -> Call:
    folder = world.folder / "photos"
    photos(folder, "A.jpg", "A.dng")
    return partial(world.immich.assets.upload, folder, stack="raw+jpeg", hash_cache=False)


async def upload_of_what_is_stacked_the_other_way_round(world: World) -> Call:
    call = await upload_of_a_stack(world)
    report = await call(stack=None)
    ids = {result.path.name: result.asset_id or "" for result in report.created}
    await world.immich.stacks.stack_assets([ids["A.dng"], ids["A.jpg"]])
    return call


async def upload_of_what_is_in_two_stacks(world: World) -> Call:
    call = await upload_of_a_stack(world)
    report = await call(stack=None)
    others = world.server.seed([SeedAsset(name="C.jpg"), SeedAsset(name="D.jpg")])
    for result, other in zip(report.created, others, strict=True):
        await world.immich.stacks.stack_assets([result.asset_id or "", other])
    await world.immich.assets.trash(others[1:])
    return call


async def trash_plan(world: World) -> Call:
    await hide_a_member(world)
    return partial(world.immich.trash.plan_fix)


async def apply_trash(world: World) -> Call:
    pair(world, is_trashed=True)
    plan = await world.immich.trash.plan_fix()
    assert plan.trash
    return partial(world.immich.trash.apply, plan)


async def apply_trash_with_a_journal(world: World) -> Call:
    call = await apply_trash(world)
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
