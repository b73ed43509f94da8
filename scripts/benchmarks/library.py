#!/usr/bin/env python3
"""Measure how fast a mirror takes the events of a sync, against SQLite's own pace.

Both write the same rows into the same tables, with the same settings of the file. The mirror has
them from a stream, batch by batch, each in a transaction of its own and noted before it is
acknowledged; the other has them ready made, and does nothing but `executemany`. They take turns,
each in a process of its own, and the best turn counts. The exit status is 1 if the mirror takes
more than one and a half times as long, or less than 20,000 events a second, or if its process grows
by more than the 128 MiB of its page cache and 32 more.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from immichkit import SyncEngine
from immichkit.local.library.effects import REQUESTED, UPSERTS
from immichkit.local.library.records import RecordReader
from immichkit.local.library.store import Store
from immichkit.local.library.tables import TABLES, quoted

BATCH = 500
CHUNK = 1 << 16
MOST_MEMORY = 160 << 20
TIME = "2024-04-01T00:00:00.000Z"
ME = "8a08b258-366c-4d83-9a12-4c0a0d1f80e0"
ASSET = {
    "id": "", "ownerId": ME, "originalFileName": "IMG_0001.jpg", "fileCreatedAt": TIME,
    "fileModifiedAt": TIME, "createdAt": TIME, "localDateTime": TIME, "type": "IMAGE",
    "deletedAt": None, "isFavorite": False, "visibility": "timeline", "duration": None,
    "livePhotoVideoId": None, "stackId": None, "libraryId": None, "width": 4032, "height": 3024,
    "isEdited": False, "checksum": "c/W4UKvADNv8hCn909TQ7xFCb2g=",
    "thumbhash": "nvgJNZI/poevdndVlkiIigU5xTC3",
}  # fmt: skip
EXIF = {
    "assetId": "", "description": "", "exifImageWidth": 4032, "exifImageHeight": 3024,
    "fileSizeInByte": 2_345_678, "orientation": "6", "dateTimeOriginal": TIME, "modifyDate": TIME,
    "timeZone": "Europe/Paris", "latitude": 48.8566, "longitude": 2.3522, "projectionType": None,
    "city": "Paris", "state": "Île-de-France", "country": "France", "make": "Apple",
    "model": "iPhone 15", "lensModel": "back camera", "fNumber": 1.8, "focalLength": 6.8,
    "iso": 64, "exposureTime": "1/120", "profileDescription": "Display P3", "rating": None,
    "fps": None,
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--events", type=int, default=200_000, help="half assets, half EXIF")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--one", choices=["mirror", "bare"], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.one:
        took, grew = {"mirror": mirrored, "bare": bare}[given.one](given.events)
        print(took)
        print(grew, file=sys.stderr)
        return 0
    memory = 0
    best = dict.fromkeys(["mirror", "bare"], float("inf"))
    for _ in range(given.rounds):
        for one in best:
            command = [sys.executable, __file__, "--one", one, "--events", str(given.events)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            best[one] = min(best[one], float(done.stdout))
            memory = max(memory, int(done.stderr))
    pace = {one: given.events / took for one, took in best.items()}
    ratio = best["mirror"] / best["bare"]
    print(f"mirror:      {pace['mirror']:>9,.0f} events a second")
    print(f"executemany: {pace['bare']:>9,.0f} rows a second")
    print(f"ratio:       {ratio:>9.2f} of at most 1.5")
    print(f"memory:      {memory / 2**20:>9,.0f} MiB of at most {MOST_MEMORY >> 20}")
    return int(ratio > 1.5 or pace["mirror"] < 20_000 or memory > MOST_MEMORY)


def lines(count: int) -> Iterator[bytes]:
    """A first sync of a library: its assets, then what their files say."""
    rng = random.Random(1)
    ids = [str(uuid.UUID(int=rng.getrandbits(128), version=4)) for _ in range(count // 2)]
    for kind, record, key in (("AssetV2", ASSET, "id"), ("AssetExifV1", EXIF, "assetId")):
        for id_ in ids:
            event = {"type": kind, "data": record | {key: id_}, "ack": f"{kind}|{id_}"}
            yield json.dumps(event, separators=(",", ":")).encode() + b"\n"
    yield b'{"type":"SyncCompleteV1","data":{},"ack":"SyncCompleteV1|now"}\n'


class Replay:
    """A stream that is in memory, and the mirror that takes it."""

    def __init__(self, store: Store, stream: bytes) -> None:
        self._store, self._stream = store, stream

    def stream(self, *_: object) -> Iterator[Any]:
        reader = RecordReader()
        for begin in range(0, len(self._stream), CHUNK):
            yield from reader.feed(self._stream[begin : begin + CHUNK])

    def ack(self, acks: list[str], /) -> None:
        self._store.acknowledging(acks)

    def process_events(self, events: list[Any]) -> None:
        data, acks = [event.data for event in events], [event.ack for event in events]
        self._store.apply(events[0].type, data, acks)

    def complete(self) -> None:
        self._store.complete()


def mirrored(count: int) -> tuple[float, int]:
    """Seconds that the mirror takes for so many events, and bytes by which the process grows."""
    stream = b"".join(lines(count))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "library.db")
        store.begin(ME, "https://photos.example.com/api", {})
        replay = Replay(store, stream)
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")  # forget the peak so far
        before, begin = status("VmRSS"), time.perf_counter()
        SyncEngine(replay, replay, REQUESTED, BATCH).run()
        took = time.perf_counter() - begin
        grew = status("VmHWM") - before
        store.close()
    return took, grew


def bare(count: int) -> tuple[float, int]:
    """Seconds that SQLite takes for the same rows."""
    rows: dict[str, list[Any]] = {}
    for event in RecordReader().feed(b"".join(lines(count))):
        if event.type in UPSERTS:
            rows.setdefault(UPSERTS[event.type], []).append(event.data)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder) / "library.db")
        database = store._database  # noqa: SLF001
        begin = time.perf_counter()
        for name, values in rows.items():
            places = ", ".join("?" * len(TABLES[name].names))
            insert = f"insert into {quoted(name)} values ({places})"  # noqa: S608
            for first in range(0, len(values), BATCH):
                database.execute("begin")
                database.executemany(insert, values[first : first + BATCH])
                database.execute("commit")
        took = time.perf_counter() - begin
        store.close()
    return took, 0


def status(name: str) -> int:
    """Bytes, as Linux counts them."""
    text = Path("/proc/self/status").read_text(encoding="ascii")
    return int(text.partition(f"{name}:")[2].split()[0]) * 1024


if __name__ == "__main__":
    sys.exit(main())
