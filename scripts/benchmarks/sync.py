#!/usr/bin/env python3
"""Measure a sync of a million events over a socket, against a loop of json.loads.

Server, client and loop are processes of their own. Both sides read the same stream with the same
HTTP library, deal with 500 events at a time by doing nothing, and acknowledge each batch before
they go on. They take turns, and the best of the rounds counts. The exit status is 1 where a limit
is not met.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

EVENTS = 1_000_000
BATCH = 500
ANYONE = "-"
LEAST_RATIO = 1.3
MOST_MEMORY = 16 * 2**20
LINE = (
    b'{"type":"AssetV2","data":{"id":"58e429dc-d5f3-475e-a332-%012x","ownerId":'
    b'"8a08b258-366c-4d83-9a12-4c0a0d1f80e0","originalFileName":"IMG_%08d.jpg","fileCreatedAt":'
    b'"2024-04-05T00:00:00.000Z","fileModifiedAt":"2024-04-05T00:00:00.000Z","createdAt":'
    b'"2026-11-21T06:14:28.386Z","localDateTime":"2024-04-05T00:00:00.000Z","type":"IMAGE",'
    b'"deletedAt":null,"isFavorite":false,"visibility":"timeline","duration":null,'
    b'"livePhotoVideoId":null,"stackId":null,"libraryId":null,"width":4032,"height":3024,'
    b'"isEdited":false,"checksum":"u9R+/+avdLSIr5AQ7O87pqcafuA=","thumbhash":'
    b'"ItcBBwBoiVyPeHiGiKd4d4h7BFu38HcP"},"ack":"AssetV2|01a1fcbd-fde3-7e20-9675-%012x"}\n'
)
COMPLETE = b'{"type":"SyncCompleteV1","data":{},"ack":"SyncCompleteV1|01a1fcbd-fa73-7ac9-8f84-0"}\n'


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=EVENTS)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--chunk", type=int, default=BATCH, help="events in each chunk that the server writes"
    )
    parser.add_argument("--side", choices=[*SIDES, "server"], help=argparse.SUPPRESS)
    parser.add_argument("--url", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.side == "server":
        asyncio.run(serve(given.events, given.chunk))
        return 0
    if given.side:
        print(json.dumps(measured(given.side, given.url, given.events)))
        return 0
    rows = sync_rows(given.events, given.rounds, given.chunk)
    for name, value, limit, _ in rows:
        print(f"{name:52} {value:>18} {limit:>14}")
    return 0 if all(met for *_, met in rows) else 1


def sync_rows(
    events: int = EVENTS, rounds: int = 3, chunk: int = BATCH, python: str = sys.executable
) -> list[tuple[str, str, str, bool]]:
    """What was measured, the figure, its limit, and whether that is met."""
    best: dict[str, dict[str, float]] = {}
    with server(python, events, chunk) as url:
        for _ in range(rounds):
            for side in SIDES:
                found = in_a_process(python, side, url, events)
                kept = best.setdefault(side, found)
                kept["seconds"] = min(kept["seconds"], found["seconds"])
                kept["memory"] = max(kept["memory"], found["memory"])
    rows = [("sync: json.loads and acknowledge", rate(events, best["loop"]), "", True)]
    for side, name in (("blocking", "sync.run"), ("async", "sync.run, async")):
        ratio = best["loop"]["seconds"] / best[side]["seconds"]
        memory = best[side]["memory"]
        figure = f"{rate(events, best[side])} ({ratio:.2f}x)"
        rows.append((name, figure, f">= {LEAST_RATIO}x", ratio >= LEAST_RATIO))
        limit = f"<= {MOST_MEMORY >> 20} MiB"
        rows.append((f"{name}, memory", f"{memory / 2**20:.1f} MiB", limit, memory <= MOST_MEMORY))
    return rows


def rate(events: int, found: dict[str, float]) -> str:
    return f"{events / found['seconds'] / 1000:.0f} k/s"


def in_a_process(python: str, side: str, url: str, events: int) -> dict[str, float]:
    command = [python, __file__, "--side", side, "--url", url, "--events", str(events)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout)
    return found


@contextmanager
def server(python: str, events: int, chunk: int) -> Iterator[str]:
    """The address of a server that streams so many events as often as it is asked."""
    command = [python, __file__, "--side", "server"]
    command += ["--events", str(events), "--chunk", str(chunk)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield next(iter(process.stdout or ())).strip()
        finally:
            process.terminate()


async def serve(events: int, chunk: int) -> None:
    """Answer with a stream, or 204, until the process is ended."""
    blocks = [
        b"".join(LINE % (n, n, n) for n in range(begin, min(begin + chunk, events)))
        for begin in range(0, min(events, 100 * chunk), chunk)
    ]
    framed = [b"%x\r\n%b\r\n" % (len(block), block) for block in blocks]
    # Several small chunks go out in one write, as they do from a busy server.
    together = max(1, BATCH // chunk)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await reader.readuntil(b"\r\n\r\n"):
            length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            await reader.readexactly(length)
            if b"/sync/ack" in head:
                writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")
                continue
            writer.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: application/jsonlines+json\r\n"
                b"Transfer-Encoding: chunked\r\n\r\n"
            )
            for begin in range(0, events // chunk, together):
                numbers = range(begin, begin + together)
                writer.write(b"".join(framed[number % len(framed)] for number in numbers))
                await writer.drain()
            writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(COMPLETE), COMPLETE))
            await writer.drain()

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await answer(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    print(f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}", flush=True)
    await listener.serve_forever()


def measured(side: str, url: str, events: int) -> dict[str, float]:
    """Seconds, and bytes by which the process grew, of one side."""
    SIDES[side](url, events, warm=True)
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
    before, begun = status("VmRSS"), time.perf_counter()
    SIDES[side](url, events, warm=False)
    return {"seconds": time.perf_counter() - begun, "memory": status("VmHWM") - before}


def status(name: str) -> int:
    """Bytes, as Linux counts them."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.partition(f"{name}:")[2].split()[0]) * 1024


