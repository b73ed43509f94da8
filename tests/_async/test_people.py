"""People: all of them, merges that can be taken back, hiding, birthdays and portraits."""

from __future__ import annotations

import datetime
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from immichkit import AsyncImmich, AsyncJournal, NotFoundError
from immichkit.merges import MergePlan
from immichkit.models import PersonResponseDto
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        yield immich


def show(server: ImmichServer, *names: str, photos: int = 1) -> list[str]:
    """Photos that each show all of these people."""
    return server.seed([SeedAsset(name=f"{n}.jpg", people=names) for n in range(photos)])


async def person(immich: AsyncImmich, asset_id: str, name: str, **fields: Any) -> str:
    """A further person of that name, with a face in a photo."""
    made = await immich.people.create_person(name=name, **fields)
    await immich.faces.create_face(
        asset_id=asset_id,
        person_id=made.id,
        image_width=8,
        image_height=8,
        x=1,
        y=1,
        width=3,
        height=3,
    )
    return made.id


async def everybody(immich: AsyncImmich) -> dict[str, PersonResponseDto]:
    return {one.name: one async for one in immich.people.iter_people(with_hidden=True)}


async def portrayed(immich: AsyncImmich) -> list[tuple[str, bool, Any, int]]:
    """What a merge and its undoing change, but for ids."""
    found: list[tuple[str, bool, Any, int]] = []
    async for one in immich.people.iter_people(with_hidden=True):
        photos = (await immich.people.get_person_statistics(one.id)).assets
        found.append((one.name, one.is_hidden, one.birth_date, photos))
    return sorted(found, key=str)


async def test_everybody_comes_once(server: ImmichServer, immich: AsyncImmich) -> None:
    show(server, *(f"Person {n:02}" for n in range(23)))
    came = [one.name async for one in immich.people.iter_people(page_size=5)]
    assert sorted(came) == [f"Person {n:02}" for n in range(23)]


