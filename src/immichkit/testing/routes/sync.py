"""Synchronization: the stream of changes, and what a client says that it has."""

from __future__ import annotations

import asyncio
import zlib
from typing import TYPE_CHECKING, Final

from immichkit_api.models import SyncEntityType, SyncRequestType
from starlette.responses import Response, StreamingResponse

from immichkit.testing import bodies, validation
from immichkit.testing.answers import RefusalError, empty, json_answer
from immichkit.testing.routing import Call, Routes
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Iterator

    from starlette.requests import Request

_MOST_ACKS: Final = 1000
_TYPE: Final = "application/jsonlines+json"
_STREAM: Final = {
    "types": validation.array(validation.one_of(*SyncRequestType)),
    "reset": optional(validation.boolean),
}

routes: Final = Routes()


@routes.streaming("POST", "/sync/stream", "sync.stream")
async def get_sync_stream(call: Call) -> Response:
    """Every change that the session has not acknowledged; ends and is not kept open."""
    call.body = await bodies.read(call.request)
    try:
        body = call.json(_STREAM)
    except RefusalError as refusal:
        # As in v3.1, which by then has said what it was going to send.
        raise RefusalError(
            refusal.status,
            refusal.message,
            errors=refusal.errors,
            headers={"content-type": f"{_TYPE}; charset=utf-8"},
        ) from None
    session_id, sync = _session(call), call.state.sync
    if body.get("reset"):
        await asyncio.to_thread(sync.reset, session_id)
    headers = {"content-type": _TYPE}
    pieces = _pieces(sync.stream(session_id, call.caller.id, body["types"]), call.request)
    if "gzip" in call.request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        pieces = _compressed(pieces)
    answer = _begun(pieces, await anext(pieces, b""))
    response = StreamingResponse(answer, headers=headers)
    response.body = b""
    return response


async def _pieces(lines: Iterator[bytes], request: Request) -> AsyncGenerator[bytes]:
    """The stream; after a failure in the middle it is neither ended nor broken off, as in v3.1."""
    is_begun = False
    while True:
        try:
            piece = await asyncio.to_thread(next, lines, None)
        except RefusalError:
            if not is_begun:
                raise
            while (await request.receive())["type"] != "http.disconnect":
                pass
            return
        if piece is None:
            return
        is_begun = True
        yield piece


async def _compressed(pieces: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
    """The stream as gzip, which keeps a little to itself until there is more."""
    # The lightest level: who tests against this server waits for it.
    packer = zlib.compressobj(1, wbits=31)
    async for piece in pieces:
        packed = packer.compress(piece)
        if packed:
            yield packed
    yield packer.flush()


async def _begun(pieces: AsyncGenerator[bytes], first: bytes) -> AsyncGenerator[bytes]:
    yield first
    async for piece in pieces:
        yield piece


@routes.on("GET", "/sync/ack", "syncCheckpoint.read")
def get_sync_ack(call: Call) -> Response:
    return json_answer(call.state.sync.acks(_session(call)))


@routes.on("POST", "/sync/ack", "syncCheckpoint.update")
def send_sync_ack(call: Call) -> Response:
    """Keep acks; one of a reset is carried out, and then the others are dropped."""
    check = validation.array(validation.text(), maximum=_MOST_ACKS)
    acks: list[str] = call.json({"acks": check})["acks"]
    session_id, sync = _session(call), call.state.sync
    for ack in acks:
        type_ = ack.partition("|")[0]
        if type_ == "SyncResetV1":
            sync.reset(session_id)
            return empty()
        if type_ not in set(SyncEntityType):
            raise RefusalError(400, f"Invalid ack type: {type_}")
    if not acks:
        raise RefusalError(500, "Failed to send sync ack")
    sync.acknowledge(session_id, acks)
    return empty()


@routes.on("DELETE", "/sync/ack", "syncCheckpoint.delete")
def delete_sync_ack(call: Call) -> Response:
    """Drop the acks of some types, or with no types all."""
    check = validation.array(validation.one_of(*SyncEntityType))
    types = call.json({"types": optional(check)}).get("types")
    session_id = _session(call)
    if types == []:
        raise RefusalError(500, "Failed to delete sync ack")
    call.state.sync.forget(session_id, types)
    return empty()


def _session(call: Call) -> str:
    session_id = call.caller.session_id
    if session_id is None:
        raise RefusalError(403, "Sync endpoints cannot be used with API keys")
    return session_id
