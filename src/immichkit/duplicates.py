"""Duplicates, decided: which assets of a group are kept, which go, and why."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from inspect import isawaitable, iscoroutine
from itertools import islice
from typing import Any, ClassVar, Final, Literal, TypeAlias

import attrs

from immichkit.batches import id_of
from immichkit.duplicate_groups import SHOWN, DuplicateGroup
from immichkit.keeping import Candidate, KeepRule, Rules, candidates_of
from immichkit.options import check_type, kind_of
from immichkit.plans import Entry, Plan, counted, named

__all__ = [
    "DuplicateEntry",
    "DuplicatePlan",
    "Keep",
    "check_keep",
    "checked_groups",
    "plan_duplicates",
]

_PAIR: Final = 2
_AT_ONCE: Final = 500
"""Groups whose assets are held at a time: as models, a hundred thousand take a lot of memory."""

Keep: TypeAlias = KeepRule | Sequence[KeepRule] | Callable[[DuplicateGroup], Any]
"""Which asset to keep: a rule, a list of which the first rule that decides counts, or a function.

A function is given a `DuplicateGroup` and returns one of its assets, or an id, or several of
them; None leaves the group alone.
"""


@attrs.frozen(kw_only=True)
class DuplicateEntry(Entry):
    """What becomes of one group: ``keep`` stays, ``trash`` goes, both by id.

    ``checksums`` are those of ``asset_ids``, in their order: an asset that has another one when
    the plan is applied is not touched. ``is_known`` tells whether the server knows of the group,
    ``is_undecided`` that it is left alone because what would decide is not known.
    """

    action: Literal["resolve", "keep"]
    duplicate_id: str
    keep: tuple[str, ...]
    trash: tuple[str, ...] = ()
    checksums: tuple[str, ...] = attrs.field(default=(), repr=False)
    is_known: bool = True
    is_undecided: bool = False

    @property
    def about(self) -> str:
        """What is done, in a line."""
        if not self.trash:
            return f"keep {self._named(self.keep)}"
        return f"keep {self._named(self.keep)}, trash {self._named(self.trash)}"

    def _named(self, ids: tuple[str, ...]) -> str:
        names = dict(zip(self.asset_ids, self.names, strict=False))
        if len({*self.names}) < len(self.asset_ids):
            # They have one name, which tells nothing.
            names = {one: f"{name} ({one})" for one, name in names.items()}
        return named(tuple(names.get(one, one) for one in ids))


@attrs.frozen(kw_only=True)
class DuplicatePlan(Plan[DuplicateEntry]):
    """Which duplicates are kept and which go, with a reason for each group."""

    kind: ClassVar[str] = "duplicates"
    title: ClassVar[str] = "Duplicates"

    entries: tuple[DuplicateEntry, ...] = attrs.field(repr=False)

    @property
    def resolve(self) -> list[DuplicateEntry]:
        """The groups of which something goes."""
        return self.of("resolve")

    @property
    def keep(self) -> list[DuplicateEntry]:
        """The groups that are left as they are."""
        return self.of("keep")

    @property
    def trash_ids(self) -> list[str]:
        """The ids of all assets that go."""
        return [one for entry in self.entries for one in entry.trash]

    def explain(self, asset_id: str) -> str:
        """What happens to an asset, and why."""
        for entry in self.entries:
            if asset_id in entry.asset_ids:
                fate = "is trashed" if asset_id in entry.trash else "stays"
                return f"{asset_id} {fate}: {entry}"
        return super().explain(asset_id)


def check_keep(keep: Keep) -> None:
    """Raise `TypeError` or `ValueError` if ``keep`` says of no group whom to keep."""
    if not callable(keep):
        Rules(keep)


def checked_groups(groups: Iterable[DuplicateGroup]) -> list[DuplicateGroup]:
    """What is in ``groups``; raises `TypeError` if that is anything else."""
    check_type("groups", groups, Iterable, "a list of DuplicateGroup")
    listed = list(groups)
    for one in listed:
        check_type("groups", one, DuplicateGroup, "a list of DuplicateGroup", "This is in it.")
    return listed


def plan_duplicates(
    groups: Iterable[DuplicateGroup],
    keep: Keep = "suggested",
    *,
    in_albums: Collection[str] | None = None,
    known: Mapping[str, Candidate] | None = None,
    owner_id: str | None = None,
    has_trash: bool = True,
) -> DuplicatePlan:
    """What to keep and what to trash of each of ``groups``, by ``keep``.

    One of each group always stays; so does a live photo where only stills would be left; the halves
    of one stay together. What the server could not resolve is left alone: members of stacks, of the
    trash, of other owners than ``owner_id``. So is a group of which something is not known that
    would decide, such as the size of a file; ``known`` are assets that more is known of than the
    groups tell, by id. ``in_albums`` are the ids of assets in albums. Without ``has_trash`` what
    goes is gone for good.
    """
    chooser = _Chooser(keep, in_albums, owner_id)
    seen: set[str] = set()
    entries: list[DuplicateEntry] = []
    for group, members in _with_members(groups, known or {}):
        entry = chooser.entry(group, members, is_taken=not seen.isdisjoint(group.asset_ids))
        seen.update(group.asset_ids)
        if entry.trash:
            owner_id = owner_id or members[0].owner_id or None
        if entry.trash and not has_trash:
            entry = attrs.evolve(entry, permanent="this server has no trash, so they are deleted")
        entries.append(entry)
    goes, count = sum(len(one.trash) for one in entries), sum(len(one.asset_ids) for one in entries)
    verb, where = "goes" if goes == 1 else "go", "into the trash" if has_trash else "for good"
    notes = [f"{goes} of {counted(count, 'asset')} {verb} {where}."] if entries else []
    if undecided := sum(one.is_undecided for one in entries):
        notes.append(
            "Left alone, as what would decide is not known: "
            f"{undecided} of {counted(len(entries), 'group')}. "
            "Plan again with assets that were read with_exif=True, or with another rule."
        )
    return DuplicatePlan(entries=tuple(entries), notes=tuple(notes), user_id=owner_id)


def _with_members(
    groups: Iterable[DuplicateGroup], more: Mapping[str, Candidate]
) -> Iterator[tuple[DuplicateGroup, list[Candidate]]]:
    """Each of ``groups`` with what is known of its assets."""
    rest = iter(groups)
    while some := checked_groups(islice(rest, _AT_ONCE)):
        known = candidates_of(asset for group in some for asset in group.assets)
        for group in some:
            ids = dict.fromkeys(group.asset_ids)
            if strange := [one for one in ids if one not in known]:
                raise ValueError(f"The asset {strange[0]!r} is not among those of {group}.")
            yield group, [more.get(one, known[one]) for one in ids]


class _Chooser:
    def __init__(self, keep: Keep, in_albums: Collection[str] | None, owner_id: str | None) -> None:
        self._choose = keep if callable(keep) else None
        self._rules = None if callable(keep) else Rules(keep)
        self._in_albums = None if in_albums is None else frozenset(in_albums)
        self._owner_id = owner_id

    def entry(
        self, group: DuplicateGroup, members: Sequence[Candidate], *, is_taken: bool
    ) -> DuplicateEntry:
        """What becomes of one group."""
        members = [
            attrs.evolve(
                one,
                is_suggested=one.id in group.suggested,
                in_album=None if self._in_albums is None else one.id in self._in_albums,
            )
            for one in members
        ]
        why = "an asset of it is in a group before it" if is_taken else self._obstacle(members)
        if why is None:
            kept, why = self._chosen(group, members)
            if kept:
                return _entry(group, members, kept, why)
            if self._choose is None:
                entry = _entry(group, members, members, why)
                return attrs.evolve(entry, is_undecided=True)
        return _entry(group, members, members, why)

    def _obstacle(self, members: Sequence[Candidate]) -> str | None:
        """Why nothing can be done about a group; None if something can."""
        if len(members) < _PAIR:
            return "it is alone"
        owners = {one.owner_id for one in members}
        if len(owners) > 1 or self._owner_id not in {None, *owners}:
            return "somebody else owns it"
        for one in members:
            if one.is_trashed:
                return f"{one.name} is in the trash"
            if one.is_stacked:
                return f"{one.name} is in a stack"
            if one.visibility not in SHOWN:
                return f"{one.name} is {one.visibility}"
        return None

    def _chosen(
        self, group: DuplicateGroup, members: Sequence[Candidate]
    ) -> tuple[list[Candidate], str]:
        """Whom to keep, and why; nobody if the group is to be left alone."""
        if self._rules is not None:
            best, words = self._rules.best(members)
            if best is None:
                return [], words
            kept, why = [best], f"{best.name} stays, for {words}"
        else:
            assert self._choose is not None  # noqa: S101  # one of the two is given
            ids = list(_ids_of(_called(self._choose, group)))
            if strange := [one for one in ids if one not in group.asset_ids]:
                raise ValueError(f"keep chose {strange[0]!r}, which is not in {group}.")
            # In the function's order: the first inherits what only one can have.
            known = {one.id: one for one in members}
            kept = [known[one] for one in dict.fromkeys(ids) if one in known]
            why = "chosen by the function"
        if not kept:
            return [], "the function chose none"
        return _with_spared(members, kept, why)


def _with_spared(
    members: Sequence[Candidate], kept: list[Candidate], why: str
) -> tuple[list[Candidate], str]:
    """Those to keep, with whatever would tear a live photo apart if it went."""
    halves = _moving_parts(members)
    ids = {one.id for one in members}
    for one in members:
        if one not in kept and (one.id in halves or one.moving_part in ids):
            kept, why = [*kept, one], f"{why}; {one.name} is half of a live photo"
    live = [one for one in members if one.moving_part]
    if live and not any(one in live for one in kept):
        best, _ = Rules("largest").best(live)
        spared = live if best is None else [best]
        why = "; ".join([why, *(f"{one.name} is a live photo" for one in spared)])
        kept = [*kept, *spared]
    return kept, why


def _entry(
    group: DuplicateGroup, members: Sequence[Candidate], kept: Sequence[Candidate], why: str
) -> DuplicateEntry:
    gone = [one for one in members if one not in kept]
    ordered = [*kept, *gone]
    return DuplicateEntry(
        action="resolve" if gone else "keep",
        asset_ids=tuple(one.id for one in ordered),
        names=tuple(one.name for one in ordered),
        checksums=tuple(one.checksum for one in ordered),
        why=f"{group.reason}; {why}",
        duplicate_id=group.duplicate_id or _made_up(group.asset_ids),
        keep=tuple(one.id for one in kept),
        trash=tuple(one.id for one in gone),
        is_known=group.duplicate_id is not None,
        permanent=_lasting(kept, gone),
    )


def _lasting(kept: Sequence[Candidate], gone: Sequence[Candidate]) -> str | None:
    """What the server merges and no request takes back: a place, for want of an empty one."""
    places = {one.place for one in gone if one.place is not None}
    if len(kept) == 1 and kept[0].place is None and len(places) == 1:
        return f"{kept[0].name} gets a place and keeps it"
    return None


def _moving_parts(candidates: Iterable[Candidate]) -> frozenset[str]:
    return frozenset(one.moving_part for one in candidates if one.moving_part)


def _made_up(asset_ids: Iterable[str]) -> str:
    """An id for a group that the server does not know, the same one whenever it is planned."""
    digest = hashlib.sha256("\n".join(sorted(asset_ids)).encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _called(choose: Callable[[DuplicateGroup], Any], group: DuplicateGroup) -> Any:
    chosen = choose(group)
    if isawaitable(chosen):
        if iscoroutine(chosen):
            chosen.close()  # or Python warns that nobody has awaited it
        name = getattr(choose, "__qualname__", kind_of(choose))
        raise TypeError(f"keep must be a plain function, and {name} is async: nothing awaits it.")
    return chosen


def _ids_of(chosen: Any) -> Iterator[str]:
    """The ids in what a function returned: an id, an asset, or several."""
    if chosen is None:
        return
    if isinstance(chosen, list | tuple | set | frozenset):
        for one in chosen:
            yield from _ids_of(one)
    else:
        yield id_of(chosen)
