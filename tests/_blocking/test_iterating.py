# Written by scripts/mirror from tests/_async/test_iterating.py; edits are lost.
"""Iteration over search results, against the embedded server."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from answers import KEY
from contract_samples import answer_schema, constant, sample

from immichkit import DecodeError, Immich
from immichkit.models import AssetOrder
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
START = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key) as immich:
        yield immich


def upload(immich: Immich, number: int, taken: datetime.datetime) -> str:
    from immichkit import File

    file = File(content=f"photo {number}".encode(), name=f"IMG_{number:04}.jpg")
    made = immich.assets.upload_asset(
        asset_data=file, file_created_at=taken, file_modified_at=taken
    )
    return made.id


def library(immich: Immich, count: int, step_ms: int) -> list[str]:
    step = datetime.timedelta(milliseconds=step_ms)
    return [upload(immich, n, START + n * step) for n in range(count)]


def test_every_asset_comes_once_in_order(immich: Immich) -> None:
    ids = library(immich, 25, step_ms=60_000)
    assert [asset.id for asset in immich.search.iter_assets(page_size=7)] == ids[::-1]
    oldest_first = immich.search.iter_assets(page_size=7, order=AssetOrder.ASC)
    assert [asset.id for asset in oldest_first] == ids


def test_pages_are_lists(immich: Immich) -> None:
    library(immich, 10, step_ms=1000)
    pages = list(immich.search.iter_assets(page_size=4).pages())
    assert sum(len(page) for page in pages) == 10
    assert all(len(page) <= 4 for page in pages)


def test_crowded_millisecond_comes_whole(immich: Immich) -> None:
    ids = library(immich, 23, step_ms=0)
    came = [asset.id for asset in immich.search.iter_assets(page_size=5)]
    assert sorted(came) == sorted(ids)


def test_what_is_deleted_or_added_meanwhile_hides_nothing(immich: Immich) -> None:
    ids = library(immich, 20, step_ms=1000)
    came: list[str] = []
    for page in immich.search.iter_assets(page_size=5).pages():
        came += [asset.id for asset in page]
        upload(immich, 100 + len(came), START + datetime.timedelta(hours=1))
        if len(came) < 10:
            immich.assets.delete_assets(ids=came[:3])
    assert set(ids) <= set(came)
    assert len(came) == len(set(came))


def test_filters_stay_in_force(immich: Immich) -> None:
    ids = library(immich, 12, step_ms=1000)
    found = immich.search.iter_assets(
        page_size=2,
        taken_after=START + datetime.timedelta(seconds=3),
        taken_before=START + datetime.timedelta(seconds=8),
    )
    assert [asset.id for asset in found] == ids[8:2:-1]
    assert [a.id for a in immich.search.iter_assets(original_file_name="IMG_0004")] == [ids[4]]


def test_count_is_of_all_that_matches(immich: Immich) -> None:
    library(immich, 6, step_ms=1000)
    assert immich.search.count() == 6
    assert immich.search.count(taken_after=START + datetime.timedelta(seconds=4)) == 2


def test_trash_is_gone_through_whole(immich: Immich) -> None:
    ids = library(immich, 9, step_ms=0)
    immich.assets.delete_assets(ids=ids[:7])
    came = [asset.id for asset in immich.trash.iter_assets(page_size=2)]
    assert sorted(came) == sorted(ids[:7])
    assert [a.id for a in immich.search.iter_assets()] != ids


def test_stacks_are_filled_in(immich: Immich) -> None:
    ids = library(immich, 4, step_ms=1000)
    stack = immich.stacks.create_stack(asset_ids=ids[:2])
    found = {a.id: a.stack for a in immich.search.iter_assets(with_stacks=True)}
    assert {id_ for id_, about in found.items() if about} == set(ids[:2])
    about: Any = found[ids[0]]
    assert (about.id, about.primary_asset_id, about.asset_count) == (stack.id, ids[0], 2)


@pytest.mark.parametrize("options", [{"page_size": 0}, {"page_size": 1001}])
def test_page_size_out_of_bounds_is_refused(options: dict[str, Any]) -> None:
    immich = Immich("http://photos.test", http_client=httpx.Client())
    with pytest.raises(ValueError, match="1 to 1000"):
        immich.search.iter_assets(**options)


@pytest.mark.parametrize(("page_size", "kind"), [("3", "str"), (True, "bool"), (1.5, "float")])
def test_page_size_that_is_no_number_is_refused(page_size: Any, kind: str) -> None:
    immich = Immich("http://photos.test", http_client=httpx.Client())
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


def spoilt() -> Immich:
    pool = httpx.Client(transport=httpx.MockTransport(Spoilt()))
    return Immich("http://photos.test", api_key=KEY, http_client=pool, server_version="3.1.0")


def test_bad_record_raises_and_names_the_way_out() -> None:
    with pytest.raises(DecodeError, match="on_bad_record") as caught:
        for _ in spoilt().search.iter_assets():
            pass
    assert caught.value.json_path == "$.assets.items[1].checksum"


def test_bad_record_is_set_aside_if_asked() -> None:
    found = spoilt().search.iter_assets(on_bad_record="collect")
    assert [asset.id for asset in found] == ["0", "2"]
    (bad,) = found.bad_records
    assert (bad.index, bad.json_path) == (1, "$.checksum")
    assert json.loads(bad.raw)["id"] == "1"
