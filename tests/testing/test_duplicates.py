from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immichkit.testing import SeedAsset

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


def pair(server: ImmichServer, **second: Any) -> list[str]:
    """A group of two, the first of which has the larger file."""
    return server.seed(
        [
            SeedAsset(name="a.jpg", content=b"a" * 20, duplicate="one"),
            SeedAsset(name="b.jpg", content=b"b" * 10, duplicate="one", **second),
        ]
    )


def groups(client: httpx.Client) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = client.get("/duplicates").json()
    return found


def resolve(client: httpx.Client, group_id: str, keep: list[str], trash: list[str]) -> Any:
    group = {"duplicateId": group_id, "keepAssetIds": keep, "trashAssetIds": trash}
    answer = client.post("/duplicates/resolve", json={"groups": [group]})
    assert answer.status_code == 200, answer.text
    return answer.json()[0]


def test_seeds_of_one_name_are_a_group(client: httpx.Client, server: ImmichServer) -> None:
    ids = pair(server)
    ids += server.seed([SeedAsset(name="c.jpg", duplicate="one")])
    server.seed([SeedAsset(name="d.jpg", duplicate="alone")])
    (group,) = groups(client)
    assert {asset["id"] for asset in group["assets"]} == set(ids)


def test_the_largest_file_is_suggested(client: httpx.Client, server: ImmichServer) -> None:
    first, _ = pair(server, description="more is known of this one")
    assert groups(client)[0]["suggestedKeepAssetIds"] == [first]


def test_what_is_in_the_trash_or_stacked_is_no_member(
    client: httpx.Client, server: ImmichServer
) -> None:
    first, second = pair(server)
    third, fourth = server.seed([SeedAsset(name="c.jpg", duplicate="one"), SeedAsset(name="d.jpg")])
    client.post("/stacks", json={"assetIds": [third, fourth]})
    client.request("DELETE", "/assets", json={"ids": [second]})
    assert groups(client) == []
    assert client.get(f"/assets/{first}").json()["duplicateId"] is None


def test_the_kept_one_inherits_all(client: httpx.Client, server: ImmichServer) -> None:
    facts = {"is_favorite": True, "rating": 4, "description": "b", "tags": ["x"], "albums": ["A"]}
    first, second = pair(server, visibility="archive", latitude=1.5, longitude=2.5, **facts)
    group_id = groups(client)[0]["duplicateId"]
    assert resolve(client, group_id, [first], [second]) == {"id": group_id, "success": True}
    kept = client.get(f"/assets/{first}").json()
    assert (kept["isFavorite"], kept["visibility"]) == (True, "archive")
    exif = kept["exifInfo"]
    assert (exif["rating"], exif["description"]) == (4, "b")
    assert (exif["latitude"], exif["longitude"]) == (1.5, 2.5)
    assert [tag["value"] for tag in kept["tags"]] == ["x"]
    (album,) = client.get("/albums", params={"assetId": first}).json()
    assert album["albumName"] == "A"
    assert client.get(f"/assets/{second}").json()["isTrashed"]


def test_of_two_kept_ones_neither_inherits(client: httpx.Client, server: ImmichServer) -> None:
    first, second = pair(server)
    (third,) = server.seed([SeedAsset(name="c.jpg", duplicate="one", is_favorite=True)])
    resolve(client, groups(client)[0]["duplicateId"], [first, second], [third])
    assert not client.get(f"/assets/{first}").json()["isFavorite"]
