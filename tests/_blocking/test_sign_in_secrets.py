# Written by scripts/mirror from tests/_async/test_sign_in_secrets.py; edits are lost.
"""What is secret in a sign-in is sent to the server, and shown nowhere."""

from __future__ import annotations

import logging
import traceback
from typing import Any

import httpx
import pytest
from answers import Answers, json, refused

from immichkit import PKCE, Immich, ImmichError, OAuthLogin, Session
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
REDIRECT = "http://127.0.0.1:8765/callback"
TOKEN, CODE = "the-token-that-nobody-may-see", "the-code-that-nobody-may-see"
PASSWORD = "the-password-that-nobody-may-see"
LOGIN = {
    "accessToken": TOKEN,
    "userId": "u",
    "userEmail": "a@b.c",
    "name": "Ann",
    "isAdmin": False,
    "profileImagePath": "",
    "shouldChangePassword": False,
    "isOnboarded": True,
}


def opened(answers: Answers) -> Immich:
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    return Immich("http://photos.test", http_client=pool, retry=None, server_version="3.1.0")


def echo(status: int, content_type: str = "application/json") -> Any:
    """A server, or a proxy in front of it, that repeats whatever it is sent."""

    def answer(request: httpx.Request) -> httpx.Response:
        if content_type == "application/json":
            return refused(status, f"Cannot do {request.content.decode()}")
        headers = {"content-type": content_type}
        return httpx.Response(status, content=request.content, headers=headers)

    return answer


def shown(error: BaseException, caplog: pytest.LogCaptureFixture) -> str:
    """Whatever of an exception and of the logs somebody could come to see."""
    texts = ["".join(traceback.format_exception(error)), caplog.text]
    found: BaseException | None = error
    while found is not None:
        texts += [str(found), repr(found), repr(vars(found))]
        found = found.__cause__ or found.__context__
    return " ".join(texts)


@pytest.fixture
def secrets() -> PKCE:
    return PKCE.new()


def hidden(secrets: PKCE) -> tuple[str, ...]:
    return secrets.state, secrets.verifier, CODE, TOKEN, PASSWORD


ECHOES = [
    echo(400),
    echo(500),
    echo(401),
    echo(403),
    echo(502, "text/plain"),
    echo(200, "text/html"),
    echo(201),
    httpx.ReadError("cut"),
    json(201, {**LOGIN, "userId": 3}),
]


@pytest.mark.parametrize("answer", ECHOES)
@pytest.mark.parametrize("step", ["start", "finish", "link"])
def test_no_step_of_oauth_repeats_a_secret(
    step: str, answer: Any, secrets: PKCE, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    begun = json(201, {"url": f"https://id.test/auth?state={secrets.state}"})
    immich = opened(Answers(answer) if step == "start" else Answers(begun, answer))
    told: list[OAuthLogin] = []
    with pytest.raises(ImmichError) as caught:
        told.append(immich.oauth.start(REDIRECT, pkce=secrets))
        callback = f"{REDIRECT}?code={CODE}&state={secrets.state}"
        end: Any = immich.oauth.finish if step == "finish" else immich.oauth.link
        told.append(end(callback, told[0].context))
    everything = shown(caught.value, caplog) + repr(told)
    assert not [secret for secret in hidden(secrets) if secret in everything]


@pytest.mark.parametrize(
    "query",
    [
        "code={code}&state=another",
        "error={code}&error_description={state}&code={code}",
        "state={state}",
        "code={code}&code={code}&state={state}",
    ],
)
def test_no_refused_callback_repeats_a_secret(
    query: str, secrets: PKCE, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    immich = opened(Answers(json(201, {"url": "https://id.test/auth"})))
    context = (immich.oauth.start(REDIRECT, pkce=secrets)).context
    with pytest.raises(ImmichError) as caught:
        url = f"{REDIRECT}?{query.format(code=CODE, state=secrets.state)}"
        immich.oauth.finish(url, context)
    everything = shown(caught.value, caplog)
    assert not [secret for secret in hidden(secrets) if secret in everything]


@pytest.mark.parametrize("answer", ECHOES)
def test_no_failed_sign_in_repeats_the_password_or_the_token(
    answer: Any, secrets: PKCE, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    options: Any = {
        "http_client": httpx.Client(transport=httpx.MockTransport(Answers(answer))),
        "server_version": "3.1.0",
        "retry": None,
    }
    with pytest.raises(ImmichError) as caught:
        Immich.sign_in("http://photos.test", email="a@b.c", password=PASSWORD, **options)
    everything = shown(caught.value, caplog)
    assert not [secret for secret in hidden(secrets) if secret in everything]


def test_nothing_that_works_shows_a_secret(
    server: ImmichServer, secrets: PKCE, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    provider = server.enable_oauth()
    events: list[Any] = []
    with Immich(server.url, on_request=events.append, on_response=events.append) as nobody:
        login = nobody.oauth.start(REDIRECT, pkce=secrets)
        callback = provider.sign_in(login.url, email="olga@example.com")
        session = nobody.oauth.finish(callback, login.context)
    with Immich.from_session(session) as immich:
        seen = [repr(part) for part in (immich, session, login, login.context, secrets, *events)]
        target = immich.sign_out() or ""
    assert "receive_response_headers.complete" in caplog.text
    code = callback.partition("code=")[2].partition("&")[0]
    hint = target.partition("id_token_hint=")[2]
    everything = " ".join([*seen, caplog.text, str(session), f"{login}"])
    for secret in (secrets.state, secrets.verifier, code, hint, session.access_token):
        assert len(secret) > 20
        assert secret not in everything
    assert isinstance(session, Session)