async def test_nobody_is_missed_who_moves_while_others_are_hidden(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    show(server, *(f"Person {n:02}" for n in range(23)))
    came: list[str] = []
    async for one in immich.people.iter_people(page_size=5):
        came.append(one.name)
        await immich.people.hide([one.id])
    assert sorted(came) == [f"Person {n:02}" for n in range(23)]


async def test_one_page_takes_one_request(server: ImmichServer, immich: AsyncImmich) -> None:
    show(server, "Ada", "Bo")
    server.forget_requests()
    people = await immich.people.fetch_people()
    assert [one.name for one in people.people] == ["Ada", "Bo"]
    assert len(server.requests) == 1


async def test_the_totals_count_the_hidden_and_the_unlisted(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    (photo,) = show(server, "Ada", "Bo")
    await person(immich, photo, "")
    await immich.people.hide([(await everybody(immich))["Bo"].id])
    people = await immich.people.fetch_people()
    assert [one.name for one in people.people] == ["Ada"]
    assert (people.total, people.visible, people.hidden) == (3, 2, 1)
    assert len((await immich.people.fetch_people(with_hidden=True)).people) == 2


@pytest.mark.parametrize("size", [0, 1001])
async def test_a_page_size_out_of_bounds_is_refused(immich: AsyncImmich, size: int) -> None:
    with pytest.raises(ValueError, match="1 to 1000"):
        immich.people.iter_people(page_size=size)


async def test_people_are_found_by_name(server: ImmichServer, immich: AsyncImmich) -> None:
    show(server, "Ann", "Anna", "Bo")
    found = await immich.people.search("ann")
    assert [one.name for one in found] == ["Ann", "Anna"]
    assert (await immich.people.fetch_person(found[0].id)).name == "Ann"
    with pytest.raises(NotFoundError):
        await immich.people.fetch_person(NOBODY)


async def test_the_faces_of_an_asset(server: ImmichServer, immich: AsyncImmich) -> None:
    (photo,) = show(server, "Ada", "Bo")
    faces = await immich.people.fetch_faces(photo)
    assert {face.person.name for face in faces if face.person} == {"Ada", "Bo"}


async def test_portraits_are_called_after_people(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    (photo,) = show(server, "Ada", "../Bo")
    twin = await person(immich, photo, "ada")
    people = immich.people.iter_people()
    portraits = await immich.people.download_thumbnails(people, tmp_path / "people")
    names = {portrait.path.name for portrait in portraits}
    assert all(portrait.ok for portrait in portraits)
    assert {path.name for path in (tmp_path / "people").iterdir()} == names
    assert {f"ada ({twin}).jpeg", ".._Bo.jpeg"} < names


async def test_who_has_no_portrait_keeps_back_nobody(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    show(server, "Ada")
    nobody = await immich.people.create_person(name="Bo")
    people = [nobody, (await everybody(immich))["Ada"]]
    without, with_ = await immich.people.download_thumbnails(people, tmp_path)
    assert isinstance(without.error, NotFoundError)
    assert with_.path.read_bytes()
    assert not without.path.exists()


async def test_a_portrait_that_is_there_is_an_error_of_its_own(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    show(server, "Ada")
    (tmp_path / "Ada.jpeg").write_text("mine")
    people = list((await everybody(immich)).values())
    (portrait,) = await immich.people.download_thumbnails(people, tmp_path)
    assert isinstance(portrait.error, FileExistsError)
    assert (tmp_path / "Ada.jpeg").read_text() == "mine"


async def test_numbers_that_cannot_be_are_refused_by_their_names(
    immich: AsyncImmich, tmp_path: Path
) -> None:
    wrong: Any = "4"
    with pytest.raises(TypeError, match="concurrency must be a number, not str"):
        await immich.people.download_thumbnails([], tmp_path, concurrency=wrong)
    with pytest.raises(TypeError, match="limit must be a whole number, not str"):
        await immich.people.hide([NOBODY], limit=wrong)
    with pytest.raises(ValueError, match="limit must be at least 1"):
        await immich.people.set_birthdays({}, limit=0)
    for kind in ("4", 4.0, True):
        wrong = kind
        with pytest.raises(TypeError, match="page_size must be a whole number"):
            immich.people.iter_people(page_size=wrong)


async def test_hiding_tells_of_each_id(server: ImmichServer, immich: AsyncImmich) -> None:
    show(server, "Ada", "Bo")
    people = await everybody(immich)
    ada, bo = people["Ada"].id, people["Bo"].id
    await immich.people.hide([bo])
    report = await immich.people.hide([ada, bo, NOBODY, ada.upper()])
    assert sorted((one.id, one.status) for one in report.ids) == sorted(
        [(ada, "done"), (ada, "skipped"), (bo, "unchanged"), (NOBODY, "failed")]
    )
    assert all(one.is_hidden for one in (await everybody(immich)).values())


async def test_hiding_nobody_sends_nothing(server: ImmichServer, immich: AsyncImmich) -> None:
    server.forget_requests()
    assert (await immich.people.hide([])).results == []
    assert not server.requests
    with pytest.raises(TypeError):
        await immich.people.hide(NOBODY)


async def test_hiding_is_taken_back(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    show(server, "Ada", "Bo")
    people = await everybody(immich)
    await immich.people.hide([people["Bo"].id])
    journal = tmp_path / "undo.jsonl"
    await immich.people.hide([one.id for one in people.values()], journal=journal)
    (await AsyncJournal(journal).undo(immich)).raise_for_failures()
    hidden = {name: one.is_hidden for name, one in (await everybody(immich)).items()}
    assert hidden == {"Ada": False, "Bo": True}
    await immich.people.show([people["Bo"].id])
    assert not (await everybody(immich))["Bo"].is_hidden


async def test_birthdays_go_by_name_or_id_and_come_back(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    show(server, "Ada", "Bo")
    bo, day = (await everybody(immich))["Bo"].id, datetime.date(1990, 12, 10)
    await immich.people.set_birthdays({bo: day})
    journal = tmp_path / "undo.jsonl"
    report = await immich.people.set_birthdays({"ada": day, bo: None}, journal=journal)
    report.raise_for_failures()
    people = await everybody(immich)
    assert (people["Ada"].birth_date, people["Bo"].birth_date) == (day, None)
    await AsyncJournal(journal).undo(immich)
    people = await everybody(immich)
    assert (people["Ada"].birth_date, people["Bo"].birth_date) == (None, day)


async def test_a_name_that_nobody_has_changes_nothing(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    show(server, "Ada")
    ada = (await everybody(immich))["Ada"].id
    day = datetime.date(1990, 12, 10)
    with pytest.raises(ValueError, match="'Zoe'"):
        await immich.people.set_birthdays({"Ada": day, "Zoe": day})
    with pytest.raises(ValueError, match="named twice"):
        await immich.people.set_birthdays({"Ada": day, ada: day})
    assert (await everybody(immich))["Ada"].birth_date is None


async def test_who_is_in_more_photos_stays(server: ImmichServer, immich: AsyncImmich) -> None:
    first, second = show(server, "Ada", photos=2)
    show(server, "Bo")
    other = await person(immich, first, " ada")
    plan = await immich.people.plan_merges()
    (entry,) = plan.entries
    assert entry.into == (await everybody(immich))["Ada"].id
    assert entry.others == (other,)
    report = await immich.people.apply(plan)
    assert [(one.id, one.status) for one in report.ids] == [(other, "done")]
    assert (await immich.people.plan_merges()).is_empty
    faces = await immich.people.fetch_faces(first)
    assert {face.person.id for face in faces if face.person} == {entry.into}
    assert second


async def test_a_plan_survives_json(server: ImmichServer, immich: AsyncImmich) -> None:
    (photo,) = show(server, "Ada")
    await person(immich, photo, "Ada")
    plan = await immich.people.plan_merges()
    assert MergePlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


async def test_different_birthdays_are_different_people(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    (photo,) = show(server, "Bo")
    for year in (1990, 1991):
        await person(immich, photo, "Ada", birth_date=datetime.date(year, 1, 1))
    plan = await immich.people.plan_merges()
    assert plan.is_empty
    assert "1990-01-01 and on 1991-01-01" in plan.entries[0].why
    report = await immich.people.apply(plan)
    assert [result.status for result in report.results] == ["unchanged"]


async def test_a_mapping_takes_names_and_ids_the_server_does_not_list(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    (photo,) = show(server, "Ann", "Annie")
    unnamed = await person(immich, photo, "")
    plan = await immich.people.plan_merges({"Annie": "Ann", unnamed: "Annie"})
    (await immich.people.apply(plan)).raise_for_failures()
    assert list(await everybody(immich)) == ["Ann"]
    with pytest.raises(NotFoundError):
        await immich.people.fetch_person(unnamed)


async def test_a_merge_is_taken_back(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    first, second, third = show(server, "Ada", "Bo", photos=3)
    born = datetime.date(1990, 12, 10)
    await person(immich, first, "ada", birth_date=born, is_hidden=True)
    await person(immich, second, "ADA")
    await immich.assets.delete_assets(ids=[third])
    before = await portrayed(immich)
    journal = tmp_path / "undo.jsonl"
    plan = await immich.people.plan_merges()
    (await immich.people.apply(plan, journal=journal)).raise_for_failures()
    assert (await everybody(immich))["Ada"].birth_date == born
    (await AsyncJournal(journal).undo(immich)).raise_for_failures()
    assert await portrayed(immich) == before
    await immich.trash.restore_assets(ids=[third])
    assert {face.person.name for face in await immich.people.fetch_faces(third) if face.person} == {
        "Ada",
        "Bo",
    }


async def test_who_was_renamed_or_is_gone_since_is_left_alone(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    (photo,) = show(server, "Ada", "Bo", "Cy")
    twins = [await person(immich, photo, name) for name in ("Ada", "Bo", "Cy")]
    plan = await immich.people.plan_merges()
    await immich.people.update_person(plan.entries[0].into, name="Zoe")
    await immich.people.delete_person(plan.entries[1].into)
    await immich.people.delete_person(plan.entries[2].others[0])
    report = await immich.people.apply(plan)
    assert [result.status for result in report.results] == ["skipped", "skipped", "unchanged"]
    assert len(await everybody(immich)) >= 3
    assert twins


async def test_undoing_a_merge_that_never_happened_makes_nobody(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    (photo,) = show(server, "Ada")
    await person(immich, photo, "Ada")
    before = await portrayed(immich)
    plan, journal = await immich.people.plan_merges(), tmp_path / "undo.jsonl"
    server.fail_next(status=400, path="/people/{id}/merge")
    assert not (await immich.people.apply(plan, journal=journal)).ok
    await AsyncJournal(journal).undo(immich)
    assert await portrayed(immich) == before


async def test_dry_run_merges_nobody(server: ImmichServer, immich: AsyncImmich) -> None:
    (photo,) = show(server, "Ada")
    await person(immich, photo, "Ada")
    plan = await immich.people.plan_merges()
    careful = immich.with_options(dry_run=True)
    report = await careful.people.apply(plan, journal="/nowhere/undo.jsonl")
    assert report.dry_run
    assert [held.operation.name for held in careful.dry_run_log] == ["people.merge_person"]
    assert len(await portrayed(immich)) == 2
