"""Duplicates of random libraries: resolved, broken off anywhere, resolved again, undone."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st
from random_library import RANDOM

from immichkit import (
    DuplicatePlan,
    Immich,
    Journal,
    NotFoundError,
    RequestEvent,
    ResponseEvent,
)
from immichkit.testing import ImmichServer, SeedAsset

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
RULES = ["suggested", "largest", "oldest", "newest", "most_metadata", "favorite", "raw", "in_album"]


@st.composite
def photos(draw: st.DrawFn) -> dict[str, Any]:
    facts = st.fixed_dictionaries(
        {"duplicate": st.sampled_from(["one", "two", "three", None])},
        optional={
            "name": st.sampled_from(["x.jpg", "y.jpg", "y.dng"]),
            "seconds": st.integers(0, 1),
            "is_favorite": st.booleans(),
            "is_trashed": st.sampled_from([False, False, False, True]),
            "visibility": st.sampled_from(["timeline", "timeline", "archive", "locked"]),
            "albums": st.lists(st.sampled_from(["A", "B"]), max_size=2, unique=True),
            "tags": st.lists(st.sampled_from(["t", "u"]), max_size=2, unique=True),
            "rating": st.integers(1, 5),
            "description": st.sampled_from(["", "d", "e\nd"]),
        },
    )
    return {**draw(facts), "size": draw(st.integers(1, 3))}


@st.composite
def libraries(draw: st.DrawFn) -> dict[str, Any]:
    many = draw(st.lists(photos(), min_size=2, max_size=7))
    places = st.integers(0, len(many) - 1)
    pairs = st.tuples(places, places).filter(lambda pair: pair[0] != pair[1])
    return {
        "photos": many,
        "stacked": draw(st.none() | st.none() | pairs),
        "live": draw(st.none() | st.none() | pairs),
        "linked": draw(st.sets(places, max_size=2)),
        "keep": draw(
            st.sampled_from(RULES)
            | st.lists(st.sampled_from(RULES), min_size=1, max_size=3)
            | st.sampled_from([_first, _two, _none])
        ),
        "by_name": draw(st.booleans()),
    }


def _first(group: Any) -> Any:
    return min(group.assets, key=_created)


def _two(group: Any) -> Any:
    return sorted(group.assets, key=_created)[-2:]


def _created(asset: Any) -> datetime:
    created: datetime = asset.created_at
    return created


def _none(_: Any) -> None:
    return None


@pytest.fixture(scope="module")
def server() -> Iterator[ImmichServer]:
    with contextlib.closing(ImmichServer()) as server:
        yield server


@contextmanager
def library(server: ImmichServer, drawn: dict[str, Any]) -> Iterator[tuple[Immich, list[str]]]:
    """A user's own, on a server of many."""
    user = server.add_user()
    with server.client(user) as immich:
        seeds = []
        for number, photo in enumerate(drawn["photos"]):
            facts = {**photo}
            # Else ids would decide, which are others in each library.
            facts["content"] = bytes(10 * facts.pop("size") + number)
            facts["created"] = NOON + timedelta(minutes=number)
            facts["taken"] = NOON + timedelta(seconds=facts.pop("seconds", 0))
            seeds.append(SeedAsset(**facts))
        ids = server.seed(seeds, user=user)
        if drawn["stacked"]:
            with contextlib.suppress(Exception):
                immich.stacks.stack_assets(ids[place] for place in drawn["stacked"])
        if drawn["live"]:
            still, video = drawn["live"]
            with contextlib.suppress(Exception):
                immich.assets.update_asset(ids[still], live_photo_video_id=ids[video])
        if linked := [ids[place] for place in sorted(drawn["linked"])]:
            with contextlib.suppress(Exception):
                immich.shared_links.create_shared_link(type="INDIVIDUAL", asset_ids=linked)
        yield immich, ids


def planned(immich: Immich, drawn: dict[str, Any]) -> DuplicatePlan:
    groups = immich.duplicates.find_by_name_and_time() if drawn["by_name"] else None
    return immich.duplicates.plan(drawn["keep"], groups=groups)


