"""A page of assets, a whole library, one download: jobs for a process of their own.

The first argument is the job, the second what it is about: a file with an answer for the pages, a
folder to work in for the others. The seconds are printed as JSON.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROUNDS = 75
PEER_ROUNDS = 15
LIBRARY = 100_000
SIZE = 64 * 2**20
URL = "http://immich.test/api"


def page(file: Path) -> dict[str, float]:
    """Seconds for a page through the client, and for its JSON alone, over one mock transport."""
    import httpx

    from immichkit import Immich

    body = file.read_bytes()
    headers = {"content-type": "application/json"}
    transport = httpx.MockTransport(lambda _: httpx.Response(200, headers=headers, content=body))
    with (
        httpx.Client(transport=transport) as pool,
        Immich(URL, api_key="none", http_client=pool) as immich,
    ):
        return best_of(
            client=lambda: immich.search.search_assets(size=1000, with_exif=True),
            json=lambda: json.loads(pool.post(f"{URL}/search/metadata", json={}).content),
        )


def peer_page(file: Path) -> dict[str, Any]:
    """Seconds for the same page through immichpy, its HTTP replaced by something that is free."""
    from importlib.metadata import version

    from immichpy import AsyncClient  # type: ignore[import-not-found,unused-ignore]
    from immichpy.client.generated import (  # type: ignore[import-not-found,unused-ignore]
        MetadataSearchDto,
    )
    from immichpy.client.generated.rest import (  # type: ignore[import-not-found,unused-ignore]
        RESTResponse,
    )

    body = file.read_bytes()

    class Answer:
        status, reason, headers = 200, "OK", {"content-type": "application/json"}

        async def read(self) -> bytes:
            return body

    async def answer(*_: object, **__: object) -> RESTResponse:
        return RESTResponse(Answer())

    async def all_turns() -> dict[str, float]:
        client = AsyncClient(base_url=URL, api_key="none")
        client.base_client.rest_client.request = answer
        best = float("inf")
        for _ in range(PEER_ROUNDS):
            begun = time.perf_counter()
            await client.search.search_assets(MetadataSearchDto(size=1000, with_exif=True))
            best = min(best, time.perf_counter() - begun)
        await client.close()
        return {"client": best}

    return {"version": version("immichpy"), **asyncio.run(all_turns())}


def library(_: Path) -> dict[str, float]:
    """Seconds and requests that a big library takes: to seed it, a page of it, all of it."""
    from immichkit import Immich
    from immichkit.testing import ImmichServer

    with ImmichServer() as server, Immich(server.url, api_key=server.api_key) as immich:
        begun = time.perf_counter()
        server.seed(LIBRARY)
        seeding = time.perf_counter() - begun
        page = best_of(page=lambda: immich.search.search_assets(size=1000))["page"]
        server.forget_requests()
        times, found = [], set()
        begun = time.perf_counter()
        for assets in immich.search.iter_assets(page_size=1000).pages():
            times.append(time.perf_counter() - begun)
            found |= {asset.id for asset in assets}
            begun = time.perf_counter()
        if len(found) != LIBRARY:
            raise SystemExit(f"of {LIBRARY} assets {len(found)} were found")
        tenth = len(times) // 10
        return {
            "seeding": seeding,
            "page": page,
            "requests": len(server.requests),
            "first": statistics.median(times[:tenth]),
            "last": statistics.median(times[-tenth:]),
        }


def downloads(folder: Path) -> dict[str, float]:
    """Seconds for one file from the embedded server, and from an app that does nothing else."""
    from datetime import UTC, datetime

    import httpx
    import uvicorn
    from starlette.applications import Starlette
    from starlette.responses import FileResponse
    from starlette.routing import Route

    from immichkit import Immich
    from immichkit.testing import ImmichServer

    file, now = folder / "big.jpg", datetime.now(UTC)
    file.write_bytes(os.urandom(SIZE))
    app = Starlette(routes=[Route("/file", lambda _: FileResponse(file))])
    plain = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical"))
    thread = threading.Thread(target=plain.run)
    thread.start()
    with (
        ImmichServer() as server,
        Immich(server.url, api_key=server.api_key) as immich,
        httpx.Client(headers={"x-api-key": server.api_key}, timeout=60) as pool,
    ):
        sent = immich.assets.upload_asset(
            asset_data=file, file_created_at=now, file_modified_at=now
        )
        while not plain.started:
            time.sleep(0.01)
        port = plain.servers[0].sockets[0].getsockname()[1]

        def fetch(url: str) -> None:
            with pool.stream("GET", url) as answer:
                if sum(len(chunk) for chunk in answer.iter_raw()) != SIZE:
                    raise SystemExit(f"{url} did not send the file")

        times = best_of(
            rounds=5,
            embedded=lambda: fetch(f"{immich.base_url}/assets/{sent.id}/original"),
            plain=lambda: fetch(f"http://127.0.0.1:{port}/file"),
        )
    plain.should_exit = True
    thread.join()
    return times


def best_of(rounds: int = ROUNDS, **contenders: Callable[[], object]) -> dict[str, float]:
    """Seconds of the best of many turns of each."""
    best = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for name, call in contenders.items():
            begun = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - begun)
    return best


JOBS = {job.__name__: job for job in (page, peer_page, library, downloads)}

if __name__ == "__main__":
    print(json.dumps(JOBS[sys.argv[1]](Path(sys.argv[2]))))
