"""A credential is sent to its server, and shown nowhere."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import httpx
import pytest
from answers import KEY, Answers, json, photo, ping, refused
from raw_server import RawServer

from immichkit import (
    AccessToken,
    ApiKey,
    AsyncImmich,
    ImmichError,
    RequestEvent,
    ResponseEvent,
    SharedLink,
    TransportError,
)

pytestmark = pytest.mark.anyio
CREDENTIALS = [
    ApiKey(KEY),
    AccessToken(KEY),
    SharedLink(key=KEY),
    SharedLink(slug=KEY),
    SharedLink(key="k", password=KEY),
]
FAILURES = [
    refused(400, f"nothing like {KEY} is known"),
    refused(401, "Invalid API key"),
    refused(404, f"Cannot GET /api/x?key={KEY}"),
    httpx.Response(500, text=f"x-api-key: {KEY}"),
    httpx.Response(200, html=f"<html><title>{KEY}</title></html>"),
    httpx.Response(302, headers={"location": f"https://other.test/?key={KEY}"}),
    httpx.ConnectError("refused"),
    httpx.ReadTimeout("slow"),
]


def opened(answers: Answers, **options: Any) -> AsyncImmich:
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    return AsyncImmich("http://photos.test", http_client=pool, retry=None, **options)


@pytest.mark.parametrize("auth", CREDENTIALS, ids=lambda auth: type(auth).__name__)
async def test_credential_is_not_in_repr(auth: Any) -> None:
    immich = opened(Answers(json(200, {})), auth=auth, headers={"x-proxy": KEY})
    assert KEY not in repr(immich) + repr(auth) + str(auth) + repr(immich._client.settings)


@pytest.mark.parametrize("failure", FAILURES)
async def test_credential_is_not_in_exceptions_or_logs(
    failure: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    immich = opened(Answers(failure), api_key=KEY, headers={"x-proxy": f"Bearer {KEY}"})
    with pytest.raises(ImmichError) as caught:
        await immich.execute(ping())
    shown = "".join(traceback.format_exception(caught.value))
    shown += repr(caught.value) + str(getattr(caught.value, "message", ""))
    assert KEY not in shown
    assert KEY not in caplog.text


async def test_log_names_method_path_status_time_and_attempt(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG, logger="immichkit")
    request = photo("one")
    await opened(Answers(httpx.Response(200)), api_key=KEY).execute(request)
    (record,) = caplog.records
    assert record.name == "immichkit"
    assert record.getMessage().startswith("GET /assets/one/original: 200 in 0.0")
    assert record.getMessage().endswith("s (attempt 1)")


async def test_hooks_are_told_of_requests_and_answers() -> None:
    told: list[RequestEvent | ResponseEvent] = []
    immich = opened(
        Answers(json(200, {"res": "pong"})),
        api_key=KEY,
        on_request=told.append,
        on_response=told.append,
    )
    await immich.execute(ping())
    sent, came = told
    assert sent == RequestEvent(
        operation="server.ping_server", method="GET", path="/server/ping", attempt=1
    )
    assert isinstance(came, ResponseEvent)
    assert came.status_code == 200
    assert KEY not in repr(told)


async def test_key_that_cannot_be_sent_is_refused_without_showing_it() -> None:
    for key in (f"{KEY}\nx", f"{KEY} x", f"{KEY}é", ""):
        with pytest.raises(ValueError, match="The key of ApiKey") as caught:
            opened(Answers(json(200, {})), api_key=key)
        assert KEY not in str(caught.value)


async def test_header_that_cannot_be_sent_is_refused_without_showing_it() -> None:
    with pytest.raises(ValueError, match="The header x-proxy") as caught:
        opened(Answers(json(200, {})), headers={"X-Proxy": f"{KEY}\r\nx: y"})
    assert KEY not in str(caught.value)


async def test_token_makes_room_for_a_header_that_the_proxy_wants() -> None:
    answers = Answers(json(200, {}))
    await opened(answers, access_token=KEY, headers={"Authorization": "Basic eHg="}).execute(ping())
    assert answers.asked[0].headers["authorization"] == "Basic eHg="
    assert answers.asked[0].headers["x-immich-user-token"] == KEY


async def test_shared_link_gives_its_password_once_asked() -> None:
    link = json(201, {}, set_cookie="immich_shared_link_token=abc; Path=/; HttpOnly")
    answers = Answers(refused(401, "Password required"), link, json(200, {"res": "mine"}))
    immich = opened(answers, auth=SharedLink(key="k", password="sesame"))
    assert await immich.execute(ping()) == {"res": "mine"}
    assert await immich.execute(ping()) == {"res": "mine"}
    assert answers.asked[1].url.path == "/api/shared-links/login"
    assert answers.asked[1].content == b'{"password":"sesame"}'
    assert [r.headers.get("cookie") for r in answers.asked] == [
        None,
        None,
        "immich_shared_link_token=abc",
        "immich_shared_link_token=abc",
    ]


@pytest.mark.parametrize("auth", CREDENTIALS)
async def test_no_text_of_a_broken_connection_repeats_a_credential(
    raw_server: RawServer, auth: Any, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    raw_server.answers = [f"x-echo {KEY}\r\n\r\n".encode()]
    async with AsyncImmich(raw_server.url, auth=auth, retry=None) as immich:
        with pytest.raises(TransportError) as caught:
            await immich.execute(ping())
    error: BaseException | None = caught.value
    while error is not None:
        assert KEY not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__
    assert "receive_response_headers.failed" in caplog.text
    assert KEY not in caplog.text


async def test_credential_in_a_body_that_breaks_off_is_not_repeated(
    raw_server: RawServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    head = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    raw_server.answers = [head + f"{KEY}\r\n".encode()]
    async with AsyncImmich(raw_server.url, api_key=KEY, retry=None) as immich:
        with pytest.raises(TransportError) as caught:
            await immich.execute(ping())
    assert KEY not in "".join(traceback.format_exception(caught.value))
    assert KEY not in caplog.text


async def test_cause_of_a_broken_connection_is_kept() -> None:
    broken = httpx.ReadError("it fell")
    with pytest.raises(TransportError) as caught:
        await opened(Answers(broken), api_key=KEY).execute(ping())
    assert caught.value.__cause__ is broken
