"""Downloads whose process is ended: by Ctrl-C, or at once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from immichkit.testing import ImmichServer
from immichkit.testing.seeding import SeedAsset

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
KILLS = 20 if os.environ.get("IMMICHKIT_THOROUGH") else 3
ORIGINAL = "/assets/{id}/original"

BLOCKING = """
import json, sys
from immichkit import Immich
url, key, folder = sys.argv[1:]
with Immich(url, api_key=key) as immich:
    try:
        print("begun", flush=True)
        report = immich.assets.download_assets(immich.search.iter_assets(), folder)
    except KeyboardInterrupt as stop:
        print(json.dumps(stop.report.to_dict()), flush=True)
        raise
    report.raise_for_failures()
"""
ASYNC = """
import asyncio, json, sys
from immichkit import AsyncImmich
url, key, folder = sys.argv[1:]
async def main():
    async with AsyncImmich(url, api_key=key) as immich:
        try:
            print("begun", flush=True)
            report = await immich.assets.download_assets(immich.search.iter_assets(), folder)
        except asyncio.CancelledError as stop:
            print(json.dumps(stop.report.to_dict()), flush=True)
            raise
        report.raise_for_failures()
asyncio.run(main())
"""


def content_of(number: int) -> bytes:
    return random.Random(number).randbytes(50_000)


def seeded(server: ImmichServer, count: int) -> list[str]:
    return server.seed(
        [SeedAsset(name=f"{number}.jpg", content=content_of(number)) for number in range(count)]
    )


def begun(program: str, server: ImmichServer, folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", program, server.url, server.api_key, str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"
    return process


@pytest.mark.parametrize("program", [BLOCKING, ASYNC], ids=["blocking", "async"])
def test_ctrl_c_ends_soon_with_a_truthful_report(
    program: str, server: ImmichServer, tmp_path: Path
) -> None:
    seeded(server, 30)
    server.slow(bytes_per_second=100_000, path=ORIGINAL)
    process = begun(program, server, tmp_path)
    time.sleep(1.2)
    process.send_signal(signal.SIGINT)
    sent = time.monotonic()
    out, _ = process.communicate(timeout=10)
    assert time.monotonic() - sent < 2
    assert process.returncode != 0
    results = json.loads(out)["results"]
    there = {r["path"] for r in results if r["status"] == "downloaded"}
    assert there <= {str(path) for path in tmp_path.rglob("*.jpg")}
    assert sum(r["status"] == "interrupted" for r in results) == 4
    server.clear_faults()
    done = begun(BLOCKING, server, tmp_path)
    _, said = done.communicate(timeout=60)
    assert done.returncode == 0, said
    assert {int(path.stem): path.read_bytes() for path in tmp_path.rglob("*.jpg")} == {
        number: content_of(number) for number in range(30)
    }


def test_kill_at_any_moment_moves_no_finished_file_again(
    server: ImmichServer, tmp_path: Path
) -> None:
    seeded(server, 60)
    chance = random.Random(5)
    there: set[str] = set()
    for _ in range(KILLS):
        server.slow(bytes_per_second=400_000, path=ORIGINAL)
        process = begun(BLOCKING, server, tmp_path)
        time.sleep(chance.uniform(0, 1))
        process.kill()
        process.communicate()
        server.clear_faults()
        there = {path.stem for path in tmp_path.rglob("*.jpg")}
        server.forget_requests()
    done = begun(BLOCKING, server, tmp_path)
    _, said = done.communicate(timeout=60)
    assert done.returncode == 0, said
    fetched = sum(seen.path.endswith("/original") for seen in server.requests)
    assert fetched == 60 - len(there)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {int(path.stem): path.read_bytes() for path in files if path.suffix == ".jpg"} == {
        number: content_of(number) for number in range(60)
    }
    assert len(files) == 61
