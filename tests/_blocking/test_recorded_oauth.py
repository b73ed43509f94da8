# Written by scripts/mirror from tests/_async/test_recorded_oauth.py; edits are lost.
"""The recorded sign-ins: what we send is what was sent, what was answered is what we make of it."""

from __future__ import annotations

import json as json_module
import re
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import httpx
import pytest
from answers import Answers
from exchanges import Exchange, load

from immichkit import (
    PKCE,
    Immich,
    OAuthContext,
    OAuthError,
    PermissionDeniedError,
)

pytestmark = pytest.mark.anyio
RECORDED = [exchange for exchange in load() if exchange.topic == "oauth"]
STARTS = [
    exchange
    for exchange in RECORDED
    if exchange.request["path"] == "/api/oauth/authorize"
    and {"state", "redirectUri"} <= exchange.request["json"].keys()
]
WITHOUT_PATH = "http://127.0.0.1:8766"
ENDS = [
    exchange
    for exchange in RECORDED
    if exchange.request["path"] in {"/api/oauth/callback", "/api/oauth/link"}
    and {"url", "state", "codeVerifier"} <= exchange.request["json"].keys()
    # Nobody can begin that one with us.
    and exchange.note != "callback: the server adds a slash, the provider refuses"
]
REFUSED = {
    "callback: another state": "state",
    "callback: no code": "wrong_redirect",
    "callback: a url that is none": "state",
    "callback: refused at the provider": "denied",
}
"""What is found to be wrong before anything is sent, by the note of the recording."""


@cache
def pkce(state: str) -> PKCE:
    """The secrets that stand for those of a recording, which were taken out."""
    return PKCE.new()


@cache
def redirects() -> dict[str, str]:
    """The redirect URI that a recorded sign-in began with, by its state."""
    return {one.request["json"]["state"]: one.request["json"]["redirectUri"] for one in STARTS}


def state_of(exchange: Exchange) -> str:
    """The recorded state of the sign-in that a callback belongs to."""
    found = re.search(r"<oauthState:\d+>", json_module.dumps(exchange.request["json"]))
    assert found is not None
    return found[0]


def filled_in(value: dict[str, Any], state: str) -> dict[str, Any]:
    """A recorded body with secrets in the place of what stands for them."""
    secrets = pkce(state)
    text = json_module.dumps(value).replace(state, secrets.state)
    text = re.sub(r"<codeChallenge:\d+>", secrets.code_challenge, text)
    filled: dict[str, Any] = json_module.loads(
        re.sub(r"<codeVerifier:\d+>", secrets.verifier, text)
    )
    return filled


def answered(exchange: Exchange) -> tuple[Answers, Immich]:
    """A client whose server answers as the recorded one did."""
    headers = {"content-type": "application/json"}
    answer = httpx.Response(exchange.status, content=exchange.content, headers=headers)
    answers = Answers(answer)
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    return answers, Immich("http://127.0.0.1:2283", http_client=pool, retry=None)


@pytest.mark.parametrize("exchange", STARTS, ids=lambda one: one.id)
def test_start_sends_what_was_recorded(exchange: Exchange) -> None:
    body = exchange.request["json"]
    answers, immich = answered(exchange)
    if body["redirectUri"] == WITHOUT_PATH:
        with pytest.raises(ValueError, match="as http://127.0.0.1:8766/ in the end"):
            immich.oauth.start(body["redirectUri"])
        return
    secrets = pkce(body["state"])
    if exchange.status == 201:
        login = immich.oauth.start(body["redirectUri"], pkce=secrets)
        assert login.url == exchange.response["json"]["url"]
    else:
        with pytest.raises(OAuthError, match=re.escape(exchange.response["json"]["message"])):
            immich.oauth.start(body["redirectUri"], pkce=secrets)
    assert json_module.loads(answers.asked[0].content) == filled_in(body, body["state"])


@pytest.mark.parametrize("exchange", ENDS, ids=lambda one: one.id)
def test_end_sends_what_was_recorded(exchange: Exchange) -> None:
    state = state_of(exchange)
    answers, immich = answered(exchange)
    body, end = filled_in(exchange.request["json"], state), immich.oauth.finish
    if exchange.request["path"] == "/api/oauth/link":
        end = immich.oauth.link  # type: ignore[assignment]  # another answer
    context = OAuthContext(
        base_url=immich.base_url,
        redirect_uri=redirects()[state],
        provider_redirect_uri=redirects()[state],
        verifier=pkce(state).verifier,
        state=pkce(state).state,
        expires_at=datetime.now(UTC) + timedelta(minutes=1),
    )
    url = body["url"]
    if exchange.note == "callback: another state":
        url = url.replace(context.state, body["state"])
    context.release()  # some were recorded more than once
    if kind := REFUSED.get(exchange.note):
        with pytest.raises(OAuthError) as caught:
            end(url, context)
        assert (caught.value.kind, answers.asked) == (kind, [])
        return
    if exchange.status < 300:
        done = end(url, context)
        assert getattr(done, "user_id", None) or getattr(done, "id", None)
    elif exchange.status == 403:
        with pytest.raises(PermissionDeniedError):
            end(url, context)
    else:
        with pytest.raises(
            OAuthError, match=re.escape(exchange.response["json"]["message"])
        ) as caught:
            end(url, context)
        assert caught.value.kind == "server"
    sent = json_module.loads(answers.asked[0].content)
    assert sent == {**body, "codeVerifier": context.verifier, "state": context.state}
