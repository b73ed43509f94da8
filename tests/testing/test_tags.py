from __future__ import annotations

from typing import TYPE_CHECKING, Any

from testing.photos import find, second_user, upload

if TYPE_CHECKING:
    import httpx


def upsert(client: httpx.Client, *paths: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.put("/tags", json={"tags": list(paths)}).json()
    return found


def test_a_path_brings_its_parents_along(client: httpx.Client) -> None:
    upsert(client, "Places/Europe/Paris")
    tags = client.get("/tags").json()
    assert [tag["value"] for tag in tags] == ["Places", "Places/Europe", "Places/Europe/Paris"]
    assert [tag.get("parentId") for tag in tags] == [None, tags[0]["id"], tags[1]["id"]]


def test_empty_parts_of_a_path_are_passed_over(client: httpx.Client) -> None:
    assert [tag["value"] for tag in upsert(client, "/a//b/", "/", "")] == ["a/b"]


def test_a_colour_gets_its_hash(client: httpx.Client) -> None:
    made = client.post("/tags", json={"name": "Red", "color": "f00"})
    assert made.json()["color"] == "#f00"


def test_a_parent_tag_finds_what_hangs_below(client: httpx.Client) -> None:
    asset_id, _ = upload(client, b"1", "1.jpg"), upload(client, b"2", "2.jpg")
    child = upsert(client, "Places/Paris")[0]
    client.put(f"/tags/{child['id']}/assets", json={"ids": [asset_id]})
    assert find(client, tagIds=[child["parentId"]]) == ["1.jpg"]
    assert find(client, tagIds=[child["parentId"], child["id"]]) == ["1.jpg"]
    assert find(client, tagIds=[child["id"], child["id"]]) == []
    assert find(client, tagIds=None) == ["2.jpg"]


def test_an_asset_names_its_own_tags_only(client: httpx.Client) -> None:
    asset_id, child = upload(client), upsert(client, "Places/Paris")[0]
    client.put("/tags/assets", json={"tagIds": [child["id"]], "assetIds": [asset_id]})
    tags = client.get(f"/assets/{asset_id}").json()["tags"]
    assert [tag["value"] for tag in tags] == ["Places/Paris"]


def test_a_tag_takes_what_is_below_it_along(client: httpx.Client) -> None:
    child = upsert(client, "Places/Paris")[0]
    assert client.delete(f"/tags/{child['parentId']}").status_code == 204
    assert client.get("/tags").json() == []


def test_nobody_tags_with_what_is_not_his(client: httpx.Client) -> None:
    tag = upsert(client, "Mine")[0]
    client.headers["x-api-key"] = second_user(client)
    asset_id = upload(client)
    body = {"tagIds": [tag["id"]], "assetIds": [asset_id]}
    assert client.put("/tags/assets", json=body).json() == {"count": 0}
    assert client.put(f"/tags/{tag['id']}/assets", json={"ids": [asset_id]}).json() == {
        "message": "Not found or no tag.asset access"
    }
