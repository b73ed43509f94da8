from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from testing.photos import find, upload

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


@pytest.fixture
def photos(client: httpx.Client) -> list[str]:
    return [upload(client, bytes([index]), f"{index}.jpg") for index in range(4)]


def stack(client: httpx.Client, asset_ids: list[str]) -> dict[str, Any]:
    answer = client.post("/stacks", json={"assetIds": asset_ids})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def members(client: httpx.Client, stack_id: str) -> list[str]:
    return [asset["id"] for asset in client.get(f"/stacks/{stack_id}").json()["assets"]]


def test_the_first_stands_for_the_stack(client: httpx.Client, photos: list[str]) -> None:
    made = stack(client, [photos[2], photos[0], photos[1]])
    assert made["primaryAssetId"] == photos[2]
    assert [asset["id"] for asset in made["assets"]] == [photos[2], photos[0], photos[1]]


def test_a_member_tells_of_its_stack(client: httpx.Client, photos: list[str]) -> None:
    made = stack(client, photos[:3])
    told = client.get(f"/assets/{photos[1]}").json()["stack"]
    assert told == {"id": made["id"], "primaryAssetId": photos[0], "assetCount": 3}


def test_a_stack_of_a_listed_primary_is_merged(client: httpx.Client, photos: list[str]) -> None:
    old = stack(client, photos[:2])
    new = stack(client, [photos[2], photos[0]])
    assert set(members(client, new["id"])) == set(photos[:3])
    assert client.get(f"/stacks/{old['id']}").status_code == 400


def test_another_member_just_moves(client: httpx.Client, photos: list[str]) -> None:
    old = stack(client, photos[:3])
    stack(client, [photos[3], photos[1]])
    assert set(members(client, old["id"])) == {photos[0], photos[2]}


def test_what_is_trashed_is_not_shown_even_if_it_stands_for_all(
    client: httpx.Client, photos: list[str]
) -> None:
    made = stack(client, photos[:2])
    client.request("DELETE", "/assets", json={"ids": photos[:1]})
    assert members(client, made["id"]) == [photos[1]]


def test_a_stack_gets_a_new_primary_when_the_old_one_is_gone(
    server: ImmichServer, client: httpx.Client, photos: list[str]
) -> None:
    made = stack(client, photos[:3])
    client.request("DELETE", "/assets", json={"ids": photos[:1], "force": True})
    server.settle()
    assert client.get(f"/stacks/{made['id']}").json()["primaryAssetId"] in photos[1:3]


def test_a_pair_that_loses_one_for_good_is_no_stack(
    server: ImmichServer, client: httpx.Client, photos: list[str]
) -> None:
    stack(client, photos[:2])
    client.request("DELETE", "/assets", json={"ids": photos[:1], "force": True})
    server.settle()
    assert client.get("/stacks").json() == []


def test_a_search_without_stacks_leaves_all_members_out(
    client: httpx.Client, photos: list[str]
) -> None:
    stack(client, photos[:2])
    assert sorted(find(client, withStacked=False)) == ["2.jpg", "3.jpg"]
    assert len(find(client, withStacked=True)) == 4


def test_the_photos_outlive_their_stack(client: httpx.Client, photos: list[str]) -> None:
    made = stack(client, photos[:2])
    client.delete(f"/stacks/{made['id']}").raise_for_status()
    assert client.get(f"/assets/{photos[0]}").json()["stack"] is None


def test_a_copy_joins_the_stack_of_its_source(client: httpx.Client, photos: list[str]) -> None:
    made = stack(client, photos[:2])
    body = {"sourceId": photos[0], "targetId": photos[2]}
    assert client.put("/assets/copy", json=body).status_code == 204
    assert set(members(client, made["id"])) == set(photos[:3])
