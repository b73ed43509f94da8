from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from testing.photos import MEDIA, find, second_user, upload

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


@pytest.fixture
def library(server: ImmichServer, client: httpx.Client) -> dict[str, str]:
    """Photos by their names: of Paris, of Berlin, of nowhere, and a film."""
    names = ("gps.jpg", "berlin.jpg", "tiny.jpg", "clip.mp4")
    ids = {name: upload(client, (MEDIA / name).read_bytes(), name) for name in names}
    server.settle()
    return ids


def suggestions(client: httpx.Client, **query: Any) -> list[str | None]:
    found: list[str | None] = client.get("/search/suggestions", params=query).json()
    return found


@pytest.mark.usefixtures("library")
def test_what_there_is_can_be_suggested(client: httpx.Client) -> None:
    assert suggestions(client, type="city") == ["Berlin", "Paris"]
    assert suggestions(client, type="city", country="France") == ["Paris"]
    assert suggestions(client, type="country", includeNull=True) == ["France", "Germany", None]
    assert suggestions(client, type="camera-model", make="nobody") == []


@pytest.mark.usefixtures("library")
def test_each_city_has_a_photo(client: httpx.Client) -> None:
    found = client.get("/search/cities").json()
    assert [asset["exifInfo"]["city"] for asset in found] == ["Berlin", "Paris"]


def test_photos_with_a_place_are_on_the_map(client: httpx.Client, library: dict[str, str]) -> None:
    client.put("/assets", json={"ids": [library["gps.jpg"]], "isFavorite": True})
    assert len(client.get("/map/markers").json()) == 2
    markers = client.get("/map/markers", params={"isFavorite": True}).json()
    assert [(marker["id"], marker["city"]) for marker in markers] == [(library["gps.jpg"], "Paris")]


def test_folders_list_what_lies_in_them(client: httpx.Client, library: dict[str, str]) -> None:
    folders = client.get("/view/folder/unique-paths").json()
    assert folders == sorted(set(folders))
    found = [client.get("/view/folder", params={"path": path}).json() for path in folders]
    assert sorted(asset["id"] for assets in found for asset in assets) == sorted(library.values())


@pytest.mark.usefixtures("library")
def test_the_largest_files_come_first(client: httpx.Client) -> None:
    found = client.post("/search/large-assets", params={"minFileSize": 1000, "size": 2}).json()
    sizes = [asset["exifInfo"]["fileSizeInByte"] for asset in found]
    assert (len(sizes), sizes) == (2, sorted(sizes, reverse=True))


@pytest.mark.parametrize("query", [{"isFavorite": "true"}, {"rating": "4"}, {"tagIds": "x"}])
def test_what_is_no_text_does_not_pass_in_the_query(
    client: httpx.Client, query: dict[str, str]
) -> None:
    assert client.post("/search/large-assets", params=query).status_code == 400


@pytest.mark.usefixtures("library")
def test_chance_picks_among_what_matches(client: httpx.Client) -> None:
    found = client.post("/search/random", json={"type": "IMAGE", "size": 2}).json()
    assert [asset["type"] for asset in found] == ["IMAGE", "IMAGE"]
    assert len(client.post("/search/random", json={}).json()) == 4


@pytest.mark.usefixtures("library")
def test_a_partner_in_the_timeline_is_searched_too(client: httpx.Client) -> None:
    owner, key = client.get("/users/me").json()["id"], second_user(client)
    me = client.get("/users/me", headers={"x-api-key": key}).json()["id"]
    client.post("/partners", json={"sharedWithId": me}).raise_for_status()
    client.headers["x-api-key"] = key
    assert find(client) == []
    client.put(f"/partners/{owner}", json={"inTimeline": True}).raise_for_status()
    assert len(find(client)) == 4
    assert client.post("/search/statistics", json={}).json() == {"total": 4}


def test_what_a_partner_likes_is_his_secret(client: httpx.Client, library: dict[str, str]) -> None:
    asset_id = library["gps.jpg"]
    client.put(f"/assets/{asset_id}", json={"isFavorite": True})
    key = second_user(client)
    me = client.get("/users/me", headers={"x-api-key": key}).json()["id"]
    client.post("/partners", json={"sharedWithId": me}).raise_for_status()
    seen = client.get(f"/assets/{asset_id}", headers={"x-api-key": key}).json()
    assert seen["isFavorite"] is False


def test_smart_search_needs_machine_learning(client: httpx.Client) -> None:
    answer = client.post("/search/smart", json={"query": "a dog"})
    assert (answer.status_code, answer.json()) == (400, {"message": "Smart search is not enabled"})


@pytest.mark.parametrize(
    "filters", [{}, {"takenBefore": 0, "order": "asc"}, {"originalFileName": "img"}]
)
def test_a_page_of_a_large_library_is_read_off_an_index(
    server: ImmichServer, filters: dict[str, Any]
) -> None:
    state, ran = server._parts.state, list[str]()
    database = state.search._database
    database._connection.set_trace_callback(ran.append)
    state.search.page(filters, ["someone"], page=1, size=1000)
    database._connection.set_trace_callback(None)
    plan = [row["detail"] for row in database.all(f"explain query plan {ran[0]}")]
    assert any("COVERING INDEX asset_by_owner_and_date" in step for step in plan), plan
