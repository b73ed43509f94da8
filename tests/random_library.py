"""Random small libraries of a user, and clients whose connection breaks at a write."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from immichkit import Immich, RequestEvent, ResponseEvent
from immichkit.testing import ImmichServer, SeedAsset
from immichkit.testing.server_users import ServerUser

RANDOM = settings(
    max_examples=500 if os.environ.get("IMMICHKIT_THOROUGH") else 10,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
"""Each example is a library that is planned, applied and looked at by some hundred requests."""

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
NAMES = ["A.jpg", "A.dng", "A~2.jpg", "B.jpg", "B-edit.jpg", "C.jpg", "C.dng", "D.jpg"]
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        name: st.booleans()
        for name in (
            "replace_stacks",
            "reset_stacks",
            "remove_single_asset_stacks",
            "with_archived",
            "with_deleted",
        )
    },
)


@st.composite
def libraries(draw: st.DrawFn) -> dict[str, Any]:
    """What `library` makes a library of."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=2, max_size=8, unique=True))
    places = list(range(len(names)))
    stacks = st.lists(
        st.lists(st.sampled_from(places), min_size=2, max_size=4, unique=True), max_size=3
    )
    some = st.sets(st.sampled_from(places), max_size=2)
    return {
        "names": names,
        "seconds": draw(st.lists(st.integers(0, 3), min_size=len(names), max_size=len(names))),
        "stacks": draw(stacks),
        "taken_out": draw(st.lists(st.sampled_from(places), max_size=2)),
        "trashed": draw(some),
        "archived": draw(some),
    }


@contextmanager
def library(
    server: ImmichServer, drawn: Mapping[str, Any]
) -> Iterator[tuple[ServerUser, Immich, list[str]]]:
    """A user's own, on a server of many: who he is, his client, and the ids of his assets."""
    user = server.add_user()
    with server.client(user) as immich:
        seeds = [
            SeedAsset(name=name, taken=NOON + timedelta(seconds=seconds))
            for name, seconds in zip(drawn["names"], drawn["seconds"], strict=True)
        ]
        ids = server.seed(seeds, user=user)
        for places in drawn["stacks"]:
            immich.stacks.stack_assets(ids[place] for place in places)
        for place in drawn["taken_out"]:
            stack = immich.assets.get_asset_info(ids[place]).stack
            if stack and stack.primary_asset_id != ids[place]:
                immich.stacks.remove_asset_from_stack(stack.id, ids[place])
        if drawn["archived"]:
            wanted = [ids[place] for place in drawn["archived"]]
            immich.assets.update_assets(ids=wanted, visibility="archive")
        if drawn["trashed"]:
            immich.assets.delete_assets(ids=[ids[place] for place in drawn["trashed"]])
        yield user, immich, ids


def seen(immich: Immich, ids: list[str]) -> list[Any]:
    """The stacks, and what each asset says of itself; assets by their place in the library."""
    stacks = [
        (ids.index(stack.primary_asset_id), sorted(ids.index(asset.id) for asset in stack.assets))
        for stack in immich.stacks.fetch_all().values()
    ]
    told = [
        (
            asset.is_trashed,
            asset.visibility,
            asset.stack and (ids.index(asset.stack.primary_asset_id), asset.stack.asset_count),
        )
        for asset in map(immich.assets.get_asset_info, ids)
    ]
    return [sorted(stacks), told]


def shown(immich: Immich) -> set[str]:
    """What the timeline shows: assets that are in no stack, or stand for theirs."""
    return {
        asset_id
        for bucket in immich.timeline.get_time_buckets(visibility="timeline", with_stacked=True)
        for asset_id in immich.timeline.get_time_bucket(
            time_bucket=bucket.time_bucket, visibility="timeline", with_stacked=True
        ).id
    }


class BrokenError(Exception):
    """The connection is gone."""


class Breaking:
    """A connection that breaks for good at the write of that number.

    That is before the write is sent, or, if it ``arrives``, after it was.
    """

    def __init__(self, writes: int, *, arrives: bool) -> None:
        self._left = writes
        self._arrives = arrives

    @property
    def options(self) -> dict[str, Any]:
        return {"on_request": self._on_request, "on_response": self._on_response, "retry": None}

    def _on_request(self, request: RequestEvent) -> None:
        if is_write(request):
            self._left -= 1
            if self._left < -1 or (self._left < 0 and not self._arrives):
                raise BrokenError

    def _on_response(self, response: ResponseEvent) -> None:
        if is_write(response) and self._left < 0:
            raise BrokenError


def is_write(event: RequestEvent | ResponseEvent) -> bool:
    return event.method != "GET" and not event.operation.startswith("search.")
