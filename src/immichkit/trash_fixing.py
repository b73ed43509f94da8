"""What is left of stacks and pairs of which a part is in the trash."""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import ClassVar, Final, Literal

import attrs
from immichkit_api import operations

from immichkit.batches import in_batches, is_repeated
from immichkit.plans import Entry, Plan, named
from immichkit.stacks import StackAsset, Stacks, connected
from immichkit.steps import Step, Undo

__all__ = ["TrashEntry", "TrashPlan", "fixing_steps", "plan_trash"]

_STACKED: Final = "in one stack with"
_NO_STACKS: Final = Stacks(existing=[], trashed=frozenset(), unplaced=[])


@attrs.frozen(kw_only=True)
class TrashEntry(Entry):
    """Assets that are to follow others into the trash, or are to stay; ``trashed`` are those."""

    action: Literal["trash", "keep"]
    trashed: tuple[str, ...] = ()

    def __attrs_post_init__(self) -> None:
        if self.action not in {"trash", "keep"} or not self.asset_ids or not self.trashed:
            raise ValueError(f"This says nothing that can be done about the trash: {self.why!r}.")
        if is_repeated(self.asset_ids):
            raise ValueError(f"An entry names each of its assets once: {self.asset_ids!r}.")


@attrs.frozen(kw_only=True)
class TrashPlan(Plan[TrashEntry]):
    """Which assets are to follow those in the trash that they belong to, and why."""

    kind: ClassVar[str] = "trash"
    title: ClassVar[str] = "Trash"

    entries: tuple[TrashEntry, ...] = attrs.field(repr=False)

    @property
    def trash(self) -> list[TrashEntry]:
        """What is to go to the trash."""
        return self.of("trash")

    @property
    def keep(self) -> list[TrashEntry]:
        """What stays, although others of it are in the trash."""
        return self.of("keep")


def plan_trash(
    together: Iterable[tuple[Sequence[str], str]],
    assets: Iterable[StackAsset],
    *,
    stacks: Stacks = _NO_STACKS,
    with_archived: bool = False,
) -> TrashPlan:
    """The plan by which the rest of what belongs together follows what of it is in the trash.

    These are ``stacks`` and what is ``together``, each with the words that lead from it to what is
    in the trash. ``assets`` are all that were looked at, in the trash or not; no other is trashed,
    nor those that are archived unless ``with_archived``.
    """
    known = {asset.id: asset for asset in assets}
    unplaced = [one for one in stacks.unplaced if one in known]
    silent = [stack.id for stack in stacks.existing if stack.is_silent]
    stacked = [
        # What is in a stack of which nothing is told is in the only one that tells nothing.
        ((*stack.asset_ids, *unplaced) if silent == [stack.id] else stack.asset_ids, _STACKED)
        for stack in stacks.existing
    ]
    sets = [([one for one in ids if one in known], why) for ids, why in (*stacked, *together)]
    fixing = _Fixing(sets, known)
    entries = tuple(fixing.entries(with_archived=with_archived))
    is_open = len(silent) > 1 and any(
        stack.is_silent and fixing.leaves(stack.asset_ids) for stack in stacks.existing
    )
    notes = (_unknown([known[one] for one in unplaced]),) if unplaced and is_open else ()
    return TrashPlan(entries=entries, notes=notes)


def _unknown(assets: Sequence[StackAsset]) -> str:
    names = named(tuple([asset.original_file_name for asset in assets]))
    return (
        f"The server does not say in which stacks these of the trash are: {names}. The rest of "
        "these stacks is only in this plan where the criteria put it together with them; those of "
        "a preset may find more, such as 'burst'."
    )


