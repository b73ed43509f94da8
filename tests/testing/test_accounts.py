from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from testing.photos import DAY, find, second_user, upload

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

    from immichkit.testing import ImmichServer

BOB = {"email": "bob@example.com", "password": "password", "name": "bob"}


@pytest.fixture
def session(server: ImmichServer, anonymous: httpx.Client) -> Callable[[], dict[str, str]]:
    """Signs the administrator in and gives the header of a new session each time."""

    def sign_in() -> dict[str, str]:
        body = {"email": server.email, "password": server.password}
        token = anonymous.post("/auth/login", json=body).json()["accessToken"]
        anonymous.cookies.clear()
        return {"authorization": f"Bearer {token}"}

    return sign_in


def test_a_child_session_ends_with_its_parent(
    anonymous: httpx.Client, session: Callable[[], dict[str, str]]
) -> None:
    parent = session()
    made = anonymous.post("/sessions", json={"deviceType": "script"}, headers=parent).json()
    child = {"x-immich-session-token": made["token"]}
    assert anonymous.get("/users/me", headers=child).status_code == 200
    anonymous.post("/auth/logout", headers=parent)
    assert anonymous.get("/users/me", headers=child).status_code == 401


def test_all_other_sessions_are_ended_at_once(
    anonymous: httpx.Client, session: Callable[[], dict[str, str]]
) -> None:
    other, mine = session(), session()
    anonymous.delete("/sessions", headers=mine)
    assert anonymous.get("/users/me", headers=other).status_code == 401
    assert [one["current"] for one in anonymous.get("/sessions", headers=mine).json()] == [True]


def test_a_session_past_its_time_is_worth_nothing(
    server: ImmichServer, anonymous: httpx.Client, session: Callable[[], dict[str, str]]
) -> None:
    made = anonymous.post("/sessions", json={"duration": 60}, headers=session()).json()
    server._parts.state.sessions.change(made["id"], expires_at=0)
    answer = anonymous.get("/users/me", headers={"x-immich-session-token": made["token"]})
    assert answer.json() == {"message": "Invalid user token"}


def test_an_app_is_known_by_the_name_that_it_sends(
    anonymous: httpx.Client, session: Callable[[], dict[str, str]]
) -> None:
    headers = {**session(), "user-agent": "immich-android/3.1.0"}
    sessions = anonymous.get("/sessions", headers=headers).json()
    assert sessions[0]["appVersion"] == "3.1.0"


def test_locked_photos_show_only_to_a_session_that_was_unlocked(
    client: httpx.Client, anonymous: httpx.Client, session: Callable[[], dict[str, str]]
) -> None:
    asset_id = upload(client, b"secret", "secret.jpg", visibility="locked")
    headers = session()
    assert anonymous.get(f"/assets/{asset_id}", headers=headers).status_code == 400
    anonymous.post("/auth/pin-code", json={"pinCode": "123456"}, headers=headers)
    anonymous.post("/auth/session/unlock", json={"pinCode": "123456"}, headers=headers)
    assert anonymous.get(f"/assets/{asset_id}", headers=headers).status_code == 200
    assert client.get(f"/assets/{asset_id}").status_code == 400


def test_a_session_can_be_locked_again(
    anonymous: httpx.Client, session: Callable[[], dict[str, str]]
) -> None:
    headers = session()
    anonymous.post("/auth/pin-code", json={"pinCode": "123456"}, headers=headers)
    anonymous.post("/auth/session/unlock", json={"pinCode": "123456"}, headers=headers)
    anonymous.post("/auth/session/lock", headers=headers)
    assert anonymous.get("/auth/status", headers=headers).json()["isElevated"] is False


def test_a_key_unlocks_nothing(client: httpx.Client) -> None:
    client.post("/auth/pin-code", json={"pinCode": "123456"})
    answer = client.post("/auth/session/unlock", json={"pinCode": "123456"})
    assert answer.json() == {"message": "This endpoint can only be used with a session token"}


@pytest.mark.parametrize(
    ("proof", "message"),
    [
        ({"pinCode": "654321"}, "Wrong PIN code"),
        ({"password": "wrong"}, "Wrong password"),
        ({}, "Either password or pinCode is required"),
    ],
)
def test_the_code_goes_only_with_a_proof(
    client: httpx.Client, proof: dict[str, str], message: str
) -> None:
    client.post("/auth/pin-code", json={"pinCode": "123456"})
    answer = client.request("DELETE", "/auth/pin-code", json=proof)
    assert (answer.status_code, answer.json()) == (400, {"message": message})


def test_a_new_password_ends_the_other_sessions(
    server: ImmichServer, anonymous: httpx.Client, session: Callable[[], dict[str, str]]
) -> None:
    other, mine = session(), session()
    body = {"password": server.password, "newPassword": "another one"}
    assert anonymous.post("/auth/change-password", json=body, headers=mine).status_code == 200
    assert anonymous.get("/users/me", headers=other).status_code == 401
    assert anonymous.get("/users/me", headers=mine).status_code == 200


def test_a_key_can_be_made_to_do_more(client: httpx.Client) -> None:
    made = client.post("/api-keys", json={"permissions": ["album.read"]}).json()
    weak = {"x-api-key": made["secret"]}
    changes = {"permissions": ["user.read"]}
    client.put(f"/api-keys/{made['apiKey']['id']}", json=changes)
    assert client.get("/users/me", headers=weak).status_code == 200
    assert client.get("/albums", headers=weak).status_code == 403


