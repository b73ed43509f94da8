from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

if TYPE_CHECKING:
    from immichkit.testing import ImmichServer


def test_every_request_is_remembered_with_its_answer(
    server: ImmichServer, client: httpx.Client
) -> None:
    client.get("/server/ping")
    client.post("/albums", json={"albumName": "Trip"})
    client.get("/nothing")
    seen = [(one.method, one.path, one.status) for one in server.requests]
    assert seen == [
        ("GET", "/api/server/ping", 200),
        ("POST", "/api/albums", 201),
        ("GET", "/api/nothing", 404),
    ]


def test_faults_are_remembered_as_the_client_saw_them(
    server: ImmichServer, client: httpx.Client
) -> None:
    server.fail_next(503)
    client.get("/server/ping")
    server.drop()
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/server/ping")
    assert [one.status for one in server.requests] == [503, None]


def test_no_credential_is_remembered(server: ImmichServer, client: httpx.Client) -> None:
    client.get("/server/ping", params={"apiKey": "secret", "key": "secret", "slug": "secret"})
    client.get("http://immich.test/share/secret")
    client.get("http://immich.test/s/secret")
    assert "secret" not in repr(server.requests)
    assert server.api_key not in repr(server.requests)


def test_it_can_be_begun_anew(server: ImmichServer, client: httpx.Client) -> None:
    client.get("/server/ping")
    server.forget_requests()
    assert server.requests == []


def test_the_network_is_remembered_too(server: ImmichServer) -> None:
    with server:
        httpx.get(f"{server.url}/api/server/ping", trust_env=False)
        assert [one.path for one in server.requests] == ["/api/server/ping"]
