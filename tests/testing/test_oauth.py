from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from immichkit.testing import ImmichServer
from immichkit.testing.provider import challenge_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REDIRECT = "http://127.0.0.1:9999/callback"
VERIFIER = secrets.token_urlsafe(48)


@pytest.fixture
def browser() -> Iterator[httpx.Client]:
    """Keeps cookies and talks to a server on a socket that has OAuth."""
    with ImmichServer() as server:
        server.enable_oauth()
        with httpx.Client(base_url=f"{server.url}/api", trust_env=False) as client:
            yield client


def authorized(client: httpx.Client, **more: str) -> str:
    body = {"redirectUri": REDIRECT, "state": "s", "codeChallenge": challenge_of(VERIFIER)}
    answer = client.post("/oauth/authorize", json={**body, **more})
    url: str = answer.raise_for_status().json()["url"]
    return url


def finished(client: httpx.Client, url: str, **more: str) -> httpx.Response:
    body = {"url": url, "state": "s", "codeVerifier": VERIFIER}
    return client.post("/oauth/callback", json={**body, **more})


def query_of(url: str) -> dict[str, Any]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_scripted_sign_in_gives_a_session(
    server: ImmichServer, anonymous: httpx.Client, client: httpx.Client
) -> None:
    server.enable_oauth()
    callback = server.oauth.sign_in(authorized(anonymous), email="Olga@example.com")
    login = finished(anonymous, callback).json()
    headers = {"authorization": f"Bearer {login['accessToken']}"}
    me = client.get("/users/me", headers=headers).json()
    assert (me["email"], me["name"]) == ("olga@example.com", "Olga")


def test_a_denied_sign_in_comes_back_with_the_reason(
    server: ImmichServer, anonymous: httpx.Client
) -> None:
    server.enable_oauth()
    url = server.oauth.sign_in(authorized(anonymous), email="a@example.com", deny=True)
    assert query_of(url)["error"] == "access_denied"
    assert finished(anonymous, url).status_code == 500


def test_another_address_than_the_login_page_is_refused(server: ImmichServer) -> None:
    server.enable_oauth()
    with pytest.raises(ValueError, match="login page"):
        server.oauth.sign_in("http://immich.test/elsewhere", email="a@example.com")
    with pytest.raises(ValueError, match="invalid_client"):
        server.oauth.sign_in(f"{server.oauth.issuer}/auth?client_id=x", email="a@example.com")


@pytest.mark.parametrize(
    ("email", "claims", "expected"),
    [
        (None, {"sub": "x", "email": "x@example.com"}, 201),
        (None, {"sub": "x"}, 400),
        ("x@example.com", {"immich_role": "admin"}, 201),
    ],
)
def test_claims_say_who_signs_in(
    server: ImmichServer,
    anonymous: httpx.Client,
    email: str | None,
    claims: dict[str, str],
    expected: int,
) -> None:
    server.enable_oauth()
    url = server.oauth.sign_in(authorized(anonymous), email=email, claims=claims)
    assert finished(anonymous, url).status_code == expected


def test_a_code_is_good_for_one_try(server: ImmichServer, anonymous: httpx.Client) -> None:
    server.enable_oauth()
    url = server.oauth.sign_in(authorized(anonymous), email="a@example.com")
    assert finished(anonymous, url, codeVerifier="x" * 43).status_code == 500
    assert finished(anonymous, url).status_code == 500


def test_without_pkce_the_url_has_no_challenge_and_signing_in_works(
    server: ImmichServer, anonymous: httpx.Client
) -> None:
    server.enable_oauth(has_pkce=False)
    page = authorized(anonymous)
    assert "code_challenge" not in page
    url = server.oauth.sign_in(page, email="a@example.com")
    assert finished(anonymous, url).status_code == 201


def test_an_address_linked_to_another_identity_is_refused(
    server: ImmichServer, anonymous: httpx.Client
) -> None:
    server.enable_oauth()
    for sub, expected in (("one", 201), ("two", 400)):
        page = authorized(anonymous)
        claims = {"sub": sub}
        url = server.oauth.sign_in(page, email="a@example.com", claims=claims)
        assert finished(anonymous, url).status_code == expected