def test_nobody_sees_the_keys_of_another(client: httpx.Client) -> None:
    made = client.post("/api-keys", json={"permissions": ["all"]}).json()["apiKey"]
    other = {"x-api-key": second_user(client)}
    answer = client.get(f"/api-keys/{made['id']}", headers=other)
    assert answer.json() == {"message": "API Key not found"}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_name_is_changed_by_put_and_by_patch(client: httpx.Client, method: str) -> None:
    answer = client.request(method, "/users/me", json={"name": "Boss"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Boss")


def test_what_cannot_be_patched_answers_404(client: httpx.Client) -> None:
    answer = client.patch("/auth/pin-code", json={})
    assert answer.json() == {"message": "Cannot PATCH /api/auth/pin-code"}


def test_who_changes_his_address_changes_his_colour(client: httpx.Client) -> None:
    before = client.get("/users/me").json()["avatarColor"]
    after = client.put("/users/me", json={"email": "someone@example.com"}).json()["avatarColor"]
    assert (before, after) == ("gray", "green")


def test_preferences_change_one_by_one(client: httpx.Client) -> None:
    client.put("/users/me/preferences", json={"people": {"minimumFaces": 1}})
    found = client.put("/users/me/preferences", json={"memories": {"enabled": False}}).json()
    assert found["people"] == {"enabled": True, "sidebarWeb": False, "minimumFaces": 1}
    assert found["memories"] == {"enabled": False, "duration": 5}


def test_who_was_led_around_is_told_so_at_login(
    client: httpx.Client, server: ImmichServer, anonymous: httpx.Client
) -> None:
    client.put("/users/me/onboarding", json={"isOnboarded": True})
    body = {"email": server.email, "password": server.password}
    assert anonymous.post("/auth/login", json=body).json()["isOnboarded"] is True


def test_a_deleted_user_is_shut_out_until_he_is_restored(client: httpx.Client) -> None:
    bob = {"x-api-key": second_user(client)}
    bob_id = client.get("/users/me", headers=bob).json()["id"]
    client.request("DELETE", f"/admin/users/{bob_id}", json={})
    assert client.get("/users/me", headers=bob).status_code == 401
    assert client.post("/auth/login", json=BOB).status_code == 401
    client.post(f"/admin/users/{bob_id}/restore")
    assert client.get("/users/me", headers=bob).status_code == 200


def test_a_user_who_is_removed_takes_his_files_along(
    server: ImmichServer, client: httpx.Client
) -> None:
    bob = {"x-api-key": second_user(client)}
    bob_id = client.get("/users/me", headers=bob).json()["id"]
    client.headers.update(bob)
    upload(client, b"bob's")
    client.headers["x-api-key"] = server.api_key
    client.request("DELETE", f"/admin/users/{bob_id}", json={"force": True})
    server.settle()
    assert [user["name"] for user in client.get("/admin/users?withDeleted=true").json()] == [
        "Admin"
    ]
    assert list(server._parts.state.blobs.folder.rglob("*.jpg")) == []


def test_the_address_of_a_deleted_user_is_a_trap(client: httpx.Client) -> None:
    second_user(client)
    bob_id = client.get("/users").json()[0]["id"]
    client.request("DELETE", f"/admin/users/{bob_id}", json={})
    answer = client.post("/admin/users", json=BOB)
    assert (answer.status_code, answer.json()) == (
        500,
        {"message": "Failed to create user admin"},
    )


def test_no_administrator_steps_down_by_himself(client: httpx.Client) -> None:
    mine = client.get("/users/me").json()["id"]
    answer = client.put(f"/admin/users/{mine}", json={"isAdmin": False})
    assert answer.json() == {"message": "Admin status can only be changed by another admin"}


def test_the_statistics_count_the_files_of_each_user(client: httpx.Client) -> None:
    upload(client, b"12345", "a.jpg")
    upload(client, b"1234567", "b.mp4")
    found = client.get("/server/statistics").json()
    assert (found["photos"], found["videos"], found["usage"]) == (1, 1, 12)
    assert found["usageByUser"][0]["usageVideos"] == 7


def test_the_heat_map_counts_by_the_day_of_taking(client: httpx.Client) -> None:
    upload(client, b"one", fileCreatedAt=DAY)
    upload(client, b"two", fileCreatedAt=DAY)
    days = {"from": "2024-04-30", "to": "2024-05-02", "type": "taken"}
    found = client.get("/users/me/calendar-heatmap", params=days).json()
    assert [day["count"] for day in found["series"]] == [0, 2, 0]
    assert found["totalCount"] == 2


def test_a_heat_map_that_ends_before_it_begins_is_refused(client: httpx.Client) -> None:
    days = {"from": "2024-05-02", "to": "2024-05-01"}
    answer = client.get("/users/me/calendar-heatmap", params=days)
    assert answer.json()["errors"][0]["message"] == "from must be before to"


def test_the_storage_is_the_disk_of_this_computer(client: httpx.Client) -> None:
    found = client.get("/server/storage").json()
    assert found["diskSizeRaw"] >= found["diskAvailableRaw"] > 0
    assert found["diskSize"].endswith("iB")


def test_a_photo_that_nobody_unlocked_is_in_no_search(client: httpx.Client) -> None:
    upload(client, b"secret", "secret.jpg", visibility="locked")
    assert find(client) == []
