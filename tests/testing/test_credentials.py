from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from testing.photos import second_user

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


def test_the_servers_own_password_signs_in(server: ImmichServer, anonymous: httpx.Client) -> None:
    body = {"email": server.email, "password": server.password}
    answer = anonymous.post("/auth/login", json=body)
    assert answer.status_code == 201
    assert answer.json()["isAdmin"] is True


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": "Bearer {}"},
        {"authorization": "bearer {}"},
        {"x-immich-user-token": "{}"},
        {"x-immich-session-token": "{}"},
        {"cookie": "immich_access_token={}"},
    ],
)
def test_a_session_is_known_by_its_token_wherever_it_stands(
    server: ImmichServer, anonymous: httpx.Client, headers: dict[str, str]
) -> None:
    body = {"email": server.email, "password": server.password}
    token = anonymous.post("/auth/login", json=body).json()["accessToken"]
    anonymous.cookies.clear()
    sent = {name: value.format(token) for name, value in headers.items()}
    assert anonymous.get("/users/me", headers=sent).status_code == 200


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Authentication required"),
        ({"x-api-key": "wrong"}, "Invalid API key"),
        ({"authorization": "Bearer wrong"}, "Invalid user token"),
        ({"authorization": "Bearer  wrong"}, "Authentication required"),
        ({"authorization": "Basic d3Jvbmc="}, "Authentication required"),
        ({"cookie": "immich_access_token=wrong"}, "Invalid user token"),
        ({"x-immich-share-key": "wrong"}, "Invalid share key"),
        ({"x-immich-share-slug": "wrong"}, "Invalid share slug"),
    ],
)
def test_a_bad_credential_is_refused_by_its_kind(
    anonymous: httpx.Client, headers: dict[str, str], message: str
) -> None:
    answer = anonymous.get("/users/me", headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"message": message})


def test_a_wrong_token_beats_a_good_key(client: httpx.Client) -> None:
    answer = client.get("/users/me", headers={"authorization": "Bearer wrong"})
    assert answer.json() == {"message": "Invalid user token"}


def test_a_key_may_do_only_what_it_was_made_for(client: httpx.Client) -> None:
    made = client.post("/api-keys", json={"permissions": ["album.read"]}).json()
    weak = {"x-api-key": made["secret"]}
    assert client.get("/albums", headers=weak).status_code == 200
    refused = client.get("/users/me", headers=weak)
    assert (refused.status_code, refused.json()) == (
        403,
        {"message": "Missing required permission: user.read"},
    )


def test_an_ordinary_user_makes_no_users(client: httpx.Client) -> None:
    client.headers["x-api-key"] = second_user(client)
    account = {"email": "c@example.com", "password": "password", "name": "c"}
    answer = client.post("/admin/users", json=account)
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_after_logout_the_token_is_worth_nothing(
    server: ImmichServer, anonymous: httpx.Client
) -> None:
    body = {"email": server.email, "password": server.password}
    token = anonymous.post("/auth/login", json=body).json()["accessToken"]
    anonymous.cookies.clear()
    headers = {"authorization": f"Bearer {token}"}
    assert anonymous.post("/auth/logout", headers=headers).json()["successful"] is True
    assert anonymous.get("/users/me", headers=headers).status_code == 401
