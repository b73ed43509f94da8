# Written by scripts/mirror from src/immichkit/_async/people.py; edits are lost.
"""People: all of them, who is one with whom, and what is known of them."""

from __future__ import annotations

import datetime
from collections.abc import Generator, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import attrs
import msgspec
from immichkit_api import operations
from immichkit_api.groups.people import PeopleApi
from immichkit_api.models import AssetFaceResponseDto, PeopleUpdateItem, PersonResponseDto
from immichkit_api.types import Overwrite

from immichkit._blocking.applying import apply_steps, check_plan
from immichkit._blocking.caller import my_id
from immichkit._blocking.client import Client
from immichkit._blocking.merging import merge_steps
from immichkit._blocking.roll import known_people, pages_of_people
from immichkit._runtime import Runtime, Source
from immichkit.apply_report import ApplyReport, OnApplyProgress
from immichkit.batches import LIMIT, Given, in_batches, told_apart
from immichkit.errors import ImmichError
from immichkit.merges import (
    CHANGE_PEOPLE,
    MergePlan,
    check_mapping,
    named_alike,
    plan_by_mapping,
    plan_by_name,
)
from immichkit.needs import needs
from immichkit.options import check_number
from immichkit.paging import LARGEST_PAGE, check_page_size
from immichkit.people import KnownPeople, Portrait, Roll, check_birthdays, is_id, portrait_names
from immichkit.steps import Step, Undo, left_out

__all__ = ["People"]


