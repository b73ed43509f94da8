"""The folder that uploaded files are moved to: never looked into, whatever is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from local_photos import photos

from immichkit import AsyncImmich
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        yield immich


def names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))


async def test_home_folder_is_meant_by_a_tilde(
    immich: AsyncImmich, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    photos(tmp_path / "Pictures", "a.jpg", "deep/b.jpg")
    done = Path("~/Pictures/uploaded")
    for counts in ({"created": 2}, {}):
        report = await immich.assets.upload("~/Pictures", after=done, hash_cache="~/cache.db")
        assert report.counts == counts
        assert names(tmp_path / "Pictures") == ["uploaded/a.jpg", "uploaded/deep/b.jpg"]
    await immich.assets.audit("~/Pictures", hash_cache="~/another.db")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        *("Pictures", "another.db", "cache.db")
    ]


@pytest.mark.parametrize(
    ("source", "refused"),
    [
        ("in", ("in", "lies in")),
        ("in/a.jpg", ("in", "lies in")),
        ("in/*.jpg", ("in", "lies in")),
        ("in/deep", ("in", "lies in")),
        ("in", ("file", "is no folder")),
        ("in", ("file/deep", "is no folder")),
        ("in", ("~nobody of this name/x", "home")),
    ],
)
async def test_folder_that_nothing_can_be_moved_to_is_refused_before_anything_is_sent(
    immich: AsyncImmich,
    server: ImmichServer,
    tmp_path: Path,
    source: str,
    refused: tuple[str, str],
) -> None:
    photos(tmp_path, "in/a.jpg", "in/deep/b.jpg", "file")
    name, why = refused
    after = Path(name) if name.startswith("~") else tmp_path / name
    for dry_run in (True, False):
        with pytest.raises((ValueError, NotADirectoryError), match=why):
            await immich.with_options(dry_run=dry_run).assets.upload(
                tmp_path / source, after=after, hash_cache=False
            )
    assert server.requests == []


async def test_what_lies_where_files_are_moved_to_is_told_and_stays(
    immich: AsyncImmich, tmp_path: Path
) -> None:
    done = photos(tmp_path / "in/done", "a.jpg", "deep/b.jpg")
    photos(tmp_path / "in", "c.jpg")
    given: list[Any] = [f"{tmp_path}/in/**/*.jpg", [tmp_path / "in/c.jpg", *done.rglob("*.jpg")]]
    for source in given:
        photos(tmp_path / "in", "c.jpg")
        report = await immich.assets.upload(source, after=done, hash_cache=False)
        assert {one.path.name: one.local for one in report.results} == {
            "a.jpg": "kept",
            "b.jpg": "kept",
            "c.jpg": "moved",
        }
        assert {one.reason for one in report.skipped} == {
            "it lies in the folder that files are moved to"
        }
        assert (done / "deep/b.jpg").exists()
        (done / "c.jpg").unlink()
    report = await immich.assets.upload([done], after=done, hash_cache=False)
    assert [(one.path, one.status) for one in report.results] == [(done, "skipped")]