def seen(immich: Immich, ids: list[str]) -> list[Any]:
    """All that the server says of each asset; assets, groups and the like by their place or name.

    What a library is called by ids differs from one run to the next.
    """
    links = [
        {ids.index(one.id) for one in immich.shared_links.get_shared_link_by_id(link.id).assets}
        for link in immich.shared_links.get_all_shared_links()
    ]
    groups: dict[str, int] = {}
    found: list[tuple[Any, ...]] = []
    for id_ in ids:
        try:
            asset = immich.assets.get_asset_info(id_)
        except NotFoundError:  # it is locked
            found.append((False,))
            continue
        exif = asset.exif_info or None
        group = asset.duplicate_id
        found.append(
            (
                asset.is_trashed,
                asset.is_favorite,
                asset.visibility.value,
                group and groups.setdefault(group, len(groups)),
                asset.stack and ids.index(asset.stack.primary_asset_id),
                asset.live_photo_video_id and ids.index(asset.live_photo_video_id),
                exif and (exif.rating, exif.description, exif.latitude, exif.longitude),
                sorted(tag.value for tag in asset.tags or ()),
                sorted(one.album_name for one in immich.albums.get_all_albums(asset_id=id_)),
            )
        )
    return [links, found]


class BrokenError(Exception):
    pass


def broken_after(immich: Immich, writes: int, *, arrives: bool) -> Immich:
    """A client whose connection breaks for good at a write: before it is sent, or after."""
    left = writes

    def is_write(event: RequestEvent | ResponseEvent) -> bool:
        return event.method != "GET" and not event.operation.startswith("search.")

    def on_request(request: RequestEvent) -> None:
        nonlocal left
        if is_write(request):
            left -= 1
            if left < -1 or (left < 0 and not arrives):
                raise BrokenError

    def on_response(response: ResponseEvent) -> None:
        if is_write(response) and left < 0:
            raise BrokenError

    return immich.with_options(on_request=on_request, on_response=on_response, retry=None)


@RANDOM
@given(drawn=libraries())
def test_something_stays_and_nothing_else_is_touched(
    server: ImmichServer, drawn: dict[str, Any]
) -> None:
    with library(server, drawn) as (immich, ids):
        before = seen(immich, ids)
        plan = planned(immich, drawn)
        event(f"resolves: {not plan.is_empty}")
        report = immich.duplicates.apply(plan)
        assert report.ok, report.to_dict()
        assert not report.skipped, report.to_dict()
        after = seen(immich, ids)
        inside = {one for entry in plan.resolve for one in entry.asset_ids}
        for place, id_ in enumerate(ids):
            was_trashed, is_trashed = before[1][place][0], after[1][place][0]
            assert is_trashed == (was_trashed or id_ in plan.trash_ids)
            if id_ not in inside:
                # Groups are numbered as they come.
                assert _but_group(after[1][place]) == _but_group(before[1][place])
        for entry in plan.resolve:
            assert any(not after[1][ids.index(one)][0] for one in entry.asset_ids)
        assert planned(immich, drawn).is_empty
        assert not immich.duplicates.apply(plan).done


def _but_group(seen: tuple[Any, ...]) -> tuple[Any, ...]:
    return (*seen[:3], *seen[4:])


@RANDOM
@given(drawn=libraries(), writes=st.integers(0, 6), arrives=st.booleans())
def test_broken_off_anywhere_it_reaches_the_same_end(
    server: ImmichServer, drawn: dict[str, Any], writes: int, arrives: bool
) -> None:
    with library(server, drawn) as (immich, ids):
        immich.duplicates.apply(planned(immich, drawn))
        wanted = seen(immich, ids)
    with library(server, drawn) as (immich, ids):
        plan = planned(immich, drawn)
        broken_after(immich, writes, arrives=arrives).duplicates.apply(plan, limit=1)
        report = immich.duplicates.apply(plan)
        assert report.ok, report.to_dict()
        assert not report.skipped, report.to_dict()
        assert seen(immich, ids) == wanted


@RANDOM
@given(drawn=libraries(), writes=st.integers(0, 6), arrives=st.booleans())
def test_undone_the_server_is_as_it_was(
    server: ImmichServer, drawn: dict[str, Any], writes: int, arrives: bool
) -> None:
    with library(server, drawn) as (immich, ids), tempfile.TemporaryDirectory() as folder:
        plan = planned(immich, drawn)
        before = seen(immich, ids)  # only now: the server forgets groups of one when it is asked
        journal = Path(folder) / "undo.jsonl"
        broken = broken_after(immich, writes, arrives=arrives)
        broken.duplicates.apply(plan, journal=journal, limit=1)
        immich.duplicates.apply(plan, journal=journal)
        if journal.exists():
            report = Journal(journal).undo(immich)
            assert report.ok, report.to_dict()
            assert Journal(journal).undo(immich).results == []
        assert seen(immich, ids) == before
