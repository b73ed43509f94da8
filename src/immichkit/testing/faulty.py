"""The application behind its faults: lets go wrong what shall, and remembers every request."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response

from immichkit.testing import bodies
from immichkit.testing.answers import json_answer
from immichkit.testing.faults import Absence, Cut, Drop, Effect, Refusal, Slowness

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from immichkit.testing.faults import Fault, Faults
    from immichkit.testing.request_log import RequestLog

# How often a slow answer goes on.
_PIECES_PER_SECOND: Final = 20


class AbsentError(ConnectionError):
    """The server has gone away: what no socket could say to a client in this process."""


class _BrokenOffError(Exception):
    """The answer went as far as it should."""


class FaultyApp:
    """An ASGI application, what goes wrong with it, and who called it."""

    def __init__(self, app: ASGIApp, faults: Faults, log: RequestLog) -> None:
        self._app = app
        self._faults = faults
        self._log = log

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, well or badly."""
        met = self._faults.take(scope["method"], scope["path"])
        other: Fault | None = None
        for fault in met:
            if isinstance(fault.effect, Slowness):
                send = _slowed(send, fault.effect)
            else:
                other = fault
        effect: Effect | None = None if other is None else other.effect
        if isinstance(effect, Absence):
            if _connection(scope) is None:
                raise AbsentError("The embedded server has gone away")
            # Accepted in the very moment of going.
            await _hang_up(scope, receive)
            return
        entry = _Entry(self._log, scope, send)
        try:
            if isinstance(effect, Refusal):
                await bodies.drain(Request(scope, receive))
                await _refusal(effect, scope["method"])(scope, receive, entry.send)
            elif isinstance(effect, Drop):
                await self._drop(effect, scope, receive)
            elif other is not None and isinstance(effect, Cut):
                await self._cut(other, effect, scope, receive, entry)
            else:
                await self._app(scope, receive, entry.send)
        finally:
            entry.close()

    async def _drop(self, effect: Drop, scope: Scope, receive: Receive) -> None:
        if effect.is_carried_out:
            await self._app(scope, receive, _nowhere)
        else:
            # What is unread when a connection closes makes it a reset, for some clients and not
            # for others; a fault is to look the same each time.
            await bodies.drain(Request(scope, receive))
        await _hang_up(scope, receive)

    async def _cut(
        self, fault: Fault, cut: Cut, scope: Scope, receive: Receive, entry: _Entry
    ) -> None:
        left = cut.after
        if cut.counts_lines:
            # Nobody counts the lines of what is compressed.
            headers = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
            scope = {**scope, "headers": headers}

        async def send(message: MutableMapping[str, Any]) -> None:
            nonlocal left
            body: bytes = message.get("body", b"")
            end, left = _end_of(body, left, counts_lines=cut.counts_lines)
            if end == len(body):
                await entry.send(message)
                return
            await entry.send({**message, "body": body[:end], "more_body": True})
            raise _BrokenOffError

        try:
            await self._app(scope, receive, send)
        except _BrokenOffError:
            if cut.is_silent:
                await _until_gone(receive)
            else:
                await _hang_up(scope, receive)
        else:
            self._faults.give_back(fault)


def _end_of(body: bytes, left: int, *, counts_lines: bool) -> tuple[int, int]:
    """Where a piece of the body breaks off, at its end if it does not, and what is left then."""
    if not counts_lines:
        end = min(len(body), left)
        return end, left - end
    end = 0
    while left and end < len(body):
        newline = body.find(b"\n", end)
        if newline < 0:
            return len(body), left
        end, left = newline + 1, left - 1
    return end, left


class _Entry:
    """One line of the log, written when the answer begins or when there will be none."""

    def __init__(self, log: RequestLog, scope: Scope, send: Send) -> None:
        self._log = log
        self._method: str = scope["method"]
        self._path: str = scope["path"]
        self._send = send
        self._is_written = False

    async def send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._write(message["status"])
        await self._send(message)

    def close(self) -> None:
        if not self._is_written:
            self._write(None)

    def _write(self, status: int | None) -> None:
        self._is_written = True
        self._log.add(self._method, self._path, status)


def _refusal(effect: Refusal, method: str) -> Response:
    headers = {} if effect.retry_after is None else {"retry-after": effect.retry_after}
    response = json_answer({"message": effect.message}, effect.status, headers=headers)
    if method == "HEAD":
        response.body = b""
    return response


def _slowed(send: Send, slowness: Slowness) -> Send:
    """A way to the client on which everything takes its time."""
    rate = slowness.bytes_per_second

    async def slow(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            await asyncio.sleep(slowness.seconds)
        body: bytes = message.get("body", b"")
        if rate is not None:
            size = max(1, int(rate / _PIECES_PER_SECOND))
            while body:
                await asyncio.sleep(len(body[:size]) / rate)
                await send({**message, "body": body[:size], "more_body": True})
                body = body[size:]
        if body or rate is None or not message.get("more_body", False):
            await send({**message, "body": body} if "body" in message else message)

    return slow


async def _nowhere(_message: MutableMapping[str, Any]) -> None:
    """Where an answer goes that nobody shall see."""


async def _hang_up(scope: Scope, receive: Receive) -> None:
    """Close the connection after what was sent; in process it ends with the application."""
    connection = _connection(scope)
    if connection is not None:
        connection.close()
        await _until_gone(receive)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _connection(scope: Scope) -> asyncio.Transport | None:
    """The connection on the network, None in process."""
    found: asyncio.Transport | None = scope.get("state", {}).get("connection")
    return found
