"""Downloads whose task is cancelled by asyncio itself, while a thread is at work on their file."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from immichkit import AsyncImmich
from immichkit.local import partial_file
from immichkit.local.destination import Destination
from immichkit.local.partial_file import PartialFile
from immichkit.testing import ImmichServer
from immichkit.testing.seeding import SeedAsset

CONTENT = b"photo" * 50_000
STEPS = [
    (Destination, "open"),
    (PartialFile, "begin"),
    (PartialFile, "commit"),
    (PartialFile, "_put_in_place"),
]


class Slowed:
    """A step that stands still before it or after it, until it may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: type, name: str, when: str) -> None:
        self.is_there, self.go_on = threading.Event(), threading.Event()
        step = getattr(owner, name)

        def slowed(*arguments: Any, **options: Any) -> Any:
            if when == "before":
                self._stand_still()
            result = step(*arguments, **options)
            if when == "after":
                self._stand_still()
            return result

        monkeypatch.setattr(owner, name, slowed)

    def _stand_still(self) -> None:
        self.is_there.set()
        assert self.go_on.wait(20)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step[1])
def test_cancelled_download_lets_go_of_its_file(
    server: ImmichServer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    step: tuple[type, str],
    when: str,
) -> None:
    [id_] = server.seed([SeedAsset(content=CONTENT)])
    target = tmp_path / "photo.jpg"

    async def run() -> None:
        async with AsyncImmich(server.url, api_key=server.api_key, retry=None) as immich:
            download = immich.assets.download_asset_to_file
            with monkeypatch.context() as patch:
                slowed = Slowed(patch, *step, when)
                task = asyncio.ensure_future(download(id_, target))
                assert await asyncio.to_thread(slowed.is_there.wait, 20)
                task.cancel()
                asyncio.get_running_loop().call_later(0.05, slowed.go_on.set)
                with pytest.raises(asyncio.CancelledError):
                    await task
                if step[1] == "_put_in_place":
                    # Nobody may have the part while the file gets its name.
                    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]
                assert await asyncio.to_thread(slowed.go_on.wait, 20)
            for _ in range(400):
                if not partial_file._in_use:
                    break
                await asyncio.sleep(0.05)
            assert (await download(id_, target, overwrite="replace")).verified

    asyncio.run(run())
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]
    assert target.read_bytes() == CONTENT


def test_part_that_was_left_is_not_begun_again(tmp_path: Path) -> None:
    left = PartialFile(tmp_path / "photo.jpg")
    left.leave()
    state = tmp_path / "photo.jpg.part.json"
    state.write_bytes(b"of another")
    with pytest.raises(ValueError, match="closed"):
        left.begin(None)
    assert state.read_bytes() == b"of another"


def test_leaving_waits_for_the_file_to_get_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = PartialFile(tmp_path / "photo.jpg")
    step = Slowed(monkeypatch, PartialFile, "_put_in_place", "before")
    threads = [threading.Thread(target=call, daemon=True) for call in (part.commit, part.leave)]
    threads[0].start()
    assert step.is_there.wait(20)
    threads[1].start()
    threads[1].join(0.05)
    assert threads[1].is_alive()
    step.go_on.set()
    for thread in threads:
        thread.join(20)
    assert [path.name for path in tmp_path.iterdir()] == ["photo.jpg"]
