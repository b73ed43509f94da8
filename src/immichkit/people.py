"""People: all of them, though their order changes while they are read, and by their names."""

from __future__ import annotations

import datetime
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import attrs
from immichkit_api.models import PersonResponseDto, SyncPersonV1

from immichkit.filenames import safe
from immichkit.options import check_type, kind_of

__all__ = [
    "KnownPeople",
    "Pages",
    "Person",
    "Portrait",
    "Roll",
    "check_birthdays",
    "is_called",
    "is_id",
    "plain",
    "portrait_names",
]

Person: TypeAlias = PersonResponseDto | SyncPersonV1
"""A person, from the API or from the sync stream."""

_ID: Final = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


@attrs.frozen(kw_only=True)
class KnownPeople:
    """All people that the server shows, and how many it knows.

    ``total`` counts everybody with a face in some photo, also those without a name and with too few
    faces to be shown; ``hidden`` those of them that are hidden.
    """

    people: list[PersonResponseDto] = attrs.field(repr=False)
    total: int
    hidden: int

    @property
    def visible(self) -> int:
        """How many of all are not hidden."""
        return self.total - self.hidden


class Pages:
    """The place that a reading of people has reached.

    The server counts pages from the front, and whoever is renamed, hidden or gets a face moves.
    So they are read again and again until nobody new comes; one page alone is whole as it is.
    """

    def __init__(self) -> None:
        self.page = 1
        self.is_done = False
        self._seen: set[str] = set()
        self._is_news = False

    def take(
        self, people: Sequence[PersonResponseDto], *, has_more: bool
    ) -> list[PersonResponseDto]:
        """Those of a page who did not come before."""
        once = {person.id: person for person in people}
        fresh = [one for one in once.values() if one.id not in self._seen]
        self._seen.update(once)
        self._is_news = self._is_news or bool(fresh)
        if has_more and people:
            self.page += 1
        elif self.page > 1 and self._is_news:
            self.page, self._is_news = 1, False
        else:
            self.is_done = True
        return fresh


def is_id(text: str) -> bool:
    """Whether ``text`` is an id rather than a name."""
    return _ID.fullmatch(text) is not None


def is_called(person: PersonResponseDto, name: str) -> bool:
    """Whether that is the person's name, whatever its capitals and spaces."""
    return plain(person.name) == plain(name)


def check_birthdays(birthdays: Mapping[str, datetime.date | None], today: datetime.date) -> None:
    """Raise `ValueError` for a birthday to come: the server refuses all because of one.

    It may be tomorrow where the server is. Raises `TypeError` for what is no day at all.
    """
    check_type("birthdays", birthdays, Mapping, "a mapping from ids or names to days")
    for who, day in birthdays.items():
        check_type("An id or name of birthdays", who, str, "a text")
        if isinstance(day, datetime.datetime) or not isinstance(day, datetime.date | None):
            wanted = "a datetime.date without a time, or None"
            raise TypeError(f"The birthday of {who!r} must be {wanted}, not {kind_of(day)}.")
        if day is not None and day > today + datetime.timedelta(days=1):
            raise ValueError(f"{who!r} cannot be born on {day}, which is still to come.")


def portrait_names(people: Iterable[PersonResponseDto]) -> dict[str, str]:
    """What the file with the portrait of each person is called, by id; no two are called alike."""
    once: dict[str, PersonResponseDto] = {}
    for person in people:
        kinds = (PersonResponseDto, SyncPersonV1)
        check_type("A person of people", person, kinds, "a person, as a server or a mirror has it")
        once[person.id] = person
    names = {one.id: safe(one.name.replace("/", "_")) or one.id for one in once.values()}
    counts = Counter(plain(name) for name in names.values())
    return {
        person_id: f"{name}.jpeg" if counts[plain(name)] == 1 else f"{name} ({person_id}).jpeg"
        for person_id, name in names.items()
    }


@attrs.frozen(kw_only=True)
class Portrait:
    """What became of the picture of one person: the file at ``path``, or the ``error``."""

    person_id: str
    path: Path
    error: Exception | None = attrs.field(default=None, eq=False)

    @property
    def ok(self) -> bool:
        """Whether the file is there."""
        return self.error is None


class Roll:
    """People, by id and by name."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.by_id = {person.id: person for person in people}
        self._by_name: dict[str, list[Person]] = defaultdict(list)
        for person in self.by_id.values():
            self._by_name[plain(person.name)].append(person)

    def all(self, name: str) -> list[Person]:
        """Those with that id or name, one at least."""
        if (person := self.by_id.get(name.lower())) is not None:
            return [person]
        named = plain(name)
        if not named or named not in self._by_name:
            raise ValueError(f"Nobody has the name or the id {name!r}.")
        return self._by_name[named]

    def only(self, name: str) -> Person:
        """The one with that id or name."""
        first, *others = self.all(name)
        if others:
            ids = ", ".join(sorted(one.id for one in [first, *others]))
            raise ValueError(f"Several people are called {name!r}: name one by the id, of {ids}.")
        return first


def plain(name: str) -> str:
    """``name`` without what does not tell people apart: capitals, spaces, ways to write letters."""
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
