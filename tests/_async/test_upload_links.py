"""Uploading folders with links in them, and names that are no text: all told, nothing lost."""

from __future__ import annotations

import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
from local_photos import on_the_server, photos

from immichkit import AsyncImmich
from immichkit.testing import ImmichServer

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(os.name == "nt", reason="links need a privilege there"),
]


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        yield immich


def link(path: Path, leads_to: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(leads_to)


@pytest.mark.parametrize("links", [{"loop": "loop"}, {"a": "b", "b": "a"}, {"x.jpg": "x.jpg"}])
async def test_link_in_a_circle_is_one_failure(
    immich: AsyncImmich, tmp_path: Path, links: dict[str, str]
) -> None:
    photos(tmp_path, "ok.jpg")
    for name, leads_to in links.items():
        link(tmp_path / name, leads_to)
    for source in (tmp_path, f"{tmp_path}/*", [tmp_path / name for name in (*links, "ok.jpg")]):
        report = await immich.assets.upload(source, hash_cache=False)
        assert {one.path.name for one in report.failed} == set(links)
        assert report.counts["failed"] == len(links)
        assert len(report.results) == len(links) + 1
        audit = await immich.assets.audit(source, hash_cache=False)
        assert audit.counts == {"present": 1, "failed": len(links)}
    excluded = await immich.assets.upload(tmp_path, exclude=list(links), hash_cache=False)
    assert excluded.ok


@pytest.mark.parametrize("after", ["delete", "move"])
@pytest.mark.parametrize("pattern", ["", "/*", "/**/*.jpg"])
async def test_file_behind_a_linked_folder_never_leaves(
    immich: AsyncImmich, tmp_path: Path, after: str, pattern: str
) -> None:
    inbox = photos(tmp_path / "inbox", "real/a.jpg")
    photos(tmp_path / "outside", "o.jpg", "deep/p.jpg")
    link(inbox / "out", "../outside")
    link(inbox / "again", "real")  # has a way of its own, too
    choice: Any = after if after == "delete" else tmp_path / "done"
    dry = await immich.with_options(dry_run=True).assets.upload(
        f"{inbox}{pattern}", after=choice, hash_cache=False
    )
    report = await immich.assets.upload(f"{inbox}{pattern}", after=choice, hash_cache=False)
    assert [(one.path, one.local) for one in dry.results] == [
        (one.path, one.local) for one in report.results
    ]
    kept = {one.path.name: one.problems for one in report.results if one.local == "kept"}
    assert set(kept) == {"o.jpg", "p.jpg"}
    assert all("a link to another folder" in problems[0] for problems in kept.values())
    assert (tmp_path / "outside/o.jpg").exists()
    assert (tmp_path / "outside/deep/p.jpg").exists()
    assert not (inbox / "real/a.jpg").exists()


async def test_named_link_is_as_good_as_its_folder(immich: AsyncImmich, tmp_path: Path) -> None:
    photos(tmp_path / "outside", "o.jpg")
    link(tmp_path / "named", "outside")
    report = await immich.assets.upload(tmp_path / "named", after="delete", hash_cache=False)
    assert report.ok
    assert not (tmp_path / "outside/o.jpg").exists()


async def test_link_to_a_file_leaves_the_file(immich: AsyncImmich, tmp_path: Path) -> None:
    photos(tmp_path / "outside", "o.jpg")
    for after in (tmp_path / "far" / "done", "delete"):
        link(tmp_path / "inbox/l.jpg", "../outside/o.jpg")
        choice: Any = after
        report = await immich.assets.upload(tmp_path / "inbox", after=choice, hash_cache=False)
        assert report.ok
        assert list((tmp_path / "inbox").iterdir()) == []
    content = (tmp_path / "outside/o.jpg").read_bytes()
    assert (tmp_path / "far/done/l.jpg").read_bytes() == content


async def test_every_name_of_a_file_leaves(immich: AsyncImmich, tmp_path: Path) -> None:
    photos(tmp_path / "inbox", "a.jpg")
    os.link(tmp_path / "inbox/a.jpg", tmp_path / "inbox/b.jpg")
    dry = await immich.with_options(dry_run=True).assets.upload(
        tmp_path / "inbox", after=tmp_path / "done", hash_cache=False
    )
    report = await immich.assets.upload(
        tmp_path / "inbox", after=tmp_path / "done", hash_cache=False
    )
    moved: list[Literal["kept", "deleted", "moved"]] = ["moved", "moved"]
    assert [one.local for one in dry.results] == [one.local for one in report.results] == moved
    assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["a.jpg", "b.jpg"]


def odd(folder: Path, name: bytes) -> Path:
    if sys.platform == "darwin":
        pytest.skip("there every name is UTF-8")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / os.fsdecode(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"the bytes of " + name)
    return path


@pytest.mark.parametrize("rules", [{"exclude": "*.dng"}, {"include": "*.jpg"}, {}])
async def test_name_that_is_no_text_is_uploaded(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path, rules: dict[str, str]
) -> None:
    odd(tmp_path, b"b\xff.jpg")
    odd(tmp_path, b"new\nline.jpg")
    report = await immich.assets.upload(tmp_path, hash_cache=False, **rules)  # type: ignore[arg-type]
    assert report.counts == {"created": 2}
    assert len(on_the_server(server)) == 2


@pytest.mark.parametrize("dry_run", [True, False])
async def test_folder_whose_name_is_no_text_is_no_album(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path, dry_run: bool
) -> None:
    path = odd(tmp_path, b"d\xff/x.jpg")
    photos(tmp_path, "good/a.jpg", "zz/z.jpg")
    report = await immich.with_options(dry_run=dry_run).assets.upload(
        tmp_path, album_by="folder", after="delete", hash_cache=False
    )
    assert report.counts == {"created": 3}
    wrong = [album for album in report.albums if album.error is not None]
    assert [album.name for album in wrong] == [path.parent.name]
    assert "no text" in str(wrong[0].error)
    assert {album.name: album.assets for album in report.albums if album.error is None} == {
        "good": 1,
        "zz": 1,
    }
    assert [one.path for one in report.results if one.problems] == [path]
    assert path.exists()