class People(PeopleApi):
    """People recognised in photos."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._client = client

    @needs("people.get_all_people")
    def iter_people(
        self, *, with_hidden: bool = False, page_size: int = LARGEST_PAGE
    ) -> Generator[PersonResponseDto]:
        """Everybody whom the server lists, exactly once, favorites and those in most photos first.

        It does not list people without a name who have few faces, nor anybody without a face. Its
        order changes whenever people are changed or recognised, also by you while you iterate; who
        slips through its pages so is found in the end.

        ``GET /people`` · needs person.read
        """
        check_page_size(page_size)
        return self._each(with_hidden=with_hidden, page_size=page_size)

    def _each(self, *, with_hidden: bool, page_size: int) -> Generator[PersonResponseDto]:
        pages = pages_of_people(self._client, with_hidden=with_hidden, page_size=page_size)
        for _, fresh in pages:
            yield from fresh

    @needs("people.get_all_people")
    def fetch_people(self, *, with_hidden: bool = False) -> KnownPeople:
        """Everybody whom `iter_people` gives, and how many the server knows in all.

        ``GET /people`` · needs person.read
        """
        people: list[PersonResponseDto] = []
        total = hidden = 0
        pages = pages_of_people(self._client, with_hidden=with_hidden)
        for page, fresh in pages:
            people += fresh
            total, hidden = page.total, page.hidden
        return KnownPeople(people=people, total=total, hidden=hidden)

    @needs("people.get_person")
    def fetch_person(self, id: str) -> PersonResponseDto:
        """The person of that id; `NotFoundError` if there is none.

        ``GET /people/{id}`` · needs person.read
        """
        return self._client.execute(operations.people.get_person(id))

    @needs("search.search_person")
    def search(self, name: str, *, with_hidden: bool = False) -> list[PersonResponseDto]:
        """The people whose name is like ``name``, which need not be exact; at most 100.

        ``GET /search/person`` · needs person.read
        """
        request = operations.search.search_person(name=name, with_hidden=with_hidden or None)
        return self._client.execute(request)

    @needs("faces.get_faces")
    def fetch_faces(self, asset_id: str) -> list[AssetFaceResponseDto]:
        """The faces in an asset; the ``person`` of each is None while nobody knows whose it is.

        ``GET /faces`` · needs face.read
        """
        return self._client.execute(operations.faces.get_faces(id=asset_id))

    @needs("people.get_person_thumbnail")
    def download_thumbnails(
        self,
        people: Source[PersonResponseDto],
        folder: str | PathLike[str],
        *,
        overwrite: Overwrite = "error",
        concurrency: int = LIMIT,
    ) -> list[Portrait]:
        """What became of the portrait of each person, which is then a file in ``folder``.

        A file is called after the person, with the id where several have that name, or after the
        id alone. Who has no portrait has an ``error``. ``overwrite`` is that of
        `get_person_thumbnail_to_file`.

        ``GET /people/{id}/thumbnail`` · needs person.read
        """
        check_number("concurrency", concurrency, least=1)
        names = portrait_names(list(Runtime.items(people)))
        place = _path(folder)

        def save(named: tuple[str, str]) -> Portrait:
            person_id, path = named[0], place / named[1]
            request = operations.people.get_person_thumbnail(person_id)
            try:
                saved = self._client.save(request, path, overwrite=overwrite)
            except (ImmichError, OSError) as error:
                return Portrait(person_id=person_id, path=path, error=error)
            return Portrait(person_id=person_id, path=saved.path)

        return Runtime.map(save, names.items(), limit=concurrency)

    @needs("people.get_all_people", "people.update_people")
    @needs("people.get_person", "users.get_my_user", when="journal")
    def hide(
        self,
        ids: Iterable[str],
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Hide people; what became of each id. With ``journal`` a `Journal` can show them again.

        ``PUT /people`` · needs person.update, person.read; user.read with a journal
        """
        given = told_apart("ids", ids)
        changes = {one: {"is_hidden": True} for one in given.once}
        return self._change(
            "hide people", changes, given, journal=journal, limit=limit, on_progress=on_progress
        )

    @needs("people.get_all_people", "people.update_people")
    @needs("people.get_person", "users.get_my_user", when="journal")
    def show(
        self,
        ids: Iterable[str],
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Show people who are hidden; the opposite of `hide`.

        ``PUT /people`` · needs person.update, person.read; user.read with a journal
        """
        given = told_apart("ids", ids)
        changes = {one: {"is_hidden": False} for one in given.once}
        return self._change(
            "show people", changes, given, journal=journal, limit=limit, on_progress=on_progress
        )

    @needs("people.get_all_people", "people.get_person", "people.update_people")
    @needs("users.get_my_user", when="journal")
    def set_birthdays(
        self,
        birthdays: Mapping[str, datetime.date | None],
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Set the birthdays of people, or with None forget them; what became of each.

        The people are named by their ids or names. Raises `ValueError`, and changes nothing, if
        nobody or more than one has such a name, and for a day to come.

        ``PUT /people`` · needs person.update, person.read; user.read with a journal
        """
        check_birthdays(birthdays, datetime.datetime.now(datetime.UTC).date())
        roll = Roll((known_people(self._client, _ids(birthdays))).values())
        changes = {roll.only(who).id: {"birth_date": day} for who, day in birthdays.items()}
        if len(changes) < len(birthdays):
            raise ValueError("One person is named twice, by name and by id: leave one out.")
        return self._change(
            "set birthdays", changes, None, journal=journal, limit=limit, on_progress=on_progress
        )

    @needs("people.get_all_people", "users.get_my_user")
    @needs("people.get_person", when="mapping")
    @needs("people.get_person_statistics", when=lambda given: given["mapping"] is None)
    def plan_merges(self, mapping: Mapping[str, str] | None = None) -> MergePlan:
        """Which people are one, and who of them stays; nothing is merged yet.

        Without ``mapping`` they are those of one name, whatever its capitals and spaces, unless
        they have different birthdays. A favorite stays, else who is not hidden, else who is in the
        most assets. ``mapping`` says for names or ids of people into whom they go: ``{"Annie":
        "Ann"}``. It raises `ValueError` if nobody has such a name, or several into whom to go.

        ``GET /people`` · needs person.read, user.read; person.statistics without a mapping
        """
        if mapping is not None:
            check_mapping(mapping)
        user_id = my_id(self._client)
        if mapping is not None:
            ids = _ids([*mapping, *mapping.values()])
            plan = plan_by_mapping((known_people(self._client, ids)).values(), mapping)
            return attrs.evolve(plan, user_id=user_id)
        groups = named_alike((known_people(self._client)).values())
        ids = [person.id for group in groups for person in group]

        def count(person_id: str) -> int:
            request = operations.people.get_person_statistics(person_id)
            return (self._client.execute(request)).assets

        counts = Runtime.map(count, ids, limit=LIMIT)
        plan = plan_by_name(groups, dict(zip(ids, counts, strict=True)))
        return attrs.evolve(plan, user_id=user_id)

    @needs("people.get_all_people", "people.get_person", "people.merge_person")
    @needs("users.get_my_user")
    @needs("search.search_assets", "faces.get_faces", when="journal")
    def apply(
        self,
        plan: MergePlan,
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Merge people as ``plan`` says; what became of each entry, and of each person merged.

        People are looked at once more: who was renamed or deleted since is left alone. With
        ``journal`` the faces of those who go are written down first, which takes a request for each
        asset; a `Journal` makes new people of the same names and gives them their faces back.
        Without it a merge cannot be undone. Raises `ValueError` for a plan that was made for
        another user or server.

        ``POST /people/{id}/merge`` · needs person.merge, person.update, person.read, user.read;
        asset.read, face.read with a journal
        """
        check_plan(self._client, plan, MergePlan, "people.plan_merges")
        steps = merge_steps(self._client, plan, with_undo=journal is not None)
        return apply_steps(
            self._client, steps, journal=journal, limit=limit, on_progress=on_progress
        )

    def _change(
        self,
        about: str,
        changes: Mapping[str, Mapping[str, Any]],
        given: Given | None,
        *,
        journal: str | PathLike[str] | None,
        limit: int,
        on_progress: OnApplyProgress | None,
    ) -> ApplyReport:
        """Change fields of people, by id; ``given`` is the list that the ids were in."""
        ids = changes if journal is not None else ()
        known = known_people(self._client, ids) if changes else {}
        new = [one for one, fields in changes.items() if not _has(known.get(one), fields)]
        steps = [
            Step(
                about=about,
                ids=tuple(batch),
                requests=(
                    operations.people.update_people(
                        people=[PeopleUpdateItem(id=one, **changes[one]) for one in batch]
                    ),
                ),
                undo=_before(batch, changes, known),
            )
            for batch in in_batches(new)
        ]
        same = tuple(one for one in changes if _has(known.get(one), changes[one]))
        if same:
            steps.append(Step(about=about, ids=same, reason="they are so already"))
        if given is not None:
            steps += left_out(about, given)
        return apply_steps(
            self._client, steps, journal=journal, limit=limit, on_progress=on_progress
        )


def _path(folder: str | PathLike[str]) -> Path:
    return Path(folder).expanduser()


def _ids(names: Iterable[str]) -> list[str]:
    """Those of ``names`` that are ids."""
    return [name for name in names if is_id(name)]


def _has(person: PersonResponseDto | None, fields: Mapping[str, Any]) -> bool:
    return person is not None and all(getattr(person, name) == fields[name] for name in fields)


def _before(
    ids: Iterable[str],
    changes: Mapping[str, Mapping[str, Any]],
    known: Mapping[str, PersonResponseDto],
) -> tuple[Undo, ...]:
    """What puts back the fields that are changed, of those who are known."""
    items = [
        PeopleUpdateItem(id=one, **{name: getattr(known[one], name) for name in changes[one]})
        for one in ids
        if one in known
    ]
    return (Undo(CHANGE_PEOPLE, {"people": msgspec.to_builtins(items)}),) if items else ()
