"""Mirrors that are ended from outside, by Ctrl-C or cancellation, and go on as if nothing was."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from immichkit import AsyncImmich, AsyncLibraryMirror, Immich, LibraryMirror
from immichkit.testing import ImmichServer

TIMES = 50 if os.environ.get("IMMICHKIT_THOROUGH") else 5
SLOW = """
(with recursive n(i) as (select 1 union all select i + 1 from n where i < 3000000)
select max(i) from n) > 0
"""

BLOCKING = """
import sys
from immichkit import Immich, LibraryMirror
url, token, path = sys.argv[1:]
with Immich(url, access_token=token) as immich, LibraryMirror(path) as mirror:
    for change in mirror.follow(immich, every=0.05, since=0):
        print(change.kind, change.entity, flush=True)
"""
ASYNC = """
import asyncio, sys
from immichkit import AsyncImmich, AsyncLibraryMirror
async def main(url, token, path):
    async with AsyncImmich(url, access_token=token) as immich, AsyncLibraryMirror(path) as mirror:
        async for change in mirror.follow(immich, every=0.05, since=0):
            print(change.kind, change.entity, flush=True)
asyncio.run(main(*sys.argv[1:]))
"""


def is_current(path: Path, immich: Immich, ids: list[str]) -> bool:
    """Whether an update at once, which waits for nobody, ends with what there is."""
    with LibraryMirror(path) as mirror:
        mirror.update(immich, wait=0)
        same = {asset.id for asset in mirror.assets()} == set(ids)
        return same and not mirror.verify(immich).differences


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize("program", [BLOCKING, ASYNC], ids=["blocking", "async"])
def test_ctrl_c_ends_following_and_leaves_the_file_in_order(
    program: str, server: ImmichServer, tmp_path: Path
) -> None:
    session = Immich.sign_in(server.url, email=server.email, password=server.password)
    path = tmp_path / "l.db"
    with Immich(server.url, access_token=session.access_token) as immich:
        with LibraryMirror(path) as mirror:
            mirror.update(immich)
        ids = server.seed(5)
        with subprocess.Popen(
            [sys.executable, "-c", program, server.url, session.access_token, str(path)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            assert "created asset" in process.stdout.readline()
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=20)
        assert process.returncode != 0
        assert errors.rstrip().endswith("KeyboardInterrupt")
        assert [file.name for file in tmp_path.iterdir() if file.name.endswith("-wal")] == []
        assert is_current(path, immich, ids)


def test_cancelled_update_leaves_no_lock_and_no_half_of_anything(
    server: ImmichServer, tmp_path: Path
) -> None:
    rng, path = random.Random(5), tmp_path / "l.db"
    ids = server.seed(300)
    session = Immich.sign_in(server.url, email=server.email, password=server.password)

    async def main() -> None:
        async with (
            AsyncImmich(server.url, access_token=session.access_token) as immich,
            AsyncLibraryMirror(path) as mirror,
        ):
            for number in range(TIMES):
                updating = mirror.update(immich, wait=0, reset=number % 3 == 2, batch_size=7)
                task = asyncio.create_task(updating)
                await asyncio.sleep(rng.uniform(0, 0.5))
                task.cancel()
                await asyncio.wait([task])
                assert task.cancelled() or task.exception() is None
                ids.extend(server.seed(3))
            # What came of the last one is not waited for.
            assert (await mirror.update(immich, wait=0)).completed

    asyncio.run(main())
    with Immich(server.url, access_token=session.access_token) as immich:
        assert is_current(path, immich, ids)


def test_cancelled_question_ends_as_cancelled(server: ImmichServer, tmp_path: Path) -> None:
    server.seed(1)
    session = Immich.sign_in(server.url, email=server.email, password=server.password)

    async def main() -> None:
        async with (
            AsyncImmich(server.url, access_token=session.access_token) as immich,
            AsyncLibraryMirror(tmp_path / "l.db") as mirror,
        ):
            await mirror.update(immich)

            async def ask() -> list[str]:
                return [asset.id async for asset in mirror.assets(SLOW)]

            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(ask(), 0.1)
            assert [asset.id async for asset in mirror.assets()]

    asyncio.run(main())