class _Fixing:
    """What follows into the trash, and what then follows that: so the next plan is empty."""

    def __init__(
        self, together: Sequence[tuple[list[str], str]], known: Mapping[str, StackAsset]
    ) -> None:
        self._together = together
        self._known = known
        self._gone = {asset.id for asset in known.values() if asset.is_trashed}
        self._safe: dict[str, int] = {}
        self._places: dict[str, list[int]] = {}
        for place, (ids, _) in enumerate(together):
            for one in ids:
                self._places.setdefault(one, []).append(place)
        self._alike: dict[tuple[str, object], list[str]] = {}
        for asset in known.values():
            self._alike.setdefault(_looks(asset), []).append(asset.id)

    def entries(self, *, with_archived: bool) -> Iterator[TrashEntry]:
        """What is to be trashed, and then what is to stay although others are in the trash."""
        waiting = deque(range(len(self._together)))
        kept: dict[int, TrashEntry] = {}
        while waiting:
            place = waiting.popleft()
            kept.pop(place, None)
            entry = self._entry(place, with_archived=with_archived)
            if entry is None:
                continue
            if entry.action == "keep":
                kept[place] = entry
                continue
            yield entry
            self._gone.update(entry.asset_ids)
            for one in entry.asset_ids:
                for like in self._alike[_looks(self._known[one])]:
                    waiting.extend(self._places.get(like, ()))
        told: set[str] = set()
        for _, entry in sorted(kept.items()):
            if told.isdisjoint(entry.asset_ids):
                yield entry
            told.update(entry.asset_ids)

    def leaves(self, ids: Iterable[str]) -> bool:
        """Whether one of ``ids`` stays out of the trash, as far as is known."""
        return any(one in self._known and one not in self._gone for one in ids)

    def _entry(self, place: int, *, with_archived: bool) -> TrashEntry | None:
        ids, why = self._together[place]
        gone = [self._known[one] for one in ids if one in self._gone]
        left = [self._known[one] for one in ids if one not in self._gone]
        leaving = [
            asset
            for asset in left
            if self._safe.get(asset.id, place) == place
            and (with_archived or asset.visibility != "archive")
        ]
        if not gone or not leaving:
            return None
        # Whoever trashed one of two copies wants the other, and what belongs to it.
        names = {asset.original_file_name.lower() for asset in left}
        named_alike = [asset for asset in gone if asset.original_file_name.lower() in names]
        if named_alike:
            self._safe.update((asset.id, place) for asset in left if asset.id not in self._safe)
        kept = named_alike or [asset for asset in gone if self._has_copy(asset)]
        where = "in the trash" if all(asset.is_trashed for asset in gone) else "to be trashed, too"
        text = f"{why} {named(tuple([asset.original_file_name for asset in gone]))}, {where}"
        if kept:
            text += f"; but {kept[0].original_file_name} is here under the same name"
        return TrashEntry(
            action="keep" if kept else "trash",
            asset_ids=tuple([asset.id for asset in leaving]),
            names=tuple([asset.original_file_name for asset in leaving]),
            why=text,
            trashed=tuple([asset.id for asset in gone]),
        )

    def _has_copy(self, asset: StackAsset) -> bool:
        return any(one not in self._gone for one in self._alike[_looks(asset)])


def _looks(asset: StackAsset) -> tuple[str, object]:
    """What two copies of a photo have in common."""
    return asset.original_file_name.lower(), asset.local_date_time


def fixing_steps(plan: TrashPlan, in_trash: Collection[str]) -> list[Step]:
    """What applying ``plan`` takes now that ``in_trash`` is what is in the trash."""
    gone, steps = set(in_trash), dict[int, Step]()
    for place, entry in enumerate(entries := plan.trash):
        about, ids = entry.about, entry.asset_ids
        left = [one for one in ids if one not in gone]
        if not left:
            steps[place] = Step(about=about, ids=ids, reason="it is in the trash already")
        elif not gone.issuperset(entry.trashed):
            why = "what it was to follow is in the trash no more: make a new plan"
            steps[place] = Step(about=about, ids=ids, status="skipped", reason=why)
        else:
            gone.update(left)
            batches = list(in_batches(left))
            steps[place] = Step(
                about=about,
                ids=tuple(left),
                requests=tuple(operations.assets.delete_assets(ids=batch) for batch in batches),
                undo=tuple(Undo("trash.restore_assets", {"ids": batch}) for batch in batches),
            )
    # What follows something that follows waits for it.
    return [
        attrs.evolve(steps[first], then=tuple([steps[place] for place in rest]))
        for first, *rest in connected([(*one.asset_ids, *one.trashed) for one in entries])
    ]
