"""Every recorded sync, played back over a socket: what is sent, and what is made of the answers."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from exchanges import Exchange, load
from raw_server import RawServer, Stalled, answer
from sync_streams import DONE, STREAMS, recorded_lines, stream_of

from immichkit import ApiError, Immich, NotOnThisServerError, SyncInterruptedError, Timeout
from immichkit.refusals import api_error
from immichkit.sync.machine import newest

SYNC = [e for e in load() if e.request["path"].startswith("/api/sync/")]
UNSENDABLE = {"types missing", "no body", "acks missing", "no list", "types null"}
"""What no operation can be made to send."""
POSTED = [
    e
    for e in SYNC
    if e.request["method"] == "POST" and e.note.removeprefix("ack: ") not in UNSENDABLE
]
DROPPED = [e for e in SYNC if e.request["method"] == "DELETE" and e.status == 204]
REFUSED_BY_US = {f"sync-types-{n}" for n in range(41, 46)}
FOR_NOTHING = "sync-types-46"
"""Asks for no type at all, which we take for a mistake."""
SENT_OTHERWISE = {"sync-85", "sync-93", "sync-126"}
ACKNOWLEDGED = [
    (stream, ack)
    for stream, ack in itertools.pairwise(SYNC)
    if stream in STREAMS and ack.note.startswith(("acknowledge", "its acks, posted"))
    if not ack.note.endswith(("half", "before the reset"))  # those are of other streams, too
]


def recorded(exchange: Exchange) -> bytes:
    """The answer to ``exchange`` as a server sends it."""
    if exchange in STREAMS:
        whole = stream_of(recorded_lines(exchange))
        # What was never ended lacks the last chunk.
        return Stalled(whole[:-5]) if exchange.response.get("ended") is False else whole
    kind = "Content-Type: application/json"
    return answer(f"{exchange.status} Recorded", exchange.content, kind)


def body_of(exchange: Exchange) -> bytes:
    return json.dumps(exchange.request["json"], separators=(",", ":")).encode()


def client(server: RawServer, *, read: float = 60) -> Immich:
    # With the version given, nothing else is asked.
    return Immich(
        server.url,
        access_token="t",
        timeout=Timeout(read=read),
        retry=None,
        server_version="3.1.0",
    )


def do(immich: Immich, exchange: Exchange) -> list[dict[str, Any]]:
    """Do what was recorded; the types and acks that came."""
    asked = exchange.request["json"]
    if exchange.request["path"] == "/api/sync/ack":
        immich.sync.ack(asked["acks"])
        return []
    events = immich.sync.events(asked["types"], reset=asked.get("reset", False))
    return [{"type": event.type.value, "ack": event.ack} for event in events]


@pytest.mark.parametrize(
    "exchange",
    [
        e
        for e in POSTED
        if e.id not in REFUSED_BY_US | SENT_OTHERWISE | {"maintenance-14", FOR_NOTHING}
    ],
    ids=lambda e: e.id,
)
def test_recorded_request_goes_out_byte_for_byte(raw_server: RawServer, exchange: Exchange) -> None:
    raw_server.answers = [recorded(exchange)]
    is_stalled = exchange.response.get("ended") is False
    with client(raw_server, read=1 if is_stalled else 60) as immich:
        if is_stalled:
            with pytest.raises(SyncInterruptedError, match="after 6 events"):
                do(immich, exchange)
        elif exchange.status >= 400:
            with pytest.raises(ApiError) as caught:
                do(immich, exchange)
            assert exchange.operation is not None
            expected = api_error(exchange.operation, exchange.status, {}, exchange.content)
            assert type(caught.value) is type(expected)
            assert caught.value.message == expected.message
        else:
            lines = exchange.response.get("ndjson", [])
            assert do(immich, exchange) == [
                {"type": line["type"], "ack": line["ack"]} for line in lines
            ]
    method, path = exchange.request["method"], exchange.request["path"]
    assert raw_server.heads[0].startswith(f"{method} {path} HTTP/1.1\r\n".encode())
    assert raw_server.bodies == [body_of(exchange)]


@pytest.mark.parametrize("exchange", DROPPED, ids=lambda e: e.id)
def test_acks_are_dropped_byte_for_byte(raw_server: RawServer, exchange: Exchange) -> None:
    raw_server.answers = [recorded(exchange)]
    with client(raw_server) as immich:
        immich.sync.delete_sync_ack(**exchange.request["json"])
    assert raw_server.heads[0].startswith(b"DELETE /api/sync/ack HTTP/1.1\r\n")
    assert raw_server.bodies == [body_of(exchange)]


@pytest.mark.parametrize("exchange", [e for e in SYNC if e.id in REFUSED_BY_US], ids=lambda e: e.id)
def test_type_that_was_refused_is_no_longer_sent(raw_server: RawServer, exchange: Exchange) -> None:
    with client(raw_server) as immich, pytest.raises(NotOnThisServerError):
        do(immich, exchange)
    assert raw_server.heads == []


@pytest.mark.parametrize(
    ("id_", "sent"),
    [("sync-85", []), ("sync-93", [1]), ("sync-126", [1, 5])],
    ids=["none", "1001 of one type", "a reset among others"],
)
def test_acks_that_the_server_fails_on_or_drops_go_out_otherwise(
    raw_server: RawServer, id_: str, sent: list[int]
) -> None:
    (exchange,) = (e for e in SYNC if e.id == id_)
    first, *others = exchange.request["json"]["acks"] or [""]
    acks = [first] * 1001 if id_ == "sync-93" else [first, *others] if first else []
    raw_server.answers = [DONE] * len(sent)
    with client(raw_server) as immich:
        immich.sync.ack(acks)
    assert [len(json.loads(body)["acks"]) for body in raw_server.bodies] == sent


@pytest.mark.parametrize(("exchange", "ack"), ACKNOWLEDGED, ids=lambda e: e.id)
def test_run_acknowledges_what_was_acknowledged(
    raw_server: RawServer, exchange: Exchange, ack: Exchange
) -> None:
    raw_server.answers = [recorded(exchange), *[DONE] * 100]
    if exchange.response["ndjson"][-1]["type"] == "SyncResetV1":
        raw_server.answers[2:] = [recorded(e) for e in STREAMS if e.id == "sync-43"] + [DONE]
    with client(raw_server) as immich:
        report = immich.sync.run(Everything(), exchange.request["json"]["types"])
    assert report.completed
    posted = [json.loads(body)["acks"] for body in raw_server.bodies if b'"acks"' in body]
    if report.was_reset:
        assert posted[0] == ack.request["json"]["acks"]
    else:
        assert newest(itertools.chain.from_iterable(posted)) == ack.request["json"]["acks"]


class Everything:
    """A processor that bears everything."""

    def process_events(self, events: object) -> None:
        """Do nothing about it."""

    def reset(self) -> None:
        """Drop nothing."""
