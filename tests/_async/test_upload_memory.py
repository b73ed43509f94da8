"""What stays in memory of files that were uploaded: their results, and nothing else."""

from __future__ import annotations

import gc
import itertools
import json as jsonlib
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from answers import KEY, json, refused
from local_photos import photos

from immichkit import AsyncImmich, RetryPolicy
from immichkit.multipart import Form
from immichkit.uploads import Candidate

pytestmark = pytest.mark.anyio
COUNT = 1_250
FIRST, LAST = 300, 600
"""Uploads between which memory is compared; at both as many files are waiting for their turn."""


class Server:
    """Refuses every other photo; knows what memory was in use at two of the uploads."""

    def __init__(self) -> None:
        self.in_use: list[int] = []
        self._numbers = itertools.count()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/media-types"):
            return json(200, {"image": [".jpg"], "video": [], "sidecar": []})
        if request.url.path.endswith("/bulk-upload-check"):
            items = jsonlib.loads(request.content)["assets"]
            return json(
                200, {"results": [{"id": item["id"], "action": "accept"} for item in items]}
            )
        number = next(self._numbers)
        if tracemalloc.is_tracing() and number in {FIRST, LAST}:
            self.in_use.append(in_use())
        if number % 2:
            return refused(400, "No.")
        return json(201, {"id": f"00000000-0000-4000-8000-{number:012}", "status": "created"})


def in_use() -> int:
    """Bytes, without the large tables of the interpreter's own that double now and then."""
    gc.collect()
    traces = tracemalloc.take_snapshot().traces
    return sum(trace.size for trace in traces if trace.size < 1 << 20)


def needed_to_send() -> list[Candidate | Form]:
    gc.collect()
    return [one for one in gc.get_objects() if isinstance(one, Candidate | Form)]


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def opened(server: Server) -> AsyncImmich:
    pool = httpx.AsyncClient(transport=httpx.MockTransport(server))
    return AsyncImmich("http://photos.test", api_key=KEY, http_client=pool, retry=RetryPolicy())


@pytest.mark.usefixtures("traced")
async def test_memory_hardly_grows_with_the_number_of_files(tmp_path: Path) -> None:
    photos(tmp_path, *(f"{number % 10}/{number}.jpg" for number in range(COUNT)))
    server = Server()
    async with opened(server) as immich:
        report = await immich.assets.upload(tmp_path, hash_cache=False)
    assert report.counts == {"created": COUNT // 2, "failed": COUNT // 2}
    first, last = server.in_use
    # A path, an id and a checksum of one, a path and an error of the other.
    assert (last - first) / (LAST - FIRST) < 2_000


async def test_report_keeps_nothing_that_was_needed_to_send(tmp_path: Path) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(30)))
    before = needed_to_send()
    async with opened(Server()) as immich:
        report = await immich.assets.upload(tmp_path, hash_cache=False)
    assert len(report.results) == 30
    assert [one for one in needed_to_send() if not any(one is old for old in before)] == []
