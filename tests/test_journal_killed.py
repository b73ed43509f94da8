"""Applying and undoing that `kill -9` ends: the journal leads back from wherever it was."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from immichkit import Immich, Journal
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")

RUN = """
import os, signal, sys
from immichkit import Immich, Journal
url, key, path, what, writes, when = sys.argv[1:]
left = int(writes)
def count(event):
    global left
    if event.method == "GET" or event.operation.startswith("search."):
        return
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    left -= 1
with Immich(url, api_key=key, **{when: count}) as immich:
    if what == "apply":
        immich.stacks.apply(immich.stacks.plan(reset_stacks=True), journal=path, limit=1)
        immich.trash.apply(immich.trash.plan_fix(), journal=path)
    else:
        Journal(path).undo(immich, limit=1)
"""


def killed(server: ImmichServer, path: Path, what: str, writes: int, when: str) -> bool:
    """Whether it came as far as that write, and was killed there."""
    arguments = [server.url, server.api_key, str(path), what, str(writes), when]
    code = subprocess.run([sys.executable, "-c", RUN, *arguments], check=False).returncode
    assert code in {0, -signal.SIGKILL}
    return code != 0


def state(immich: Immich) -> tuple[set[tuple[str, frozenset[str]]], set[str]]:
    stacks = {
        (stack.primary_asset_id, frozenset(asset.id for asset in stack.assets))
        for stack in immich.stacks.fetch_all().values()
    }
    return stacks, {asset.id for asset in immich.trash.iter_assets()}


@pytest.mark.parametrize("when", ["on_request", "on_response"])
@pytest.mark.parametrize("writes", range(6))
def test_undone_the_server_is_as_it_was_wherever_it_was_killed(
    server: ImmichServer, tmp_path: Path, writes: int, when: str
) -> None:
    names = ("A.jpg", "A.dng", "B.jpg", "B.dng", "C.jpg", "D.jpg", "E.jpg", "E.dng")
    ids = server.seed(SeedAsset(name=name) for name in names)
    path = tmp_path / "undo.jsonl"
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.stacks.stack_assets([ids[2], ids[4]])
        immich.stacks.stack_assets([ids[5], ids[6]])
        immich.assets.delete_assets(ids=[ids[0]])
        before = state(immich)
        was_killed = killed(server, path, "apply", writes, when)
        assert was_killed or state(immich) != before
        known = len(Journal(path).steps())
        if was_killed:
            # Whatever was sent, and the write that was just about to be, is in it.
            assert known >= 1
        killed(server, path, "undo", writes % 3, when)
        assert Journal(path).undo(immich).ok
        assert state(immich) == before
        assert Journal(path).steps() == []
