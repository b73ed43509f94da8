"""Zip archives that are packed while they are sent, so that no size of them is too large."""

from __future__ import annotations

import asyncio
import io
import time
import zipfile
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

_CHUNK: Final = 1024 * 1024
# The first moment that a zip archive can state.
_YEAR_1980: Final = 315_532_800


class ArchiveAnswer(Response):
    """The files under these names, stored and not compressed; its length is known to nobody.

    A file that is not on the disk is left out without a word, as by v3.1.
    """

    media_type = "application/octet-stream"

    def __init__(self, files: Iterable[tuple[Path, str]]) -> None:
        super().__init__()
        del self.headers["content-length"]
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the archive; stop when the client has gone."""
        del scope
        await send(
            {"type": "http.response.start", "status": 200, "headers": self.raw_headers},
        )
        gone = asyncio.ensure_future(_disconnected(receive))
        pieces = _packed(self._files)
        try:
            while not gone.done():
                piece = await asyncio.to_thread(next, pieces, None)
                if piece is None:
                    await send({"type": "http.response.body", "body": b""})
                    return
                await send({"type": "http.response.body", "body": piece, "more_body": True})
        finally:
            gone.cancel()
            pieces.close()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class _Outlet(io.RawIOBase):
    """What is written and not yet sent; nothing can be gone back to."""

    def __init__(self) -> None:
        self._pending = bytearray()

    def writable(self) -> bool:
        """Always."""
        return True

    def write(self, data: Any, /) -> int:
        """Keep the bytes until they are taken."""
        before = len(self._pending)
        self._pending += data
        return len(self._pending) - before

    def take(self) -> bytes:
        """What was written since the last time."""
        taken = bytes(self._pending)
        self._pending.clear()
        return taken


def _packed(files: Iterable[tuple[Path, str]]) -> Generator[bytes]:
    outlet = _Outlet()
    with zipfile.ZipFile(outlet, "w", zipfile.ZIP_STORED) as archive:
        for path, name in files:
            yield from _member(archive, path, name, outlet)
    yield outlet.take()


def _member(archive: zipfile.ZipFile, path: Path, name: str, outlet: _Outlet) -> Iterator[bytes]:
    try:
        file = path.open("rb")
    except OSError:
        return
    with file:
        about = path.stat()
        member = zipfile.ZipInfo(name, time.gmtime(max(about.st_mtime, _YEAR_1980))[:6])
        member.file_size = about.st_size
        with archive.open(member, "w") as target:
            while chunk := file.read(_CHUNK):
                target.write(chunk)
                yield outlet.take()
