"""Signing in by an identity provider, and tying its identities to users."""

from __future__ import annotations

import re
import secrets
import sqlite3
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.responses import Response

from immichkit.testing import cookies, provider, provider_pages, validation
from immichkit.testing.answers import RefusalError, empty, json_answer
from immichkit.testing.auth import cookie
from immichkit.testing.provider import ProviderError
from immichkit.testing.routes.auth import signed_in
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import users
from immichkit.testing.state.oauth import OAuthSettings
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immichkit.testing.state.database import Row

_GIB: Final = 1024**3
_APP: Final = re.compile(r"app\.immich:/+oauth-callback")
_APP_REDIRECT: Final = "app.immich:///oauth-callback"
_CALLBACK: Final = {
    "url": validation.text(minimum=1),
    "state": optional(validation.text()),
    "codeVerifier": optional(validation.text()),
}
# What the claims of the provider are called in the settings that the server is delivered with.
_LABEL, _QUOTA, _ROLE = "preferred_username", "immich_quota", "immich_role"

routes: Final = Routes()


@routes.public("GET", "/oauth/mobile-redirect")
def redirect_to_app(call: Call) -> Response:
    """The way into the mobile application for a browser that comes from the provider."""
    target = f"{_APP_REDIRECT}?{call.request.url.query}"
    text = f"Temporary Redirect. Redirecting to {target}"
    return Response(text, 307, headers={"location": target}, media_type="text/plain")


@routes.public("POST", "/oauth/authorize")
def start_oauth(call: Call) -> Response:
    body = call.json(
        {
            "redirectUri": validation.text(),
            "state": optional(validation.text()),
            "codeChallenge": optional(validation.text()),
        }
    )
    settings = _settings(call)
    issuer = _issuer(call, settings)
    state = body.get("state", secrets.token_urlsafe(32))
    challenge, verifier = body.get("codeChallenge"), "j:null"
    if not challenge:
        verifier = secrets.token_urlsafe(32)
        challenge = provider.challenge_of(verifier)
    asked = {
        "redirect_uri": _redirect_uri(settings, body["redirectUri"]),
        "scope": "openid email profile",
        "state": state,
    }
    if settings.has_pkce:
        asked |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    asked |= {"client_id": provider.CLIENT_ID, "response_type": "code"}
    response = json_answer({"url": f"{issuer}/auth?{urlencode(asked)}"}, 201)
    # Seen in v3.1: the verifier of a client that has sent a challenge is kept as a written null.
    cookies.put(response, {cookies.OAUTH_STATE: state, cookies.OAUTH_VERIFIER: verifier})
    return response


@routes.public("POST", "/oauth/callback")
def finish_oauth(call: Call) -> Response:
    """A session for whoever the provider says has signed in, registered if need be."""
    body = call.json(_CALLBACK)
    settings = _settings(call)
    body["url"], failure = _redirect_uri(settings, body["url"]), "Failed to finish oauth"
    claims, id_token = _redeemed(call, settings, body, failure)
    try:
        user = _user_of(call, settings, claims)
    except sqlite3.IntegrityError:
        # v3.1 runs into its database's constraints here.
        raise RefusalError(500, failure) from None
    return signed_in(call, user, "oauth", id_token)


@routes.on("POST", "/oauth/link")
def link_oauth_account(call: Call) -> Response:
    """Let the caller sign in by this identity too; the app's redirect is not replaced here."""
    body, state = call.json(_CALLBACK), call.state
    settings = state.oauth.settings or OAuthSettings()
    claims, id_token = _redeemed(call, settings, body, "Failed to link oauth account")
    other = state.users.by_oauth_id(claims["sub"])
    if other is not None and other["id"] != call.caller.id:
        message = "This OAuth account has already been linked to another user."
        raise RefusalError(400, message)
    return _linked(call, claims["sub"], id_token)


@routes.on("POST", "/oauth/unlink")
def unlink_oauth_account(call: Call) -> Response:
    return _linked(call, "", None)


@routes.on("POST", "/admin/auth/unlink-all", "adminAuth.unlinkAll", admin=True)
def unlink_all_oauth_accounts(call: Call) -> Response:
    call.state.users.unlink_all()
    return empty()


