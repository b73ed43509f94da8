"""Uploads and downloads against curl, a bare loop and immichpy, each in processes of their own.

The server has a process, too, and a new one for every upload: so nothing is there already.
Contenders take turns, in another order each time, and the best of their turns counts.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, cast

from benchmarks.processes import run, seconds

JOB = Path(__file__).with_name("job.py")
MIB = 2**20
MANY, FEW = 10_000, 1_000
ROUNDS = 3
OLD = 1_600_000_000
"""When the photos were taken: what was written just now is in no cache of hashes."""

FACES = {"blocking": "blocking", "async": "concurrent"}
Row = tuple[str, str, str, bool]
Costs = dict[str, Any]


def big(python: Path, folder: Path, size: int) -> list[Row]:
    """One file of ``size`` MiB, sent and fetched."""
    # There are up to three copies of it at a time.
    room = shutil.disk_usage(folder).free // MIB // 4
    size = size if size <= room else min(size, 512)
    file, copy, cache = folder / "big.mp4", folder / "copy.mp4", folder / "big.cache"
    with file.open("wb") as output:
        for _ in range(size):
            output.write(os.urandom(MIB))

    def curl_up() -> Costs:
        with served(python) as (url, key):
            form = {"assetData": f"@{file}", "fileCreatedAt": "2024-01-01T00:00:00.000Z"}
            form |= {"fileModifiedAt": form["fileCreatedAt"], "filename": file.name}
            fields = [part for field in form.items() for part in ("-F", "=".join(field))]
            sha1sum = seconds("sha1sum", file)
            curl = seconds("curl", "-sf", "-H", f"x-api-key: {key}", *fields, f"{url}/api/assets")
            return {"seconds": sha1sum + curl}

    def up(face: str) -> Costs:
        cache.unlink(missing_ok=True)
        with served(python) as server:
            return job(python, FACES[face], *server, "upload", file, cache)

    ups = best(ROUNDS, {"curl": curl_up, **{face: partial(up, face) for face in FACES}})
    with served(python) as server:
        url, key = server
        job(python, "blocking", *server, "upload", file, folder / "other.cache")
        photo = asset_id(url, key)
        original = f"{url}/api/assets/{photo}/original"

        def curl_down() -> Costs:
            copy.unlink(missing_ok=True)
            return {
                "seconds": seconds("curl", "-sf", "-H", f"x-api-key: {key}", "-o", copy, original)
            }

        def down(face: str) -> Costs:
            copy.unlink(missing_ok=True)
            return job(python, FACES[face], *server, "download", photo, copy)

        downs = best(ROUNDS, {"curl": curl_down, **{face: partial(down, face) for face in FACES}})
    copy.unlink()
    file.unlink()
    found = []
    for what, other, costs in [
        ("downloading and proving", "curl", downs),
        ("uploading", "sha1sum, then curl", ups),
    ]:
        for face, limit in {"blocking": 1 / 0.9, "async": 1 / 0.7}.items():
            ratio = costs[face]["seconds"] / costs["curl"]["seconds"]
            found.append(ratio_row(f"{what} {size} MiB, {face} : {other}", ratio, limit))
        grown = max(costs[face]["grown"] for face in FACES) / MIB
        shown = f"{grown:.0f} MiB"
        found.append((f"memory that {what} {size} MiB takes", shown, "32 MiB", grown <= 32))
    return found


def many(python: Path, peer: Path | None, folder: Path) -> list[Row]:
    """Many small files, sent."""
    photos, few, cache = folder / "photos", folder / "few", folder / "many.cache"
    for place, count in ((few, FEW), (photos, MANY)):
        for number in range(count):
            path = place / f"{number // 500:02}" / f"IMG_{number:05}.jpg"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(b"\xff\xd8\xff" + os.urandom(4_000))
            os.utime(path, (OLD, OLD))

    def ours(face: str, source: Path) -> Costs:
        cache.unlink(missing_ok=True)
        with served(python) as server:
            return complete(source, job(python, FACES[face], *server, "upload", source, cache))

    def bare(name: str) -> Costs:
        with served(python) as server:
            return job(python, name, *server, photos)

    def peers() -> Costs:
        with served(python) as server:
            return complete(photos, job(peer or python, "peer", *server, photos))

    small = {face: ours(face, few) for face in FACES}
    contenders: dict[str, Callable[[], Costs]] = {
        "bare": lambda: bare("bare"),
        "blocking": lambda: ours("blocking", photos),
        "bare async": lambda: bare("bare_concurrent"),
        "async": lambda: ours("async", photos),
        **({} if peer is None else {"peer": peers}),
    }
    costs = best(ROUNDS, contenders)
    found = [
        ratio_row(
            f"uploading {MANY:,} small files, {face} : a bare loop over httpx",
            costs[face]["seconds"] / costs[other]["seconds"],
            1.1,
        )
        for face, other in (("blocking", "bare"), ("async", "bare async"))
    ]
    if peer is not None:
        # Async has no limit: httpx alone, in the bare loop, takes more than immichpy's aiohttp.
        for face, limit in (("blocking", 1.0), ("async", None)):
            ratio = costs[face]["processor"] / costs["peer"]["processor"]
            found.append(ratio_row(f"processor time for that, {face} : immichpy", ratio, limit))
    more = max(costs[face]["peak"] - small[face]["peak"] for face in FACES) / MIB
    what = f"memory that {MANY:,} files take more than {FEW:,}, with the report"
    found.append((what, f"{more:.1f} MiB", "10 MiB", more <= 10))
    cache.unlink(missing_ok=True)
    with served(python) as server:
        # The first of them fills the cache of hashes.
        for face in FACES.values():
            again = job(python, face, *server, "upload", photos, cache)
    shown = f"{again['created']}, {again['hashed_bytes']}"
    found.append(
        ("files sent, bytes read by another run over them", shown, "0, 0", shown == "0, 0")
    )
    return found


def ratio_row(what: str, ratio: float, limit: float | None) -> Row:
    """A row about times that are compared."""
    if limit is None:
        return what, f"{ratio:.2f}", "", True
    return what, f"{ratio:.2f}", f"{limit:.2f}", ratio <= limit


def complete(source: Path, costs: Costs) -> Costs:
    """``costs``, if every photo was sent."""
    if costs["created"] != sum(1 for _ in source.glob("*/*.jpg")):
        raise SystemExit(f"only {costs['created']} files of {source.name} were sent")
    return costs


def best(rounds: int, contenders: dict[str, Callable[[], Costs]]) -> dict[str, Costs]:
    """The least that each contender cost in any of its turns, cost by cost."""
    found: dict[str, Costs] = {}
    names = list(contenders)
    for number in range(rounds):
        for name in names if number % 2 == 0 else reversed(names):
            costs = contenders[name]()
            least = found.setdefault(name, costs)
            found[name] = {what: min(least[what], costs[what]) for what in costs}
    return found


@contextlib.contextmanager
def served(python: Path) -> Iterator[tuple[str, str]]:
    """The URL and the key of an embedded server in a process of its own."""
    process = subprocess.Popen(
        [python, JOB, "serve"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=tempfile.gettempdir(),
    )
    try:
        url, key = cast("IO[str]", process.stdout).readline().split()
        yield url, key
    finally:
        # The end of its input is the server's, too.
        process.communicate()


def job(python: Path, *arguments: object) -> Costs:
    """What a job cost, done by a fresh process."""
    return dict(json.loads(run(python, JOB, *arguments)))


def asset_id(url: str, key: str) -> str:
    """The id of the one asset on a server."""
    search = run(
        "curl", "-sf", "-H", f"x-api-key: {key}", "-H", "content-type: application/json",
        "-d", "{}", f"{url}/api/search/metadata",
    )  # fmt: skip
    (asset,) = json.loads(search)["assets"]["items"]
    return str(asset["id"])
