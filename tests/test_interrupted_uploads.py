"""Uploads that are ended from outside: Ctrl-C, cancellation, kill -9."""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from local_photos import checksum, on_the_server, photos, sent

from immichkit import AsyncImmich, Immich, UploadReport
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
KILLS = 20 if os.environ.get("IMMICHKIT_THOROUGH") else 2

BLOCKING = """
import json, sys
from pathlib import Path
from immichkit import Immich
url, key, folder, cache, after = sys.argv[1:]
with Immich(url, api_key=key) as immich:
    try:
        immich.assets.upload(folder, album="Trip", hash_cache=cache, after=after)
    except KeyboardInterrupt as stop:
        print(json.dumps(stop.report.to_dict()), flush=True)
        raise
"""
ASYNC = """
import asyncio, json, sys
from immichkit import AsyncImmich
url, key, folder, cache, after = sys.argv[1:]
async def main():
    async with AsyncImmich(url, api_key=key) as immich:
        try:
            await immich.assets.upload(folder, album="Trip", hash_cache=cache, after=after)
        except asyncio.CancelledError as stop:
            print(json.dumps(stop.report.to_dict()), flush=True)
            raise
asyncio.run(main())
"""
both_faces = pytest.mark.parametrize("program", [BLOCKING, ASYNC], ids=["blocking", "async"])


