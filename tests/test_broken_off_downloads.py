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
KILLS = 20 if os.environ.get("IMMICHKIT_THOROUGH") else 2
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
both_faces = pytest.mark.parametrize("program", [BLOCKING, ASYNC], ids=["blocking", "async"])


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


@both_faces
def test_ctrl_c_ends_soon_with_a_truthful_report(
    program: str, server: ImmichServer, tmp_path: Path
) -> None:
    seeded(server, 30)
    server.slow(bytes_per_second=100_000, path=ORIGINAL)
    process = begun(program, server, tmp_path)
    time.sleep(1.2)
    server.clear_faults()
    server.slow(bytes_per_second=1_600, path=ORIGINAL)
    # What is on its way now takes half a minute.
    time.sleep(0.8)
    process.send_signal(signal.SIGINT)
    sent = time.monotonic()
    out, _ = process.communicate(timeout=25)
    assert time.monotonic() - sent < 15
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


@both_faces
def test_kill_at_any_moment_moves_no_finished_file_again(
    program: str, server: ImmichServer, tmp_path: Path
) -> None:
    # So many that there is something left to do at each.
    count = 20 * (KILLS + 1)
    ids = seeded(server, count)
    chance = random.Random(program)
    there: set[str] = set()
    fetched: list[str] = []
    for kill in range(KILLS + 1):
        there = {ids[int(path.stem)] for path in tmp_path.rglob("*.jpg")}
        server.forget_requests()
        if kill < KILLS:
            server.slow(bytes_per_second=400_000, path=ORIGINAL)
            process = begun(program, server, tmp_path)
            time.sleep(chance.uniform(0, 1))
            process.kill()
            process.communicate()
            server.clear_faults()
        else:
            process = begun(program, server, tmp_path)
            _, said = process.communicate(timeout=60)
            assert process.returncode == 0, said
        fetched = [seen.path.split("/")[-2] for seen in server.requests if "original" in seen.path]
        assert not there & set(fetched)
    assert set(fetched) == set(ids) - there
    # What was on its way when the last one died may have come in after it.
    assert len(fetched) <= count - len(there) + 4
    files = {path for path in tmp_path.rglob("*") if path.is_file()}
    finished = {path for path in files if path.suffix == ".jpg"}
    assert {int(path.stem): path.read_bytes() for path in finished} == {
        number: content_of(number) for number in range(count)
    }
    assert {path.name for path in files - finished} == {".immichkit-manifest.jsonl"}
