"""From stacks as they are to stacks as they are to be, so that no asset is without one meanwhile.

Stacks merge into a new one if the assets that stand for them are listed; any other member that is
listed just moves. So one request makes a stack of any assets, wherever they are, as long as what
stands for a stack that is to lose only some of its assets is one of those that stay.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs
import msgspec
from immichkit_api import operations
from immichkit_api.types import Request

from immichkit.plans import named
from immichkit.stacks import (
    ExistingStack,
    StackEntry,
    StackPlan,
    Stacks,
    connected,
    placed,
)
from immichkit.steps import Step, Undo

__all__ = ["STACKS", "StacksBefore", "stacks_before", "steps_back", "steps_of"]

STACKS = "stacks"
"""What a journal calls the way back to earlier stacks."""


class StacksBefore(msgspec.Struct):
    """What a journal tells of assets: the stacks that they were in."""

    assets: list[str]
    stacks: list[list[str]]


_TRASHED = "what is to stand for it has been put into the trash: make a new plan"
_CHANGED = "the stacks of these assets have changed since the plan was made: make a new plan"


def steps_of(plan: StackPlan, now: Stacks) -> list[Step]:
    """What applying ``plan`` takes as things are ``now``.

    What is done already is unchanged. Where somebody else has changed a stack meanwhile, or put
    into the trash what is to stand for one, nothing is done.
    """
    parts: dict[int, list[StackEntry]] = {}
    for entry in plan.entries:
        if entry.action not in plan.idle:
            parts.setdefault(entry.part, []).append(entry)
    entries = [entry for part in parts.values() for entry in part]
    known = [entry.asset_ids for entry in entries]
    now = placed(now, [*known, *(members for entry in entries for members in entry.before)])
    by_asset = {one: stack for stack in now.existing for one in stack.asset_ids}
    return [_part(entries, by_asset, now.trashed) for entries in parts.values()]


def stacks_before(images: Iterable[StacksBefore]) -> dict[str, tuple[str, ...]]:
    """What each asset was stacked with; of ``images`` the last written comes first."""
    wanted: dict[str, tuple[str, ...]] = {}
    for before in images:
        wanted.update(dict.fromkeys(before.assets, ()))
        wanted.update((one, tuple(stack)) for stack in before.stacks for one in stack)
    return wanted


def steps_back(
    before: Mapping[str, tuple[str, ...]],
    existing: Sequence[ExistingStack],
    gone: Collection[str] = (),
) -> list[Step]:
    """What it takes to put back what was ``before``, without the assets that are ``gone``."""
    wanted = {one: _without(gone, stack) for one, stack in before.items() if one not in gone}
    targets = list(dict.fromkeys(stack for stack in wanted.values() if stack))
    by_asset = {one: stack for stack in existing for one in stack.asset_ids}
    touched = _unique(by_asset[one] for one in wanted if one in by_asset)
    sets = [*targets, *(stack.asset_ids for stack in touched)]
    steps: list[Step] = []
    for places in connected(sets):
        stacks = [touched[place - len(targets)] for place in places if place >= len(targets)]
        now = _Now(stacks)
        requests = [
            request
            for place in places
            if place < len(targets)
            for request in now.put(targets[place])
        ]
        ids = tuple(dict.fromkeys(one for place in places for one in sets[place] if one in wanted))
        unstacked = {one for one in ids if not wanted[one]}
        for stack in stacks:
            requests += now.drop(stack.id, unstacked)
        about = f"put back the stacks of {named(ids)}"
        steps.append(Step(about=about, ids=ids, requests=tuple(requests)))
    return steps


def _without(gone: Collection[str], stack: tuple[str, ...]) -> tuple[str, ...]:
    """What is left of a stack; one asset alone is none, as the server sees it."""
    left = tuple(one for one in stack if one not in gone)
    return () if len(left) == 1 < len(stack) else left


def _unique(stacks: Iterable[ExistingStack]) -> list[ExistingStack]:
    return list({stack.id: stack for stack in stacks}.values())


def _part(
    entries: list[StackEntry], by_asset: Mapping[str, ExistingStack], trashed: Collection[str]
) -> Step:
    """The steps for entries that share assets; those after the first only follow it."""
    before = {
        id_: members
        for entry in entries
        for id_, members in zip(entry.stack_ids, entry.before, strict=True)
    }
    assets = dict.fromkeys(one for entry in entries for one in entry.asset_ids)
    assets.update(dict.fromkeys(one for members in before.values() for one in members))
    stacks = _unique(by_asset[one] for one in assets if one in by_asset)
    why = None if all(_is_expected(stack, before, entries) for stack in stacks) else _CHANGED
    if any(_is_headless(entry, trashed) for entry in entries):
        why = _TRASHED
    if why is not None:
        skipped = [_step(entry, status="skipped", reason=why) for entry in entries]
        return attrs.evolve(skipped[0], then=tuple(skipped[1:]))
    image = {"assets": list(assets), "stacks": [list(stack.asset_ids) for stack in stacks]}
    now, steps = _Now(stacks), []
    for entry in entries:
        if entry.action == "delete":
            (stack_id,) = entry.stack_ids
            requests = now.drop(stack_id, set(before[stack_id]))
        else:
            requests = now.put(entry.asset_ids)
        steps.append(_step(entry, requests=tuple(requests), undo=(Undo(STACKS, image),)))
    return attrs.evolve(steps[0], then=tuple(steps[1:]))


def _is_expected(
    stack: ExistingStack, before: Mapping[str, Sequence[str]], entries: Sequence[StackEntry]
) -> bool:
    """Whether a stack is one that the plan knew, or what applying it has made of those."""
    members = set(stack.asset_ids)
    if stack.id in before:
        return members <= set(before[stack.id])
    made = (entry for entry in entries if entry.action != "delete")
    return any(
        members == set(entry.asset_ids) and stack.asset_ids[0] == entry.asset_ids[0]
        for entry in made
    )


def _is_headless(entry: StackEntry, trashed: Collection[str]) -> bool:
    """Whether nobody would see its assets, as the one that stands for them went to the trash."""
    first = entry.asset_ids[0]
    return entry.action != "delete" and first in trashed and first not in entry.trashed


def _step(entry: StackEntry, **more: Any) -> Step:
    return Step(about=entry.about, ids=entry.asset_ids, **more)


@attrs.define
class _Stack:
    primary: str
    members: set[str]
    order: tuple[str, ...]


class _Now:
    """Stacks as they are after the requests that were made so far."""

    def __init__(self, stacks: Iterable[ExistingStack]) -> None:
        self._stacks = {
            stack.id: _Stack(stack.asset_ids[0], set(stack.asset_ids), stack.asset_ids)
            for stack in stacks
        }
        self._unshown = frozenset[str]().union(*(stack.unshown for stack in stacks))

    def put(self, target: Sequence[str]) -> Iterator[Request[Any]]:
        """What makes a stack of just the assets of ``target``, for which the first stands."""
        wanted = set(target)
        touched = {id_: one for id_, one in self._stacks.items() if wanted & one.members}
        if len(touched) == 1:
            ((stack_id, stack),) = touched.items()
            if stack.members == wanted:
                if stack.primary == target[0]:
                    return
                if target[0] not in self._unshown:
                    yield self._lead(stack_id, target[0])
                    return
        for stack_id, stack in touched.items():
            rest = [one for one in stack.order if one in stack.members - wanted - self._unshown]
            if stack.primary in wanted and rest:
                yield self._lead(stack_id, rest[0])
        # The same asset twice makes a stack of one; v3.1 has no other way to it.
        ids = list(target) if len(target) > 1 else [*target, *target]
        yield operations.stacks.create_stack(asset_ids=ids)
        for stack_id, stack in touched.items():
            if stack.primary in wanted:
                del self._stacks[stack_id]
            stack.members -= wanted

    def drop(self, stack_id: str, leaving: set[str]) -> Iterator[Request[Any]]:
        """What dissolves a stack, if it is still there; whoever is not ``leaving`` stays in it."""
        stack = self._stacks.get(stack_id)
        if stack is None or not stack.members & leaving:
            return
        if stack.members <= leaving:
            del self._stacks[stack_id]
            yield operations.stacks.delete_stack(stack_id)
            return
        rest = [one for one in stack.order if one in stack.members - leaving - self._unshown]
        if stack.primary in leaving and rest:
            yield self._lead(stack_id, rest[0])
        for one in stack.order:
            if one in stack.members & leaving and one != stack.primary:
                yield operations.stacks.remove_asset_from_stack(stack_id, one)
                stack.members.discard(one)

    def _lead(self, stack_id: str, asset_id: str) -> Request[Any]:
        self._stacks[stack_id].primary = asset_id
        return operations.stacks.update_stack(stack_id, primary_asset_id=asset_id)
