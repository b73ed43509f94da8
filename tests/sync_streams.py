"""Sync streams for tests: recorded ones, and made-up ones."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from exchanges import Exchange, load
from raw_server import RawServer, answer

STREAMS = [e for e in load() if "ndjson" in e.response]
USER = {
    "id": "627c527d-21de-4dc1-a956-f3212674a3df",
    "name": "Ada",
    "email": "ada@example.com",
    "avatarColor": None,
    "deletedAt": None,
    "profileChangedAt": "2026-11-21T06:14:04.712Z",
    "hasProfileImage": False,
}
STACK = {"stackId": "58e429dc-d5f3-475e-a332-7bb87d110a38"}


def user(number: int) -> dict[str, Any]:
    """An event that brings a user."""
    return {"type": "UserV1", "data": USER, "ack": f"UserV1|{number}"}


def stack_delete(number: int) -> dict[str, Any]:
    """An event of another type."""
    return {"type": "StackDeleteV1", "data": STACK, "ack": f"StackDeleteV1|{number}"}


def passed(kind: str, number: int) -> dict[str, Any]:
    """An event that only carries the ack of another type."""
    return {"type": "SyncAckV1", "data": {}, "ack": f"{kind}|{number}|complete"}


COMPLETE = {"type": "SyncCompleteV1", "data": {}, "ack": "SyncCompleteV1|now"}
RESET = {"type": "SyncResetV1", "data": {}, "ack": "SyncResetV1|reset"}


def lines(events: Iterable[dict[str, Any]]) -> bytes:
    """The events as the server writes them."""
    return b"".join(json.dumps(e, separators=(",", ":")).encode() + b"\n" for e in events)


def stream(*events: dict[str, Any]) -> bytes:
    """The whole answer with such a stream."""
    return stream_of(lines(events))


def stream_of(body: bytes) -> bytes:
    """The whole answer with a stream of such bytes, each line a chunk as v3.1 sends it."""
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(x), x) for x in body.splitlines(keepends=True))
    head = answer("200 OK", b"", "Content-Type: application/jsonlines+json")
    return head.replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + chunks + b"0\r\n\r\n"


DONE = answer("204 No Content")


def recorded_lines(exchange: Exchange) -> bytes:
    """What the server sent, as it wrote it."""
    return lines(exchange.response["ndjson"])


def bodies(server: RawServer) -> list[Any]:
    """What was sent to it, in order."""
    return [json.loads(body) for body in server.bodies if body]


def acks(server: RawServer) -> list[list[str]]:
    """What was acknowledged, request by request."""
    return [body["acks"] for body in bodies(server) if "acks" in body]
