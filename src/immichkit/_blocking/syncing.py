# Written by scripts/mirror from src/immichkit/_async/syncing.py; edits are lost.
"""Reading a sync stream, and the loop that deals with its events and acknowledges them."""

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self

from immichkit_api import operations
from immichkit_api.models import SyncRequestType
from immichkit_api.types import UNSET

from immichkit._blocking.client import Client
from immichkit._runtime import Runtime, Source
from immichkit.compatibility import assess
from immichkit.dry_run import is_held_back
from immichkit.errors import (
    ImmichError,
    InvalidEventError,
    PermissionDeniedError,
    RequestTimeoutError,
    TransportError,
)
from immichkit.options import check_number, check_type
from immichkit.records import BadRecord, OnBadRecord
from immichkit.reports import attach_report
from immichkit.sync.asking import advised, checked_types, depends_on_version, refusal
from immichkit.sync.events import EventReader, SyncEvent
from immichkit.sync.machine import Machine, Step, SyncReport
from immichkit.sync.processors import EventProcessor, Processor
from immichkit.version import __version__

__all__ = ["SyncEngine", "SyncEvents", "SyncSource"]

_GATHER = 2**16
"""Bytes: more than most batches of 500 would not be waited for, and less is dearer to read."""


class SyncEvents:
    """The events of a sync stream, decoded as they arrive and never kept.

    Iterate over it, plainly or within its context: leaving that closes the connection at once, and
    there is nothing more to be had. Each iteration asks the server anew, and ends with
    SyncCompleteV1 or SyncResetV1.
    ``bad_records`` holds what could not be read, if it is collected.
    """

    reader = EventReader

    def __init__(
        self,
        client: Client,
        types: Iterable[str],
        *,
        reset: bool = False,
        on_bad_record: OnBadRecord = "raise",
        compress: bool = False,
    ) -> None:
        if on_bad_record not in {"raise", "collect"}:
            raise ValueError(f'on_bad_record is "raise" or "collect", not {on_bad_record!r}.')
        self.bad_records: list[BadRecord] = []
        self._client = client
        self._types = checked_types(types)
        self._reset = reset
        self._on_bad_record: OnBadRecord = on_bad_record
        self._compress = compress
        # Within the context: the iterations that leaving it ends.
        self._begun: list[Generator[SyncEvent]] | None = None
        self._is_left = False

    def __enter__(self) -> Self:
        self._begun, self._is_left = [], False
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        begun, self._begun = self._begun or [], None
        self._is_left = True
        for events in begun:
            events.close()

    def __iter__(self) -> Iterator[SyncEvent]:
        """One event after another, in the server's order."""
        if self._is_left:
            raise ImmichError(
                "The context of these events has been left: read them within it, or call "
                "sync.events() again."
            )
        events = self._events()
        if self._begun is not None:
            self._begun.append(events)
        return events

    def _events(self) -> Generator[SyncEvent]:
        arrivals = self.arrivals()
        try:
            for events in arrivals:
                yield from events
        finally:
            arrivals.close()

    def arrivals(self, gather: int = 0) -> Generator[list[SyncEvent]]:
        """The same events in lists: as many as came at once, or in ``gather`` bytes at least."""
        client, reader = self._client, self.reader(self._on_bad_record, gather=gather)
        self.bad_records = reader.bad_records
        self._check_version()
        request = operations.sync.get_sync_stream(types=self._types, reset=self._reset or UNSET)
        if self._compress:
            request = request.with_headers({"accept-encoding": "gzip"})
        if client.settings.dry_run and is_held_back(request):
            client.execute(request)
            return
        trouble: TransportError | None = None
        is_open = False
        try:
            with client.stream(request) as body:
                is_open = True
                chunks = body.chunks()
                try:
                    for chunk in chunks:
                        if events := reader.feed(chunk):
                            yield events
                        if reader.is_over:
                            break
                finally:
                    # Here, not whenever somebody collects it: it holds the connection.
                    chunks.close()  # type: ignore[attr-defined]
        except PermissionDeniedError as error:
            raise advised(error) from None
        except TransportError as error:
            if not (is_open or (isinstance(error, RequestTimeoutError) and error.sent)):
                raise
            trouble = error
        if events := reader.finish():
            yield events
        if reader.failure is not None:
            raise self._explained(reader.failure)
        if not reader.is_over:
            raise reader.interrupted(trouble) from trouble

    def _check_version(self) -> None:
        """Raise `NotOnThisServerError` for a type that the server lacks."""
        version = self._client.settings.server_version
        if version is None and depends_on_version(self._types):
            version = self._client.server_version()
        if version is not None and (error := refusal(self._types, version.removeprefix("v"))):
            raise error

    def _explained(self, error: InvalidEventError) -> InvalidEventError:
        """``error`` with the server's version, and what that means."""
        error.server_version = self._client.told_version()
        if error.server_version is not None:
            notes = " ".join(assess(error.server_version, __version__).notes)
            error.args = (f"{error} The server is v{error.server_version}. {notes}".strip(),)
        return error


