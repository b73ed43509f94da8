"""The events of a sync stream over a socket: what comes, and what breaks on the way."""

from __future__ import annotations

import gzip
import json
import re
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
from answers import ping
from immichkit_api import operations
from immichkit_api.models import SyncUserV1
from immichkit_api.models.sync_request_type import SyncRequestTypeLike
from raw_server import RawServer, Stalled, answer
from sync_streams import (
    COMPLETE,
    bodies,
    lines,
    stack_delete,
    stream,
    stream_of,
    user,
)

from immichkit import (
    AsyncImmich,
    AsyncSyncEvents,
    ImmichError,
    InvalidEventError,
    RetryPolicy,
    ServerError,
    SyncEvent,
    SyncInterruptedError,
    Timeout,
    TransportError,
)

pytestmark = pytest.mark.anyio
AT_ONCE = RetryPolicy(base_delay=0)
VERSION = answer("200 OK", b'{"major":3,"minor":1,"patch":0}', "Content-Type: application/json")
TYPES: list[SyncRequestTypeLike] = ["UsersV1", "StacksV1"]
SOON = Timeout(read=1)


def client(server: RawServer, **options: Any) -> AsyncImmich:
    return AsyncImmich(server.url, access_token="s", **options)


async def all_of(events: AsyncSyncEvents) -> tuple[list[str], ImmichError | None]:
    """The acks of all events, and the error behind the last one."""
    come: list[str] = []
    try:
        async for event in events:
            come.append(event.ack)  # noqa: PERF401  # those before an error count
    except ImmichError as error:
        return come, error
    return come, None


async def test_events_come_typed_and_in_order(raw_server: RawServer) -> None:
    raw_server.answers = [stream(user(1), stack_delete(2), COMPLETE)]
    async with client(raw_server) as immich:
        events = [event async for event in immich.sync.events(TYPES)]
    assert [event.ack for event in events] == ["UserV1|1", "StackDeleteV1|2", COMPLETE["ack"]]
    assert isinstance(events[0].data, SyncUserV1)
    assert events[1].data.stack_id
    assert raw_server.bodies == [b'{"types":["UsersV1","StacksV1"]}']
    head = raw_server.heads[0].lower()
    assert b"accept-encoding: identity" in head
    assert b"authorization: bearer s" in head


async def test_reset_is_asked_for_when_it_is_wanted(raw_server: RawServer) -> None:
    raw_server.answers = [stream(COMPLETE)]
    async with client(raw_server) as immich:
        assert [e.type async for e in immich.sync.events(TYPES, reset=True)] == ["SyncCompleteV1"]
    assert bodies(raw_server) == [{"types": TYPES, "reset": True}]


async def test_event_is_there_before_the_next_one_is_sent(raw_server: RawServer) -> None:
    raw_server.answers = [Stalled(stream(user(1))[:-5])]
    async with client(raw_server) as immich:
        async with immich.sync.events(TYPES) as events:
            async for event in events:
                assert event.ack == "UserV1|1"
                break


async def test_leaving_the_context_closes_the_connection_at_once() -> None:
    gone = threading.Event()
    with Endless(gone) as url:
        async with AsyncImmich(url, access_token="s") as immich:
            async with immich.sync.events(TYPES) as events:
                async for _ in events:
                    break
            assert gone.wait(5)


class Endless(RawServer):
    """Sends event after event until the other side hangs up."""

    def __init__(self, gone: threading.Event) -> None:
        super().__init__()
        self._gone = gone

    def __enter__(self) -> Any:
        super().__enter__()
        return self.url

    def _serve(self, line: Any) -> None:
        chunk = lines([user(1)] * 100)
        with line:
            line.recv(65536)
            line.sendall(stream(user(0))[:-5])
            try:
                while True:
                    line.sendall(b"%x\r\n%b\r\n" % (len(chunk), chunk))
            except OSError:
                self._gone.set()


async def test_stream_that_ends_too_early_was_interrupted(raw_server: RawServer) -> None:
    raw_server.answers = [stream(user(1))]
    async with client(raw_server) as immich:
        come, error = await all_of(immich.sync.events(TYPES))
    assert isinstance(error, SyncInterruptedError)
    assert re.search("ended after 1 events", str(error))
    assert come == ["UserV1|1"]


LINE = len(lines([user(2)]))


@pytest.mark.parametrize(
    ("cut", "whole"), [(1, 2), (5, 2), (40, 1), (LINE, 1), (LINE + 30, 0)], ids=str
)
async def test_stream_that_is_cut_was_interrupted(
    raw_server: RawServer, cut: int, whole: int
) -> None:
    raw_server.answers = [stream(user(1), user(2))[:-cut]]
    async with client(raw_server) as immich:
        come, error = await all_of(immich.sync.events(TYPES))
    assert come == ["UserV1|1", "UserV1|2"][:whole]
    assert isinstance(error, SyncInterruptedError)
    assert "broke off" in str(error)
    assert isinstance(error.__cause__, TransportError)


async def test_stream_that_stalls_was_interrupted_behind_what_came(raw_server: RawServer) -> None:
    raw_server.answers = [Stalled(stream(user(1))[:-5])]
    async with client(raw_server, timeout=SOON) as immich:
        come, error = await all_of(immich.sync.events(TYPES))
    assert isinstance(error, SyncInterruptedError)
    assert re.search(r"Timeout\(read=", str(error))
    assert come == ["UserV1|1"]