def nothing(events: list[Any]) -> None:
    """Deal with events by doing nothing."""


def check(count: int, wanted: int) -> None:
    if count != wanted:
        sys.exit(f"{count} events came, not {wanted}")


def run_blocking(url: str, events: int, *, warm: bool) -> None:
    from immichkit import Immich

    with Immich(url, access_token=ANYONE) as immich:
        if warm:
            immich.sync.ack(["AssetV2|-"])
            return
        report = immich.sync.run(nothing, ["AssetsV2"], BATCH)
        check(report.counts["AssetV2"], events)


def run_async(url: str, events: int, *, warm: bool) -> None:
    asyncio.run(run_async_face(url, events, warm=warm))


async def run_async_face(url: str, events: int, *, warm: bool) -> None:
    from immichkit import AsyncImmich

    async with AsyncImmich(url, access_token=ANYONE) as immich:
        if warm:
            await immich.sync.ack(["AssetV2|-"])
            return
        report = await immich.sync.run(nothing, ["AssetsV2"], BATCH)
        check(report.counts["AssetV2"], events)


def run_loop(url: str, events: int, *, warm: bool) -> None:
    import httpx

    count = 0
    headers = {"authorization": f"Bearer {ANYONE}", "accept-encoding": "identity"}
    with httpx.Client(base_url=f"{url}/api", headers=headers) as client:

        def ack(batch: list[dict[str, Any]]) -> None:
            client.post("/sync/ack", json={"acks": [batch[-1]["ack"]]})

        if warm:
            ack([{"ack": "AssetV2|-"}])
            return
        asked = {"types": ["AssetsV2"]}
        batch, rest = [], b""
        with client.stream("POST", "/sync/stream", json=asked) as response:
            for chunk in response.iter_bytes():
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    batch.append(json.loads(line))
                    if len(batch) == BATCH:
                        count += len(batch)
                        ack(batch)
                        batch = []
        ack(batch)
        check(count + len(batch), events + 1)


SIDES = {"loop": run_loop, "blocking": run_blocking, "async": run_async}

if __name__ == "__main__":
    sys.exit(main())
