from __future__ import annotations

from typing import TYPE_CHECKING, Any

from testing.photos import second_user, upload

if TYPE_CHECKING:
    import httpx


def make(client: httpx.Client, **fields: Any) -> dict[str, Any]:
    answer = client.post("/albums", json={"albumName": "Trip", **fields})
    assert answer.status_code == 201, answer.text
    album: dict[str, Any] = answer.json()
    return album


def test_an_album_counts_what_it_shows(client: httpx.Client) -> None:
    ids = [upload(client, bytes([index])) for index in range(3)]
    album = make(client, assetIds=ids)
    client.request("DELETE", "/assets", json={"ids": ids[:1]})
    assert client.get(f"/albums/{album['id']}").json()["assetCount"] == 2


def test_each_added_id_gets_its_own_verdict(client: httpx.Client) -> None:
    old, new = upload(client, b"old"), upload(client, b"new")
    album = make(client, assetIds=[old])
    unknown = "00000000-0000-4000-8000-000000000000"
    ids = {"ids": [old, new, new, unknown]}
    results = client.put(f"/albums/{album['id']}/assets", json=ids).json()
    assert [result.get("error") for result in results] == [
        "duplicate",
        None,
        "duplicate",
        "no_permission",
    ]


def test_removing_twice_finds_nothing_the_second_time(client: httpx.Client) -> None:
    asset_id = upload(client)
    album = make(client, assetIds=[asset_id])
    path = f"/albums/{album['id']}/assets"
    results = client.request("DELETE", path, json={"ids": [asset_id, asset_id]}).json()
    assert [result["success"] for result in results] == [True, False]
    assert client.get(f"/albums/{album['id']}").json()["albumThumbnailAssetId"] is None


def test_a_deleted_album_leaves_its_photos(client: httpx.Client) -> None:
    asset_id = upload(client)
    album = make(client, assetIds=[asset_id])
    assert client.delete(f"/albums/{album['id']}").status_code == 204
    assert client.get(f"/albums/{album['id']}").status_code == 400
    assert client.get(f"/assets/{asset_id}").status_code == 200


def test_a_member_sees_the_photos_of_the_album(client: httpx.Client) -> None:
    key = second_user(client)
    bob = client.get("/users/me", headers={"x-api-key": key}).json()["id"]
    asset_id, other = upload(client, b"shown"), upload(client, b"not shown")
    make(client, assetIds=[asset_id], albumUsers=[{"userId": bob, "role": "viewer"}])
    client.headers["x-api-key"] = key
    assert client.get(f"/assets/{asset_id}/original").content == b"shown"
    assert client.get(f"/assets/{other}").status_code == 400


def test_an_album_is_found_by_its_exact_name(client: httpx.Client) -> None:
    make(client)
    assert len(client.get("/albums", params={"name": "Trip"}).json()) == 1
    assert client.get("/albums", params={"name": "trip"}).json() == []


def test_an_album_takes_more_ids_than_a_statement_does(client: httpx.Client) -> None:
    album = make(client)
    ids = {"ids": [f"00000000-0000-4000-8000-{index:012x}" for index in range(40_000)]}
    results = client.put(f"/albums/{album['id']}/assets", json=ids).json()
    assert {result["error"] for result in results} == {"no_permission"}
