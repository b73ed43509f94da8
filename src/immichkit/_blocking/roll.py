# Written by scripts/mirror from src/immichkit/_async/roll.py; edits are lost.
"""Reading people: all of them, and those of certain ids, whom the server may not list."""

from __future__ import annotations

from collections.abc import Generator, Iterable

from immichkit_api import operations, wire
from immichkit_api.models import PeopleResponseDto, PersonResponseDto

from immichkit._blocking.client import Client
from immichkit._runtime import Runtime
from immichkit.batches import LIMIT
from immichkit.errors import NotFoundError
from immichkit.paging import LARGEST_PAGE
from immichkit.people import Pages

__all__ = ["known_people", "pages_of_people"]


def pages_of_people(
    client: Client, *, with_hidden: bool, page_size: int = LARGEST_PAGE
) -> Generator[tuple[PeopleResponseDto, list[PersonResponseDto]]]:
    """Each page of people as the server has it, and whom it brings who did not come before."""
    pages = Pages()
    while not pages.is_done:
        request = operations.people.get_all_people(
            page=pages.page, size=page_size, with_hidden=with_hidden or None
        )
        answer = client.execute(request)
        fresh = pages.take(answer.people, has_more=answer.has_next_page is True)
        yield answer, fresh


def known_people(client: Client, ids: Iterable[str] = ()) -> dict[str, PersonResponseDto]:
    """Everybody whom the server lists, by id, and those of ``ids`` whom it has besides."""
    known: dict[str, PersonResponseDto] = {}
    for _, fresh in pages_of_people(client, with_hidden=True):
        known.update({person.id: person for person in fresh})

    def find(person_id: str) -> PersonResponseDto | None:
        try:
            return client.execute(operations.people.get_person(person_id))
        except NotFoundError:
            return None

    # The server lists nobody without a name and with few faces, nor anybody without a face.
    missing = [one for one in dict.fromkeys(map(wire.uuid, ids)) if one not in known]
    for person in Runtime.map(find, missing, limit=LIMIT):
        if person is not None:
            known[person.id] = person
    return known
