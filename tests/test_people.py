"""Who is one person, and how all people are read though they move."""

from __future__ import annotations

import datetime
import random
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from immichkit.merges import (
    MergePlan,
    changed_by_merge,
    named_alike,
    plan_by_mapping,
    plan_by_name,
)
from immichkit.models import PersonResponseDto, SyncPersonV1
from immichkit.people import Pages, check_birthdays, portrait_names

BORN = datetime.date(1990, 12, 10)


def person(id: str, name: str = "", **fields: Any) -> PersonResponseDto:
    given = {"birth_date": None, "is_hidden": False, "thumbnail_path": "", **fields}
    return PersonResponseDto(id=id, name=name, **given)


def merged(plan: MergePlan) -> dict[str, tuple[str, ...]]:
    return {entry.into: entry.others for entry in plan.of("merge")}


PEOPLE = st.lists(
    st.builds(
        person,
        st.integers(0, 40).map(str),
        st.sampled_from(["", "Ada", "ada ", "Bo", "Cy"]),
        birth_date=st.sampled_from([None, BORN]),
        is_hidden=st.booleans(),
        is_favorite=st.booleans(),
    ),
    unique_by=lambda one: one.id,
)


def read(roll: list[str], size: int, moves: random.Random) -> list[str]:
    """Whom an iteration brings while somebody moves after every page, for a time."""
    pages, came, requests = Pages(), [], 0
    while not pages.is_done:
        start = (pages.page - 1) * size
        page = [person(one) for one in roll[start : start + size]]
        came += [one.id for one in pages.take(page, has_more=len(roll) > start + size)]
        requests += 1
        if requests < 30:
            roll.insert(moves.randrange(len(roll)), roll.pop(moves.randrange(len(roll))))
    return came


@given(st.integers(1, 30), st.integers(1, 10), st.randoms())
def test_nobody_comes_twice_whoever_moves(count: int, size: int, moves: random.Random) -> None:
    came = read([str(n) for n in range(count)], size, moves)
    assert len(came) == len(set(came))


def test_who_moves_to_a_page_that_was_read_comes_in_the_end() -> None:
    pages = Pages()
    assert [one.id for one in pages.take([person("1"), person("2")], has_more=True)] == ["1", "2"]
    # The third became the first meanwhile.
    assert pages.take([person("2")], has_more=False) == []
    assert [one.id for one in pages.take([person("3"), person("1")], has_more=True)] == ["3"]
    assert pages.take([person("2")], has_more=False) == []
    assert not pages.is_done
    assert pages.take([person("3"), person("1")], has_more=True) == []
    assert pages.take([person("2")], has_more=False) == []
    assert pages.is_done


def test_a_server_that_always_promises_more_is_left() -> None:
    pages = Pages()
    pages.take([person("1")], has_more=True)
    for _ in range(2):
        pages.take([], has_more=True)
    assert pages.is_done


@pytest.mark.parametrize(
    ("people", "into"),
    [
        ([person("1", "Ada"), person("2", "Ada")], "1"),
        ([person("1", "Ada", is_hidden=True), person("2", "Ada")], "2"),
        ([person("1", "Ada"), person("2", "Ada", is_hidden=True, is_favorite=True)], "2"),
        ([person("1", "Ada"), person("3", "ada")], "3"),
        ([person("3", "Ada", birth_date=BORN), person("1", " A\u0301da")], None),
        ([person("1", "\u00c1da"), person("2", "A\u0301da  ")], "1"),
        ([person("1", "Ann Lee"), person("2", "ann  lee")], "1"),
    ],
)
def test_who_stays(people: list[PersonResponseDto], into: str | None) -> None:
    plan = plan_by_name(named_alike(people), {"3": 9})
    assert list(merged(plan)) == ([] if into is None else [into])


@given(PEOPLE, st.randoms())
def test_merges_do_not_hang_on_the_order(
    people: list[PersonResponseDto], order: random.Random
) -> None:
    plan = plan_by_name(named_alike(people), {})
    named = [one for into, others in merged(plan).items() for one in (into, *others)]
    assert len(named) == len(set(named))
    mixed = list(people)
    order.shuffle(mixed)
    assert plan_by_name(named_alike(mixed), {}) == plan
    gone = {one for others in merged(plan).values() for one in others}
    assert plan_by_name(named_alike([one for one in people if one.id not in gone]), {}).is_empty
    owned = attrs.evolve(plan, user_id="me")
    assert MergePlan.from_dict(owned.to_dict()) == owned