def begun(
    program: str, server: ImmichServer, folder: Path, after: str = "keep"
) -> subprocess.Popen[str]:
    cache = str(folder.parent / "cache.db")
    arguments = [server.url, server.api_key, str(folder), cache, after]
    return subprocess.Popen(
        [sys.executable, "-c", program, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def wait_until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not is_so() and time.monotonic() < deadline:
        time.sleep(0.002)
    assert is_so()


@both_faces
def test_killed_upload_is_completed_by_the_next(
    program: str, server: ImmichServer, tmp_path: Path
) -> None:
    dice = random.Random(program)
    for number in range(KILLS):
        folder = tmp_path / str(number)
        photos(folder, *(f"{number}-{name}.jpg" for name in range(150)))
        before, moment = sent(server), dice.randrange(140)
        with begun(program, server, folder) as process:
            wait_until(lambda: sent(server) >= before + moment)  # noqa: B023  # called here
            time.sleep(dice.uniform(0, 0.02))
            process.kill()
        with Immich(server.url, api_key=server.api_key) as immich:
            report = immich.assets.upload(folder, album="Trip", hash_cache=tmp_path / "cache.db")
        report.raise_for_failures()
        # What was on its way when the process died may have arrived or not.
        assert 150 <= sent(server) - before <= 154
    found = on_the_server(server)
    assert found == {path.name: checksum(path) for path in tmp_path.glob("*/*.jpg")}
    with Immich(server.url, api_key=server.api_key) as immich:
        [album] = immich.albums.get_all_albums()
    assert album.asset_count == KILLS * 150


@both_faces
def test_killed_upload_has_deleted_nothing_that_is_not_on_the_server(
    program: str, server: ImmichServer, tmp_path: Path
) -> None:
    dice = random.Random(program)
    for number in range(KILLS):
        names = [f"{number}-{name}.jpg" for name in range(40)]
        folder = photos(tmp_path / str(number), *names, *(f"{name}.xmp" for name in names))
        sidecars = {path.name: checksum(path) for path in folder.glob("*.xmp")}
        known = {path.name: checksum(path) for path in folder.glob("*.jpg")}
        with begun(program, server, folder, "delete") as process:
            # The first to go; then any moment until the last has gone.
            wait_until(lambda: len(list(folder.glob("*.jpg"))) < 40)  # noqa: B023
            time.sleep(dice.uniform(0, 0.03))
            process.kill()
        here = {path.name: checksum(path) for path in folder.glob("*.jpg")}
        there = on_the_server(server)
        assert here.items() <= known.items() <= there.items()
        # A sidecar never goes before its photo.
        left = {path.name: checksum(path) for path in folder.glob("*.xmp")}
        assert left.items() <= sidecars.items()
        assert {f"{name}.xmp" for name in here} <= set(left)


def whole(report: UploadReport, folder: Path) -> bool:
    known = {result.path for result in report.results}
    return known <= set(folder.iterdir()) and len(known) == len(report.results)


def test_ctrl_c_waits_for_no_answer_and_gives_a_report(
    server: ImmichServer, tmp_path: Path
) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(40)))
    server.slow(seconds=30, times=4, method="POST", path="/assets")
    with Immich(server.url, api_key=server.api_key) as immich:
        timer = threading.Timer(1, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        begun = time.monotonic()
        with pytest.raises(KeyboardInterrupt) as caught:
            immich.assets.upload(tmp_path, hash_cache=False)
        assert time.monotonic() - begun < 15
        report = caught.value.__dict__["report"]
        assert whole(report, tmp_path)
        assert len(report.interrupted) >= 4
        server.clear_faults()


def test_cancellation_waits_for_no_answer_and_gives_a_report(
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
            assert time.monotonic() - begun < 15
            found: UploadReport = caught.value.__dict__["report"]
            return found

    report = asyncio.run(main())
    assert whole(report, tmp_path)
    assert len(report.interrupted) >= 4


def test_broken_off_deleting_is_told_as_it_was(server: ImmichServer, tmp_path: Path) -> None:
    photos(tmp_path, *(f"{number}.jpg" for number in range(100)))

    async def main() -> UploadReport:
        async with AsyncImmich(server.url, api_key=server.api_key) as immich:
            upload = immich.assets.upload(tmp_path, after="delete", hash_cache=False)
            task = asyncio.create_task(upload)
            while len(list(tmp_path.iterdir())) == 100:  # noqa: ASYNC110  # at once
                await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as caught:
                await task
            found: UploadReport = caught.value.__dict__["report"]
            return found

    report = asyncio.run(main())
    left = {result.path for result in report.results if result.local == "kept"}
    assert left == set(tmp_path.iterdir())
    assert 0 < len(left) < 100


SLOW = """
import time
from pathlib import Path
from immichkit.local import hashing
at_once = hashing._sha1
def slowly(path, told, is_over):
    if path.name == "0.jpg":
        (path.parent.parent / "begun").touch()
        for _ in range(40):
            time.sleep(0.1)
            if is_over():
                raise hashing.InterruptedReadError
    return at_once(path, told, is_over)
hashing._sha1 = slowly
"""


@both_faces
@pytest.mark.parametrize("count", [2, 230])  # the files leave in the end, or in between
def test_nothing_is_deleted_after_an_interruption(
    program: str, server: ImmichServer, tmp_path: Path, count: int
) -> None:
    folder = photos(tmp_path / "photos", *(f"{number}.jpg" for number in range(count)))
    for path in folder.iterdir():
        os.utime(path, (1_000_000_000, 1_000_000_000))
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.assets.upload(folder, album="Trip", hash_cache=tmp_path / "cache.db")
    # Whatever goes on in a thread then has the time to end.
    slow = SLOW + program.replace("raise\n", "time.sleep(4.5); raise\n")
    with begun(slow, server, folder, "delete") as process:
        wait_until((tmp_path / "begun").exists)
        time.sleep(0.5)  # a signal just before asyncio begins to wait would not wake it
        process.send_signal(signal.SIGINT)
        at = time.monotonic()
        assert process.stdout is not None
        results = json.loads(process.stdout.readline())["results"]
        assert time.monotonic() - at < 2.5
    kept = {result["path"] for result in results if result["local"] == "kept"}
    assert str(folder / "0.jpg") in kept
    assert kept == {str(path) for path in folder.iterdir()}


@both_faces
def test_process_waits_for_no_answer_and_gives_a_true_report(
    program: str, server: ImmichServer, tmp_path: Path
) -> None:
    folder = photos(tmp_path / "photos", *(f"{number}.jpg" for number in range(60)))
    with begun(program, server, folder) as process:
        wait_until(lambda: sent(server) >= 8)
        server.slow(seconds=30, method="POST", path="/assets")
        # What is begun is answered still, then the server stands still.
        count = -1
        while count != (count := sent(server)):
            time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        at = time.monotonic()
        out, _ = process.communicate(timeout=25)
        # A second on an idle computer; what counts is that nobody waits for the server.
        assert time.monotonic() - at < 15
    assert process.returncode != 0
    server.clear_faults()
    results = json.loads(out)["results"]
    assert {result["path"] for result in results} == {str(path) for path in folder.iterdir()}
    assert {result["status"] for result in results} == {"created", "interrupted"}
    there = on_the_server(server)
    made = [Path(result["path"]) for result in results if result["status"] == "created"]
    assert len(made) >= 8
    assert {path.name: checksum(path) for path in made}.items() <= there.items()
    # Those in flight, which the server has, were never answered.
    assert len(there) - len(made) <= 4