def test_an_existing_user_is_linked_by_address(
    server: ImmichServer, anonymous: httpx.Client
) -> None:
    server.enable_oauth(auto_register=False)
    url = server.oauth.sign_in(authorized(anonymous), email=server.email)
    assert finished(anonymous, url).json()["userId"] == server.admin.id


def test_an_administrator_can_unlink_everybody(
    server: ImmichServer, anonymous: httpx.Client, client: httpx.Client
) -> None:
    server.enable_oauth()
    url = server.oauth.sign_in(authorized(anonymous), email=server.email)
    finished(anonymous, url)
    assert client.get("/users/me").json()["oauthId"] == server.email
    assert client.post("/admin/auth/unlink-all").status_code == 204
    assert client.get("/users/me").json()["oauthId"] == ""


def test_back_channel_logout_ends_the_sessions_of_the_identity(
    server: ImmichServer, anonymous: httpx.Client
) -> None:
    server.enable_oauth()
    url = server.oauth.sign_in(authorized(anonymous), email="a@example.com")
    token = finished(anonymous, url).json()["accessToken"]
    anonymous.cookies.clear()
    headers = {"authorization": f"Bearer {token}"}
    assert anonymous.get("/users/me", headers=headers).status_code == 200
    body = {"logout_token": server.oauth.logout_token("a@example.com")}
    assert anonymous.post("/oauth/backchannel-logout", data=body).status_code == 200
    assert anonymous.get("/users/me", headers=headers).status_code == 401


def test_a_user_of_oauth_alone_has_no_password(
    server: ImmichServer, anonymous: httpx.Client
) -> None:
    server.enable_oauth()
    url = server.oauth.sign_in(authorized(anonymous), email="a@example.com")
    token = finished(anonymous, url).json()["accessToken"]
    anonymous.cookies.clear()
    headers = {"authorization": f"Bearer {token}"}
    assert anonymous.get("/auth/status", headers=headers).json()["password"] is False
    body = {"email": "a@example.com", "password": ""}
    assert anonymous.post("/auth/login", json=body).status_code == 401


def test_the_settings_of_oauth_outlive_a_server_in_a_folder(tmp_path: Path) -> None:
    first = ImmichServer(tmp_path)
    first.enable_oauth(button_text="Come in")
    first.close()
    second = ImmichServer(tmp_path)
    with httpx.Client(transport=second.transport(), base_url="http://immich.test/api") as plain:
        assert plain.get("/server/config").json()["oauthButtonText"] == "Come in"
        second.disable_oauth()
        assert plain.get("/server/features").json()["oauth"] is False
    second.close()


def test_a_browser_signs_in_with_the_form_of_the_login_page(browser: httpx.Client) -> None:
    page = browser.get(authorized(browser))
    assert re.findall(r'name="(\w+)"', page.text) == ["email", "deny"]
    sent = browser.post(str(page.url), data={"email": "olga@example.com"})
    assert sent.status_code == 303
    assert finished(browser, sent.headers["location"]).status_code == 201
    out = browser.post("/auth/logout").json()
    assert "/session/end?id_token_hint=" in out["redirectUri"]
    assert browser.get(out["redirectUri"]).status_code == 200


def test_the_button_to_deny_leads_back_too(browser: httpx.Client) -> None:
    sent = browser.post(authorized(browser), data={"email": "", "deny": "true"})
    assert query_of(sent.headers["location"])["error"] == "access_denied"


def test_the_form_comes_again_without_an_address(browser: httpx.Client) -> None:
    assert browser.post(authorized(browser), data={"email": ""}).status_code == 200


def test_other_programs_can_use_the_provider_too(browser: httpx.Client) -> None:
    page = authorized(browser)
    issuer = page.partition("/auth?")[0]
    facts = browser.get(f"{issuer}/.well-known/openid-configuration").json()
    assert facts["code_challenge_methods_supported"] == ["S256"]
    assert browser.get(facts["jwks_uri"]).json() == {"keys": []}
    sent = browser.post(page, data={"email": "a@example.com"}).headers["location"]
    form = {
        "code": query_of(sent)["code"],
        "redirect_uri": REDIRECT,
        "client_secret": "client-default",
        "code_verifier": VERIFIER,
    }
    assert browser.post(facts["token_endpoint"], data=form).json()["token_type"] == "Bearer"
    again = browser.post(facts["token_endpoint"], data=form)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    assert browser.get(f"{issuer}/nothing").status_code == 404
