"""The promise of iteration: what matches throughout and keeps its date comes exactly once."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immichkit.paging import Cursor, Record

START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
MILLISECOND = datetime.timedelta(milliseconds=1)
# Few dates, so that many assets share one.
dates = st.integers(0, 6).map(lambda n: START + n * MILLISECOND)
changes = st.lists(
    st.tuples(st.sampled_from(["add", "delete", "move"]), st.integers(0, 99), dates), max_size=3
)


@dataclass
class Library:
    """A server's side of a search: pages by counting from the front, as the real one does."""

    assets: dict[str, Record]
    size: int
    descends: bool
    untouched: set[str] = field(default_factory=set)
    requests: int = 0

    def __post_init__(self) -> None:
        self.untouched = set(self.assets)

    @classmethod
    def of(cls, taken: Iterable[datetime.datetime], size: int, *, descends: bool) -> Library:
        assets = [
            Record(f"{n:05}", date, START + n * datetime.timedelta(microseconds=700))
            for n, date in enumerate(taken)
        ]
        return cls({asset.id: asset for asset in assets}, size, descends)

    def page(self, query: dict[str, Any]) -> tuple[list[Record], bool]:
        self.requests += 1
        found = [
            asset
            for asset in self.assets.values()
            if query.get("taken_after", asset.taken) <= asset.taken
            and asset.taken <= query.get("taken_before", asset.taken)
            and query.get("created_after", asset.created) <= asset.created
            and asset.created <= query.get("created_before", asset.created)
        ]
        found.sort(key=lambda asset: (asset.taken, asset.id), reverse=self.descends)
        start = (query["page"] - 1) * self.size
        return found[start : start + self.size], len(found) > start + self.size

    def change(self, what: str, number: int, date: datetime.datetime) -> None:
        ids = sorted(self.assets)
        if what == "add":
            new = f"{number:02}-{len(ids)}"
            self.assets[new] = Record(new, date, START + number * MILLISECOND)
        elif ids:
            id_ = ids[number % len(ids)]
            self.untouched.discard(id_)
            asset = self.assets.pop(id_)
            if what == "move":
                self.assets[id_] = asset._replace(taken=date)


def read(library: Library, plan: list[list[tuple[str, int, datetime.datetime]]]) -> list[str]:
    cursor = Cursor(order="desc" if library.descends else "asc")
    came: list[str] = []
    steps = iter(plan)
    while not cursor.is_done:
        records, has_more = library.page(cursor.query())
        came += [records[i].id for i in cursor.take(records, has_more=has_more)]
        for change in next(steps, []):
            library.change(*change)
        assert library.requests < 500
    return came


@settings(max_examples=400, deadline=None)
@given(
    st.lists(dates, max_size=30),
    st.integers(1, 5),
    st.booleans(),
    st.lists(changes, max_size=40),
)
def test_what_stays_comes_once_whatever_else_comes_and_goes(
    own: list[datetime.datetime],
    size: int,
    descends: bool,
    plan: list[list[tuple[str, int, datetime.datetime]]],
) -> None:
    library = Library.of(own, size, descends=descends)
    came = read(library, plan)
    for id_ in library.untouched:
        assert came.count(id_) == 1


@pytest.mark.parametrize("descends", [True, False])
def test_millisecond_with_more_than_a_page_comes_whole(descends: bool) -> None:
    library = Library.of([START] * 250, 10, descends=descends)
    assert sorted(read(library, [])) == sorted(library.assets)
    assert library.requests < 150


def test_millisecond_that_cannot_be_divided_comes_whole() -> None:
    library = Library.of([START] * 25, 10, descends=True)
    library.assets = {i: a._replace(created=START) for i, a in library.assets.items()}
    assert sorted(read(library, [])) == sorted(library.assets)


def test_server_that_ignores_the_time_of_upload_is_read_by_counting() -> None:
    library = Library.of([START] * 25, 10, descends=True)
    cursor, came = Cursor(), []
    while not cursor.is_done:
        query = {k: v for k, v in cursor.query().items() if not k.startswith("created")}
        records, has_more = library.page(query)
        came += [records[i].id for i in cursor.take(records, has_more=has_more)]
        assert library.requests < 100
    assert sorted(came) == sorted(library.assets)


def test_pages_grow_with_the_assets_only() -> None:
    library = Library.of((START + n * MILLISECOND for n in range(5_000)), 100, descends=True)
    assert len(set(read(library, []))) == 5_000
    assert library.requests <= 51


def test_limits_of_the_search_stay() -> None:
    low, high = START + MILLISECOND, START + 3 * MILLISECOND
    library = Library.of((START + n * MILLISECOND for n in range(6)), 1, descends=True)
    cursor = Cursor(taken_after=low, taken_before=high)
    came = []
    while not cursor.is_done:
        records, has_more = library.page(cursor.query())
        came += [records[i].id for i in cursor.take(records, has_more=has_more)]
    assert came == ["00003", "00002", "00001"]
