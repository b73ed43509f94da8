# Written by scripts/mirror from tests/_async/test_oauth.py; edits are lost.
"""Signing in with an identity provider, and linking an account to it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import httpx
import pytest
from answers import KEY, Answers, json, page, refused

from immichkit import (
    PKCE,
    AuthenticationError,
    Immich,
    MaintenanceError,
    NotImmichError,
    OAuthContext,
    OAuthError,
    PermissionDeniedError,
    ServerError,
    TransportError,
    operations,
)
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
REDIRECT = "http://127.0.0.1:8765/callback"
APP = "app.immich:///oauth-callback"
OLGA = "olga@example.com"
BEGUN = {"url": "https://id.test/auth?client_id=immich"}


def opened(answers: Answers) -> Immich:
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    return Immich("http://photos.test", http_client=pool, retry=None)


def begun(answers: Answers) -> tuple[Immich, OAuthContext, str]:
    """A client in the middle of a sign-in, its context, and a callback that fits."""
    immich = opened(answers)
    context = (immich.oauth.start(REDIRECT)).context
    return immich, context, f"{REDIRECT}?code=the-code-of-it&state={context.state}"


@pytest.mark.parametrize("has_pkce", [True, False])
def test_sign_in_gives_a_session(server: ImmichServer, has_pkce: bool) -> None:
    provider = server.enable_oauth(has_pkce=has_pkce)
    with Immich(server.url) as nobody:
        login = nobody.oauth.start(REDIRECT)
        assert ("code_challenge=" in login.url) is has_pkce
        session = nobody.oauth.finish(provider.sign_in(login.url, email=OLGA), login.context)
    assert (session.base_url, session.user_email) == (f"{server.url}/api", OLGA)
    with Immich.from_session(session) as immich:
        assert (immich.users.get_my_user()).id == session.user_id


def test_context_may_wait_in_a_web_session(server: ImmichServer) -> None:
    provider = server.enable_oauth()
    with Immich(server.url) as immich:
        login = immich.oauth.start("https://app.test/callback")
        kept = login.context.to_dict()
    with Immich(server.url) as immich:
        context = OAuthContext.from_dict(kept)
        session = immich.oauth.finish(provider.sign_in(login.url, email=OLGA), context)
    assert session.user_email == OLGA


def test_provider_that_refuses_is_denied(server: ImmichServer) -> None:
    provider = server.enable_oauth()
    with Immich(server.url) as immich:
        login = immich.oauth.start(REDIRECT)
        callback = provider.sign_in(login.url, email=OLGA, deny=True)
        with pytest.raises(OAuthError, match="access_denied: End-User aborted") as caught:
            immich.oauth.finish(callback, login.context)
    assert (caught.value.kind, caught.value.error) == ("denied", "access_denied")


def test_second_callback_is_replayed_and_not_sent(server: ImmichServer) -> None:
    provider = server.enable_oauth()
    with Immich(server.url) as immich:
        login = immich.oauth.start(REDIRECT)
        callback = provider.sign_in(login.url, email=OLGA)
        immich.oauth.finish(callback, login.context)
        with pytest.raises(OAuthError, match="over already") as caught:
            immich.oauth.finish(callback, login.context)
    assert caught.value.kind == "replayed"


def test_callback_that_does_not_fit_is_not_sent() -> None:
    answers = Answers(json(201, BEGUN))
    immich, context, callback = begun(answers)
    late = attrs.evolve(context, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    for url, asked, kind in (
        (f"{callback}x", context, "state"),
        (callback.replace("8765", "8766"), context, "wrong_redirect"),
        (callback, late, "expired"),
    ):
        with pytest.raises(OAuthError) as caught:
            immich.oauth.finish(url, asked)
        assert caught.value.kind == kind
    assert len(answers.asked) == 1


def test_server_without_oauth_says_so(server: ImmichServer) -> None:
    with Immich(server.url) as immich:
        with pytest.raises(OAuthError, match="OAuth is not enabled. An administrator") as caught:
            immich.oauth.start(REDIRECT)
    assert caught.value.kind == "server"
    assert caught.value.__cause__ is not None


def test_provider_out_of_reach_is_named(server: ImmichServer) -> None:
    server.enable_oauth(issuer_url="http://127.0.0.1:1/none")
    with Immich(server.url) as immich:
        with pytest.raises(OAuthError, match="is the issuer URL in its settings right"):
            immich.oauth.start(REDIRECT)


def test_redirect_that_cannot_work_is_refused_before_anything_is_sent() -> None:
    answers = Answers(json(201, BEGUN))
    with pytest.raises(ValueError, match="register that there"):
        opened(answers).oauth.start("http://127.0.0.1:8765")
    assert answers.asked == []


@pytest.mark.parametrize("wrong", [0, -1, float("nan"), float("inf")])
def test_time_limit_has_to_be_one(wrong: float) -> None:
    with pytest.raises(ValueError, match="expires_in must be"):
        opened(Answers(json(201, BEGUN))).oauth.start(REDIRECT, expires_in=wrong)


def test_secrets_may_be_ones_own() -> None:
    answers = Answers(json(201, BEGUN))
    pkce = PKCE.new(verifier_length=128, state_length=40)
    login = opened(answers).oauth.start(REDIRECT, pkce=pkce)
    assert (login.context.verifier, login.context.state) == (pkce.verifier, pkce.state)
    assert pkce.code_challenge.encode() in answers.asked[0].content
    assert pkce.verifier.encode() not in answers.asked[0].content


def test_context_is_one_of_ours() -> None:
    wrong: Any = {"state": "x"}
    with pytest.raises(TypeError, match=r"context must be an OAuthContext, not dict\. start\(\)"):
        opened(Answers(json(201, BEGUN))).oauth.finish(REDIRECT, wrong)


def test_callback_that_never_left_may_come_again() -> None:
    login = {
        "accessToken": KEY,
        "userId": "u",
        "userEmail": OLGA,
        "name": "Olga",
        "isAdmin": False,
        "profileImagePath": "",
        "shouldChangePassword": False,
        "isOnboarded": True,
    }
    answers = Answers(json(201, BEGUN), httpx.ConnectError("refused"), json(201, login))
    immich, context, callback = begun(answers)
    with pytest.raises(TransportError):
        immich.oauth.finish(callback, context)
    assert (immich.oauth.finish(callback, context)).access_token == KEY


def test_callback_that_may_have_arrived_may_not() -> None:
    answers = Answers(json(201, BEGUN), httpx.ReadError("cut"))
    immich, context, callback = begun(answers)
    with pytest.raises(TransportError):
        immich.oauth.finish(callback, context)
    with pytest.raises(OAuthError) as caught:
        immich.oauth.finish(callback, context)
    assert caught.value.kind == "replayed"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (page(502, "Bad gateway"), ServerError),
        (page(403, "Just a moment"), PermissionDeniedError),
        (page(200, "Welcome"), NotImmichError),
        (refused(401, "Authentication required"), AuthenticationError),
    ],
)
def test_trouble_of_another_kind_stays_what_it_is(
    answer: httpx.Response, kind: type[Exception]
) -> None:
    with pytest.raises(kind):
        opened(Answers(answer)).oauth.start(REDIRECT)


def test_maintenance_stays_what_it_is() -> None:
    gone = refused(404, "Cannot POST /api/oauth/authorize")
    with pytest.raises(MaintenanceError):
        opened(Answers(gone, json(200, {"maintenanceMode": True}))).oauth.start(REDIRECT)


@pytest.mark.parametrize("override", ["", "https://photos.test/api/oauth/mobile-redirect"])
def test_app_signs_in_and_links_whether_its_address_is_replaced_or_not(
    server: ImmichServer, override: str
) -> None:
    provider = server.enable_oauth(mobile_redirect_uri=override)
    user = server.add_user(email=OLGA)
    with Immich(server.url, api_key=user.api_key) as immich:
        login = immich.oauth.start(APP)
        callback = in_the_app(provider.sign_in(login.url, email="olga@id.test"))
        assert (immich.oauth.link(callback, login.context)).oauth_id == "olga@id.test"
        login = immich.oauth.start(APP)
        callback = in_the_app(provider.sign_in(login.url, email="olga@id.test"))
        assert (immich.oauth.finish(callback, login.context)).user_email == OLGA


def in_the_app(callback: str) -> str:
    """The address that the app is opened with, maybe by the server's own redirect."""
    return f"{APP}?{callback.partition('?')[2]}"


