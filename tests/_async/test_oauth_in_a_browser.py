"""Signing in as a person does it: in a real browser, at a login page, and back to the program."""

from __future__ import annotations

import pytest
from real_browser import Browser

from immichkit import AsyncImmich, OAuthError, SyncEvent
from immichkit.testing import ImmichServer

# In one worker: each would start a browser of its own.
pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("browser")]
OLGA = "olga@example.com"


async def test_user_signs_in_and_syncs(server: ImmichServer, browser: Browser) -> None:
    server.enable_oauth()
    seeded = server.seed(assets=3)
    events: list[SyncEvent] = []

    def visit(url: str) -> None:
        browser.open(url)
        browser.enter(server.email)
        assert "You can close this window" in browser.read("/callback")

    async with AsyncImmich(server.url) as nobody:
        session = await nobody.oauth.login_in_browser(open_browser=visit)
    async with AsyncImmich.from_session(session) as immich:
        report = await immich.sync.run(events.extend, ["AssetsV2"])
    assert session.user_email == server.email
    assert report.completed
    assert {event.data.id for event in events} == set(seeded)


async def test_user_turns_back(server: ImmichServer, browser: Browser) -> None:
    server.enable_oauth()

    def visit(url: str) -> None:
        browser.open(url)
        browser.refuse()
        assert "You are not signed in" in browser.read("/callback")

    async with AsyncImmich(server.url) as nobody:
        with pytest.raises(OAuthError, match="End-User aborted") as caught:
            await nobody.oauth.login_in_browser(open_browser=visit)
    assert caught.value.kind == "denied"


async def test_user_mistypes_the_address(server: ImmichServer, browser: Browser) -> None:
    server.enable_oauth()

    def visit(url: str) -> None:
        browser.open(url)
        browser.enter("olga")
        assert "olga" in browser.complaint()
        browser.enter(OLGA)
        browser.read("/callback")

    async with AsyncImmich(server.url) as nobody:
        session = await nobody.oauth.login_in_browser(open_browser=visit)
    assert session.user_email == OLGA


async def test_user_comes_as_somebody_else_first(server: ImmichServer, browser: Browser) -> None:
    server.enable_oauth(auto_register=False)
    emails = iter([OLGA, server.email])

    def visit(url: str) -> None:
        browser.open(url)
        browser.enter(next(emails))
        browser.read("/callback")

    async with AsyncImmich(server.url) as nobody:
        with pytest.raises(OAuthError, match="OAuth authentication failed") as caught:
            await nobody.oauth.login_in_browser(open_browser=visit)
        session = await nobody.oauth.login_in_browser(open_browser=visit)
    assert caught.value.kind == "server"
    assert session.user_email == server.email


async def test_user_signs_out_everywhere(server: ImmichServer, browser: Browser) -> None:
    server.enable_oauth()

    def visit(url: str) -> None:
        browser.open(url)
        browser.enter(OLGA)
        browser.read("/callback")

    async with AsyncImmich(server.url) as nobody:
        session = await nobody.oauth.login_in_browser(open_browser=visit)
    async with AsyncImmich.from_session(session) as immich:
        browser.open(await immich.sign_out() or "")
    assert "Signed out" in browser.read("/_provider/session/end")
