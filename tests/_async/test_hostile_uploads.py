"""Uploads over a bad line: whatever happens, the report is true and the next run completes it."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any, Literal

import pytest
from hostile_library import ALBUM, TAG, Library
from hostile_proxy import FAULTS, HostileProxy

from immichkit import AsyncImmich, ImmichError, RetryPolicy, Timeout
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
RUNS = 500 if os.environ.get("IMMICHKIT_THOROUGH") else 50
SOON = Timeout(read=0.15, write=0.15, upload=0.15)


@pytest.mark.parametrize("block", range(10))
async def test_any_faults_end_in_a_true_report_and_a_whole_library(
    block: int, server: ImmichServer, tmp_path: Path
) -> None:
    for seed in range(block * RUNS // 10, (block + 1) * RUNS // 10):
        try:
            await upload_twice(seed, server, tmp_path)
        except BaseException as error:
            error.add_note(f"The seed is {seed}.")
            raise


async def upload_twice(seed: int, server: ImmichServer, tmp_path: Path) -> None:
    """Once through a bad proxy, once without."""
    chance = random.Random(seed)
    user, library = server.add_user(), Library(tmp_path / str(seed), seed)
    uploads = chance.choices(FAULTS, k=chance.randrange(8))
    others = chance.choices(FAULTS, k=chance.choice([0, 0, 1, 3]))
    retry = RetryPolicy(chance.randrange(3), 0)
    after: Literal["keep", "delete"] = chance.choice(["keep", "keep", "delete"])
    options: dict[str, Any] = {
        "album": ALBUM,
        "tags": TAG,
        "live_photos": "by_name",
        "hash_cache": chance.choice([False, tmp_path / "cache.db"]),
        "concurrency": chance.choice([1, 2, 4]),
    }
    known: dict[str, Any] = {"api_key": user.api_key, "server_version": server.server_version}
    with HostileProxy(server.url, uploads, others, seed) as proxy:
        async with AsyncImmich(proxy.url, retry=retry, timeout=SOON, **known) as immich:
            try:
                report = await immich.assets.upload(library.folder, after=after, **options)
            except ImmichError as error:
                library.check_said(error.__dict__["report"], server, user)
            else:
                library.check_report(report, server, user)
    async with AsyncImmich(server.url, **known) as immich:
        report = await immich.assets.upload(library.folder, **options)
    report.raise_for_failures()
    library.check_whole(server, user)