class SyncSource(Protocol):
    """Where a `SyncEngine` has events from, and tells what was dealt with."""

    def stream(self, types: list[SyncRequestType], reset: bool, /) -> Source[SyncEvent]:
        """The events of one stream; with ``reset`` all that there are."""
        ...

    def ack(self, acks: list[str], /) -> object:
        """Remember that everything up to ``acks`` was dealt with."""
        ...


class SyncEngine:
    """Takes the events of a source to a processor, and acknowledges what was processed.

    ``source`` has ``stream(types, reset)``, which gives the events of one stream, and
    ``ack(acks)``. ``processor`` and ``batch_size`` are those of ``immich.sync.run``, which is this
    engine over the server.
    """

    def __init__(
        self,
        source: SyncSource,
        processor: EventProcessor,
        types: Iterable[str],
        batch_size: int = 500,
        *,
        reset: bool = False,
    ) -> None:
        check_type("batch_size", batch_size, int, "a whole number")
        check_number("batch_size", batch_size, least=1)
        self._source = source
        self._processor = found = Processor.of(processor)
        for function in (found.process, found.reset, found.complete):
            Runtime.check_callback("The processor", function)
        self._types = checked_types(types)
        self._batch_size = batch_size
        self._reset = reset

    def run(self) -> SyncReport:
        """Sync until the server has nothing more; how far that came.

        Whatever the processor or the source raises ends it, and is raised, with a ``report`` of how
        far it came unless it has one. All that was processed by then is acknowledged; nothing else.
        """
        can_reset = self._processor.reset is not None
        machine = Machine(can_reset=can_reset, reset=self._reset)
        bad_records: list[BadRecord] = []
        try:
            while not machine.completed:
                stream = self._source.stream(self._types, machine.asks_reset)
                try:
                    self._follow(stream, machine)
                finally:
                    bad_records += getattr(stream, "bad_records", [])
        except BaseException as error:
            # What a processor raises may have a report of its own.
            attach_report(error, machine.report(bad_records))
            raise
        return machine.report(bad_records)

    def _follow(self, stream: Source[SyncEvent], machine: Machine) -> None:
        """Deal with the events of one stream."""
        batches = _batches(stream, self._batch_size)
        try:
            for batch in batches:
                for step in machine.steps(batch):
                    self._take(step)
        finally:
            batches.close()
        machine.end_stream()

    def _take(self, step: Step) -> None:
        processor = self._processor
        if step.deed == "apply":
            Runtime.call(processor.process, step.events)
        elif step.deed == "reset" and processor.reset is not None:
            Runtime.call(processor.reset)
        elif step.deed == "complete" and processor.complete is not None:
            Runtime.call(processor.complete)
        if step.acks:
            Runtime.call(self._source.ack, step.acks)


def _batches(stream: Source[SyncEvent], size: int) -> Generator[list[SyncEvent]]:
    """The events of ``stream`` in lists of ``size``; what it raises comes after the last one."""
    waiting: list[SyncEvent] = []
    failure: Exception | None = None
    if isinstance(stream, SyncEvents):
        arrivals = stream.arrivals(gather=_GATHER)
    else:
        arrivals = _one_by_one(stream)
    try:
        for events in arrivals:
            waiting += events
            while len(waiting) >= size:
                yield waiting[:size]
                del waiting[:size]
    except Exception as error:  # noqa: BLE001  # raised below, when the events before are dealt with
        failure = error
    finally:
        arrivals.close()
    if waiting:
        yield waiting
    if failure is not None:
        raise failure


def _one_by_one(stream: Source[SyncEvent]) -> Generator[list[SyncEvent]]:
    try:
        for event in Runtime.items(stream):
            yield [event]
    finally:
        if (close := getattr(stream, "close", None)) is not None:
            close()
