"""httpx transports that call an application in this process, without a socket.

They stream: a body is read from the caller when the application asks for it, and the answer goes
to the caller piece by piece, so that memory stays small and backpressure works as on a network.
The application runs on its own loop in a thread of its own, whatever the caller runs on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

import anyio
import anyio.to_thread
import httpx

from immichkit.testing.exchange import BodyWanted, Ended, Event, Exchange, Piece, Started
from immichkit.testing.faulty import AbsentError
from immichkit.testing.loop import BackgroundLoop, LoopClosedError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import ASGIApp

# Nothing is looked up: the name only fills the place of one.
BASE_URL: Final = "http://immich.test"
# Each waits in a thread for its application, and takes none of those that the caller may need.
_MOST_WAITING: Final = 1000


class InProcessTransport(httpx.BaseTransport):
    """Sends a blocking client's requests to an ASGI application that runs on ``loop``."""

    def __init__(self, app: ASGIApp, loop: BackgroundLoop, *, owner: object = None) -> None:
        self._app = app
        self._loop = loop
        # As long as there is a way to the server, it must not be collected.
        self._owner = owner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer, whose body is still on its way."""
        if not isinstance(request.stream, httpx.SyncByteStream):
            raise TypeError("A blocking client needs a body that can be read without await")
        exchange = _exchange(self._app, self._loop, request)
        body = _BlockingBody(exchange, request, iter(request.stream))
        try:
            started = body.start()
        except BaseException:
            exchange.close()
            raise
        return httpx.Response(started.status, headers=started.headers, stream=body)


class AsyncInProcessTransport(httpx.AsyncBaseTransport):
    """Sends an async client's requests to an ASGI application that runs on ``loop``.

    Works on asyncio and on trio.
    """

    def __init__(self, app: ASGIApp, loop: BackgroundLoop, *, owner: object = None) -> None:
        self._app = app
        self._loop = loop
        self._owner = owner
        self._limiter = anyio.CapacityLimiter(_MOST_WAITING)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """The application's answer, whose body is still on its way."""
        if not isinstance(request.stream, httpx.AsyncByteStream):
            raise TypeError("An async client needs a body that can be read with await")
        exchange = _exchange(self._app, self._loop, request)
        body = _AsyncBody(exchange, request, aiter(request.stream), self._limiter)
        try:
            started = await body.start()
        except BaseException:
            exchange.close()
            raise
        return httpx.Response(started.status, headers=started.headers, stream=body)


def _exchange(app: ASGIApp, loop: BackgroundLoop, request: httpx.Request) -> Exchange:
    url = request.url
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": url.scheme,
        "path": url.path,
        "raw_path": url.raw_path.split(b"?")[0],
        "query_string": url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "server": (url.host, url.port),
        "client": ("127.0.0.1", 0),
    }
    headers = request.headers
    has_body = "transfer-encoding" in headers or headers.get("content-length", "0") != "0"
    try:
        return Exchange(app, loop, scope, has_body=has_body)
    except LoopClosedError as error:
        raise httpx.ConnectError(str(error), request=request) from None


def _patience(request: httpx.Request) -> float | None:
    """How long the client means to wait for anything to come."""
    timeouts: dict[str, float | None] = request.extensions.get("timeout", {})
    return timeouts.get("read")


def _raise_broken_off(ended: Ended) -> NoReturn:
    """What a client sees of a server that ends too early."""
    if isinstance(ended.error, AbsentError):
        raise httpx.ConnectError(str(ended.error))
    if ended.error is not None:
        raise ended.error
    raise httpx.RemoteProtocolError("The application ended before its answer did")


class _BlockingBody(httpx.SyncByteStream):
    """The answer's body, which goes on feeding the request's to the application."""

    def __init__(
        self, exchange: Exchange, request: httpx.Request, request_body: Iterator[bytes]
    ) -> None:
        self._exchange = exchange
        self._request = request
        self._request_body = request_body

    def start(self) -> Started:
        while True:
            event = self._next_event()
            if isinstance(event, Started):
                return event
            if isinstance(event, Ended):
                _raise_broken_off(event)
            self._feed(event)

    def __iter__(self) -> Iterator[bytes]:
        while True:
            event = self._next_event()
            if isinstance(event, Piece):
                yield event.data
                self._exchange.take()
            elif isinstance(event, Ended):
                if not event.is_whole:
                    _raise_broken_off(event)
                return
            else:
                self._feed(event)

    def close(self) -> None:
        self._exchange.close()

    def _next_event(self) -> Event:
        try:
            return self._exchange.next_event(_patience(self._request))
        except TimeoutError:
            raise httpx.ReadTimeout("The application takes too long") from None

    def _feed(self, event: Event) -> None:
        if isinstance(event, BodyWanted):
            piece = next(self._request_body, None)
            self._exchange.give(piece or b"", is_last=piece is None)


class _AsyncBody(httpx.AsyncByteStream):
    """The answer's body, which goes on feeding the request's to the application."""

    def __init__(
        self,
        exchange: Exchange,
        request: httpx.Request,
        request_body: AsyncIterator[bytes],
        limiter: anyio.CapacityLimiter,
    ) -> None:
        self._exchange = exchange
        self._request = request
        self._request_body = request_body
        self._limiter = limiter

    async def start(self) -> Started:
        while True:
            event = await self._next_event()
            if isinstance(event, Started):
                return event
            if isinstance(event, Ended):
                _raise_broken_off(event)
            await self._feed(event)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            event = await self._next_event()
            if isinstance(event, Piece):
                yield event.data
                self._exchange.take()
            elif isinstance(event, Ended):
                if not event.is_whole:
                    _raise_broken_off(event)
                return
            else:
                await self._feed(event)

    async def aclose(self) -> None:
        self._exchange.close()

    async def _next_event(self) -> Event:
        event = self._exchange.next_event_now()
        if event is not None:
            return event
        # A thread is what asyncio and trio both can wait for. When the caller is cancelled, the
        # exchange is closed, and that wakes the thread.
        try:
            return await anyio.to_thread.run_sync(
                self._exchange.next_event,
                _patience(self._request),
                abandon_on_cancel=True,
                limiter=self._limiter,
            )
        except TimeoutError:
            raise httpx.ReadTimeout("The application takes too long") from None

    async def _feed(self, event: Event) -> None:
        if isinstance(event, BodyWanted):
            piece = await anext(self._request_body, None)
            self._exchange.give(piece or b"", is_last=piece is None)


def http_client(transport: InProcessTransport) -> httpx.Client:
    """A blocking httpx client whose every request takes this way."""
    return httpx.Client(transport=transport, trust_env=False)


def async_http_client(transport: AsyncInProcessTransport) -> httpx.AsyncClient:
    """An async httpx client whose every request takes this way."""
    return httpx.AsyncClient(transport=transport, trust_env=False)
