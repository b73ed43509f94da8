from __future__ import annotations

import gzip

import httpx
import pytest
from immichkit_api.facts import OPERATIONS
from testing.photos import upload

from immichkit.testing import ImmichServer, contract
from immichkit.testing.routes import ALL


def test_every_route_is_an_operation_of_the_contract() -> None:
    known = {(method, path) for method, path, _name in OPERATIONS.values()}
    hidden = {("PATCH", path) for path in contract.PATCHED}
    assert set(ALL) <= known | hidden


def test_what_can_be_put_can_be_patched(client: httpx.Client) -> None:
    answer = client.patch(f"/assets/{upload(client)}", json={"isFavorite": True})
    assert (answer.status_code, answer.json()["isFavorite"]) == (200, True)


def test_what_the_server_lacks_answers_501_and_says_so(client: httpx.Client) -> None:
    answer = client.get("/plugins")
    assert answer.status_code == 501
    assert "embedded server has no GET /api/plugins" in answer.json()["message"]


def test_what_no_server_has_answers_404(client: httpx.Client) -> None:
    answer = client.get("/nothing")
    assert (answer.status_code, answer.json()) == (404, {"message": "Cannot GET /api/nothing"})


def test_a_fixed_path_is_not_taken_for_an_id() -> None:
    assert contract.template_at("GET", "/api/albums/statistics") == ("/albums/statistics", {})


def test_case_and_a_slash_at_the_end_do_not_matter(client: httpx.Client) -> None:
    assert client.get("/SERVER/Ping/").json() == {"res": "pong"}


@pytest.mark.parametrize("path", ["/", "/server/ping", "/API/server/ping"])
def test_outside_the_api_stands_a_web_page(server: ImmichServer, path: str) -> None:
    with httpx.Client(transport=server.transport(), base_url="http://immich.test") as plain:
        answer = plain.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


def test_every_answer_carries_a_correlation_id(client: httpx.Client) -> None:
    first, second = (client.get("/nothing").headers["x-correlation-id"] for _ in range(2))
    assert first != second
    given = client.get("/server/ping", headers={"x-correlation-id": "mine"})
    assert given.headers["x-correlation-id"] == "mine"


def test_a_known_answer_is_not_sent_again(client: httpx.Client) -> None:
    tag = client.get("/server/version").headers["etag"]
    answer = client.get("/server/version", headers={"if-none-match": tag})
    assert (answer.status_code, answer.content) == (304, b"")


def test_a_long_answer_is_compressed_for_who_takes_it(client: httpx.Client) -> None:
    body = {"permissions": ["asset.fly"]}
    headers = {"accept-encoding": "gzip"}
    with client.stream("POST", "/api-keys", json=body, headers=headers) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert b"Validation failed" in gzip.decompress(raw)


def test_a_mistake_of_the_server_is_logged_and_answered_as_one(
    server: ImmichServer,
    client: httpx.Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(server._parts.state, "keys", None)
    answer = client.get("/users/me")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal server error"})
    assert "GET /api/users/me failed" in caplog.text
