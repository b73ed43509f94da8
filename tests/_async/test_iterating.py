"""Iteration over search results, against the embedded server."""

from __future__ import annotations

import datetime
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from answers import KEY
from contract_samples import answer_schema, constant, sample

from immichkit import AsyncImmich, DecodeError
from immichkit.models import AssetOrder
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        yield immich


async def upload(immich: AsyncImmich, number: int, taken: datetime.datetime) -> str:
    from immichkit import File

    file = File(content=f"photo {number}".encode(), name=f"IMG_{number:04}.jpg")
    made = await immich.assets.upload_asset(
        asset_data=file, file_created_at=taken, file_modified_at=taken
    )
    return made.id


async def library(immich: AsyncImmich, count: int, step_ms: int) -> list[str]:
    step = datetime.timedelta(milliseconds=step_ms)
    return [await upload(immich, n, START + n * step) for n in range(count)]


async def test_every_asset_comes_once_in_order(immich: AsyncImmich) -> None:
    ids = await library(immich, 25, step_ms=60_000)
    assert [asset.id async for asset in immich.search.iter_assets(page_size=7)] == ids[::-1]
    oldest_first = immich.search.iter_assets(page_size=7, order=AssetOrder.ASC)
    assert [asset.id async for asset in oldest_first] == ids


async def test_pages_are_lists(immich: AsyncImmich) -> None:
    await library(immich, 10, step_ms=1000)
    pages = [page async for page in immich.search.iter_assets(page_size=4).pages()]
    assert sum(len(page) for page in pages) == 10
    assert all(len(page) <= 4 for page in pages)


async def test_crowded_millisecond_comes_whole(immich: AsyncImmich) -> None:
    ids = await library(immich, 23, step_ms=0)
    came = [asset.id async for asset in immich.search.iter_assets(page_size=5)]
    assert sorted(came) == sorted(ids)


async def test_what_is_deleted_or_added_meanwhile_hides_nothing(immich: AsyncImmich) -> None:
    ids = await library(immich, 20, step_ms=1000)
    came: list[str] = []
    async for page in immich.search.iter_assets(page_size=5).pages():
        came += [asset.id for asset in page]
        await upload(immich, 100 + len(came), START + datetime.timedelta(hours=1))
        if len(came) < 10:
            await immich.assets.delete_assets(ids=came[:3])
    assert set(ids) <= set(came)
    assert len(came) == len(set(came))


async def test_filters_stay_in_force(immich: AsyncImmich) -> None:
    ids = await library(immich, 12, step_ms=1000)
    found = immich.search.iter_assets(
        page_size=2,
        taken_after=START + datetime.timedelta(seconds=3),
        taken_before=START + datetime.timedelta(seconds=8),
    )
    assert [asset.id async for asset in found] == ids[8:2:-1]
    assert [a.id async for a in immich.search.iter_assets(original_file_name="IMG_0004")] == [
        ids[4]
    ]


async def test_count_is_of_all_that_matches(immich: AsyncImmich) -> None:
    await library(immich, 6, step_ms=1000)
    assert await immich.search.count() == 6
    assert await immich.search.count(taken_after=START + datetime.timedelta(seconds=4)) == 2


async def test_trash_is_gone_through_whole(immich: AsyncImmich) -> None:
    ids = await library(immich, 9, step_ms=0)
    await immich.assets.delete_assets(ids=ids[:7])
    came = [asset.id async for asset in immich.trash.iter_assets(page_size=2)]
    assert sorted(came) == sorted(ids[:7])
    assert [a.id async for a in immich.search.iter_assets()] != ids


async def test_stacks_are_filled_in(immich: AsyncImmich) -> None:
    ids = await library(immich, 4, step_ms=1000)
    stack = await immich.stacks.create_stack(asset_ids=ids[:2])
    found = {a.id: a.stack async for a in immich.search.iter_assets(with_stacks=True)}
    assert {id_ for id_, about in found.items() if about} == set(ids[:2])
    about: Any = found[ids[0]]
    assert (about.id, about.primary_asset_id, about.asset_count) == (stack.id, ids[0], 2)


@pytest.mark.parametrize("options", [{"page_size": 0}, {"page_size": 1001}])
async def test_page_size_out_of_bounds_is_refused(options: dict[str, Any]) -> None:
    immich = AsyncImmich("http://photos.test", http_client=httpx.AsyncClient())
    with pytest.raises(ValueError, match="1 to 1000"):
        immich.search.iter_assets(**options)


@pytest.mark.parametrize(("page_size", "kind"), [("3", "str"), (True, "bool"), (1.5, "float")])
async def test_page_size_that_is_no_number_is_refused(page_size: Any, kind: str) -> None:
    immich = AsyncImmich("http://photos.test", http_client=httpx.AsyncClient())
    with pytest.raises(TypeError, match=f"page_size must be a whole number, not {kind}"):
        immich.search.iter_assets(page_size=page_size)


class Spoilt:
    """A server one of whose records cannot be read."""

    def __init__(self) -> None:
        schema = answer_schema(constant("searchAssets"))
        assert schema is not None
        self.page = sample(schema)
        asset = self.page["assets"]["items"][0]
        assets = [{**asset, "id": f"{n}"} for n in range(3)]
        assets[1]["checksum"] = None
        self.page["assets"] |= {"items": assets, "nextPage": None}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=json.loads(json.dumps(self.page)))


def spoilt() -> AsyncImmich:
    pool = httpx.AsyncClient(transport=httpx.MockTransport(Spoilt()))
    return AsyncImmich("http://photos.test", api_key=KEY, http_client=pool, server_version="3.1.0")


async def test_bad_record_raises_and_names_the_way_out() -> None:
    with pytest.raises(DecodeError, match="on_bad_record") as caught:
        async for _ in spoilt().search.iter_assets():
            pass
    assert caught.value.json_path == "$.assets.items[1].checksum"


async def test_bad_record_is_set_aside_if_asked() -> None:
    found = spoilt().search.iter_assets(on_bad_record="collect")
    assert [asset.id async for asset in found] == ["0", "2"]
    (bad,) = found.bad_records
    assert (bad.index, bad.json_path) == (1, "$.checksum")
    assert json.loads(bad.raw)["id"] == "1"