def zipped(body: bytes) -> bytes:
    packed = gzip.compress(body)
    return answer("200 OK", packed, "Content-Encoding: gzip", length=len(packed))


async def test_stream_may_be_compressed(raw_server: RawServer) -> None:
    raw_server.answers = [zipped(lines([user(1), COMPLETE]))]
    async with client(raw_server) as immich:
        assert len([e async for e in immich.sync.events(TYPES, compress=True)]) == 2
    assert b"accept-encoding: gzip\r\n" in raw_server.heads[0].lower()


async def test_compressed_stream_that_stalls_was_interrupted(raw_server: RawServer) -> None:
    raw_server.answers = [Stalled(zipped(lines([user(1), user(2)]))[:-9])]
    async with client(raw_server, timeout=SOON) as immich:
        with pytest.raises(SyncInterruptedError, match="read"):
            async for _ in immich.sync.events(TYPES, compress=True):
                pass


async def test_stream_that_never_begins_was_interrupted(raw_server: RawServer) -> None:
    raw_server.answers = [Stalled()]
    async with client(raw_server, timeout=SOON, retry=None) as immich:
        with pytest.raises(SyncInterruptedError, match="after 0 events"):
            async for _ in immich.sync.events(TYPES):
                pass


async def test_server_that_is_not_there_is_no_interruption() -> None:
    async with AsyncImmich("http://127.0.0.1:1", access_token="s", retry=None) as immich:
        with pytest.raises(TransportError, match="refused"):
            async for _ in immich.sync.events(TYPES):
                pass


async def test_stream_is_asked_for_again_when_none_came(raw_server: RawServer) -> None:
    raw_server.answers = [b"", answer("503 Service Unavailable"), stream(COMPLETE)]
    async with client(raw_server, retry=AT_ONCE) as immich:
        assert len([event async for event in immich.sync.events(TYPES)]) == 1


async def test_ordinary_error_is_raised_as_such(raw_server: RawServer) -> None:
    body = b'{"message":"Internal server error"}'
    raw_server.answers = [answer("500 Internal Server Error", body)]
    async with client(raw_server) as immich:
        with pytest.raises(ServerError, match="Internal server error"):
            async for _ in immich.sync.events(TYPES):
                pass


async def test_what_is_no_event_is_raised_behind_those_before(raw_server: RawServer) -> None:
    raw_server.answers = [stream_of(lines([user(1)]) + b"{}\n" + lines([COMPLETE])), VERSION]
    async with client(raw_server) as immich:
        come, error = await all_of(immich.sync.events(TYPES))
    assert isinstance(error, InvalidEventError)
    assert re.search(r"Event 2 .*v3\.1\.0", str(error))
    assert come == ["UserV1|1"]
    assert error.number == 2
    assert error.server_version == "3.1.0"


async def test_what_is_no_event_can_be_collected(raw_server: RawServer) -> None:
    raw_server.answers = [stream_of(lines([user(1)]) + b"{}\n" + lines([COMPLETE]))]
    async with client(raw_server) as immich:
        events = immich.sync.events(TYPES, on_bad_record="collect")
        assert len([event async for event in events]) == 2
    assert [record.index for record in events.bad_records] == [1]


async def test_each_iteration_asks_anew(raw_server: RawServer) -> None:
    raw_server.answers = [stream(user(1), COMPLETE), stream(COMPLETE)]
    async with client(raw_server) as immich, immich.sync.events(TYPES) as events:
        assert len([event async for event in events]) == 2
        assert len([event async for event in events]) == 1
    with pytest.raises(ImmichError, match="context of these events has been left"):
        _ = [event async for event in events]


@pytest.mark.parametrize(
    "use",
    [
        lambda immich: immich.sync.events("UsersV1"),
        lambda immich: immich.sync.events(["AlbumsV1", "AlbumsV2"]),
        lambda immich: immich.sync.events([]),
        lambda immich: immich.sync.events(["UsersV1"], on_bad_record="skip"),
    ],
)
async def test_wrong_argument_is_refused_at_once(
    raw_server: RawServer, use: Callable[[AsyncImmich], object]
) -> None:
    async with client(raw_server) as immich:
        with pytest.raises((TypeError, ValueError)):
            use(immich)


async def test_any_stream_of_lines_can_be_read(raw_server: RawServer) -> None:
    raw_server.answers = [stream(user(1), COMPLETE)]
    request = operations.sync.get_sync_stream(types=["UsersV1"])
    async with client(raw_server) as immich, immich.stream(request) as body:
        found = [SyncEvent.from_dict(json.loads(line)) async for line in body.lines()]
    assert [event.ack for event in found] == ["UserV1|1", COMPLETE["ack"]]


async def test_pool_is_usable_while_a_stream_is_read(raw_server: RawServer) -> None:
    pong = answer("200 OK", b'{"res":"pong"}', "Content-Type: application/json")
    raw_server.answers = [Stalled(stream(user(1))[:-5]), pong]
    begun = time.monotonic()
    async with client(raw_server) as immich:
        async with immich.sync.events(TYPES) as events:
            async for _ in events:
                assert await immich.execute(ping()) == {"res": "pong"}
                break
    assert time.monotonic() - begun < 10
