"""Where the client lets itself be sent, and what it takes along."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from answers import KEY, Answers, a, photo
from immichkit_api.types import Operation, Request

from immichkit import AsyncImmich, RedirectError, SharedLink

pytestmark = pytest.mark.anyio
THUMBNAIL = Operation[bytes](
    "viewAsset", "GET", "/assets/{id}/thumbnail", bytes, name="assets.view"
)
HERE = "http://photos.test/api/assets/1"


def opened(answers: Answers, url: str = "http://photos.test", **options: Any) -> AsyncImmich:
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    if "auth" not in options:
        options["api_key"] = KEY
    return AsyncImmich(url, http_client=pool, **options)


def thumbnail(**query: str) -> Request[bytes]:
    return Request(operation=THUMBNAIL, path="/assets/1/thumbnail", query=query)


def to(location: str, status: int = 302) -> httpx.Response:
    return httpx.Response(status, headers={"location": location})


async def test_read_follows_a_relative_redirect() -> None:
    answers = Answers(to("original?"), httpx.Response(200, content=b"jpeg"))
    assert await opened(answers).execute(thumbnail(size="fullsize")) == b"jpeg"
    assert str(answers.asked[1].url).rstrip("?") == f"{HERE}/original"
    assert answers.asked[1].headers["x-api-key"] == KEY


async def test_redirect_keeps_the_path_in_front_of_api() -> None:
    answers = Answers(to("/api/assets/1/thumbnail?size=preview"), httpx.Response(200, content=b"x"))
    await opened(answers, "http://photos.test/immich").execute(thumbnail(size="fullsize"))
    there = "http://photos.test/immich/api/assets/1/thumbnail?size=preview"
    assert str(answers.asked[1].url) == there


async def test_redirect_keeps_the_key_of_a_shared_link() -> None:
    answers = Answers(to("original?"), httpx.Response(200, content=b"x"))
    await opened(answers).execute(thumbnail(size="fullsize", key="linkkey"))
    assert str(answers.asked[1].url) == f"{HERE}/original?key=linkkey"


@pytest.mark.parametrize(
    "elsewhere",
    ["https://photos.test/x", "http://photos.test:81/x", "//other.test/x", "http://other.test/x"],
)
async def test_other_host_sees_no_credential(elsewhere: str) -> None:
    answers = Answers(to(f"{elsewhere}?key=linkkey&a=1"), httpx.Response(200, content=b"x"))
    proxy = {"CF-Access-Client-Secret": "proxy-secret"}
    immich = opened(answers, auth=SharedLink(key="linkkey"), headers=proxy)
    assert (
        await immich.execute(thumbnail(key="linkkey").with_headers({"range": "bytes=0-"})) == b"x"
    )
    there = answers.asked[1]
    assert there.headers["range"] == "bytes=0-"
    assert set(there.headers) <= {"host", "accept", "accept-encoding", "user-agent", "range"}
    assert there.url.params.multi_items() == [("a", "1")]


async def test_other_host_that_wants_a_credential_is_named() -> None:
    elsewhere = "https://photos.test/api/assets/one/original"
    answers = Answers(
        to(elsewhere), httpx.Response(401, json={"message": "Authentication required"})
    )
    with pytest.raises(RedirectError, match="Use https://photos.test as the base URL") as caught:
        await opened(answers).execute(photo())
    assert caught.value.base_url == "https://photos.test"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_redirected_write_is_not_followed(method: str, status: int) -> None:
    answers = Answers(to("https://photos.test/api/things", status))
    with pytest.raises(RedirectError, match="Use https://photos.test as") as caught:
        await opened(answers).execute(a(method))
    assert caught.value.status_code == status
    assert caught.value.location == "https://photos.test/api/things"
    assert len(answers.asked) == 1


async def test_loop_of_redirects_ends() -> None:
    answers = Answers(to("thumbnail"))
    with pytest.raises(RedirectError, match="loop"):
        await opened(answers).execute(thumbnail())
    assert len(answers.asked) == 11


@pytest.mark.parametrize(
    ("location", "problem"),
    [
        ("", "where to"),
        ("http://[", "no address"),
        ("app.immich:///oauth-callback?code=secret", "application"),
    ],
)
async def test_redirect_to_nowhere_is_named(location: str, problem: str) -> None:
    with pytest.raises(RedirectError, match=problem) as caught:
        await opened(Answers(to(location))).execute(thumbnail())
    assert "secret" not in str(caught.value)
