from __future__ import annotations

from typing import TYPE_CHECKING

from testing.photos import find, post, second_user, upload

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


def trash(client: httpx.Client, *asset_ids: str, force: bool = False) -> None:
    body = {"ids": list(asset_ids), "force": force}
    client.request("DELETE", "/assets", json=body).raise_for_status()


def test_emptying_counts_at_once_and_deletes_later(
    server: ImmichServer, client: httpx.Client
) -> None:
    asset_id = upload(client)
    trash(client, asset_id)
    assert client.post("/trash/empty").json() == {"count": 1}
    assert client.post("/trash/empty").json() == {"count": 0}
    server.settle()
    assert client.get(f"/assets/{asset_id}").status_code == 400


def test_restoring_all_counts_what_was_there(client: httpx.Client) -> None:
    trash(client, upload(client, b"1"), upload(client, b"2"))
    assert client.post("/trash/restore").json() == {"count": 2}
    assert client.post("/trash/restore").json() == {"count": 0}
    assert len(find(client)) == 2


def test_restoring_some_counts_every_id(client: httpx.Client) -> None:
    asset_id = upload(client)
    answer = client.post("/trash/restore/assets", json={"ids": [asset_id, asset_id]})
    assert answer.json() == {"count": 2}


def test_what_is_doomed_cannot_be_restored(server: ImmichServer, client: httpx.Client) -> None:
    asset_id = upload(client)
    state = server._parts.state
    state.assets.change([asset_id], asset={"status": "deleted", "deleted_at": 1})
    client.post("/trash/restore/assets", json={"ids": [asset_id]})
    assert client.get(f"/assets/{asset_id}").json()["isTrashed"]


def test_the_same_bytes_are_new_after_a_forced_deletion(
    server: ImmichServer, client: httpx.Client
) -> None:
    trash(client, upload(client, b"same"), force=True)
    server.settle()
    assert post(client, b"same").status_code == 201


def test_everybody_has_a_trash_of_his_own(client: httpx.Client) -> None:
    trash(client, upload(client))
    client.headers["x-api-key"] = second_user(client)
    assert client.post("/trash/empty").json() == {"count": 0}
    assert client.post("/trash/restore").json() == {"count": 0}


def test_the_trash_has_statistics(client: httpx.Client) -> None:
    trash(client, upload(client, b"1"))
    upload(client, b"2", "b.mp4")
    counts = [
        client.get("/assets/statistics", params={"isTrashed": x}).json() for x in (True, False)
    ]
    assert counts == [
        {"images": 1, "videos": 0, "total": 1},
        {"images": 0, "videos": 1, "total": 1},
    ]
