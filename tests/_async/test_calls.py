"""What the client's verbs give back."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from answers import KEY, Answers, a, json, page, photo, ping, refused
from immichkit_api.types import Operation, Request

from immichkit import (
    ApiError,
    AsyncImmich,
    DecodeError,
    ImmichError,
    MaintenanceError,
    NotFoundError,
    NotImmichError,
)

pytestmark = pytest.mark.anyio


def opened(answers: Answers, url: str = "http://photos.test", **options: Any) -> AsyncImmich:
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    return AsyncImmich(url, api_key=KEY, http_client=pool, **options)


async def test_execute_returns_the_model() -> None:
    immich = opened(Answers(json(200, {"res": "pong"})))
    assert await immich.execute(ping()) == {"res": "pong"}


async def test_method_of_a_group_returns_the_model() -> None:
    immich = opened(Answers(json(200, {"res": "pong"})))
    assert (await immich.server.ping_server()).res == "pong"


async def test_request_goes_below_api_with_key_and_user_agent() -> None:
    answers = Answers(json(200, {"res": "pong"}))
    await opened(answers, "http://photos.test/sub/").execute(ping())
    (asked,) = answers.asked
    assert str(asked.url) == "http://photos.test/sub/api/server/ping"
    assert asked.headers["x-api-key"] == KEY
    assert asked.headers["user-agent"] == "immichkit/0.1.0"
    assert asked.headers["accept"] == "application/json"
    assert "cookie" not in asked.headers


async def test_path_and_query_arrive_as_they_were_given() -> None:
    answers = Answers(json(200, {}))
    operation = Operation[Any]("get", "GET", "/tags/{id}", dict[str, Any])
    query: dict[str, str | list[str]] = {"name": "a/b & c+d=é", "ids": ["1", "2"]}
    await opened(answers).execute(Request(operation=operation, path="/tags/a%2Fb%25", query=query))
    (asked,) = answers.asked
    assert asked.url.raw_path.startswith(b"/api/tags/a%2Fb%25?")
    assert asked.url.params.multi_items() == [
        ("name", "a/b & c+d=é"),
        ("ids", "1"),
        ("ids", "2"),
    ]


async def test_send_returns_status_headers_body_and_model() -> None:
    immich = opened(Answers(json(200, {"res": "pong", "more": "1"}, x_correlation_id="abc")))
    response = await immich.send(ping())
    assert response.status_code == 200
    assert response.headers["X-Correlation-ID"] == "abc"
    assert response.correlation_id == "abc"
    assert response.json() == {"res": "pong", "more": "1"}
    assert response.value == {"res": "pong", "more": "1"}
    assert response.elapsed > 0


async def test_send_keeps_a_body_that_does_not_decode() -> None:
    response = await opened(Answers(json(200, {"res": 1}))).send(ping())
    assert response.content == b'{"res":1}'
    with pytest.raises(DecodeError, match=r"server\.ping_server .* at \$"):
        _ = response.value


async def test_stream_hands_over_an_open_body() -> None:
    immich = opened(Answers(httpx.Response(200, content=b"a\nb\r\n\xe2\x80\xa8c")))
    async with immich.stream(photo()) as body:
        assert body.status_code == 200
        assert body.size == len(b"a\nb\r\n\xe2\x80\xa8c")
        assert [line async for line in body.lines()] == ["a", "b", "\u2028c"]


async def test_stream_is_read_whole_if_asked() -> None:
    async with opened(Answers(httpx.Response(200, content=b"bytes"))).stream(photo()) as body:
        assert await body.read() == b"bytes"
        assert await body.read() == b"bytes"


async def test_stream_raises_before_the_body_if_refused() -> None:
    with pytest.raises(NotFoundError):
        async with opened(Answers(refused(404, "Not Found"))).stream(photo()):
            pass


async def test_request_reaches_what_the_contract_lacks() -> None:
    answers = Answers(json(201, {"new": True}))
    response = await opened(answers).request(
        "post", "/new/endpoint", json={"a": 1}, params={"deep": True, "ids": ["1", "2"]}
    )
    (asked,) = answers.asked
    assert response.value == {"new": True}
    assert asked.method == "POST"
    assert str(asked.url) == "http://photos.test/api/new/endpoint?deep=true&ids=1&ids=2"
    assert asked.headers["content-type"] == "application/json"
    assert asked.content == b'{"a":1}'


async def test_request_gives_bytes_text_or_nothing_as_the_server_calls_it() -> None:
    picture = httpx.Response(200, content=b"\xff", headers={"content-type": "image/jpeg"})
    text = httpx.Response(200, text="né")
    immich = opened(Answers(picture, text, httpx.Response(204)))
    values = [(await immich.request("GET", "/x")).value for _ in range(3)]
    assert values == [b"\xff", "né", None]


async def test_web_page_instead_of_an_answer_is_not_immich() -> None:
    with pytest.raises(NotImmichError, match="Check the URL"):
        await opened(Answers(page(200))).execute(ping())


async def test_unknown_route_in_maintenance_mode_says_so() -> None:
    unknown = refused(404, "Cannot GET /api/server/ping")
    answers = Answers(unknown, json(200, {"maintenanceMode": True}))
    with pytest.raises(MaintenanceError, match="maintenance mode"):
        await opened(answers).execute(ping())
    assert answers.asked[1].url.path == "/api/server/config"


async def test_unknown_route_of_a_server_at_work_is_not_found() -> None:
    unknown = refused(404, "Cannot GET /api/server/ping")
    with pytest.raises(NotFoundError, match="no such route"):
        await opened(Answers(unknown, json(200, {"maintenanceMode": False}))).execute(ping())


async def test_unknown_route_stays_not_found_if_the_server_answers_nothing_else() -> None:
    unknown = refused(404, "Cannot GET /api/server/ping")
    with pytest.raises(NotFoundError):
        await opened(Answers(unknown), retry=None).execute(ping())


async def test_server_is_asked_nothing_about_a_path_that_nobody_knows() -> None:
    answers = Answers(refused(404, "Cannot GET /api/nothing"))
    with pytest.raises(NotFoundError):
        await opened(answers).request("GET", "/nothing")
    assert len(answers.asked) == 1


async def test_unchanged_answer_is_an_error_with_its_status() -> None:
    request = photo().with_headers({"If-None-Match": 'W/"1-2"'})
    answers = Answers(httpx.Response(304))
    with pytest.raises(ApiError) as caught:
        await opened(answers).execute(request)
    assert caught.value.status_code == 304
    assert answers.asked[0].headers["if-none-match"] == 'W/"1-2"'


async def test_closed_client_says_that_it_is_closed() -> None:
    immich = AsyncImmich("http://photos.test")
    await immich.close()
    with pytest.raises(ImmichError, match="closed"):
        await immich.execute(ping())


async def test_delete_without_an_answer_returns_nothing() -> None:
    assert await opened(Answers(httpx.Response(204))).execute(a("DELETE")) is None
