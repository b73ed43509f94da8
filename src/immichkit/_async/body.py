"""An answer whose body is still to come."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from types import TracebackType
from typing import Any

import httpx
from immichkit_api.types import Operation

from immichkit._async.wire import pieces
from immichkit._http import failed
from immichkit._runtime import AsyncRuntime
from immichkit.errors import TransportError
from immichkit.responses import correlation_id
from immichkit.settings import Settings

__all__ = ["AsyncBody", "AsyncOpening"]


class AsyncBody:
    """The body of an answer, as it comes from the server; it can be gone through once.

    ``status_code`` and ``headers`` are there from the beginning; ``is_repeat`` tells whether an
    earlier try may have been carried out, its answer lost. A connection that breaks on the
    way, or ends before as many bytes have come as were announced, raises `TransportError`.
    """

    def __init__(
        self,
        response: httpx.Response,
        operation: Operation[Any],
        url: str,
        begun: float,
        settings: Settings,
    ) -> None:
        self._settings = settings
        self._response = response
        self._operation = operation
        self.url = url
        self._begun = begun
        self._content: bytes | None = None
        self.status_code = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.is_repeat = False

    def __repr__(self) -> str:
        return f"<Body {self.status_code} of {self._operation.name or self._operation.id}>"

    @property
    def is_success(self) -> bool:
        """Whether the status is one of success."""
        return self._response.is_success

    @property
    def size(self) -> int | None:
        """How many bytes were announced, None if the server did not say."""
        length = self.headers.get("content-length", "")
        return int(length) if length.isdecimal() else None

    @property
    def elapsed(self) -> float:
        """Seconds since the request was sent."""
        return time.perf_counter() - self._begun

    @property
    def correlation_id(self) -> str | None:
        """The name that the server gave to this request in its log."""
        return correlation_id(self.headers)

    async def chunks(self) -> AsyncIterator[bytes]:
        """The bytes in pieces of any size, uncompressed."""
        if self._content is not None:
            yield self._content
            return
        come = 0
        trouble: httpx.RequestError | httpx.StreamError | None = None
        try:
            async for chunk in pieces(self._response, self._settings.timeout.read):
                come += len(chunk)
                yield chunk
        except (httpx.RequestError, httpx.StreamError) as error:
            trouble = error
        if trouble is not None:  # raised out here, so that it has no context but its cause
            face = httpx.AsyncClient.__name__
            raise failed(trouble, self._operation, self.url, self._settings, face)
        self._check_length(come)

    async def lines(self) -> AsyncIterator[str]:
        """The lines, without the line feeds between them; as text in UTF-8."""
        # Split at line feeds only: JSON text may hold the other line ends that Unicode has.
        rest: list[bytes] = []
        async for chunk in self.chunks():
            *whole, last = chunk.split(b"\n")
            for piece in whole:
                yield b"".join([*rest, piece]).decode(errors="replace").removesuffix("\r")
                rest.clear()
            rest.append(last)
        if end := b"".join(rest):
            yield end.decode(errors="replace")

    async def read(self) -> bytes:
        """The whole body, as often as it is asked for, unless it was gone through before."""
        if self._content is None:
            self._content = b"".join([chunk async for chunk in self.chunks()])
        return self._content

    async def close(self) -> None:
        """Leave the rest of the body unread."""
        await self._response.aclose()

    def _check_length(self, come: int) -> None:
        if "content-encoding" in self.headers or self._operation.method == "HEAD":
            return  # httpcore itself counts what is compressed
        if self.size is not None and come < self.size:
            name = self._operation.name or self._operation.id
            raise TransportError(f"{name}: the connection ended after {come} of {self.size} bytes.")


class AsyncOpening(AbstractAsyncContextManager[AsyncBody]):
    """An answer that is asked for when its context is entered; that gives its `AsyncBody`."""

    def __init__(self, context: AbstractAsyncContextManager[AsyncBody]) -> None:
        self._context = context

    async def __aenter__(self) -> AsyncBody:
        return await self._context.__aenter__()

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool | None:
        return await self._context.__aexit__(kind, error, traceback)

    def __getattr__(self, name: str) -> Any:
        statement = AsyncRuntime.statement
        raise AttributeError(
            f"stream() gives no {name}, but a context that gives the body: "
            f"{statement} immich.stream(request) as body: …"
        )
