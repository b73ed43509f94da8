"""An answer whose body is still to come."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
from immichkit_api.types import Operation

from immichkit._http import transport_error
from immichkit.errors import TransportError
from immichkit.responses import correlation_id

__all__ = ["AsyncBody"]


class AsyncBody:
    """The body of an answer, as it comes from the server; it can be gone through once.

    ``status_code`` and ``headers`` are there from the beginning. A connection that breaks on the
    way, or ends before as many bytes have come as were announced, raises `TransportError`.
    """

    def __init__(
        self, response: httpx.Response, operation: Operation[Any], url: str, begun: float
    ) -> None:
        self._response = response
        self._operation = operation
        self.url = url
        self._begun = begun
        self._content: bytes | None = None
        self.status_code = response.status_code
        self.headers: Mapping[str, str] = response.headers

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
        try:
            async for chunk in self._response.aiter_bytes():
                come += len(chunk)
                yield chunk
        except (httpx.RequestError, httpx.StreamError) as error:
            raise transport_error(error, self._operation, self.url) from error
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
