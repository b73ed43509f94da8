"""Sending stored files: ranges, conditions, and the real server's odd refusals."""

from __future__ import annotations

import asyncio
import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, BinaryIO, Final
from urllib.parse import quote

from attrs import frozen
from starlette.responses import Response

from immichkit.testing import times
from immichkit.testing.answers import json_answer

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from starlette.types import Receive, Scope, Send

CACHE_CONTROL: Final = (
    "private, max-age=86400, no-transform, stale-while-revalidate=2592000, stale-if-error=2592000"
)
# Large enough that handing a chunk to a thread costs next to nothing.
_CHUNK: Final = 1024 * 1024
_RANGE: Final = re.compile(r"\s*(\d*)\s*-\s*(\d*)\s*")


@frozen
class StoredFile:
    """A file to send: where it lies, what it is called (if that is said), when it changed."""

    path: Path
    name: str | None
    content_type: str
    modified_at: int
    cache_control: str = CACHE_CONTROL

    def headers(self) -> dict[str, str]:
        """Those of each answer about the file, whatever its status."""
        tag = f'W/"{self.path.stat().st_size:x}-{self.modified_at // 1000:x}"'
        headers = {
            "accept-ranges": "bytes",
            "cache-control": self.cache_control,
            "content-type": self.content_type,
            "etag": tag,
            "last-modified": times.to_http(self.modified_at),
        }
        if self.name is not None:
            headers["content-disposition"] = f"inline; filename*=UTF-8''{_encoded(self.name)}"
        return headers


def answer(file: StoredFile, request: Mapping[str, str]) -> Response:
    """The file, a part of it, or why not; raises `OSError` if it is not on the disk."""
    size = file.path.stat().st_size
    headers = file.headers()
    if _is_precondition_failed(headers, request):
        return _odd_refusal(headers)
    if _is_fresh(headers, request):
        del headers["content-type"]
        return Response(status_code=304, headers=headers)
    wanted = _ranges(request.get("range", ""), size) if _is_range_valid(headers, request) else None
    if wanted == []:
        return _odd_refusal(headers | {"content-range": f"bytes */{size}"})
    if wanted is not None and len(wanted) == 1:
        first, last = wanted[0]
        headers["content-range"] = f"bytes {first}-{last}/{size}"
        return FileAnswer(file.path, 206, headers, first, last - first + 1)
    return FileAnswer(file.path, 200, headers, 0, size)


class FileAnswer(Response):
    """A stretch of a file, read in large pieces and never all at once."""

    def __init__(
        self, path: Path, status: int, headers: dict[str, str], offset: int, length: int
    ) -> None:
        super().__init__(status_code=status, headers=headers | {"content-length": str(length)})
        self._path = path
        self._offset = offset
        self._length = length

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stretch; stop when the client has gone."""
        del scope
        await send(
            {
                "type": "http.response.start",
                "status": self.status_code,
                "headers": self.raw_headers,
            }
        )
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            with self._path.open("rb", buffering=0) as file:
                file.seek(self._offset)
                await self._send_body(file, gone, send)
        finally:
            gone.cancel()

    async def _send_body(self, file: BinaryIO, gone: asyncio.Future[None], send: Send) -> None:
        left = self._length
        while left and not gone.done():
            # A small file is read where we are: a thread would take longer than the disk.
            wanted = min(left, _CHUNK)
            is_small = wanted < _CHUNK
            chunk = file.read(wanted) if is_small else await asyncio.to_thread(file.read, wanted)
            if not chunk:
                # Cut short under our hands: the missing bytes tell the client so.
                return
            left -= len(chunk)
            await send({"type": "http.response.body", "body": chunk, "more_body": left > 0})
        if self._length == 0:
            await send({"type": "http.response.body", "body": b""})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _odd_refusal(headers: Mapping[str, str]) -> Response:
    # v3.1 answers 404 where one would expect 416 and 412, as JSON under the file's own type.
    content_type = f"{headers['content-type']}; charset=utf-8"
    more = {**headers, "content-type": content_type}
    return json_answer({"message": "Not Found"}, 404, headers=more)


def _is_fresh(headers: Mapping[str, str], request: Mapping[str, str]) -> bool:
    """Whether the client's copy is the file as it is."""
    tags, since = request.get("if-none-match"), request.get("if-modified-since")
    if "no-cache" in request.get("cache-control", "") or (tags is None and since is None):
        return False
    if tags is not None:
        return tags.strip() == "*" or _has_tag(headers["etag"], tags)
    changed, known = _seconds(headers["last-modified"]), _seconds(since or "")
    return changed is not None and known is not None and changed <= known


def _is_precondition_failed(headers: Mapping[str, str], request: Mapping[str, str]) -> bool:
    tags = request.get("if-match")
    if tags is not None:
        return tags.strip() != "*" and not _has_tag(headers["etag"], tags)
    limit = _seconds(request.get("if-unmodified-since", ""))
    changed = _seconds(headers["last-modified"])
    return limit is not None and changed is not None and changed > limit


def _has_tag(tag: str, tags: str) -> bool:
    bare = tag.removeprefix("W/")
    return any(one.strip().removeprefix("W/") == bare for one in tags.split(","))


def _is_range_valid(headers: Mapping[str, str], request: Mapping[str, str]) -> bool:
    """Whether the range counts: without ``If-Range``, or if that is ours letter by letter."""
    condition = request.get("if-range")
    if condition is None:
        return True
    if '"' in condition:
        return headers["etag"] in condition
    changed, known = _seconds(headers["last-modified"]), _seconds(condition)
    return changed is not None and known is not None and changed <= known


def _seconds(date: str) -> float | None:
    try:
        return parsedate_to_datetime(date).timestamp()
    except ValueError:
        return None


def _ranges(header: str, size: int) -> list[tuple[int, int]] | None:
    """First and last bytes asked for, joined where they meet; None if there is no such question.

    An empty list means that nothing of what was asked for exists.
    """
    unit, _, list_ = header.partition("=")
    if unit.strip() != "bytes":
        return None
    found: list[tuple[int, int]] = []
    for part in list_.split(","):
        match = _RANGE.fullmatch(part)
        if match is None or not any(match.groups()):
            return None
        if match[1]:
            first, last = int(match[1]), min(int(match[2] or size - 1), size - 1)
        else:
            first, last = size - int(match[2]), size - 1
        if 0 <= first <= last:
            found.append((first, last))
    return _joined(found)


def _joined(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for first, last in sorted(ranges):
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def _encoded(name: str) -> str:
    """The name as JavaScript's ``encodeURIComponent`` writes it."""
    return quote(name, safe="!~*'()")