@routes.public("POST", "/oauth/backchannel-logout")
def logout_oauth(call: Call) -> Response:
    """End the sessions of whom the provider has signed out."""
    token = call.json({"logout_token": validation.text()})["logout_token"]
    if call.state.oauth.settings is None:
        message = "Received backchannel logout request but OAuth is not enabled"
        raise RefusalError(400, message)
    try:
        statement = call.state.oauth.provider.statement(token)
    except ProviderError:
        statement = {}
    if provider.LOGGED_OUT not in statement.get("events", {}):
        raise RefusalError(400, "Error backchannel logout: token validation failed")
    call.state.sessions.end_by_oauth(statement["sub"])
    return empty(200)


def _settings(call: Call) -> OAuthSettings:
    settings = call.state.oauth.settings
    if settings is None:
        raise RefusalError(400, "OAuth is not enabled")
    return settings


def _issuer(call: Call, settings: OAuthSettings) -> str:
    if settings.issuer_url is not None:
        raise RefusalError(500, "Error in OAuth discovery: TypeError: fetch failed")
    return provider_pages.issuer_of(call.request)


def _redirect_uri(settings: OAuthSettings, url: str) -> str:
    """The address, or what replaces the mobile application's own in it."""
    override = settings.mobile_redirect_uri
    return _APP.sub(lambda _match: override, url, count=1) if override else url


def _redeemed(
    call: Call, settings: OAuthSettings, body: Mapping[str, str], failure: str
) -> tuple[Mapping[str, Any], str]:
    """What the provider says of who came back from it; any disagreement is the same 500."""
    state = body.get("state", cookie(call.request, cookies.OAUTH_STATE))
    if not state:
        raise RefusalError(400, "OAuth state is missing")
    verifier = body.get("codeVerifier", cookie(call.request, cookies.OAUTH_VERIFIER))
    if not verifier:
        raise RefusalError(400, "OAuth code verifier is missing")
    issuer = _issuer(call, settings)
    came = urlsplit(body["url"])
    said = {name: values[0] for name, values in parse_qs(came.query).items()}
    is_answer = said.get("state") == state and said.get("iss", issuer) == issuer
    if not came.scheme or not is_answer or "error" in said or "code" not in said:
        raise RefusalError(500, failure)
    # As in v3.1, which reads the address as a browser does: nothing after the host becomes a slash.
    # geturl() would drop two slashes of app.immich:///oauth-callback.
    place = body["url"].partition("#")[0].partition("?")[0]
    if not came.path and came.scheme in {"http", "https"}:
        place += "/"
    try:
        return call.state.oauth.provider.redeem(
            said["code"],
            redirect_uri=place,
            client_secret=settings.client_secret,
            verifier=verifier,
        )
    except ProviderError:
        raise RefusalError(500, failure) from None


def _user_of(call: Call, settings: OAuthSettings, claims: Mapping[str, Any]) -> Row:
    """The user with this identity, the one with its address, or a new one."""
    known, sub = call.state.users, claims["sub"]
    email = claims.get("email", "").strip().lower()
    user = known.by_oauth_id(sub)
    if user is None and email:
        user = known.by_email(email)
        if user is not None and user["oauth_id"]:
            raise RefusalError(400, "OAuth authentication failed")
        if user is not None:
            user = known.change(user["id"], oauth_id=sub)
    role = claims.get(_ROLE)
    if user is not None:
        if role in {"admin", "user"} and (role == "admin") != bool(user["is_admin"]):
            user = known.change(user["id"], is_admin=role == "admin")
        return user
    if not settings.auto_register:
        raise RefusalError(400, "OAuth authentication failed")
    if not email:
        raise RefusalError(400, "OAuth profile does not have an email address")
    quota = claims.get(_QUOTA, settings.default_storage_quota)
    return known.add(
        email,
        None,
        claims.get("name") or claims.get(_LABEL) or email,
        oauth_id=sub,
        should_change_password=True,
        quota_size=None if quota is None else quota * _GIB,
        storage_label=claims.get(_LABEL),
        is_admin=role == "admin",
    )


def _linked(call: Call, oauth_id: str, id_token: str | None) -> Response:
    session_id = call.caller.session_id
    if session_id is not None:
        call.state.sessions.set_oauth_token(session_id, id_token)
    return json_answer(users.own(call.state.users.change(call.caller.id, oauth_id=oauth_id)))
