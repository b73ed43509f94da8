"""Many assets into a folder in which other files lie, or what somebody made of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from immichkit import AsyncImmich, DownloadReport
from immichkit.local.manifest import Manifest
from immichkit.testing import ImmichServer
from immichkit.testing.seeding import SeedAsset

pytestmark = pytest.mark.anyio
MANIFEST = ".immichkit-manifest.jsonl"


def opened(server: ImmichServer) -> AsyncImmich:
    return AsyncImmich(server.url, api_key=server.api_key, retry=None)


def seeded(server: ImmichServer, count: int) -> list[str]:
    """Assets of one name, in the order in which they get their places."""
    return sorted(
        server.seed([SeedAsset(name="IMG.jpg", content=bytes([n]) * 99) for n in range(count)])
    )


def files_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.name != MANIFEST}


async def download(immich: AsyncImmich, assets: list[str], folder: Path) -> DownloadReport:
    return await immich.assets.download_assets(assets, folder, template="{name}")


async def test_names_with_an_id_are_not_taken_for_ours(
    server: ImmichServer, tmp_path: Path
) -> None:
    [id_] = seeded(server, 1)
    theirs = {"IMG.jpg": b"mine", f"IMG ({id_[:8]}).jpg": b"mine as well"}
    for name, content in theirs.items():
        (tmp_path / name).write_bytes(content)
    async with opened(server) as immich:
        statuses = []
        for _ in range(2):
            report = await download(immich, [id_], tmp_path)
            statuses += [one.status for one in report.results]
    assert statuses == ["downloaded", "present"]
    assert files_of(tmp_path) == {**theirs, f"IMG ({id_}).jpg": b"\0" * 99}


async def test_file_changed_since_stays_though_the_manifest_is_lost(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server, 2)
    marked, long = f"IMG ({ids[1][:8]}).jpg", f"IMG ({ids[1]}).jpg"
    async with opened(server) as immich:
        await download(immich, ids, tmp_path)
        before = files_of(tmp_path)
        (tmp_path / MANIFEST).unlink()
        (tmp_path / marked).write_bytes(b"retouched")
        report = await download(immich, ids, tmp_path)
    assert report.counts == {"present": 1, "downloaded": 1}
    assert files_of(tmp_path) == {
        "IMG.jpg": before["IMG.jpg"],
        marked: b"retouched",
        long: before[marked],
    }


async def test_file_changed_once_its_place_was_chosen_is_kept(
    server: ImmichServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    [id_] = seeded(server, 1)
    here, looks = Manifest.here, 0

    def changed_since(*arguments: Any) -> Any:
        nonlocal looks
        looks += 1
        if looks == 2:
            (tmp_path / "IMG.jpg").write_bytes(b"retouched")
        return here(*arguments)

    async with opened(server) as immich:
        await download(immich, [id_], tmp_path)
        (tmp_path / MANIFEST).unlink()
        monkeypatch.setattr(Manifest, "here", changed_since)
        report = await download(immich, [id_], tmp_path)
    assert [one.set_aside for one in report.results] == [tmp_path / "IMG (changed).jpg"]
    assert files_of(tmp_path) == {"IMG.jpg": b"\0" * 99, "IMG (changed).jpg": b"retouched"}
