"""One request to an ASGI application on another thread's loop, streamed both ways.

The application asks for each piece of the request's body and waits until each piece of its
answer was taken, so neither side runs ahead and nothing is collected.
"""

from __future__ import annotations

import asyncio
import queue
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from starlette.types import ASGIApp

    from immichkit.testing.loop import BackgroundLoop

Headers = list[tuple[bytes, bytes]]


@frozen
class BodyWanted:
    """The application waits for more of the request's body."""


@frozen
class Started:
    """The application has begun to answer."""

    status: int
    headers: Headers


@frozen
class Piece:
    """A piece of the answer's body; the application goes on once it is taken."""

    data: bytes


@frozen
class Ended:
    """The application has returned, with all of its answer or too early, or has failed."""

    is_whole: bool
    error: Exception | None = None


Event = BodyWanted | Started | Piece | Ended


class Exchange:
    """A request in flight: what the application asks and says comes out of `next_event`.

    Who uses it answers `BodyWanted` with `give` and `Piece` with `take`, reads until `Ended`,
    or calls `close` at any time, which cancels the application's work on this request.
    """

    def __init__(
        self,
        app: ASGIApp,
        loop: BackgroundLoop,
        scope: MutableMapping[str, Any],
        *,
        has_body: bool,
    ) -> None:
        self._loop: Final = loop
        self._events: queue.SimpleQueue[Event] = queue.SimpleQueue()
        self._wanted: asyncio.Future[dict[str, Any]] | None = None
        self._taken: asyncio.Future[None] | None = None
        self._has_body = has_body
        self._is_body_over = False
        self._is_answer_whole = False
        self._task = loop.submit(self._run(app, scope))
        self._task.add_done_callback(lambda _task: self._end())

    def next_event(self, timeout: float | None) -> Event:
        """What happens next; raises `TimeoutError` when it takes more seconds than that."""
        try:
            return self._events.get(timeout=timeout)
        except queue.Empty:
            raise TimeoutError from None

    def next_event_now(self) -> Event | None:
        """What has happened already, or None."""
        try:
            return self._events.get_nowait()
        except queue.Empty:
            return None

    def give(self, piece: bytes, *, is_last: bool) -> None:
        """The piece of the request's body that was wanted."""
        self._loop.call(self._settle_wanted, piece, is_last)

    def take(self) -> None:
        """Let the application go on after a piece of its answer."""
        self._loop.call(self._settle_taken)

    def close(self) -> None:
        """End the exchange; whoever waits in `next_event` gets `Ended`."""
        self._task.cancel()
        self._end()

    def _end(self) -> None:
        self._events.put(Ended(self._is_answer_whole))

    async def _run(self, app: ASGIApp, scope: MutableMapping[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - it is for whoever sent the request
            self._events.put(Ended(is_whole=False, error=error))

    async def _receive(self) -> dict[str, Any]:
        loop = asyncio.get_running_loop()
        if self._is_body_over:
            # The client is there until it closes, which cancels this wait.
            await loop.create_future()
        if not self._has_body:
            self._is_body_over = True
            return {"type": "http.request", "body": b"", "more_body": False}
        self._wanted = loop.create_future()
        self._events.put(BodyWanted())
        return await self._wanted

    async def _send(self, message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self._events.put(Started(message["status"], list(message.get("headers", ()))))
            return
        data = message.get("body", b"")
        if data:
            self._taken = asyncio.get_running_loop().create_future()
            self._events.put(Piece(bytes(data)))
            await self._taken
        self._is_answer_whole = not message.get("more_body", False)

    def _settle_wanted(self, piece: bytes, is_last: bool) -> None:
        self._is_body_over = is_last
        if self._wanted is not None and not self._wanted.done():
            message = {"type": "http.request", "body": piece, "more_body": not is_last}
            self._wanted.set_result(message)

    def _settle_taken(self) -> None:
        if self._taken is not None and not self._taken.done():
            self._taken.set_result(None)
