# Written by scripts/mirror from tests/_async/test_sign_in.py; edits are lost.
"""Signing in with a password, the session that it gives, and signing out."""

from __future__ import annotations

import json as json_module
from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import KEY, Answers, json, ping, refused

from immichkit import (
    AuthenticationError,
    CredentialStore,
    Immich,
    ImmichError,
    SavedLogin,
    ServerError,
    Session,
    SharedLink,
)
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
SESSION = Session(
    base_url="https://photos.test/api",
    access_token=KEY,
    user_id="one",
    user_email="ann@example.com",
    name="Ann",
)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> CredentialStore:
    """Where logins are kept, with nothing in it and nothing in the environment."""
    for name in ("BASE_URL", "INSTANCE_URL", "API_KEY", "ACCESS_TOKEN", "CONFIG_DIR"):
        monkeypatch.delenv(f"IMMICH_{name}", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "settings"))
    return CredentialStore()


def pool_of(answers: Answers) -> httpx.Client:
    return httpx.Client(transport=httpx.MockTransport(answers))


def asked_by_the_environment() -> httpx.Request:
    """What a client made from the environment sends."""
    answers = Answers(json(200, {"res": "pong"}))
    Immich.from_env(http_client=pool_of(answers)).execute(ping())
    return answers.asked[0]


def test_password_gives_a_session(server: ImmichServer) -> None:
    session = Immich.sign_in(server.url, email=server.email, password=server.password)
    assert session.base_url == f"{server.url}/api"
    assert (session.user_email, session.is_admin) == (server.email, True)
    with Immich.from_session(session) as immich:
        assert (immich.users.get_my_user()).id == session.user_id


def test_wrong_password_is_an_authentication_error(server: ImmichServer) -> None:
    with pytest.raises(AuthenticationError, match="Incorrect email or password") as caught:
        Immich.sign_in(server.url, email=server.email, password="not-the-password")
    assert "not-the-password" not in repr(caught.value)


def test_options_are_those_of_a_client() -> None:
    answers = Answers(refused(401, "Incorrect email or password"))
    pool = pool_of(answers)
    options: Any = {"headers": {"cf-access-client-id": "me"}, "http_client": pool}
    with pytest.raises(AuthenticationError):
        Immich.sign_in("http://photos.test", email="a@b.c", password="x" * 8, **options)
    assert answers.asked[0].headers["cf-access-client-id"] == "me"
    assert not pool.is_closed


def test_dry_run_does_not_keep_anybody_out(server: ImmichServer) -> None:
    session = Immich.sign_in(server.url, email=server.email, password=server.password, dry_run=True)
    with Immich.from_session(session, dry_run=True) as immich:
        assert immich.sign_out() is None
        assert (immich.users.get_my_user()).id == session.user_id


def test_session_that_was_signed_out_says_to_sign_in_again(server: ImmichServer) -> None:
    session = Immich.sign_in(server.url, email=server.email, password=server.password)
    with Immich.from_session(session) as immich:
        assert immich.sign_out() is None
        with pytest.raises(AuthenticationError, match="The session has ended: sign in again"):
            immich.users.get_my_user()


def test_sign_out_tells_where_the_provider_does_so(server: ImmichServer) -> None:
    provider = server.enable_oauth()
    with Immich(server.url) as nobody:
        login = nobody.oauth.start("http://127.0.0.1:8765/callback")
        callback = provider.sign_in(login.url, email="olga@example.com")
        session = nobody.oauth.finish(callback, login.context)
    with Immich.from_session(session) as immich:
        target = immich.sign_out()
    assert (target or "").startswith(f"{provider.issuer}/session/end?id_token_hint=")


def test_session_of_a_password_leaves_the_provider_alone(server: ImmichServer) -> None:
    server.enable_oauth()
    session = Immich.sign_in(server.url, email=server.email, password=server.password)
    with Immich.from_session(session) as immich:
        assert immich.sign_out() is None


def test_sign_out_works_while_the_provider_is_out_of_reach() -> None:
    answers = Answers(refused(500, "Failed to logout"), refused(401, "Invalid user token"))
    immich = Immich.from_session(SESSION, http_client=pool_of(answers), retry=None)
    assert immich.sign_out() is None


def test_sign_out_that_did_not_happen_is_an_error() -> None:
    answers = Answers(refused(500, "Failed to logout"), json(200, {"authStatus": True}))
    immich = Immich.from_session(SESSION, http_client=pool_of(answers), retry=None)
    with pytest.raises(ServerError, match="Failed to logout"):
        immich.sign_out()


@pytest.mark.parametrize("who", [{"api_key": KEY}, {"auth": SharedLink(key=KEY)}, {}])
def test_client_without_a_session_cannot_sign_out(who: Any) -> None:
    answers = Answers(json(200, {}))
    immich = Immich("http://photos.test", http_client=pool_of(answers), **who)
    with pytest.raises(ImmichError, match="There is no session to sign out of"):
        immich.sign_out()
    assert answers.asked == []


def test_session_survives_json() -> None:
    assert Session.from_dict(json_module.loads(json_module.dumps(SESSION.to_dict()))) == SESSION
    assert KEY not in f"{SESSION!r} {SESSION}"


@pytest.mark.parametrize(
    "data", [None, {}, {"access_token": KEY}, {**SESSION.to_dict(), "name": 3}]
)
def test_what_is_no_session_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="This is no Session as to_dict makes it") as caught:
        Session.from_dict(data)
    assert KEY not in str(caught.value)


def test_environment_may_name_nothing_where_a_login_is_kept(store: CredentialStore) -> None:
    store.save(SESSION)
    asked = asked_by_the_environment()
    assert (asked.url.host, asked.headers["authorization"]) == ("photos.test", f"Bearer {KEY}")


def test_kept_login_comes_before_that_of_the_official_command_line(
    store: CredentialStore, tmp_path: Path
) -> None:
    folder = tmp_path / ".config" / "immich"
    folder.mkdir(parents=True)
    (folder / "auth.yml").write_text("url: https://other.test/api\nkey: other\n")
    assert (asked_by_the_environment()).url.host == "other.test"
    store.save(SESSION)
    assert (asked_by_the_environment()).url.host == "photos.test"


def test_environment_comes_before_a_kept_login(
    store: CredentialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(SESSION)
    monkeypatch.setenv("IMMICH_BASE_URL", "https://other.test")
    monkeypatch.setenv("IMMICH_API_KEY", "other-key")
    asked = asked_by_the_environment()
    assert (asked.url.host, asked.headers["x-api-key"]) == ("other.test", "other-key")


def test_environment_chooses_among_kept_logins_by_server(
    store: CredentialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(SESSION)
    key = SavedLogin(
        base_url="https://b.test/api", user_id="u", user_email="u@b.test", api_key="b-key"
    )
    store.save(key)
    assert (asked_by_the_environment()).url.host == "b.test"
    monkeypatch.setenv("IMMICH_BASE_URL", "https://photos.test")
    assert (asked_by_the_environment()).headers["authorization"] == f"Bearer {KEY}"


def test_kept_login_goes_to_no_other_server(
    store: CredentialStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.save(SESSION)
    monkeypatch.setenv("IMMICH_BASE_URL", "https://other.test")
    with pytest.raises(ValueError, match="IMMICH_API_KEY"):
        Immich.from_env()
