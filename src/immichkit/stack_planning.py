"""From what criteria put together, and the stacks that are there, to a plan."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import attrs
import msgspec

from immichkit.plans import counted
from immichkit.stacking.planning import StackGroup
from immichkit.stacks import (
    ExistingStack,
    StackAction,
    StackAsset,
    StackEntry,
    StackPlan,
    Stacks,
    connected,
    placed,
)

__all__ = ["StackRules", "plan_stacks"]


_USUAL: Final = 100
_SMALL: Final = 10
_LOCKED: Final = (
    "What is in the locked folder cannot be seen: if it is in a stack that is dissolved, no undo "
    "puts it back."
)
_MAY_HOLD = "others of it may be in the trash, of which the server does not say in which stack"


@attrs.frozen(kw_only=True)
class StackRules:
    """What may happen to stacks that are there already."""

    replace_stacks: bool = True
    reset_stacks: bool = False
    remove_single_asset_stacks: bool = False


def plan_stacks(
    groups: Sequence[StackGroup],
    stacks: Stacks,
    assets: Sequence[StackAsset],
    rules: StackRules,
    *,
    user_id: str | None = None,
) -> StackPlan:
    """The plan that makes stacks of ``groups`` where there are ``stacks``.

    ``assets`` are all that were looked at; what was not looked at stays in the stack that it is in.
    Of a stack the timeline shows the asset that stands for it and no other, so none that can be
    seen there comes behind one that cannot.
    """
    hidden = {asset.id: _hiddenness(asset) for asset in assets}
    groups = [
        msgspec.structs.replace(
            group, asset_ids=tuple(sorted(group.asset_ids, key=hidden.__getitem__))
        )
        for group in groups
    ]
    may_hide = bool(stacks.unplaced)
    stacks = placed(stacks, [group.asset_ids for group in groups])
    groups = list(_without(stacks.unplaced, groups))
    existing = stacks.existing
    planning = _Planning(
        names={asset.id: asset.original_file_name for asset in assets},
        rules=rules,
        trashed={asset.id for asset in assets if asset.is_trashed},
        may_hide=may_hide,
        has_lost=not hidden.keys().isdisjoint(stacks.unplaced),
    )
    sets = [*(group.asset_ids for group in groups), *(stack.asset_ids for stack in existing)]
    entries: list[StackEntry] = []
    for part, places in enumerate(connected(sets)):
        wanted = [groups[place] for place in places if place < len(groups)]
        there = [existing[place - len(groups)] for place in places if place >= len(groups)]
        found = planning.entries(wanted, there)
        entries += [attrs.evolve(entry, part=part) for entry in found]
    notes = []
    if stacks.unplaced:
        notes.append(
            f"The server does not say of {counted(len(stacks.unplaced), 'asset')} in the trash or "
            "hidden in which stacks they are: they are put into no other, and stacks of one are "
            "kept." + ("" if planning.has_lost else " If one of theirs goes, they are in none.")
        )
    notes += _unusual(entries, len(hidden))
    if any(entry.action == "delete" for entry in entries):
        notes.append(_LOCKED)
    return StackPlan(entries=tuple(entries), notes=tuple(notes), user_id=user_id)


def _unusual(entries: Sequence[StackEntry], total: int) -> Iterator[str]:
    """What warns of criteria that may not tell photos apart: so large is hardly a stack."""
    usual = min(_USUAL, max(_SMALL, total // 5))
    large = [entry for entry in entries if entry.action in {"create", "change"}]
    large = [entry for entry in large if len(entry.asset_ids) > usual]
    if large:
        most = max(large, key=lambda entry: len(entry.asset_ids))
        yield (
            f"{counted(len(large), 'stack')} would have more than {usual} assets, the largest "
            f"{len(most.asset_ids)} of the {total} that were looked at ({most.why}): see whether "
            "that is what the criteria are to mean."
        )


def _without(unplaced: Sequence[str], groups: Sequence[StackGroup]) -> Iterator[StackGroup]:
    """The groups without what is in a stack that nobody knows, for there is no way back to it."""
    lost = set(unplaced)
    for group in groups:
        ids = tuple([one for one in group.asset_ids if one not in lost])
        if len(ids) > 1:
            yield msgspec.structs.replace(group, asset_ids=ids)


def _hiddenness(asset: StackAsset) -> int:
    return 2 if asset.is_trashed else int(asset.visibility != "timeline")


@attrs.frozen(kw_only=True)
class _Planning:
    names: Mapping[str, str]
    rules: StackRules
    trashed: Collection[str]
    may_hide: bool
    has_lost: bool

    def entries(
        self, groups: list[StackGroup], stacks: list[ExistingStack]
    ) -> Iterator[StackEntry]:
        """The entries for groups and stacks that have assets in common."""
        if not groups:
            yield self._alone(stacks[0])
        elif not stacks:
            yield self._entry("create", groups[0].asset_ids, groups[0].reason)
        elif any(map(self._may_hold_lost, stacks)):
            yield from self._left(groups, stacks, _MAY_HOLD)
        elif len(groups) == len(stacks) == 1 and self._looked(stacks[0]) == {*groups[0].asset_ids}:
            yield self._same(groups[0], stacks[0])
        elif self.rules.replace_stacks or self.rules.reset_stacks:
            yield from self._replaced(groups, stacks)
        else:
            why = "the criteria say otherwise, but stacks are not to be replaced"
            yield from self._left(groups, stacks, why)

    def _alone(self, stack: ExistingStack) -> StackEntry:
        """A stack that no group has anything to do with."""
        ids = stack.asset_ids
        if self._may_hold_lost(stack):
            return self._entry("keep", ids, _MAY_HOLD, [stack])
        if self.rules.reset_stacks and self._looked(stack):
            why = "the criteria do not put these together, and all other stacks are to go"
            return self._entry("delete", ids, why, [stack])
        if len(ids) == 1 and self.rules.remove_single_asset_stacks:
            if not self.may_hide:
                return self._entry("delete", ids, "a stack of one", [stack])
            why = "a stack of one, but others of it may be in the trash or hidden"
            return self._entry("keep", ids, why, [stack])
        return self._entry("keep", ids, "the criteria say nothing about it", [stack])

    def _same(self, group: StackGroup, stack: ExistingStack) -> StackEntry:
        """A stack of just these assets."""
        first, ids = group.asset_ids[0], stack.asset_ids
        if ids[0] == first:
            return self._entry("keep", ids, group.reason, [stack])
        ordered = (*group.asset_ids, *(one for one in ids if one not in group.asset_ids))
        why = f"{self.names.get(first, first)} is to stand for it ({group.reason})"
        return self._entry("change", ordered, why, [stack])

    def _replaced(
        self, groups: list[StackGroup], stacks: list[ExistingStack]
    ) -> Iterator[StackEntry]:
        """New stacks in the place of those that share assets with them."""
        owner = {one: place for place, group in enumerate(groups) for one in group.asset_ids}
        heirs: dict[int, list[str]] = {}
        for stack in stacks:
            # What was not looked at goes where the asset goes that stands for the stack.
            heir = next(owner[one] for one in stack.asset_ids if one in owner)
            unseen = [one for one in stack.asset_ids if one not in self.names]
            heirs.setdefault(heir, []).extend(one for one in unseen if one not in owner)
        for place, group in enumerate(groups):
            ids = (*group.asset_ids, *heirs.get(place, ()))
            touched = [stack for stack in stacks if not _apart(stack, group)]
            why = f"{group.reason}; replaces {_count(touched)}" if touched else group.reason
            yield self._entry("change" if touched else "create", ids, why, touched)
        for stack in stacks:
            if rest := tuple(
                one for one in stack.asset_ids if one in self.names and one not in owner
            ):
                why = "the criteria put the others of it elsewhere, and these nowhere"
                yield self._entry("delete", rest, why, [stack])

    def _left(
        self, groups: list[StackGroup], stacks: list[ExistingStack], why: str
    ) -> Iterator[StackEntry]:
        """Stacks that may not be replaced, so that groups which share assets with them wait."""
        for stack in stacks:
            yield self._entry("keep", stack.asset_ids, why, [stack])
        for group in groups:
            touched = [stack for stack in stacks if not _apart(stack, group)]
            if not touched:
                yield self._entry("create", group.asset_ids, group.reason)

    def _may_hold_lost(self, stack: ExistingStack) -> bool:
        """Whether something that was looked at may be in it: if it went, that would be free.

        The next plan would then put it elsewhere, and so this one would not have been all.
        """
        return self.has_lost and stack.is_silent

    def _looked(self, stack: ExistingStack) -> set[str]:
        return {one for one in stack.asset_ids if one in self.names}

    def _entry(
        self,
        action: StackAction,
        ids: tuple[str, ...],
        why: str,
        stacks: Sequence[ExistingStack] = (),
    ) -> StackEntry:
        return StackEntry(
            action=action,
            asset_ids=ids,
            why=why,
            names=tuple([self.names.get(one, one) for one in ids]),
            stack_ids=tuple([stack.id for stack in stacks]),
            before=tuple([stack.asset_ids for stack in stacks]),
            trashed=tuple([one for one in ids if one in self.trashed]),
        )


def _apart(stack: ExistingStack, group: StackGroup) -> bool:
    """Whether the two have no asset in common."""
    return set(stack.asset_ids).isdisjoint(group.asset_ids)


def _count(stacks: Sequence[ExistingStack]) -> str:
    return "a stack" if len(stacks) == 1 else f"{len(stacks)} stacks"
