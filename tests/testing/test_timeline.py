from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from testing.photos import MEDIA, second_user, upload

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


def at(date: str) -> str:
    return f"{date}T10:00:00.000Z"


def buckets(client: httpx.Client, **query: Any) -> dict[str, int]:
    answer = client.get("/timeline/buckets", params=query)
    assert answer.status_code == 200, answer.text
    return {bucket["timeBucket"]: bucket["count"] for bucket in answer.json()}


def bucket(client: httpx.Client, month: str, **query: Any) -> dict[str, list[Any]]:
    answer = client.get("/timeline/bucket", params={"timeBucket": month, **query})
    assert answer.status_code == 200, answer.text
    columns: dict[str, list[Any]] = answer.json()
    return columns


@pytest.fixture
def library(server: ImmichServer, client: httpx.Client) -> dict[str, str]:
    """Photos by their date, which is also their name."""
    tiny = (MEDIA / "tiny.jpg").read_bytes()
    dates = ("1969-12-31", "2024-05-01", "2024-05-31", "2024-06-01")
    ids = {
        date: upload(client, tiny + date.encode(), f"{date}.jpg", fileCreatedAt=at(date))
        for date in dates
    }
    server.settle()
    return ids


@pytest.mark.usefixtures("library")
def test_months_count_what_is_in_them(client: httpx.Client) -> None:
    assert buckets(client, order="asc") == {"1969-12-01": 1, "2024-05-01": 2, "2024-06-01": 1}


def test_a_month_is_columns_with_the_newest_first(
    client: httpx.Client, library: dict[str, str]
) -> None:
    columns = bucket(client, "2024-05-01")
    assert columns["id"] == [library["2024-05-31"], library["2024-05-01"]]
    assert columns["fileCreatedAt"] == ["2024-05-31T10:00:00", "2024-05-01T10:00:00"]
    assert columns["status"] == ["active", "active"]
    assert {len(column) for column in columns.values()} == {2}


@pytest.mark.usefixtures("library")
def test_another_day_names_an_empty_month(client: httpx.Client) -> None:
    assert bucket(client, "2024-05-15")["id"] == []


def test_a_folded_stack_shows_one_photo_and_its_size(
    client: httpx.Client, library: dict[str, str]
) -> None:
    pair = [library["2024-05-01"], library["2024-05-31"]]
    made = client.post("/stacks", json={"assetIds": pair}).json()
    columns = bucket(client, "2024-05-01", withStacked=True)
    assert (columns["id"], columns["stack"]) == ([pair[0]], [[made["id"], "2"]])
    assert buckets(client, withStacked=True)["2024-05-01"] == 1


def test_a_box_holds_what_lies_in_it(server: ImmichServer, client: httpx.Client) -> None:
    upload(client, (MEDIA / "gps.jpg").read_bytes(), "gps.jpg")
    server.settle()
    assert buckets(client, bbox="2,48,3,49") == {"2023-06-01": 1}
    assert buckets(client, bbox="170,48,3,49") == {"2023-06-01": 1}
    assert buckets(client, bbox="3,48,4,49") == {}


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"bbox": "1,2,3"}, "bbox must have 4 comma-separated numbers: west,south,east,north"),
        ({"bbox": "a,2,3,4"}, "bbox parts must be valid numbers"),
        ({"bbox": "1,5,3,4"}, "North latitude must be greater than or equal to south latitude"),
        ({"bbox": "1,2,3,91"}, "Too big: expected number to be <=90"),
        ({"orderBy": "name"}, 'Invalid option: expected one of "takenAt"|"createdAt"'),
    ],
)
def test_a_wrong_filter_is_refused_with_its_reason(
    client: httpx.Client, query: dict[str, str], message: str
) -> None:
    answer = client.get("/timeline/buckets", params=query)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"] == message


@pytest.mark.usefixtures("library")
def test_a_partner_shares_his_timeline_and_not_his_archive(client: httpx.Client) -> None:
    owner = client.get("/users/me").json()["id"]
    key = second_user(client)
    me = client.get("/users/me", headers={"x-api-key": key}).json()["id"]
    client.post("/partners", json={"sharedWithId": me}).raise_for_status()
    client.headers["x-api-key"] = key
    assert sum(buckets(client, userId=owner).values()) == 4
    archive = client.get("/timeline/buckets", params={"userId": owner, "visibility": "archive"})
    assert archive.json() == {"message": "Not found or no archive.read access"}
    mixed = {"withPartners": True, "visibility": "timeline"}
    assert buckets(client, **mixed) == {}
    client.put(f"/partners/{owner}", json={"inTimeline": True}).raise_for_status()
    assert sum(buckets(client, **mixed).values()) == 4
