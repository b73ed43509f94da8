"""People of others, people who are gone, servers that fail, and what an undo does then."""

from __future__ import annotations

import datetime
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from immichkit import AsyncImmich, AsyncJournal, NotFoundError
from immichkit.albums import AlbumPlan
from immichkit.testing import ImmichServer, SeedAsset, ServerUser

pytestmark = pytest.mark.anyio


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key, retry=None) as immich:
        yield immich


@pytest.fixture
def bob(server: ImmichServer) -> ServerUser:
    return server.add_user(name="Bob")


@pytest.fixture
async def his(server: ImmichServer, bob: ServerUser) -> AsyncIterator[AsyncImmich]:
    """Bob's client."""
    async with AsyncImmich(server.url, api_key=bob.api_key) as his:
        yield his


async def ids(immich: AsyncImmich) -> dict[str, str]:
    return {one.name: one.id async for one in immich.people.iter_people(with_hidden=True)}


async def in_photos(immich: AsyncImmich) -> dict[str, int]:
    """In how many photos everybody is, by name."""
    return {
        name: (await immich.people.get_person_statistics(id_)).assets
        for name, id_ in (await ids(immich)).items()
    }


def two_of_a_name(server: ImmichServer, photos: int) -> None:
    """Ann in one photo, and somebody in others who is called Ann, too."""
    server.seed([SeedAsset(name="one.jpg", people=["Ann"])])
    server.seed([SeedAsset(name=f"{n}.jpg", people=["ann"]) for n in range(photos)])


async def test_thousands_are_read_and_hidden_in_pages(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    names = [f"Person {n:04}" for n in range(2100)]
    server.seed([SeedAsset(people=names)])
    server.forget_requests()
    people = await immich.people.fetch_people()
    assert sorted(one.name for one in people.people) == names
    assert people.total == people.visible == len(names)
    report = await immich.people.hide([one.id for one in people.people])
    report.raise_for_failures()
    assert len(report.ids) == len(names)
    assert sum(request.method == "PUT" for request in server.requests) == 3
    assert (await immich.people.fetch_people()).visible == 0


async def test_people_of_somebody_else_are_left_alone(
    server: ImmichServer, immich: AsyncImmich, his: AsyncImmich, bob: ServerUser
) -> None:
    server.seed([SeedAsset(people=["Ann"])])
    server.seed([SeedAsset(people=["Ann"])], user=bob)
    mine, theirs = (await ids(immich))["Ann"], (await ids(his))["Ann"]
    assert mine != theirs
    assert [(one.status, one.reason) for one in (await immich.people.hide([theirs])).ids] == [
        ("failed", "unknown")
    ]
    assert (await immich.people.plan_merges()).entries == ()
    with pytest.raises(ValueError, match="Nobody"):
        await immich.people.plan_merges({"Ann": theirs})
    with pytest.raises(ValueError, match="Nobody"):
        await immich.people.set_birthdays({theirs: None})
    with pytest.raises(NotFoundError):
        await immich.people.fetch_person(theirs)
    assert not (await his.people.fetch_person(theirs)).is_hidden


async def test_a_birthday_to_come_changes_nothing(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    server.seed([SeedAsset(people=["Ann", "Bo"])])
    server.forget_requests()
    born = datetime.date(1990, 12, 10)
    with pytest.raises(ValueError, match="still to come"):
        await immich.people.set_birthdays({"Ann": born, "Bo": datetime.date.max})
    assert not server.requests


async def test_who_is_gone_keeps_back_no_undo(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path
) -> None:
    server.seed([SeedAsset(people=["Ann", "Bo"])])
    people, journal = await ids(immich), tmp_path / "undo.jsonl"
    await immich.people.hide(people.values(), journal=journal)
    await immich.people.delete_person(people["Ann"])
    report = await AsyncJournal(journal).undo(immich)
    report.raise_for_failures()
    assert [one.id for one in report.ids if one.status == "skipped"] == [people["Ann"]]
    assert not (await immich.people.fetch_person(people["Bo"])).is_hidden


async def test_a_merge_that_failed_is_planned_again(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    two_of_a_name(server, 2)
    plan = await immich.people.plan_merges()
    server.fail_next(status=500, path="/people/{id}/merge")
    report = await immich.people.apply(plan)
    assert [one.status for one in report.ids] == ["failed"]
    assert await in_photos(immich) == {"Ann": 1, "ann": 2}
    (await immich.people.apply(await immich.people.plan_merges())).raise_for_failures()
    assert await in_photos(immich) == {"ann": 3}
    assert (await immich.people.apply(plan)).counts == {"unchanged": 1}


@pytest.mark.parametrize("nth", range(1, 5))
async def test_an_undo_that_fails_goes_on_to_the_same_end(
    server: ImmichServer, immich: AsyncImmich, tmp_path: Path, nth: int
) -> None:
    two_of_a_name(server, 3)
    before, journal = await in_photos(immich), tmp_path / "undo.jsonl"
    people = await ids(immich)
    plan = await immich.people.plan_merges({people["ann"]: people["Ann"]})
    (await immich.people.apply(plan, journal=journal)).raise_for_failures()
    assert await in_photos(immich) == {"Ann": 4}
    path = "/people" if nth == 4 else "/faces/{id}"
    method = "POST" if nth == 4 else "PUT"
    server.fail_next(status=500, method=method, path=path, times=min(nth, 3))
    for _ in range(5):
        try:
            report = await AsyncJournal(journal).undo(immich, limit=1)
        except Exception:  # noqa: S112  # whatever it is, the next time goes on
            continue
        if report.ok:
            break
    assert await in_photos(immich) == before


async def test_a_plan_is_applied_by_whom_it_was_made_for(
    server: ImmichServer, immich: AsyncImmich, his: AsyncImmich
) -> None:
    two_of_a_name(server, 1)
    plan = await immich.people.plan_merges()
    with pytest.raises(ValueError, match="another user"):
        await his.people.apply(plan)
    with pytest.raises(TypeError, match="plan_merges"):
        await immich.people.apply(AlbumPlan(entries=()))  # type: ignore[arg-type]
    assert await in_photos(immich) == {"Ann": 1, "ann": 1}
    assert plan.permanent == list(plan.entries)
    assert "cannot be undone" in str(plan)


async def test_without_a_journal_a_merge_reads_no_faces(
    server: ImmichServer, immich: AsyncImmich
) -> None:
    two_of_a_name(server, 5)
    plan = await immich.people.plan_merges()
    server.forget_requests()
    await immich.people.apply(plan)
    assert not any("/faces" in request.path for request in server.requests)
