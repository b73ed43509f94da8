from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from testing.photos import upload

from immichkit import Immich, SharedLink
from immichkit.testing import ImmichServer
from immichkit.testing.links import OPEN_TO_LINKS

CONTRACT = Path(__file__).parents[2] / "openapi" / "contract.json"


def share(client: httpx.Client, *asset_ids: str, **fields: Any) -> dict[str, Any]:
    """A new link to some assets."""
    body = {"type": "INDIVIDUAL", "assetIds": list(asset_ids), **fields}
    answer = client.post("/shared-links", json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


def status(guest: httpx.Client, path: str, link: dict[str, Any], method: str = "GET") -> int:
    return guest.request(method, path, params={"key": link["key"]}).status_code


def test_links_open_what_takes_their_key_by_the_contract() -> None:
    operations = json.loads(CONTRACT.read_text(encoding="utf-8"))["operations"]
    taking = {
        name
        for name, operation in operations.items()
        if any((p["in"], p["name"]) == ("query", "key") for p in operation["parameters"])
    }
    assert taking == OPEN_TO_LINKS


def test_a_link_shows_its_assets_and_no_others(
    client: httpx.Client, anonymous: httpx.Client
) -> None:
    shown, hidden = upload(client, b"shown"), upload(client, b"hidden")
    link = share(client, shown)
    assert status(anonymous, f"/assets/{shown}/original", link) == 200
    assert status(anonymous, f"/assets/{hidden}/original", link) == 404
    assert status(anonymous, f"/assets/{hidden}", link) == 400


def test_a_link_is_no_key_to_the_rest(client: httpx.Client, anonymous: httpx.Client) -> None:
    link = share(client, upload(client))
    assert status(anonymous, "/albums", link) == 403
    assert status(anonymous, "/timeline/buckets", link) == 400


def test_a_guest_sees_nothing_of_the_owners_timeline(
    server: ImmichServer, client: httpx.Client, anonymous: httpx.Client
) -> None:
    album_id = client.post("/albums", json={"albumName": "Trip"}).json()["id"]
    link = client.post("/shared-links", json={"type": "ALBUM", "albumId": album_id}).json()
    anonymous.headers["x-immich-share-key"] = link["key"]
    owner_id = server.admin.id
    params = {"albumId": album_id, "userId": owner_id}
    assert anonymous.get("/timeline/buckets", params=params).status_code == 400
    assert anonymous.post("/download/info", json={"userId": owner_id}).status_code == 400
    assert anonymous.post("/download/info", json={"albumId": album_id}).status_code == 201


def test_a_links_key_beats_every_other_credential(client: httpx.Client) -> None:
    link = share(client, upload(client))
    answer = client.get("/users/me", headers={"x-immich-share-key": link["key"]})
    assert answer.json() == {"message": "Forbidden"}


@pytest.mark.parametrize("spelled", ["hex", "base64"])
def test_a_key_may_be_written_in_two_ways(
    client: httpx.Client, anonymous: httpx.Client, spelled: str
) -> None:
    link = share(client, upload(client))
    raw = base64.urlsafe_b64decode(link["key"] + "=")
    written = raw.hex() if spelled == "hex" else link["key"]
    assert anonymous.get("/shared-links/me", params={"key": written}).status_code == 200


def test_what_is_in_the_trash_is_not_shown(client: httpx.Client, anonymous: httpx.Client) -> None:
    asset_id = upload(client)
    link = share(client, asset_id)
    client.request("DELETE", "/assets", json={"ids": [asset_id]})
    assert status(anonymous, f"/assets/{asset_id}", link) == 400
    assert client.get(f"/shared-links/{link['id']}").json()["assets"] == []


def test_the_moving_part_of_a_photo_is_shown_with_it(
    client: httpx.Client, anonymous: httpx.Client
) -> None:
    video = upload(client, b"video", "live.mp4")
    photo = upload(client, b"photo", "live.jpg", livePhotoVideoId=video)
    assert status(anonymous, f"/assets/{video}/original", share(client, photo)) == 200


def test_without_metadata_nothing_can_be_downloaded(client: httpx.Client) -> None:
    link = share(client, upload(client), showMetadata=False, allowDownload=True)
    assert (link["showMetadata"], link["allowDownload"]) == (False, False)


def test_an_album_grows_by_what_comes_through_its_link(
    client: httpx.Client, anonymous: httpx.Client
) -> None:
    album_id = client.post("/albums", json={"albumName": "Trip"}).json()["id"]
    client.post("/shared-links", json={"type": "ALBUM", "albumId": album_id, "slug": "trip"})
    anonymous.headers["x-immich-share-slug"] = "trip"
    upload(anonymous, b"from a guest")
    assert client.get(f"/albums/{album_id}").json()["assetCount"] == 1


def test_a_duplicate_through_a_link_is_shown_all_the_same(
    client: httpx.Client, anonymous: httpx.Client
) -> None:
    link = share(client, upload(client, b"first"))
    known = upload(client, b"known")
    anonymous.headers["x-immich-share-key"] = link["key"]
    data = {"fileCreatedAt": "2024-05-01T10:00:00Z", "fileModifiedAt": "2024-05-01T10:00:00Z"}
    answer = anonymous.post("/assets", files={"assetData": ("a.jpg", b"known")}, data=data)
    assert answer.json() == {"id": known, "status": "duplicate"}
    assert len(anonymous.get("/shared-links/me").json()["assets"]) == 2


def test_an_album_with_a_link_counts_as_shared(client: httpx.Client) -> None:
    album_id = client.post("/albums", json={"albumName": "Trip"}).json()["id"]
    assert client.get("/albums", params={"isShared": "true"}).json() == []
    client.post("/shared-links", json={"type": "ALBUM", "albumId": album_id})
    (album,) = client.get("/albums", params={"isShared": "true"}).json()
    assert (album["shared"], album["hasSharedLink"]) == (True, True)


def test_a_link_goes_with_its_album(client: httpx.Client, anonymous: httpx.Client) -> None:
    album_id = client.post("/albums", json={"albumName": "Trip"}).json()["id"]
    made = client.post("/shared-links", json={"type": "ALBUM", "albumId": album_id}).json()
    client.delete(f"/albums/{album_id}")
    assert status(anonymous, "/shared-links/me", made) == 401


def test_a_slug_can_move_to_another_link(client: httpx.Client) -> None:
    asset_id = upload(client)
    first, second = share(client, asset_id, slug="mine"), share(client, asset_id)
    taken = client.patch(f"/shared-links/{second['id']}", json={"slug": "mine"})
    assert (taken.status_code, taken.json()) == (400, {"message": "Failed to save shared link"})
    client.patch(f"/shared-links/{first['id']}", json={})
    moved = client.patch(f"/shared-links/{second['id']}", json={"slug": "mine"})
    assert moved.json()["slug"] == "mine"


def test_the_same_asset_twice_is_more_than_a_link_takes(client: httpx.Client) -> None:
    asset_id = upload(client)
    body = {"type": "INDIVIDUAL", "assetIds": [asset_id, asset_id]}
    assert client.post("/shared-links", json=body).status_code == 500


def test_a_client_of_immichkit_comes_by_a_link(server: ImmichServer, client: httpx.Client) -> None:
    asset_id = upload(client, b"seen")
    link = share(client, asset_id, password="sesame")
    with (
        server,
        Immich(server.url, auth=SharedLink(key=link["key"], password="sesame")) as immich,
    ):
        assert immich.assets.download_asset(asset_id) == b"seen"
