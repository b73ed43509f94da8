"""The loop of a sync, decided: what is handed on, what is then acknowledged, when it is over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

import attrs
from immichkit_api.models import SyncEntityType

from immichkit.errors import SyncError, SyncInterruptedError
from immichkit.records import BadRecord
from immichkit.sync.events import SyncEvent

__all__ = ["Machine", "Step", "SyncReport", "ack_requests", "newest"]

MOST_ACKS = 1000
"""What v3.1 takes in one request."""

_MOST_RESETS = 3

_RESET = SyncEntityType.SYNC_RESET_V1
_type = attrgetter("type")


@attrs.frozen
class SyncReport:
    """How far a sync came.

    ``counts`` has the number of events by their type, as the processor got them. ``completed``
    tells that the server had no more, and knows that all is dealt with; ``was_reset`` that all was
    sent anew, because the server or the caller wanted it. ``bad_records`` are the events that could
    not be read, where they are collected.
    """

    counts: dict[str, int] = attrs.field(factory=dict)
    completed: bool = False
    was_reset: bool = False
    bad_records: list[BadRecord] = attrs.field(factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return attrs.asdict(self)


@attrs.frozen
class Step:
    """What is to be done next: the deed first, then its acknowledgement in one request.

    "apply" hands ``events``, all of one type, to the processor; "reset" and "complete" tell it;
    "pass" does nothing. ``acks`` is empty where nothing is to be acknowledged.
    """

    deed: Literal["apply", "pass", "reset", "complete"]
    events: list[SyncEvent] = attrs.field(factory=list)
    acks: list[str] = attrs.field(factory=list)


class Machine:
    """One sync from beginning to end: batches of events go in, steps come out.

    The steps are to be taken as they come, each done before the next is asked for: that is how the
    machine knows that one is done. ``can_reset`` tells whether the processor can be told of a
    reset, ``reset`` whether the caller wants all to be sent anew.
    """

    def __init__(self, *, can_reset: bool, reset: bool = False) -> None:
        self.asks_reset = reset
        self._can_reset = can_reset
        self._is_to_wipe = reset
        self._counts: dict[str, int] = {}
        self._completed = False
        self._resets = 0
        self._was_reset = False
        self._is_stream_over = False

    @property
    def completed(self) -> bool:
        """Whether there is nothing left to be asked for."""
        return self._completed

    def report(self, bad_records: Iterable[BadRecord] = ()) -> SyncReport:
        """How far it has come."""
        return SyncReport(dict(self._counts), self._completed, self._was_reset, [*bad_records])

    def steps(self, batch: Sequence[SyncEvent]) -> Iterator[Step]:
        """What to do about ``batch``, the next events of the stream.

        Raises `SyncError` for a reset that the processor cannot be told of.
        """
        if self._is_to_wipe:
            # Not before the first events are here: then the server has forgotten the acks, too.
            if self._can_reset:
                yield Step("reset")
            self._is_to_wipe, self._was_reset = False, True
        for kind, group in groupby(batch, key=_type):
            if self._is_stream_over:
                return
            yield from self._run(kind, [*group])

    def end_stream(self) -> None:
        """Take note that the stream has ended; raise `SyncInterruptedError` if it was too early."""
        if not self._is_stream_over:
            raise SyncInterruptedError(
                "The sync stream ended without SyncCompleteV1. What was acknowledged stays so: "
                "sync again, and the rest comes."
            )
        self._is_stream_over = self.asks_reset = False

    def _run(self, kind: SyncEntityType, run: list[SyncEvent]) -> Iterator[Step]:
        acks = newest(event.ack for event in run)
        if kind is _RESET:
            self._check_reset()
            yield Step("reset", acks=acks)
            self._is_stream_over = self._was_reset = True
        elif kind is SyncEntityType.SYNC_COMPLETE_V1:
            yield Step("complete", acks=acks)
            self._is_stream_over = self._completed = True
        elif kind is SyncEntityType.SYNC_ACK_V1:
            yield Step("pass", acks=acks)
        else:
            yield Step("apply", run, acks)
            self._counts[kind.value] = self._counts.get(kind.value, 0) + len(run)

    def _check_reset(self) -> None:
        self._resets += 1
        if not self._can_reset:
            raise SyncError(
                "The server wants to send everything anew, so what was synced before must be "
                "dropped, but the processor has no reset(). Nothing of this was acknowledged. Give "
                "it one, or drop everything and sync with reset=True."
            )
        if self._resets > _MOST_RESETS:
            raise SyncError(
                f"The server wanted a reset {self._resets} times in a row, though each was "
                "acknowledged. Is this a dry run, which acknowledges nothing?"
            )


def newest(acks: Iterable[str]) -> list[str]:
    """The last of ``acks`` for each type that they name, in the order in which they came."""
    found: dict[str, str] = {}
    for ack in acks:
        kind = ack.partition("|")[0]
        # Taken out, so that it comes behind what it came behind.
        found.pop(kind, None)
        found[kind] = ack
    return [*found.values()]


def ack_requests(acks: Iterable[str]) -> Iterator[list[str]]:
    """``acks`` as they go out, one list after another: no more than the server takes in each.

    Of each type only the newest goes out. What stands beside a reset would be dropped, so that
    goes out alone, and what came before it does so before.
    """
    waiting: list[str] = []
    for ack in acks:
        if ack.partition("|")[0] == _RESET:
            yield from _parts(waiting)
            yield [ack]
            waiting = []
        else:
            waiting.append(ack)
    yield from _parts(waiting)


def _parts(acks: Iterable[str]) -> Iterator[list[str]]:
    latest = newest(acks)
    for begin in range(0, len(latest), MOST_ACKS):
        yield latest[begin : begin + MOST_ACKS]
