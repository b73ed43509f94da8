from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from testing.photos import find, second_user, upload

if TYPE_CHECKING:
    import httpx


def at(second: int) -> str:
    return f"2024-05-01T10:00:{second:02d}.000Z"


def test_the_newest_come_first(client: httpx.Client) -> None:
    for second in (1, 3, 2):
        upload(client, bytes([second]), f"{second}.jpg", fileCreatedAt=at(second))
    assert find(client) == ["3.jpg", "2.jpg", "1.jpg"]
    assert find(client, order="asc") == ["1.jpg", "2.jpg", "3.jpg"]


def test_pages_follow_each_other_until_there_is_no_next(client: httpx.Client) -> None:
    for second in range(5):
        upload(client, bytes([second]), f"{second}.jpg", fileCreatedAt=at(second))
    pages = []
    page: str | None = "1"
    while page is not None:
        body = {"size": 2, "page": int(page), "order": "asc"}
        assets = client.post("/search/metadata", json=body).json()["assets"]
        pages.append((assets["total"], [item["originalFileName"] for item in assets["items"]]))
        page = assets["nextPage"]
    assert pages == [
        (2, ["0.jpg", "1.jpg"]),
        (2, ["2.jpg", "3.jpg"]),
        (1, ["4.jpg"]),
    ]


def test_assets_of_one_instant_are_ordered_by_their_ids(client: httpx.Client) -> None:
    ids = sorted(upload(client, bytes([index])) for index in range(5))
    found = client.post("/search/metadata", json={"order": "asc"}).json()["assets"]["items"]
    assert [item["id"] for item in found] == ids


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("GRUSSE", ["Grüße.jpg"]),
        ("img_1", ["IMG-1.jpg", "IMG_1.jpg"]),
        ("1%", ["IMG-1.jpg", "IMG_1.jpg"]),
        ("img\\_1", ["IMG_1.jpg"]),
        ("  IMG_1.jpg ", ["IMG-1.jpg", "IMG_1.jpg"]),
        ("x" * 1_000_000, []),
    ],
)
def test_a_name_is_matched_without_case_and_accents_and_with_wildcards(
    client: httpx.Client, wanted: str, found: list[str]
) -> None:
    for index, name in enumerate(["Grüße.jpg", "IMG_1.jpg", "IMG-1.jpg"]):
        upload(client, bytes([index]), name)
    assert sorted(find(client, originalFileName=wanted)) == found


def test_both_ends_of_a_span_count(client: httpx.Client) -> None:
    for second in (1, 2, 3):
        upload(client, bytes([second]), f"{second}.jpg", fileCreatedAt=at(second))
    assert find(client, takenAfter=at(2), takenBefore=at(2)) == ["2.jpg"]


def test_an_asset_must_be_in_every_album(client: httpx.Client) -> None:
    both, one = upload(client, b"both", "both.jpg"), upload(client, b"one", "one.jpg")
    albums = [
        client.post("/albums", json={"albumName": "x", "assetIds": ids}).json()["id"]
        for ids in ([both, one], [both])
    ]
    assert find(client, albumIds=albums) == ["both.jpg"]
    assert find(client, albumIds=[albums[0], albums[0]]) == []
    assert find(client, isNotInAlbum=True) == []


def test_the_trash_is_found_only_when_asked_for(client: httpx.Client) -> None:
    asset_id = upload(client)
    client.request("DELETE", "/assets", json={"ids": [asset_id]})
    assert find(client) == []
    assert find(client, withDeleted=True) == ["a.jpg"]
    assert find(client, trashedAfter="2020-01-01T00:00:00Z") == ["a.jpg"]


def test_what_nobody_read_from_the_file_matches_nothing(client: httpx.Client) -> None:
    upload(client)
    assert find(client, city="Kyoto") == []
    assert find(client, city=None) == ["a.jpg"]


def test_an_unknown_filter_is_dropped_without_a_word(client: httpx.Client) -> None:
    upload(client)
    assert find(client, colour="red") == ["a.jpg"]


def test_other_peoples_photos_are_not_found(client: httpx.Client) -> None:
    upload(client, b"mine")
    client.headers["x-api-key"] = second_user(client)
    assert find(client) == []


def test_locked_photos_need_more_than_a_key(client: httpx.Client) -> None:
    asset_id = upload(client, visibility="locked")
    answer = client.post("/search/metadata", json={"visibility": "locked"})
    assert (answer.status_code, answer.json()) == (
        401,
        {"message": "Elevated permission is required"},
    )
    assert client.get(f"/assets/{asset_id}").status_code == 400
    assert find(client) == []


def test_statistics_count_beyond_a_page(client: httpx.Client) -> None:
    for index in range(3):
        upload(client, bytes([index]), "a.jpg" if index else "b.mp4")
    assert client.post("/search/statistics", json={"type": "IMAGE"}).json() == {"total": 2}


@pytest.mark.parametrize("page", [2**60, 10**30, -(2**60)])
def test_a_number_beyond_all_measure_is_refused(client: httpx.Client, page: int) -> None:
    answer = client.post("/search/metadata", json={"page": page})
    assert (answer.status_code, answer.json()["message"]) == (400, "Validation failed")


def test_half_a_character_does_no_harm(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    body = b'{"originalFileName": "\\ud83c"}'
    assert client.post("/search/metadata", content=body, headers=headers).status_code == 200
