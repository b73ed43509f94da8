"""Uploads that are ended from outside: Ctrl-C, cancellation, kill -9."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from local_photos import checksum, on_the_server, photos, sent

from immichkit import AsyncImmich, Immich, UploadReport
from immichkit.testing import ImmichServer

PROGRAM = """
import sys
from immichkit import Immich
with Immich(sys.argv[1], api_key=sys.argv[2]) as immich:
    immich.assets.upload(sys.argv[3], hash_cache=sys.argv[4])
"""


def test_killed_upload_is_completed_by_the_next(server: ImmichServer, tmp_path: Path) -> None:
    rounds = 20 if os.environ.get("IMMICHKIT_THOROUGH") else 3
    dice = random.Random(5)
    for number in range(rounds):
        folder = tmp_path / str(number)
        photos(folder, *(f"{number}-{name}.jpg" for name in range(150)))
        arguments = [server.url, server.api_key, str(folder), str(tmp_path / "cache.db")]
        with subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments]) as process:
            before = sent(server)
            moment = dice.randrange(1, 140)
            deadline = time.monotonic() + 20
            while sent(server) < before + moment and time.monotonic() < deadline:
                time.sleep(0.002)
            process.kill()
        with Immich(server.url, api_key=server.api_key) as immich:
            report = immich.assets.upload(folder, hash_cache=tmp_path / "cache.db")
        report.raise_for_failures()
        # What was on its way when the process died may have arrived or not.
        assert 150 <= sent(server) - before <= 154
    found = on_the_server(server)
    assert found == {path.name: checksum(path) for path in tmp_path.glob("*/*.jpg")}


def whole(report: UploadReport, folder: Path) -> bool:
    known = {result.path for result in report.results}
    return known <= set(folder.iterdir()) and len(known) == len(report.results)


def test_ctrl_c_ends_within_a_second_with_a_report(server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(40)))
    server.slow(seconds=30, times=4, method="POST", path="/assets")
    with Immich(server.url, api_key=server.api_key) as immich:
        timer = threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt) as caught:
            immich.assets.upload(tmp_path, hash_cache=False)
        assert time.monotonic() - begun < 2
        report = caught.value.__dict__["report"]
        assert whole(report, tmp_path)
        assert len(report.interrupted) >= 4
        server.clear_faults()


def test_cancellation_ends_within_a_second_with_a_report(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(40)))
    server.slow(seconds=30, times=4, method="POST", path="/assets")

    async def main() -> UploadReport:
        async with AsyncImmich(server.url, api_key=server.api_key) as immich:
            task = asyncio.create_task(immich.assets.upload(tmp_path, hash_cache=False))
            await asyncio.sleep(1)
            begun = time.monotonic()
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            assert time.monotonic() - begun < 1
            found: UploadReport = caught.value.__dict__["report"]
            return found

    report = asyncio.run(main())
    assert whole(report, tmp_path)
    assert len(report.interrupted) >= 4


def test_process_ends_though_the_server_stands_still(server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path / "photos", "a.jpg")
    server.slow(seconds=30, times=1, method="POST", path="/assets")
    arguments = [server.url, server.api_key, str(tmp_path / "photos"), str(tmp_path / "cache.db")]
    with subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stderr=subprocess.DEVNULL
    ) as process:
        time.sleep(2)
        begun = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(10) != 0
        assert time.monotonic() - begun < 2
    server.clear_faults()
