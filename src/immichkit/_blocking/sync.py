# Written by scripts/mirror from src/immichkit/_async/sync.py; edits are lost.
"""Sync: the stream of changes, read, dealt with and acknowledged."""

from __future__ import annotations

from collections.abc import Iterable

from immichkit_api import operations
from immichkit_api.groups.sync import SyncApi
from immichkit_api.models import SyncRequestType
from immichkit_api.models.sync_request_type import SyncRequestTypeLike

from immichkit._blocking.client import Client
from immichkit._blocking.syncing import SyncEngine, SyncEvents
from immichkit.errors import PermissionDeniedError
from immichkit.needs import needs
from immichkit.options import kind_of
from immichkit.records import OnBadRecord
from immichkit.sync.asking import advised
from immichkit.sync.machine import SyncReport, ack_requests
from immichkit.sync.processors import EventProcessor

__all__ = ["Sync"]


class Sync(SyncApi):
    """The stream of changes with which a client keeps a copy of the library current."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._client = client

    @needs("sync.get_sync_stream")
    def events(
        self,
        types: Iterable[SyncRequestTypeLike],
        *,
        reset: bool = False,
        on_bad_record: OnBadRecord = "raise",
        compress: bool = False,
    ) -> SyncEvents:
        """All that changed since the last acknowledgement of this session, event by event.

        ``types`` are the kinds of things to be told of; the server sends them in an order of its
        own. ``reset`` lets it forget what was acknowledged, and send everything. Nothing is
        acknowledged here: call `ack` when an event is dealt with, in the order of the events.

        An event that cannot be read raises an `InvalidEventError` after those before, or is set
        aside in ``bad_records``. A stream that breaks off or stands still before it is complete
        raises a `SyncInterruptedError`. ``compress`` asks for gzip, for a slow line: a fifth of
        the bytes, but of a stream that fails the last events stay behind in the server.

        Needs a session: an API key is refused.
        """
        return SyncEvents(
            self._client, types, reset=reset, on_bad_record=on_bad_record, compress=compress
        )

    @needs("sync.send_sync_ack")
    def ack(self, acks: Iterable[str]) -> None:
        """Tell the server that everything up to ``acks`` is dealt with, and need not come again.

        They are the ``ack`` of events, in the order of the events. Of each type only the newest
        goes out, at most 1000 in a request, and that of a reset alone; nothing if there are none.
        """
        if isinstance(acks, str):
            raise TypeError(f"acks must be a list of texts, not {kind_of(acks)}.")
        for part in ack_requests(acks):
            try:
                self._client.execute(operations.sync.send_sync_ack(acks=part))
            except PermissionDeniedError as error:
                raise advised(error) from None

    @needs("sync.get_sync_stream", "sync.send_sync_ack")
    def run(
        self,
        processor: EventProcessor,
        types: Iterable[SyncRequestTypeLike],
        batch_size: int = 500,
        *,
        reset: bool = False,
        on_bad_record: OnBadRecord = "raise",
        compress: bool = False,
    ) -> SyncReport:
        """Hand all that changed to ``processor``, and acknowledge what it has dealt with.

        ``processor`` is a function of a list of events, all of one type and at most ``batch_size``
        of them, or an object with such a ``process_events``; in the async face either may be a
        coroutine function. When it returns, they are acknowledged; when it raises, that is raised,
        they are not, and come again next time. So it must bear to see an event twice. Whatever is
        raised once it runs has an attribute ``report`` that tells how far it came, unless your
        exception has one of its own.

        An object may also have ``reset()``, told when all that was synced before is to be dropped
        since everything comes anew, and ``complete()``, told when everything is there. If the
        server wants a reset and there is no such method, a `SyncError` is raised. With ``reset``
        it is told before the first event, if it is there to be told.

        ``on_bad_record="collect"`` keeps what cannot be read in the report and goes on; the next
        event of its type that is acknowledged passes it over. The other options are as in
        `events`. In a dry run the processor is called, but nothing is acknowledged; with ``reset``
        not even that, for to send everything the server forgets what was acknowledged.
        """
        source = _Server(self, on_bad_record, compress=compress)
        engine = SyncEngine(source, processor, types, batch_size, reset=reset)
        if reset and self._client.settings.dry_run:
            for _ in self.events(types, reset=True):
                pass
            return SyncReport(was_reset=True)
        return engine.run()


class _Server:
    """The server as the source of an engine."""

    def __init__(self, sync: Sync, on_bad_record: OnBadRecord, *, compress: bool) -> None:
        self._sync = sync
        self._on_bad_record: OnBadRecord = on_bad_record
        self._compress = compress

    def stream(self, types: list[SyncRequestType], reset: bool, /) -> SyncEvents:
        return self._sync.events(
            types, reset=reset, on_bad_record=self._on_bad_record, compress=self._compress
        )

    def ack(self, acks: list[str], /) -> None:
        self._sync.ack(acks)
