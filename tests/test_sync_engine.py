"""The loop of a sync, over any source: nothing is acknowledged that was not processed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import anyio
import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sync_streams import COMPLETE, RESET, passed, stack_delete, user

from immichkit import (
    AsyncSyncEngine,
    SyncEngine,
    SyncError,
    SyncEvent,
    SyncInterruptedError,
    SyncReport,
)

MAKERS = (user, stack_delete, lambda n: passed("PartnerAssetBackfillV2", n))


class BrokenError(Exception):
    """What a source or a processor raises in these tests."""


@attrs.define
class World:
    """A server and a processor that fail when their time has come; all that happens is noted."""

    kinds: list[int]
    fails_at: int = 10**9
    resets_at: int | None = None
    log: list[tuple[str, Any]] = attrs.field(factory=list)
    clock: int = 0
    streams: int = 0
    kept: dict[str, int] = attrs.field(factory=dict)

    def tick(self, *note: Any) -> None:
        self.clock += 1
        if self.clock == self.fails_at:
            raise BrokenError
        if note:
            self.log.append(note)

    def events(self, reset: bool) -> Iterator[SyncEvent]:
        """What a server has to tell, without what was acknowledged."""
        self.tick("stream", reset)
        self.streams += 1
        if self.streams == self.resets_at:
            yield SyncEvent.from_dict(RESET)
            return
        for number, kind in enumerate(self.kinds):
            self.tick()
            event = SyncEvent.from_dict(MAKERS[kind](number))
            if number > self.kept.get(event.ack.partition("|")[0], -1):
                yield event
        yield SyncEvent.from_dict(COMPLETE)

    def stream(self, types: Sequence[str], reset: bool) -> Iterator[SyncEvent]:
        return self.events(reset)

    def ack(self, acks: list[str]) -> None:
        # Noted as tried: a request that fails may have arrived.
        self.log.append(("ack", acks))
        self.tick()
        for ack in acks:
            kind, number = ack.split("|")[:2]
            if kind == "SyncResetV1":
                self.kept = {}
            elif number.isdecimal():
                self.kept[kind] = int(number)

    def process_events(self, events: list[SyncEvent]) -> None:
        self.tick()
        self.log.append(("process", [event.ack for event in events]))

    def reset(self) -> None:
        self.tick("reset", None)

    def complete(self) -> None:
        self.tick("complete", None)


@attrs.define
class AsyncWorld:
    """The same, awaited."""

    world: World

    async def stream(self, types: Sequence[str], reset: bool) -> AsyncIterator[SyncEvent]:
        for event in self.world.events(reset):
            yield event

    async def ack(self, acks: list[str]) -> None:
        self.world.ack(acks)

    async def process_events(self, events: list[SyncEvent]) -> None:
        self.world.process_events(events)

    async def reset(self) -> None:
        self.world.reset()

    async def complete(self) -> None:
        self.world.complete()


def run_blocking(world: World, batch_size: int, *, reset: bool = False) -> SyncReport:
    return SyncEngine(world, world, ["UsersV1"], batch_size, reset=reset).run()


def run_async(world: World, batch_size: int, *, reset: bool = False) -> SyncReport:
    both = AsyncWorld(world)
    engine = AsyncSyncEngine(both, both, ["UsersV1"], batch_size, reset=reset)
    return anyio.run(engine.run)


FACES = pytest.mark.parametrize("run", [run_blocking, run_async])
WORLDS = st.builds(
    World,
    kinds=st.lists(st.integers(0, len(MAKERS) - 1), max_size=30),
    fails_at=st.integers(1, 80),
    resets_at=st.none() | st.integers(1, 2),
)


def check(world: World) -> None:
    """What was acknowledged had been dealt with before, in the order of the stream."""
    processed: list[str] = []
    told = {"reset": 0, "complete": 0}
    order = -1
    for what, value in world.log:
        if what == "process":
            assert len({ack.partition("|")[0] for ack in value}) == 1
            processed += value
        elif what == "stream":
            order = -1
        elif what == "ack":
            assert value
            assert len({ack.partition("|")[0] for ack in value}) == len(value)
            for ack in value:
                kind, number = ack.split("|")[:2]
                if kind == "SyncResetV1":
                    assert len(value) == 1
                    assert told["reset"]
                elif kind == "SyncCompleteV1":
                    assert told["complete"]
                else:
                    assert kind == "PartnerAssetBackfillV2" or ack in processed
                    assert int(number) > order
                    order = int(number)
        elif what in told:
            told[what] += 1


@FACES
@given(world=WORLDS, batch_size=st.integers(1, 12))
def test_nothing_is_acknowledged_that_was_not_processed(
    run: Any, world: World, batch_size: int
) -> None:
    try:
        run(world, batch_size)
    except BrokenError:
        pass
    else:
        assert world.fails_at > world.clock
    check(world)


@FACES
@given(world=WORLDS, batch_size=st.integers(1, 12))
def test_everything_is_processed_in_the_end(run: Any, world: World, batch_size: int) -> None:
    try:
        report = run(world, batch_size)
    except BrokenError:
        report = run(world, batch_size)  # its time has passed
    assert report.completed
    processed = {ack for what, value in world.log if what == "process" for ack in value}
    wanted = [MAKERS[kind](number) for number, kind in enumerate(world.kinds)]
    assert processed == {event["ack"] for event in wanted if event["type"] != "SyncAckV1"}
    assert world.log[-2:] == [("complete", None), ("ack", [COMPLETE["ack"]])]


@FACES
@given(world=WORLDS)
def test_events_before_a_failure_of_the_source_are_dealt_with(run: Any, world: World) -> None:
    """Also those of a batch that is not full."""

    def events(reset: bool) -> Iterator[SyncEvent]:
        for number, kind in enumerate(world.kinds):
            yield SyncEvent.from_dict(MAKERS[kind](number))
        raise BrokenError

    world.fails_at = 10**9
    broken = Broken(world, events)
    with pytest.raises(BrokenError):
        run(broken, 1000)
    acked = {ack for what, value in world.log if what == "ack" for ack in value}
    last = {
        MAKERS[kind](number)["ack"].partition("|")[0]: MAKERS[kind](number)["ack"]
        for number, kind in enumerate(world.kinds)
    }
    assert set(last.values()) <= acked


class Broken(World):
    """A world with other events."""

    def __init__(self, world: World, events: Any) -> None:
        super().__init__(kinds=world.kinds, log=world.log)
        self.others = events

    def events(self, reset: bool) -> Iterator[SyncEvent]:
        yield from self.others(reset)


@FACES
def test_reset_is_told_acknowledged_and_followed_by_everything(run: Any) -> None:
    world = World([0, 0, 1], resets_at=1)
    report = run(world, 500)
    assert report == SyncReport({"UserV1": 2, "StackDeleteV1": 1}, completed=True, was_reset=True)
    assert world.log[:4] == [
        ("stream", False),
        ("reset", None),
        ("ack", ["SyncResetV1|reset"]),
        ("stream", False),
    ]


@FACES
def test_reset_by_the_caller_is_told_when_the_server_has_forgotten(run: Any) -> None:
    world = World([0])
    assert run(world, 500, reset=True).was_reset
    assert [what for what, _ in world.log] == [
        "stream", "reset", "process", "ack", "complete", "ack",
    ]  # fmt: skip
    assert world.log[0] == ("stream", True)


@FACES
def test_reset_that_fails_is_not_acknowledged(run: Any) -> None:
    world = World([0], resets_at=1, fails_at=2)
    with pytest.raises(BrokenError):
        run(world, 500)
    assert world.log == [("stream", False)]


@FACES
def test_complete_that_fails_is_not_acknowledged(run: Any) -> None:
    world = World([], fails_at=2)
    with pytest.raises(BrokenError):
        run(world, 500)
    assert world.log == [("stream", False)]


@FACES
def test_no_batch_is_larger_than_asked_for(run: Any) -> None:
    world = World([0] * 10)
    run(world, 4)
    assert [len(value) for what, value in world.log if what == "process"] == [4, 4, 2]


@FACES
def test_source_that_stops_early_was_interrupted(run: Any) -> None:
    world = Broken(World([]), lambda reset: iter([SyncEvent.from_dict(user(1))]))
    with pytest.raises(SyncInterruptedError) as caught:
        run(world, 500)
    assert world.log[-1] == ("ack", ["UserV1|1"])
    assert caught.value.report == SyncReport({"UserV1": 1})


def test_processor_may_be_a_function_in_either_face() -> None:
    found: list[str] = []

    async def process(events: list[SyncEvent]) -> None:
        found.extend(event.ack for event in events)

    SyncEngine(World([0]), lambda events: found.append(events[0].ack), ["UsersV1"]).run()
    anyio.run(AsyncSyncEngine(AsyncWorld(World([1])), process, ["UsersV1"]).run)
    assert found == ["UserV1|0", "StackDeleteV1|0"]


def test_function_cannot_be_told_of_a_reset() -> None:
    world = World([0], resets_at=1)
    with pytest.raises(SyncError, match=r"reset\(\)"):
        SyncEngine(world, lambda events: None, ["UsersV1"]).run()
    assert ("ack", ["SyncResetV1|reset"]) not in world.log


def test_async_processor_in_the_blocking_face_is_refused_at_once() -> None:
    async def process(events: list[SyncEvent]) -> None:
        """Never run."""

    world = World([0])
    with pytest.raises(TypeError, match=r"The processor is async: use AsyncImmich"):
        SyncEngine(world, process, ["UsersV1"])
    with pytest.raises(TypeError, match=r"The processor is async: use AsyncImmich"):
        SyncEngine(world, AsyncWorld(world), ["UsersV1"])  # all of its methods
    assert world.log == []


def test_processor_that_turns_out_to_be_async_is_refused_before_anything_is_acknowledged() -> None:
    async def process(events: list[SyncEvent]) -> None:
        """Never run."""

    def hidden(events: list[SyncEvent]) -> object:
        return process(events)

    world = World([0])
    with pytest.raises(TypeError, match=r"hidden is async: use AsyncImmich"):
        SyncEngine(world, hidden, ["UsersV1"]).run()
    assert [what for what, _ in world.log] == ["stream"]


@pytest.mark.parametrize("processor", [None, 5, World, object()])
def test_what_is_no_processor_is_refused(processor: Any) -> None:
    with pytest.raises(TypeError, match="process_events"):
        SyncEngine(World([]), processor, ["UsersV1"])


@pytest.mark.parametrize("size", [0, -1, 1.5, True, "5"])
def test_batch_size_is_a_number_of_events(size: Any) -> None:
    with pytest.raises((TypeError, ValueError), match="batch_size"):
        SyncEngine(World([]), World([]), ["UsersV1"], size)
