"""What a recorded synchronization needs besides its requests: streams compared line by line."""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable
from typing import Any

# What tells the events of a type apart, ids of rows aside: those are each server's own.
TELLING = (
    "email",
    "originalFileName",
    "name",
    "assetId",
    "albumId",
    "userId",
    "primaryAssetId",
    "key",
)
DAYS_32 = 32 * 86_400_000
Ours = Callable[[Any], Any]


class AckBook:
    """Our acks in place of the recorded ones, by what they stood beside."""

    def __init__(self, ours: Ours) -> None:
        self._ours = ours
        self._known: dict[str, str] = {}

    def ours(self, ack: str) -> str:
        """What we have given out where the recorded server gave this ack."""
        return self._known.get(ack, ack)

    def body(self, note: str, body: dict[str, Any]) -> dict[str, Any]:
        """The body of a recorded request with our acks in it."""
        acks = body.get("acks")
        if not isinstance(acks, list):
            return body
        if len(acks) == 2 and acks[1].startswith("…"):
            acks = acks[:1] * int(acks[1].split()[1])
        if note.endswith("32 days old"):
            then = f"{time.time_ns() // 1_000_000 - DAYS_32:012x}"
            return {"acks": [f"SyncCompleteV1|{then[:8]}-{then[8:]}-7000-8000-000000000000"]}
        return {**body, "acks": [self.ours(ack) for ack in acks]}

    def compare(
        self,
        recorded: list[dict[str, Any]],
        mine: list[dict[str, Any]],
        compare: Callable[[Any, Any, str], None],
        found: list[str],
    ) -> None:
        """Note what is not as recorded: types in their order, and of each type the events.

        Within a type their order is that of changes, many of which the recorded server made in
        jobs that overtake one another.
        """
        theirs, ours = _runs(recorded), _runs(mine)
        if [(type_, len(run)) for type_, run in theirs] != [
            (type_, len(run)) for type_, run in ours
        ]:
            found.append(f"streams {_shape(ours)}, recorded {_shape(theirs)}")
            return
        for (type_, run), (_type, own) in zip(theirs, ours, strict=True):
            for one, other in zip(run, own, strict=True):
                self._learn(one["ack"], other["ack"], found)
            ids = [one["ack"].split("|")[1:] for one in own]
            if ids != sorted(ids):
                found.append(f"{type_} is not in the order of changes")
            pairs = zip(sorted(run, key=self._key), sorted(own, key=self._key), strict=True)
            for number, (one, other) in enumerate(pairs):
                compare(one["data"], other["data"], f"{type_}[{number}]")

    def learn_kept(
        self, recorded: list[dict[str, str]], mine: list[dict[str, str]], found: list[str]
    ) -> None:
        """Note which acks are kept that should not be, or the other way round."""
        theirs = {one["type"]: one["ack"] for one in recorded}
        ours = {one["type"]: one["ack"] for one in mine}
        if theirs.keys() != ours.keys():
            found.append(f"other acks: {sorted(theirs.keys() ^ ours.keys())}")
        for type_ in theirs.keys() & ours.keys():
            expected = self._known.get(theirs[type_], ours[type_])
            if expected != ours[type_]:
                found.append(f"ack {ours[type_]}, expected {expected}")
            self._learn(theirs[type_], ours[type_], found)

    def _learn(self, recorded: str, ours: str, found: list[str]) -> None:
        theirs, mine = recorded.split("|"), ours.split("|")
        same = [one for one in theirs if one in {"complete", "reset"}]
        if (
            theirs[0] != mine[0]
            or len(theirs) != len(mine)
            or same != [one for one in mine if one in {"complete", "reset"}]
        ):
            found.append(f"ack {ours}, recorded {recorded}")
        self._known[recorded] = ours

    def _key(self, event: dict[str, Any]) -> str:
        return json.dumps([self._ours(event["data"].get(name)) for name in TELLING])


def lines_of(text: str) -> list[dict[str, Any]]:
    """The events of a stream."""
    return [json.loads(line) for line in text.splitlines()]


def _runs(events: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    grouped = itertools.groupby(events, key=lambda event: event["type"])
    return [(type_, list(run)) for type_, run in grouped]


def _shape(runs: list[tuple[str, list[dict[str, Any]]]]) -> str:
    return ", ".join(f"{type_} x{len(run)}" for type_, run in runs)
