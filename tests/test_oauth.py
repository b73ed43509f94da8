"""What a callback has to look like, and where it may come to."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from immichkit import PKCE, OAuthContext, OAuthError, OAuthLogin
from immichkit.oauth import check_redirect_uri

SERVER = "https://photos.test/api"
REDIRECT = "http://127.0.0.1:8765/callback"
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


def begun(redirect_uri: str = REDIRECT, url: str = "https://id.test/auth?x=1") -> OAuthContext:
    """The context of a sign-in of its own, good for ten minutes."""
    return OAuthLogin.begun(
        url,
        PKCE.new(),
        base_url=SERVER,
        redirect_uri=redirect_uri,
        expires_at=NOW + timedelta(minutes=10),
    ).context


def kind_of(context: OAuthContext, callback_url: str, now: datetime = NOW) -> str:
    """What is wrong with a callback."""
    with pytest.raises(OAuthError) as caught:
        context.accept(callback_url, SERVER, now)
    assert context.state not in str(caught.value)
    assert context.verifier not in str(caught.value)
    return caught.value.kind


def test_callback_is_handed_on_with_its_query() -> None:
    context = begun()
    query = f"code=a%2Fb&state={context.state}&iss=https%3A%2F%2Fid.test"
    assert context.accept(f"{REDIRECT}?{query}#_=_", SERVER, NOW).url == f"{REDIRECT}?{query}"


def test_error_of_the_provider_is_denied_in_its_words() -> None:
    context = begun()
    with pytest.raises(OAuthError, match="access_denied: You said no") as caught:
        url = f"{REDIRECT}?error=access_denied&error_description=You+said+no&state={context.state}"
        context.accept(url, SERVER, NOW)
    assert caught.value.kind == "denied"
    assert (caught.value.error, caught.value.description) == ("access_denied", "You said no")


def test_words_of_the_provider_are_cleaned() -> None:
    context = begun()
    words = f"%1B%5B31mred%0A%E2%80%AE{context.state}+{'x' * 500}"
    with pytest.raises(OAuthError) as caught:
        context.accept(f"{REDIRECT}?error=e&error_description={words}", SERVER, NOW)
    description = caught.value.description or ""
    assert description.isprintable()
    assert len(description) == 200
    assert context.state not in str(caught.value)


@pytest.mark.parametrize("query", ["code=c", "code=c&state=", "code=c&state=another", "state=é"])
def test_state_has_to_be_that_of_the_sign_in(query: str) -> None:
    assert kind_of(begun(), f"{REDIRECT}?{query}") == "state"


def test_state_may_come_once_only() -> None:
    context = begun()
    url = f"{REDIRECT}?code=c&state={context.state}&state={context.state}"
    assert kind_of(context, url) == "state"


@pytest.mark.parametrize(
    "place",
    [
        "https://127.0.0.1:8765/callback",
        "http://127.0.0.1:8766/callback",
        "http://127.0.0.1/callback",
        "http://localhost:8765/callback",
        "http://127.0.0.1:8765/callback/",
        "http://127.0.0.1:8765/",
        "http://127.0.0.1:8765@evil.test/callback",
        "app.immich:///callback",
        "/callback",
        "",
    ],
)
def test_callback_has_to_come_to_the_redirect(place: str) -> None:
    context = begun()
    assert kind_of(context, f"{place}?code=c&state={context.state}") == "wrong_redirect"


@pytest.mark.parametrize("url", ["http://[::1", "http://x:y/", f"{REDIRECT}?{'a=b&' * 200}"])
def test_nonsense_is_no_callback(url: str) -> None:
    assert kind_of(begun(), url) == "wrong_redirect"


@pytest.mark.parametrize("query", ["", "&code=", "&code=a&code=b"])
def test_callback_has_to_bring_one_code(query: str) -> None:
    context = begun()
    url = f"{REDIRECT}?state={context.state}{query}"
    assert kind_of(context, url) == "wrong_redirect"


def test_callback_may_be_too_late() -> None:
    context = begun()
    url = f"{REDIRECT}?code=c&state={context.state}"
    assert kind_of(context, url, NOW + timedelta(minutes=10)) == "expired"
    context.accept(url, SERVER, NOW + timedelta(minutes=9))


def test_context_is_good_for_one_callback() -> None:
    context = begun()
    url = f"{REDIRECT}?code=c&state={context.state}"
    context.accept(url, SERVER, NOW)
    assert kind_of(OAuthContext.from_dict(context.to_dict()), url) == "replayed"
    context.release()
    context.accept(url, SERVER, NOW)


def test_callback_that_is_refused_does_not_use_up_the_context() -> None:
    context = begun()
    assert kind_of(context, f"{REDIRECT}?code=c&state=another") == "state"
    assert kind_of(context, f"{REDIRECT}?error=access_denied") == "denied"
    context.accept(f"{REDIRECT}?code=c&state={context.state}", SERVER, NOW)


def test_checks_come_in_their_order() -> None:
    context = begun()
    late = NOW + timedelta(days=1)
    query = f"code=c&state={context.state}"
    assert kind_of(context, "http://other.test/?error=e&state=another", late) == "denied"
    assert kind_of(context, "http://other.test/?code=c&state=another", late) == "state"
    assert kind_of(context, f"http://other.test/?{query}", late) == "wrong_redirect"
    context.accept(f"{REDIRECT}?{query}", SERVER, NOW)
    assert kind_of(context, f"{REDIRECT}?{query}", late) == "expired"
    assert kind_of(context, f"{REDIRECT}?{query}") == "replayed"


def test_context_belongs_to_one_server() -> None:
    context = begun()
    with pytest.raises(ValueError, match="a sign-in at https://photos.test/api, not at https://b"):
        context.accept(f"{REDIRECT}?code=c&state={context.state}", "https://b.test/api", NOW)


def test_address_of_an_app_may_have_one_slash_or_three() -> None:
    context = begun("app.immich:///oauth-callback")
    query = f"code=c&state={context.state}"
    callback = context.accept(f"app.immich:/oauth-callback?{query}", SERVER, NOW)
    assert callback.url == f"app.immich:///oauth-callback?{query}"


def test_redirect_that_the_server_overrides_is_remembered() -> None:
    page = "https://id.test/auth?redirect_uri=https%3A%2F%2Fphotos.test%2Fapi%2Foauth%2Fmobile-redirect"
    context = begun("app.immich:///oauth-callback", page)
    query = f"code=c&state={context.state}"
    callback = context.accept(f"app.immich:///oauth-callback?{query}", SERVER, NOW)
    assert callback.provider_url == f"https://photos.test/api/oauth/mobile-redirect?{query}"


def test_context_survives_json() -> None:
    context = begun()
    assert OAuthContext.from_dict(json.loads(json.dumps(context.to_dict()))) == context


@pytest.mark.parametrize("field", [field.name for field in attrs.fields(OAuthContext)])
def test_context_with_a_gap_is_refused_by_name(field: str) -> None:
    data = begun().to_dict()
    del data[field]
    with pytest.raises(ValueError, match=f"no OAuthContext .* `{field}`"):
        OAuthContext.from_dict(data)


@pytest.mark.parametrize(
    "change",
    [{"verifier": "short"}, {"state": ""}, {"expires_at": "2026-05-01T12:00:00"}, {"state": 3}],
)
def test_context_that_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    context = begun()
    with pytest.raises(ValueError, match="no OAuthContext") as caught:
        OAuthContext.from_dict({**context.to_dict(), **change})
    assert context.verifier not in str(caught.value)


@pytest.mark.parametrize("data", [None, [], "x"])
def test_what_is_no_mapping_is_no_context(data: Any) -> None:
    with pytest.raises(ValueError, match="no OAuthContext"):
        OAuthContext.from_dict(data)


def test_repr_hides_the_secrets() -> None:
    pkce = PKCE.new()
    url = f"https://id.test/auth?state={pkce.state}"
    login = OAuthLogin.begun(url, pkce, base_url=SERVER, redirect_uri=REDIRECT, expires_at=NOW)
    for shown in (repr(login), str(login), repr(login.context)):
        assert pkce.state not in shown
        assert pkce.verifier not in shown


@pytest.mark.parametrize(
    "uri",
    [
        REDIRECT,
        "http://127.0.0.1:8765/",
        "http://[::1]:8765/callback",
        "https://app.test/a/b%20c",
        "app.immich:///oauth-callback",
        "com.example.app:/callback",
    ],
)
def test_redirect_may_be_of_the_web_or_of_an_app(uri: str) -> None:
    check_redirect_uri(uri)


@pytest.mark.parametrize(
    ("uri", "normal"),
    [
        ("http://127.0.0.1:8765", "http://127.0.0.1:8765/"),
        ("HTTPS://App.test/callback", "https://app.test/callback"),
        ("http://app.test:80/callback", "http://app.test/callback"),
        ("https://user@app.test:443/callback", "https://app.test/callback"),
    ],
)
def test_redirect_that_would_change_on_the_way_is_refused(uri: str, normal: str) -> None:
    with pytest.raises(ValueError, match=f"as {normal} in the end"):
        check_redirect_uri(uri)


@pytest.mark.parametrize(
    "uri",
    [
        "",
        "callback",
        "/callback",
        "http:///callback",
        "javascript:alert",
        "http://a.test/?b=c",
        "http://a.test/#b",
        "http://a.test/ b",
        "http://ä.test/",
        "http://a.test:x/",
        "http://[a/",
    ],
)
def test_what_is_no_redirect_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="is no redirect URI"):
        check_redirect_uri(uri)


@given(st.text())
def test_no_callback_whatsoever_raises_anything_else(text: str) -> None:
    context = begun()
    for url in (text, f"{REDIRECT}?{text}", f"{REDIRECT}?state={text}", f"{REDIRECT}?error={text}"):
        assert not context.is_answered_by(url)
        assert kind_of(context, url) in {"denied", "state", "wrong_redirect"}
