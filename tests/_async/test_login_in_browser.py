"""Signing in in a browser on this computer, with a function in the browser's place."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
import webbrowser
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from immichkit import AsyncImmich, ImmichError, OAuthError
from immichkit._loopback import Loopback
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
OLGA = "olga@example.com"


def free_port() -> int:
    with Loopback() as loopback:
        return int(loopback.origin.rpartition(":")[2])


def listening() -> list[str]:
    """The threads that a listener of ours has."""
    names = (thread.name for thread in threading.enumerate())
    return [name for name in names if "serve_forever" in name or "process_request" in name]


def browser(server: ImmichServer, *, deny: bool = False) -> Callable[[str], None]:
    """Who opens the login page, signs in, and is sent back."""

    def open_browser(url: str) -> None:
        urllib.request.urlopen(server.oauth.sign_in(url, email=OLGA, deny=deny)).close()

    return open_browser


def visit(url: str) -> None:
    try:
        urllib.request.urlopen(url).close()
    except urllib.error.HTTPError as error:
        error.close()


async def test_browser_comes_back_with_a_session(server: ImmichServer) -> None:
    server.enable_oauth()
    async with AsyncImmich(server.url) as immich:
        session = await immich.oauth.login_in_browser(open_browser=browser(server))
    assert session.user_email == OLGA


async def test_port_may_be_chosen(server: ImmichServer) -> None:
    server.enable_oauth()
    port, urls = free_port(), list[str]()
    async with AsyncImmich(server.url) as immich:
        await immich.oauth.login_in_browser(
            port=port, open_browser=browser(server), on_url=urls.append
        )
    query = parse_qs(urlsplit(urls[0]).query)
    assert query["redirect_uri"] == [f"http://127.0.0.1:{port}/callback"]


async def test_refusal_in_the_browser_is_denied(server: ImmichServer) -> None:
    server.enable_oauth()
    async with AsyncImmich(server.url) as immich:
        with pytest.raises(OAuthError, match="access_denied") as caught:
            await immich.oauth.login_in_browser(open_browser=browser(server, deny=True))
    assert caught.value.kind == "denied"


async def test_strangers_do_not_end_it(server: ImmichServer) -> None:
    server.enable_oauth()

    def open_browser(url: str) -> None:
        redirect = parse_qs(urlsplit(url).query)["redirect_uri"][0]
        for query in ("", "?code=c&state=another", "?error=access_denied", "?error=e&state="):
            visit(redirect + query)
        visit(redirect.replace("/callback", "/favicon.ico"))
        browser(server)(url)

    async with AsyncImmich(server.url) as immich:
        session = await immich.oauth.login_in_browser(open_browser=open_browser)
    assert session.user_email == OLGA


async def test_nobody_who_comes_back_is_a_timeout(server: ImmichServer) -> None:
    server.enable_oauth()
    port = free_port()
    async with AsyncImmich(server.url) as immich:
        with pytest.raises(OAuthError, match=f"within 0.1 s.*127.0.0.1:{port}/callback") as caught:
            await immich.oauth.login_in_browser(port=port, timeout=0.1, open_browser=len)
    assert caught.value.kind == "timeout"
    assert listening() == []
    Loopback(port).close()


def fails(_: str) -> bool:
    raise webbrowser.Error("no browser")


@pytest.mark.parametrize("open_browser", [None, fails, lambda _: False])
async def test_address_is_printed_where_no_browser_opens(
    server: ImmichServer, open_browser: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    server.enable_oauth()
    async with AsyncImmich(server.url) as immich:
        with pytest.raises(OAuthError):
            await immich.oauth.login_in_browser(timeout=0.01, open_browser=open_browser)
    printed = capsys.readouterr()
    assert f"{server.oauth.issuer}/auth?" in printed.err
    assert printed.out == ""


async def test_address_is_not_printed_where_it_was_handed_over(
    server: ImmichServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.enable_oauth()
    urls: list[str] = []
    async with AsyncImmich(server.url) as immich:
        with pytest.raises(OAuthError):
            await immich.oauth.login_in_browser(timeout=0.01, open_browser=None, on_url=urls.append)
    assert urls[0].startswith(f"{server.oauth.issuer}/auth?")
    assert capsys.readouterr() == ("", "")


async def test_callbacks_may_have_to_be_awaited(server: ImmichServer) -> None:
    server.enable_oauth()
    urls: list[str] = []

    async def on_url(url: str) -> None:
        urls.append(url)

    async def open_browser(url: str) -> None:
        browser(server)(url)

    async with AsyncImmich(server.url) as immich:
        session = await immich.oauth.login_in_browser(on_url=on_url, open_browser=open_browser)
    assert session.user_email == OLGA
    assert len(urls) == 1


async def test_what_is_no_function_is_refused_at_once(server: ImmichServer) -> None:
    async with AsyncImmich(server.url) as immich:
        with pytest.raises(TypeError, match="on_url must be a function, not int"):
            await immich.oauth.login_in_browser(on_url=5)  # type: ignore[arg-type]
    assert server.requests == []


async def test_nothing_listens_any_more_when_the_server_refuses(server: ImmichServer) -> None:
    port = free_port()
    async with AsyncImmich(server.url) as immich:
        with pytest.raises(OAuthError, match="OAuth is not enabled"):
            await immich.oauth.login_in_browser(port=port, open_browser=len)
    assert listening() == []
    Loopback(port).close()


async def test_port_that_is_taken_is_refused_before_anything_else(server: ImmichServer) -> None:
    with Loopback() as other:
        port = int(other.origin.rpartition(":")[2])
        async with AsyncImmich(server.url) as immich:
            with pytest.raises(ImmichError, match=f"port {port}"):
                await immich.oauth.login_in_browser(port=port, open_browser=len)
