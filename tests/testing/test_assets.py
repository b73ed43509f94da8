from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from testing.photos import second_user, upload

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


def test_a_new_date_moves_an_asset_once_the_answer_is_out(client: httpx.Client) -> None:
    asset_id = upload(client)
    date = {"dateTimeOriginal": "2020-02-29T12:34:56.000+01:00"}
    answer = client.put(f"/assets/{asset_id}", json=date).json()
    assert answer["exifInfo"]["dateTimeOriginal"] == "2020-02-29T11:34:56+00:00"
    assert answer["fileCreatedAt"] == "2024-05-01T10:00:00.000Z"
    later = client.get(f"/assets/{asset_id}").json()
    assert later["fileCreatedAt"] == "2020-02-29T11:34:56.000Z"
    assert later["localDateTime"] == "2020-02-29T12:34:56.000Z"
    assert later["exifInfo"]["timeZone"] == "UTC+1"


def test_many_dates_are_shifted_and_given_a_zone(client: httpx.Client) -> None:
    asset_id = upload(client)
    body = {"ids": [asset_id], "dateTimeRelative": 60, "timeZone": "Europe/Berlin"}
    assert client.put("/assets", json=body).status_code == 204
    asset = client.get(f"/assets/{asset_id}").json()
    assert asset["fileCreatedAt"] == "2024-05-01T11:00:00.000Z"
    assert asset["localDateTime"] == "2024-05-01T13:00:00.000Z"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rating": 0}, "Rating must be -1 (rejected)"),
        ({"latitude": 1}, "Latitude and longitude must be provided together"),
        ({"latitude": 91, "longitude": 0}, "Too big: expected number to be <=90"),
        ({"isFavorite": None}, "Invalid input: expected boolean, received null"),
        ({"description": 5}, "Invalid input: expected string, received number"),
        ({"rating": 1.5}, "Invalid input: expected int, received number"),
    ],
)
def test_a_wrong_change_is_refused_with_its_reason(
    client: httpx.Client, change: dict[str, object], message: str
) -> None:
    answer = client.put(f"/assets/{upload(client)}", json=change)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"].startswith(message)


def test_nobody_changes_or_deletes_what_is_not_his(client: httpx.Client) -> None:
    asset_id = upload(client)
    client.headers["x-api-key"] = second_user(client)
    changed = client.put(f"/assets/{asset_id}", json={"isFavorite": True})
    deleted = client.request("DELETE", "/assets", json={"ids": [asset_id]})
    assert changed.json() == {"message": "Not found or no asset.update access"}
    assert deleted.json() == {"message": "Not found or no asset.delete access"}


def test_a_deletion_of_many_is_all_or_nothing(client: httpx.Client) -> None:
    asset_id, unknown = upload(client), "00000000-0000-4000-8000-000000000000"
    answer = client.request("DELETE", "/assets", json={"ids": [asset_id, unknown]})
    assert answer.status_code == 400
    assert client.get(f"/assets/{asset_id}").json()["isTrashed"] is False


def test_what_is_restored_is_out_of_the_trash(client: httpx.Client) -> None:
    asset_id = upload(client)
    client.request("DELETE", "/assets", json={"ids": [asset_id]})
    assert client.get(f"/assets/{asset_id}").json()["isTrashed"] is True
    answer = client.post("/trash/restore/assets", json={"ids": [asset_id]})
    assert answer.json() == {"count": 1}
    assert client.get(f"/assets/{asset_id}").json()["isTrashed"] is False


def test_a_live_photo_takes_its_video_along(server: ImmichServer, client: httpx.Client) -> None:
    video_id = upload(client, b"moving", "a.mov")
    photo_id = upload(client, b"still", "a.heic", livePhotoVideoId=video_id)
    client.request("DELETE", "/assets", json={"ids": [photo_id], "force": True})
    server.settle()
    assert client.get(f"/assets/{video_id}").status_code == 400
    assert client.get("/users/me").json()["quotaUsageInBytes"] == 0