def test_account_is_linked_and_unlinked(server: ImmichServer) -> None:
    provider = server.enable_oauth()
    session = Immich.sign_in(server.url, email=server.email, password=server.password)
    with Immich.from_session(session) as immich:
        login = immich.oauth.start(REDIRECT)
        linked = immich.oauth.link(provider.sign_in(login.url, email=OLGA), login.context)
        assert (linked.id, linked.oauth_id) == (session.user_id, OLGA)
        assert (immich.oauth.unlink()).oauth_id == ""


def test_identity_of_another_user_is_not_linked(server: ImmichServer) -> None:
    provider = server.enable_oauth()
    with Immich(server.url, api_key=server.api_key) as immich:
        login = immich.oauth.start(REDIRECT)
        immich.oauth.finish(provider.sign_in(login.url, email=OLGA), login.context)
        login = immich.oauth.start(REDIRECT)
        with pytest.raises(OAuthError, match="already been linked") as caught:
            immich.oauth.link(provider.sign_in(login.url, email=OLGA), login.context)
    assert caught.value.kind == "server"


def test_linking_takes_somebody_who_is_signed_in(server: ImmichServer) -> None:
    provider = server.enable_oauth()
    with Immich(server.url) as nobody:
        login = nobody.oauth.start(REDIRECT)
        with pytest.raises(AuthenticationError, match="Authentication required"):
            nobody.oauth.link(provider.sign_in(login.url, email=OLGA), login.context)


def test_dry_run_signs_in_and_links_nothing(server: ImmichServer) -> None:
    provider = server.enable_oauth()
    with Immich(server.url, api_key=server.api_key, dry_run=True) as immich:
        login = immich.oauth.start(REDIRECT)
        immich.oauth.link(provider.sign_in(login.url, email=OLGA), login.context)
        login = immich.oauth.start(REDIRECT)
        session = immich.oauth.finish(provider.sign_in(login.url, email=OLGA), login.context)
        held = [entry.operation for entry in immich.dry_run_log]
    assert session.user_email == OLGA
    assert held == [operations.authentication.LINK_OAUTH_ACCOUNT]
