# Written by scripts/mirror from src/immichkit/_async/ways_back.py; edits are lost.
"""Ways back that look at the server before they know what to send."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

import attrs
from immichkit_api import operations

from immichkit._blocking.albums_back import change_back, forget_albums, put_members_back
from immichkit._blocking.client import Client
from immichkit._blocking.merging import change_people_back, unmerge
from immichkit._blocking.stack_reading import read_stacks
from immichkit._blocking.trashing import has_trash
from immichkit.album_steps import CHANGE, FORGET, MEMBERS
from immichkit.errors import NotFoundError
from immichkit.merges import CHANGE_PEOPLE, UNMERGE
from immichkit.stack_steps import STACKS, StacksBefore, stacks_before, steps_back
from immichkit.steps import Step
from immichkit.trashing import RESTORE, TRASH, TRASH_AGAIN, step_of
from immichkit.undoing import TrashAgain

__all__ = ["WAYS_BACK", "WayBack"]


def _put_back_stacks(client: Client, images: Sequence[StacksBefore]) -> list[Step]:
    """Make the stacks of ``assets`` what they were, and leave others where they are."""
    before = stacks_before(images)
    existing = (read_stacks(client)).existing
    # The server stacks none of them if one was deleted since; those in a stack are there.
    known = {one for stack in existing for one in stack.asset_ids}
    doubtful = [one for one, stack in before.items() if stack and one not in known]
    requests = [operations.assets.get_asset_info(one) for one in doubtful]
    outcomes = list(client.execute_many(requests))
    gone = {
        one
        for one, outcome in zip(doubtful, outcomes, strict=True)
        if isinstance(outcome.error, NotFoundError)
    }
    return steps_back(before, existing, gone)


def _trash_again(client: Client, given: Sequence[TrashAgain]) -> list[Step]:
    """Put assets back into the trash; without one nothing, for that would delete them for good."""
    steps = [
        Step(
            about=f"undo: {step_of(RESTORE, one.ids).about}",
            ids=tuple(one.ids),
            requests=(TRASH.request(one.ids),),
        )
        for one in given
    ]
    if has_trash(client):
        return steps
    why = "the trash of this server is switched off, so what is trashed would be deleted"
    return [attrs.evolve(step, requests=(), status="failed", reason=why) for step in steps]


WayBack: TypeAlias = Callable[[Client, Sequence[Any]], list[Step]]

WAYS_BACK: Final[Mapping[str, WayBack]] = {
    CHANGE: change_back,
    FORGET: forget_albums,
    MEMBERS: put_members_back,
    CHANGE_PEOPLE: change_people_back,
    UNMERGE: unmerge,
    TRASH_AGAIN: _trash_again,
    STACKS: _put_back_stacks,
}
"""By what a journal calls them: what makes steps of all the arguments, those written last first."""
