from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from testing.photos import MEDIA, second_user, upload

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


def copy(client: httpx.Client, source_id: str, target_id: str, **what: bool) -> None:
    body = {"sourceId": source_id, "targetId": target_id, **what}
    client.put("/assets/copy", json=body).raise_for_status()


def test_a_copy_is_in_the_albums_of_its_source_and_liked_as_much(client: httpx.Client) -> None:
    source, target = upload(client, b"1", isFavorite="true"), upload(client, b"2")
    album = {"albumName": "Both", "assetIds": [source]}
    client.post("/albums", json=album).raise_for_status()
    copy(client, source, target)
    assert len(client.get("/albums", params={"assetId": target}).json()) == 1
    assert client.get(f"/assets/{target}").json()["isFavorite"]


def test_what_is_not_wanted_is_not_copied(client: httpx.Client) -> None:
    source, target = upload(client, b"1", isFavorite="true"), upload(client, b"2")
    copy(client, source, target, favorite=False)
    assert not client.get(f"/assets/{target}").json()["isFavorite"]


def test_a_sidecar_tells_of_the_copy_too(server: ImmichServer, client: httpx.Client) -> None:
    files = {
        "assetData": ("a.jpg", (MEDIA / "plain.jpg").read_bytes()),
        "sidecarData": ("a.jpg.xmp", (MEDIA / "sidecar.xmp").read_bytes()),
    }
    day = "2024-05-01T10:00:00Z"
    dates = {"fileCreatedAt": day, "fileModifiedAt": day}
    source = client.post("/assets", files=files, data=dates).json()["id"]
    target = upload(client, (MEDIA / "tiny.jpg").read_bytes(), "b.jpg")
    server.settle()
    copy(client, source, target)
    server.settle()
    told = [
        client.get(f"/assets/{id_}").json()["exifInfo"]["description"] for id_ in (source, target)
    ]
    assert told[0]
    assert told[0] == told[1]


@pytest.mark.parametrize("job", ["refresh-metadata", "transcode-video"])
def test_a_job_can_be_asked_for_ones_own_only(client: httpx.Client, job: str) -> None:
    body = {"assetIds": [upload(client)], "name": job}
    assert client.post("/assets/jobs", json=body).status_code == 204
    client.headers["x-api-key"] = second_user(client)
    assert client.post("/assets/jobs", json=body).status_code == 400
