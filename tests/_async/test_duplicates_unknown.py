"""Duplicates of which something is not known: told by a mirror, looked up, or left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from immichkit import AsyncImmich, AsyncLibraryMirror
from immichkit.keeping import candidates_of
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        yield immich


async def mirrored(server: ImmichServer, path: Path) -> AsyncLibraryMirror:
    mirror = AsyncLibraryMirror(path)
    async with AsyncImmich(server.url, access_token=server.sign_in()) as session:
        await mirror.update(session)
    return mirror


def seed_pairs(server: ImmichServer, count: int = 8) -> tuple[set[str], set[str]]:
    """Files of one name twice, so many times: the ids of the large ones and of the small ones."""
    large, small = (
        server.seed(
            [
                SeedAsset(name=f"{index}.jpg", content=bytes([index]) * size)
                for index in range(count)
            ]
        )
        for size in (900, 10)
    )
    return set(large), set(small)


async def test_the_larger_file_stays_also_by_what_a_mirror_knows(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path
) -> None:
    large, small = seed_pairs(server)
    async with await mirrored(server, tmp_path / "library.db") as mirror:
        groups = await immich.duplicates.find_by_name_and_time(mirror)
    server.forget_requests()
    for keep in ("largest", "suggested", ["raw", "largest"]):
        plan = await immich.duplicates.plan(keep, groups=groups)  # type: ignore[arg-type]
        assert set(plan.trash_ids) == small
        assert "the largest file (900 B)" in plan.entries[0].why
    assert not [one for one in server.requests if "/assets" in one.path]
    found = await immich.duplicates.plan(lambda group: max(group.assets, key=size), groups=groups)
    assert {id_ for entry in found.entries for id_ in entry.keep} == large


def size(asset: Any) -> int:
    found: int = asset.exif_info.file_size_in_byte
    return found


async def test_a_mirror_counts_as_much_metadata_as_the_server(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path
) -> None:
    server.seed([SeedAsset(name="a.jpg", content=b"a", rating=3, description="d")])
    server.seed([SeedAsset(name="a.jpg", content=b"b" * 9)])
    async with await mirrored(server, tmp_path / "library.db") as mirror:
        from_mirror = await immich.duplicates.find_by_name_and_time(mirror)
    from_server = await immich.duplicates.find_by_name_and_time()
    by_mirror = candidates_of(from_mirror[0].assets)
    by_server = candidates_of(from_server[0].assets)
    for id_, one in by_server.items():
        assert (by_mirror[id_].known, by_mirror[id_].size) == (one.known, one.size)
    plans = [
        await immich.duplicates.plan("most_metadata", groups=groups)
        for groups in (from_mirror, from_server)
    ]
    assert plans[0].trash_ids == plans[1].trash_ids


async def test_sizes_that_models_lack_are_looked_up(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    _, small = seed_pairs(server)
    server.seed([SeedAsset(name="alone.jpg")])
    groups = await immich.duplicates.find_by_name_and_time(immich.search.iter_assets())
    server.forget_requests()
    plan = await immich.duplicates.plan("largest", groups=iter(groups))
    assert set(plan.trash_ids) == small
    assert len([one for one in server.requests if "/assets/" in one.path]) == 16
    assert len(plan.notes) == 1


async def test_a_group_of_which_a_size_cannot_be_had_is_left_alone(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    large, small = seed_pairs(server, 2)
    groups = await immich.duplicates.find_by_name_and_time(immich.search.iter_assets())
    gone = next(id_ for id_ in groups[0].asset_ids if id_ in large)
    await immich.assets.delete_assets(ids=[gone], force=True)
    server.settle()
    plan = await immich.duplicates.plan("largest", groups=groups)
    assert plan.counts == {"keep": 1, "resolve": 1}
    assert set(plan.trash_ids) < small
    assert "is not known: 1 of 2 groups" in plan.notes[1]


async def test_what_cannot_be_meant_is_refused_before_anything_is_sent(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    server.forget_requests()
    for keep in (None, 5, b"largest", [None]):
        with pytest.raises(TypeError, match="keep must be"):
            await immich.duplicates.plan(keep)  # type: ignore[arg-type]
    for groups in ("x", [5], 5):
        with pytest.raises(TypeError, match="groups must be"):
            await immich.duplicates.plan(groups=groups)  # type: ignore[arg-type]
    assert server.requests == []
