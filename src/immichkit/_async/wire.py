"""The bytes of a body as they come off the connection."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

import httpx

__all__ = ["pieces"]

_LARGE: Final = 4 << 20
"""Bytes: so much must be left of a body for its connection to be worth giving up."""

_AT_ONCE: Final = 1 << 18
"""Bytes that are asked of the connection at once; httpx asks for 64 KiB, and that is dear.

So is more, as is more on its way to the disk: it does not stay in the processor's cache.
"""


async def pieces(response: httpx.Response, patience: float | None) -> AsyncIterator[bytes]:
    """The bytes of ``response`` in pieces of any size, uncompressed.

    Raises httpx's errors; ``patience`` is that of each wait for bytes, in seconds. What is left of
    a large file after its first piece is read off the connection itself, which is closed
    afterwards: that takes a third of the processor's time.
    """
    left = _length(response)
    chunks = response.aiter_bytes()
    try:
        async for chunk in chunks:
            yield chunk
            left -= len(chunk)
            if left > _LARGE:
                break
        else:
            return
        stream = response.extensions["network_stream"]
        while left and (chunk := await _read(stream, min(left, _AT_ONCE), patience)):
            left -= len(chunk)
            yield chunk
    finally:
        await chunks.aclose()  # type: ignore[attr-defined]  # httpx declares less than it gives
        await response.aclose()


async def _read(stream: Any, size: int, patience: float | None) -> bytes:
    import httpcore  # noqa: PLC0415  # httpx does not import it before it connects

    try:
        chunk: bytes = await stream.read(size, patience)
    except httpcore.TimeoutException as error:
        raise httpx.ReadTimeout(str(error)) from error
    except httpcore.NetworkError as error:
        raise httpx.ReadError(str(error)) from error
    return chunk


def _length(response: httpx.Response) -> int:
    """How long the body is, 0 if it may not be read off the connection as it is.

    That it may is so for a body of a known length, neither compressed nor in chunks, of HTTP/1.1:
    what httpx has read of it, it has given out.
    """
    headers = response.headers
    length = headers.get("content-length", "")
    if (
        "network_stream" not in response.extensions
        or response.extensions.get("http_version") != b"HTTP/1.1"
        or "content-encoding" in headers
        or "transfer-encoding" in headers
        or not length.isdecimal()
    ):
        return 0
    return int(length)
