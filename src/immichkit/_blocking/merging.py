# Written by scripts/mirror from src/immichkit/_async/merging.py; edits are lost.
"""Making one person of several, and several of one again."""

from __future__ import annotations

from collections.abc import Generator, Sequence

import msgspec
from immichkit_api import operations
from immichkit_api.models import PersonResponseDto

from immichkit._blocking.client import Client
from immichkit._blocking.roll import known_people
from immichkit._blocking.search import AssetIterator
from immichkit._runtime import Runtime
from immichkit.batches import LIMIT, in_batches
from immichkit.merges import CHANGE_PEOPLE, UNMERGE, MergeEntry, MergePlan, changed_by_merge
from immichkit.people import is_called
from immichkit.steps import Step, Undo
from immichkit.undoing import MergedPerson, PeopleFields

__all__ = ["change_people_back", "merge_steps", "unmerge"]


def merge_steps(client: Client, plan: MergePlan, *, with_undo: bool) -> Generator[Step]:
    """A step for each entry of ``plan``, after another look at the people that it names."""
    merging = [entry for entry in plan.entries if entry.action == "merge"]
    ids = [one for entry in merging for one in (entry.into, *entry.others)]
    known = known_people(client, ids) if ids else {}
    for entry in plan.entries:
        if entry.action != "merge":
            yield Step(about=entry.about, ids=entry.others, reason=entry.why)
        elif why := _why_not(entry, known):
            yield Step(about=entry.about, ids=entry.others, status="skipped", reason=why)
        else:
            others = [known[one] for one in entry.others if one in known]
            gone = tuple(one for one in entry.others if one not in known)
            if gone:
                yield Step(about=entry.about, ids=gone, reason="not there any more")
            if others:
                yield _step(client, entry, known[entry.into], others, with_undo=with_undo)


def _why_not(entry: MergeEntry, known: dict[str, PersonResponseDto]) -> str | None:
    if entry.into not in known:
        return f"{entry.into} is not there any more"
    for person_id, name in zip((entry.into, *entry.others), entry.names, strict=True):
        if person_id in known and not is_called(known[person_id], name):
            return f"{person_id} is called {known[person_id].name!r} by now, not {name!r}"
    return None


def _step(
    client: Client,
    entry: MergeEntry,
    into: PersonResponseDto,
    others: Sequence[PersonResponseDto],
    *,
    with_undo: bool,
) -> Step:
    undo: list[Undo] = []
    if with_undo:
        if before := changed_by_merge(into, others):
            undo.append(Undo(CHANGE_PEOPLE, {"people": [before]}))
        for person in others:
            faces = _faces_of(client, person.id)
            made = {"person": msgspec.to_builtins(person), "face_ids": faces}
            undo.append(Undo(UNMERGE, made))
    ids = [person.id for person in others]
    return Step(
        about=entry.about,
        ids=tuple(ids),
        requests=tuple(
            operations.people.merge_person(into.id, ids=list(batch)) for batch in in_batches(ids)
        ),
        undo=tuple(undo),
        permanent=None if undo else entry.permanent,
    )


def _faces_of(client: Client, person_id: str) -> list[str]:
    """The faces of a person, in all assets that can be looked at."""
    filters = {"person_ids": [person_id], "with_deleted": True}
    found = AssetIterator(client, filters)
    asset_ids = [asset.id for asset in found]

    def faces_in(asset_id: str) -> list[str]:
        faces = client.execute(operations.faces.get_faces(id=asset_id))
        return [face.id for face in faces if face.person and face.person.id == person_id]

    lists = Runtime.map(faces_in, asset_ids, limit=LIMIT)
    return [face_id for some in lists for face_id in some]


def unmerge(client: Client, merged: Sequence[MergedPerson]) -> list[Step]:
    """Steps that give faces to people who are made anew, as those that were merged were."""
    there = known_people(client, [one.person.id for one in merged])
    steps: list[Step] = []
    for one in merged:
        person = one.person
        if person.id in there:
            about = f"undo: make {person.name or person.id} anew"
            steps.append(Step(about=about, ids=(person.id,), reason="was never merged"))
            continue
        again = client.execute(
            operations.people.create_person(
                name=person.name,
                birth_date=person.birth_date,
                color=person.color,
                is_favorite=person.is_favorite,
                is_hidden=person.is_hidden,
            )
        )
        steps += [
            Step(
                about=f"undo: a face belongs to {person.name or 'somebody'} again",
                ids=(face_id,),
                requests=(operations.faces.reassign_faces_by_id(again.id, face_id=face_id),),
            )
            for face_id in one.face_ids
        ]
    return steps


def change_people_back(client: Client, before: Sequence[PeopleFields]) -> list[Step]:
    """Steps that give people the fields that they had, as far as they are still there."""
    items = [item for one in before for item in one.people]
    known = known_people(client, [item.id for item in items])
    about, why = "undo: change people", "it is gone"
    gone = tuple(item.id for item in items if item.id not in known)
    steps = [Step(about=about, ids=gone, status="skipped", reason=why)] if gone else []
    return steps + [
        Step(
            about=about,
            ids=tuple(item.id for item in batch),
            requests=(operations.people.update_people(people=list(batch)),),
        )
        for batch in in_batches([item for item in items if item.id in known])
    ]
