"""The queues of background work: what is held back waits, and is done when it may."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from testing.photos import upload

from immichkit.testing import ImmichServer

MEDIA = Path(__file__).parent.parent / "recordings" / "media"
GPS = (MEDIA / "gps.jpg").read_bytes()


def pause(client: httpx.Client, queue: str, *, is_paused: bool = True) -> dict[str, Any]:
    answer = client.put(f"/queues/{queue}", json={"isPaused": is_paused})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def state_of(client: httpx.Client, asset_id: str) -> tuple[bool, bool]:
    """Whether the asset has its metadata, and its thumbnails."""
    asset = client.get(f"/assets/{asset_id}").json()
    return asset["exifInfo"]["modifyDate"] is not None, asset["thumbhash"] is not None


def test_thumbnails_wait_while_their_queue_is_paused(
    server: ImmichServer, client: httpx.Client
) -> None:
    pause(client, "thumbnailGeneration")
    asset_id = upload(client, GPS)
    server.settle()
    assert state_of(client, asset_id) == (True, False)
    queue = client.get("/queues/thumbnailGeneration").json()
    assert (queue["isPaused"], queue["statistics"]["paused"]) == (True, 1)
    assert pause(client, "thumbnailGeneration", is_paused=False)["statistics"]["waiting"] == 1
    server.settle()
    assert state_of(client, asset_id) == (True, True)
    assert client.get("/queues/thumbnailGeneration/jobs").json() == []


def test_metadata_waits_and_thumbnails_behind_it(
    server: ImmichServer, client: httpx.Client
) -> None:
    pause(client, "metadataExtraction")
    asset_id = upload(client, GPS)
    server.settle()
    assert state_of(client, asset_id) == (False, False)
    (job,) = client.get("/queues/metadataExtraction/jobs").json()
    assert (job["name"], job["data"]["id"]) == ("AssetExtractMetadata", asset_id)
    pause(client, "metadataExtraction", is_paused=False)
    server.settle()
    assert state_of(client, asset_id) == (True, True)


def test_a_change_is_not_undone_by_metadata_that_waited(
    server: ImmichServer, client: httpx.Client
) -> None:
    pause(client, "metadataExtraction")
    asset_id = upload(client, GPS)
    client.put(f"/assets/{asset_id}", json={"description": "mine"})
    pause(client, "metadataExtraction", is_paused=False)
    server.settle()
    exif = client.get(f"/assets/{asset_id}").json()["exifInfo"]
    assert (exif["description"], exif["make"]) == ("mine", "Acme")


def test_what_is_emptied_is_never_done(server: ImmichServer, client: httpx.Client) -> None:
    pause(client, "thumbnailGeneration")
    asset_id = upload(client, GPS)
    server.settle()
    jobs = "/queues/thumbnailGeneration/jobs"
    assert client.request("DELETE", jobs, json={}).status_code == 204
    pause(client, "thumbnailGeneration", is_paused=False)
    server.settle()
    assert state_of(client, asset_id) == (True, False)


def test_a_paused_queue_is_still_paused_after_a_restart(tmp_path: Path) -> None:
    with ImmichServer(tmp_path) as server, server.client() as immich:
        immich.queues.update_queue("thumbnailGeneration", is_paused=True)
        report = immich.assets.upload(MEDIA / "gps.jpg", hash_cache=False)
    asset_id = report.created[0].asset_id or ""
    with ImmichServer(tmp_path) as again, again.client() as immich:
        assert immich.queues.get_queue("thumbnailGeneration").is_paused
        assert immich.assets.get_asset_info(asset_id).thumbhash is None
        immich.queues.update_queue("thumbnailGeneration", is_paused=False)
        again.settle()
        assert immich.assets.get_asset_info(asset_id).thumbhash


def test_the_queue_of_background_tasks_is_never_paused(client: httpx.Client) -> None:
    answer = client.put("/queues/backgroundTask", json={"isPaused": True})
    assert answer.status_code == 400
    assert answer.json() == {"message": "The BackgroundTask queue cannot be paused"}


def test_jobs_are_found_by_their_state(client: httpx.Client) -> None:
    pause(client, "thumbnailGeneration")
    upload(client, GPS)
    wanted = {"status": ["active", "failed"]}
    assert client.get("/queues/thumbnailGeneration/jobs", params=wanted).json() == []


@pytest.mark.parametrize(("command", "is_paused"), [("pause", True), ("resume", False)])
def test_the_old_form_does_the_same(client: httpx.Client, command: str, is_paused: bool) -> None:
    pause(client, "ocr", is_paused=not is_paused)
    answer = client.put("/jobs/ocr", json={"command": command})
    assert answer.json()["queueStatus"]["isPaused"] is is_paused
    assert client.get("/queues/ocr").json()["isPaused"] is is_paused
    assert client.get("/jobs").json()["ocr"] == answer.json()


def test_what_is_started_while_paused_waits_until_it_is_emptied(
    server: ImmichServer, client: httpx.Client
) -> None:
    pause(client, "ocr")
    answer = client.put("/jobs/ocr", json={"command": "start"})
    server.settle()
    assert answer.json()["jobCounts"]["paused"] == 1
    assert len(client.get("/queues/ocr/jobs").json()) == 1
    assert client.put("/jobs/ocr", json={"command": "clear-failed"}).is_success
    answer = client.put("/jobs/ocr", json={"command": "empty"})
    assert answer.json()["jobCounts"]["paused"] == 0


def test_not_every_queue_can_be_started(client: httpx.Client) -> None:
    answer = client.put("/jobs/notifications", json={"command": "start"})
    assert (answer.status_code, answer.json()) == (
        400,
        {"message": "Invalid job name: notifications"},
    )
