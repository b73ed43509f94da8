from __future__ import annotations

import json
from typing import TYPE_CHECKING

from testing.photos import second_user, upload

if TYPE_CHECKING:
    import httpx


def test_metadata_of_the_upload_keeps_its_order(client: httpx.Client) -> None:
    items = [{"key": key, "value": {"n": 1}} for key in ("z", "a", "m")]
    asset_id = upload(client, metadata=json.dumps(items))
    found = client.get(f"/assets/{asset_id}/metadata").json()
    assert [item["key"] for item in found] == ["z", "a", "m"]


def test_a_value_replaces_the_one_under_its_key(client: httpx.Client) -> None:
    path = f"/assets/{upload(client)}/metadata"
    for number in (1, 2):
        client.put(path, json={"items": [{"key": "a", "value": {"n": number}}]})
    assert client.get(f"{path}/a").json()["value"] == {"n": 2}


def test_many_assets_get_values_at_once(client: httpx.Client) -> None:
    ids = [upload(client, b"one"), upload(client, b"two")]
    items = [{"assetId": asset_id, "key": "a", "value": {}} for asset_id in ids]
    assert client.put("/assets/metadata", json={"items": items}).status_code == 200
    client.request("DELETE", "/assets/metadata", json={"items": items[:1]})
    assert [len(client.get(f"/assets/{one}/metadata").json()) for one in ids] == [0, 1]


def test_nobody_writes_on_the_photos_of_another(client: httpx.Client) -> None:
    path = f"/assets/{upload(client)}/metadata"
    other = {"x-api-key": second_user(client)}
    answer = client.put(path, json={"items": []}, headers=other)
    assert answer.json() == {"message": "Not found or no asset.update access"}
