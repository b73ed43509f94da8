"""One transfer in a process of its own; prints what it cost as JSON.

The first argument is the job, then come the server's URL and key, then what the job is about.
Beginning to listen is a job, too: it prints its URL and key and ends when its input does.
"""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import json
import resource
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CONCURRENCY = 4
Used = tuple[float, float, int]
DATE = "2024-01-01T00:00:00.000Z"


def serve() -> None:
    """An embedded server until the input ends."""
    from immichkit.testing import ImmichServer

    with ImmichServer() as server:
        print(server.url, server.api_key, flush=True)
        sys.stdin.read()


def blocking(url: str, key: str, verb: str, *about: str) -> dict[str, Any]:
    """Our client's blocking face."""
    from immichkit import Immich

    with Immich(url, api_key=key) as immich:
        immich.server.ping_server()
        told: list[Any] = []
        before = now()
        if verb == "download":
            return saved(before, immich.assets.download_asset_to_file(*about))
        source, cache = about
        return sent(before, told, immich.assets.upload(source, **how(cache, told)))


def concurrent(url: str, key: str, verb: str, *about: str) -> dict[str, Any]:
    """Our client's async face."""
    from immichkit import AsyncImmich

    async def all_of_it() -> dict[str, Any]:
        async with AsyncImmich(url, api_key=key) as immich:
            await immich.server.ping_server()
            told: list[Any] = []
            before = now()
            if verb == "download":
                return saved(before, await immich.assets.download_asset_to_file(*about))
            source, cache = about
            return sent(before, told, await immich.assets.upload(source, **how(cache, told)))

    return asyncio.run(all_of_it())


def bare(url: str, key: str, folder: str) -> dict[str, Any]:
    """A loop that only hashes and posts, in threads."""
    import httpx

    files, lock = every_file(folder), threading.Lock()
    with httpx.Client(headers={"x-api-key": key}, timeout=60) as client:

        def work() -> None:
            while True:
                with lock:
                    path = next(files, None)
                if path is None:
                    return
                client.post(f"{url}/api/assets", **posted(path)).raise_for_status()

        def all_of_it() -> None:
            threads = [threading.Thread(target=work) for _ in range(CONCURRENCY)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        before = now()
        all_of_it()
        return since(before)


def bare_concurrent(url: str, key: str, folder: str) -> dict[str, Any]:
    """A loop that only hashes and posts, in tasks."""
    import httpx

    files = every_file(folder)

    async def all_of_it() -> dict[str, Any]:
        async with httpx.AsyncClient(headers={"x-api-key": key}, timeout=60) as client:

            async def work() -> None:
                for path in files:
                    (await client.post(f"{url}/api/assets", **posted(path))).raise_for_status()

            before = now()
            await asyncio.gather(*(work() for _ in range(CONCURRENCY)))
            return since(before)

    return asyncio.run(all_of_it())


def peer(url: str, key: str, folder: str) -> dict[str, Any]:
    """The same files through immichpy."""
    from immichpy import AsyncClient  # type: ignore[import-not-found,unused-ignore]

    async def all_of_it() -> dict[str, Any]:
        async with AsyncClient(base_url=url, api_key=key) as client:
            await client.server.ping_server()
            before = now()
            done = await client.assets.upload(Path(folder), concurrency=CONCURRENCY)
            return {**since(before), "created": done.stats.uploaded}

    return asyncio.run(all_of_it())


def every_file(folder: str) -> Iterator[Path]:
    """The photos below a folder."""
    return itertools.chain.from_iterable(
        sorted(child.glob("*.jpg")) for child in sorted(Path(folder).iterdir())
    )


def posted(path: Path) -> dict[str, Any]:
    """The least that httpx has to be told to upload a photo."""
    content = path.read_bytes()
    return {
        "files": {"assetData": (path.name, content)},
        "data": {"fileCreatedAt": DATE, "fileModifiedAt": DATE, "filename": path.name},
        "headers": {"x-immich-checksum": hashlib.sha1(content, usedforsecurity=False).hexdigest()},
    }


def how(cache: str, told: list[Any]) -> dict[str, Any]:
    """How files are uploaded by us."""
    return {"hash_cache": cache, "concurrency": CONCURRENCY, "on_progress": told.append}


def sent(before: Used, told: list[Any], report: Any) -> dict[str, Any]:
    """What an upload cost, and what it did by its report and its last word about progress."""
    costs = since(before)
    report.raise_for_failures()
    return {**costs, "created": len(report.created), "hashed_bytes": told[-1].hashed_bytes}


def saved(before: Used, file: Any) -> dict[str, Any]:
    """What a download cost, if it was proven."""
    costs = since(before)
    if not file.verified:
        raise SystemExit("the download was not verified")
    return costs


def now() -> Used:
    """The time, the processor time used so far, the most memory used so far in bytes."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter(), used.ru_utime + used.ru_stime, used.ru_maxrss * unit


def since(before: Used) -> dict[str, Any]:
    """What has been used since; ``peak`` is the memory of the whole process."""
    elapsed, processor, peak = now()
    return {
        "seconds": elapsed - before[0],
        "processor": processor - before[1],
        "grown": peak - before[2],
        "peak": peak,
    }


JOBS = {job.__name__: job for job in (blocking, concurrent, bare, bare_concurrent, peer)}

if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve()
    else:
        print(json.dumps(JOBS[sys.argv[1]](*sys.argv[2:])))