def test_the_unnamed_are_nobodys_namesakes() -> None:
    assert named_alike([person("1"), person("2", " "), person("3")]) == []


def test_people_of_the_sync_stream_are_planned_alike() -> None:
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    people = [
        SyncPersonV1(
            birth_date=moment.replace(year=year),
            color=None,
            created_at=moment,
            face_asset_id=None,
            id=id_,
            is_favorite=False,
            is_hidden=False,
            name=name,
            owner_id="1",
            updated_at=moment,
        )
        for id_, name, year in (("1", "Bo", 1990), ("2", "Bo", 1991), ("3", "A", 1), ("4", "A", 1))
    ]
    plan = plan_by_name(named_alike(people), {})
    assert merged(plan) == {"3": ("4",)}
    assert plan.of("keep")[0].why == "one name, but born on 1990-01-01 and on 1991-01-01"


def test_a_plan_says_who_is_kept_apart() -> None:
    people = [person("1", "Bo", birth_date=BORN), person("2", "Bo", birth_date=datetime.date.min)]
    plan = plan_by_name(named_alike([*people, person("3", "Ada"), person("4", "Ada")]), {})
    why = "the same name (cannot be undone: a journal can only make new people of the faces)"
    assert str(plan).splitlines() == [
        "People: 1 to merge, 1 to keep",
        f"  merge Ada (4) into Ada (3): {why}",
        "  1 of these cannot be undone.",
    ]
    assert plan.permanent == plan.of("merge")
    assert plan.explain("2") == (
        "keep Bo (1), Bo (2): one name, but born on 0001-01-01 and on 1990-12-10"
    )
    assert "nothing" in plan.explain("5")


def test_a_mapping_goes_to_the_last_of_a_chain() -> None:
    people = [person(str(n), name) for n, name in enumerate(["Ann", "Annie", "annie", "A.", ""])]
    plan = plan_by_mapping(people, {"4": "A.", "Annie": "Ann", "A.": "Ann"})
    assert merged(plan) == {"0": ("1", "2", "3", "4")}


def test_namesakes_go_into_one_of_them() -> None:
    people = [person("1", "Ada"), person("2", "Ada"), person("3", "Ada")]
    assert merged(plan_by_mapping(people, {"Ada": "2"})) == {"2": ("1", "3")}


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"Zoe": "Bo"}, "Nobody"),
        ({"": "Bo"}, "Nobody"),
        ({"Bo": "Ada"}, "Several people are called 'Ada'"),
        ({"Bo": "3"}, "the same person"),
        ({"Bo": "1", "3": "2"}, "into two people"),
        ({"1": "3", "3": "1"}, "circle"),
    ],
)
def test_a_mapping_that_makes_no_sense_is_refused(mapping: dict[str, str], words: str) -> None:
    people = [person("1", "Ada"), person("2", "Ada"), person("3", "Bo"), person("4")]
    with pytest.raises(ValueError, match=words):
        plan_by_mapping(people, mapping)


def test_a_birthday_to_come_is_refused() -> None:
    day = datetime.timedelta(days=1)
    check_birthdays({"Ada": BORN, "Bo": None, "Cy": BORN + day}, BORN)
    with pytest.raises(ValueError, match="'Cy' cannot be born on 1990-12-12"):
        check_birthdays({"Ada": BORN, "Cy": BORN + 2 * day}, BORN)


def test_what_a_merge_changes_of_who_stays() -> None:
    others = [person("2", "Ada"), person("3", birth_date=BORN)]
    assert changed_by_merge(person("1"), others) == {"id": "1", "name": "", "birthDate": None}
    assert changed_by_merge(person("1", "Ann", birth_date=BORN), others) == {}


@given(PEOPLE)
def test_no_two_portraits_have_one_name(people: list[PersonResponseDto]) -> None:
    names = portrait_names(people)
    assert names.keys() == {one.id for one in people}
    assert len({name.casefold() for name in names.values()}) == len(names)


@pytest.mark.parametrize(
    ("name", "file"),
    [("Ada", "Ada.jpeg"), ("", "1.jpeg"), ("../../etc", ".._.._etc.jpeg"), ("a/b", "a_b.jpeg")],
)
def test_a_portrait_stays_in_its_folder(name: str, file: str) -> None:
    (found,) = portrait_names([person("1", name)]).values()
    assert found == file
