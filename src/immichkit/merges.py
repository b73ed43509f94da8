"""Which people are one, and what becomes of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar, Final, Literal

import attrs

from immichkit.options import check_type
from immichkit.people import Person, Roll, plain
from immichkit.plans import Entry, Plan, named

__all__ = [
    "CHANGE_PEOPLE",
    "UNMERGE",
    "MergeEntry",
    "MergePlan",
    "changed_by_merge",
    "check_mapping",
    "named_alike",
    "plan_by_mapping",
    "plan_by_name",
]

CHANGE_PEOPLE: Final = "change_people"
UNMERGE: Final = "unmerge"
"""What a journal calls the ways back that look at people first."""

_PERMANENT = "a journal can only make new people of the faces"


@attrs.frozen(kw_only=True)
class MergeEntry(Entry):
    """People who are one: the person ``into`` whom the ``others`` go.

    ``names`` are those of all of them in that order. The action is ``merge``, or ``keep`` for those
    who have one name and yet are left alone.
    """

    action: Literal["merge", "keep"]
    asset_ids: tuple[str, ...] = ()
    into: str
    others: tuple[str, ...]

    @property
    def about(self) -> str:
        """What is done, in a line."""
        into, *others = [
            f"{name or 'somebody'} ({one})"
            for name, one in zip(self.names, (self.into, *self.others), strict=True)
        ]
        shown = named(tuple(others))
        return f"merge {shown} into {into}" if self.action == "merge" else f"keep {into}, {shown}"


@attrs.frozen(kw_only=True)
class MergePlan(Plan[MergeEntry]):
    """Which people are to become one, for good: a journal can only make new ones like them."""

    kind: ClassVar[str] = "people"
    title: ClassVar[str] = "People"

    entries: tuple[MergeEntry, ...] = attrs.field(repr=False)

    @property
    def merge(self) -> list[MergeEntry]:
        """Those who become one."""
        return self.of("merge")

    @property
    def keep(self) -> list[MergeEntry]:
        """Those who have one name and are left alone."""
        return self.of("keep")

    def explain(self, asset_id: str) -> str:
        """What happens to a person of that id, and why."""
        found = [str(one) for one in self.entries if asset_id in {one.into, *one.others}]
        return "\n".join(found) or f"This plan says nothing about {asset_id}."


def named_alike(people: Iterable[Person]) -> list[list[Person]]:
    """Those who share a name, whatever its capitals and spaces; in order of names and ids."""
    groups: dict[str, list[Person]] = defaultdict(list)
    for person in sorted(people, key=lambda one: one.id):
        if name := plain(person.name):
            groups[name].append(person)
    return [groups[name] for name in sorted(groups) if len(groups[name]) > 1]


def plan_by_name(groups: Iterable[Sequence[Person]], asset_counts: Mapping[str, int]) -> MergePlan:
    """How the people of each of ``groups``, who are `named_alike`, become one.

    Who is a favorite, not hidden, and in the most assets, stays; of equals the lower id.
    ``asset_counts`` are by id. People with different birthdays are not one.
    """
    return MergePlan(entries=tuple(_by_name(group, asset_counts) for group in groups))


def _by_name(group: Sequence[Person], asset_counts: Mapping[str, int]) -> MergeEntry:
    ordered = sorted(
        group,
        key=lambda one: (
            one.is_favorite is not True,
            one.is_hidden,
            -asset_counts.get(one.id, 0),
            one.id,
        ),
    )
    # The sync stream has a time with it.
    born = sorted({str(one.birth_date)[:10] for one in group if one.birth_date is not None})
    if len(born) > 1:
        return _entry("keep", ordered, f"one name, but born on {' and on '.join(born)}")
    return _entry("merge", ordered, "the same name")


def _entry(action: Literal["merge", "keep"], people: Iterable[Person], why: str) -> MergeEntry:
    into, *others = people
    return MergeEntry(
        action=action,
        into=into.id,
        others=tuple(one.id for one in others),
        names=tuple(one.name for one in [into, *others]),
        why=why,
        permanent=_PERMANENT if action == "merge" else None,
    )


def check_mapping(mapping: object) -> None:
    """Raise `TypeError` for what does not name people for people."""
    wanted = "ids or names of people"
    check_type("mapping", mapping, Mapping, f"a mapping from {wanted} to those they go into")
    for who, whom in mapping.items() if isinstance(mapping, Mapping) else ():
        check_type(f"mapping[{who!r}]", whom, str, "an id or a name")
        check_type(f"The key {who!r} of mapping", who, str, "an id or a name")


def plan_by_mapping(people: Iterable[Person], mapping: Mapping[str, str]) -> MergePlan:
    """How people become those whom ``mapping`` names for them, each by a name or an id.

    Whoever is to become somebody who is merged in turn becomes the last of them. Raises
    `ValueError` for names that nobody has, for one of several people to merge into, and for
    circles.
    """
    roll = Roll(people)
    becomes: dict[str, str] = {}
    for who, whom in mapping.items():
        into = roll.only(whom)
        sources = [person for person in roll.all(who) if person.id != into.id]
        if not sources:
            raise ValueError(f"{who!r} and {whom!r} are the same person.")
        for person in sources:
            if becomes.setdefault(person.id, into.id) != into.id:
                raise ValueError(f"{who!r} is merged into two people: one can stay.")
    others: dict[str, list[str]] = defaultdict(list)
    for person_id in sorted(becomes):
        others[_last(becomes, person_id)].append(person_id)
    return MergePlan(
        entries=tuple(
            _entry("merge", [roll.by_id[one] for one in (into_id, *others[into_id])], "as told")
            for into_id in sorted(others)
        )
    )


def changed_by_merge(into: Person, others: Iterable[Person]) -> dict[str, Any]:
    """What a merge of ``others`` changes of the person that they go into, as it is before.

    The fields are the wire's, with the ``id``; empty if nothing changes. The server takes a name
    and a birthday of the others only where there is none.
    """
    before: dict[str, Any] = {}
    several = list(others)
    if not into.name and any(one.name for one in several):
        before["name"] = ""
    if into.birth_date is None and any(one.birth_date for one in several):
        before["birthDate"] = None
    return before and {"id": into.id, **before}


def _last(becomes: Mapping[str, str], person_id: str) -> str:
    seen = {person_id}
    while (after := becomes.get(person_id)) is not None:
        if after in seen:
            raise ValueError(f"The mapping goes round in a circle by way of {after}.")
        seen.add(after)
        person_id = after
    return person_id
