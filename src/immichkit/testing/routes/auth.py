"""Signing in and out, and whether a credential is good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from immichkit.testing import cookies, provider_pages, validation
from immichkit.testing.answers import RefusalError, json_answer
from immichkit.testing.auth import cookie, device
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import users

if TYPE_CHECKING:
    from starlette.responses import Response

    from immichkit.testing.state.database import Row

_LOGIN_PAGE: Final = "/auth/login?autoLaunch=0"

routes: Final = Routes()


@routes.public("POST", "/auth/login")
def login(call: Call) -> Response:
    body = call.json({"email": validation.email, "password": validation.text()})
    user = call.state.users.by_password(body["email"], body["password"])
    if user is None:
        raise RefusalError(401, "Incorrect email or password")
    return signed_in(call, user, "password")


@routes.on("POST", "/auth/logout")
def logout(call: Call) -> Response:
    """End the session; with a key nothing ends and the answer is the same."""
    session_id, target = call.caller.session_id, _LOGIN_PAGE
    if cookie(call.request, cookies.AUTH_TYPE) == "oauth":
        target = _end_of_session(call) or target
    if session_id is not None:
        call.state.sessions.end(session_id)
    response = json_answer({"successful": True, "redirectUri": target})
    cookies.clear(response, cookies.OF_A_SESSION)
    return response


def _end_of_session(call: Call) -> str | None:
    """Where the provider ends its own session; None while OAuth is off."""
    if call.state.oauth.settings is None:
        return None
    session = call.state.sessions.get(call.caller.session_id or "")
    token = None if session is None else session["oauth_token"]
    target = f"{provider_pages.issuer_of(call.request)}/session/end"
    return target if token is None else f"{target}?id_token_hint={token}"


@routes.on("POST", "/auth/validateToken", None)
def validate_token(_call: Call) -> Response:
    return json_answer({"authStatus": True})


@routes.public("POST", "/auth/admin-sign-up")
def sign_up_admin(call: Call) -> Response:
    """Always refused: this server is begun with an administrator."""
    call.json({"email": validation.email, "password": validation.text(), "name": validation.text()})
    raise RefusalError(400, "The server already has an admin")


@routes.on("POST", "/auth/change-password", "auth.changePassword")
def change_password(call: Call) -> Response:
    """A new password; the caller's other sessions end with the old one, asked or not.

    As in v3.1, which looks at ``invalidateSessions`` and then ends them anyway.
    """
    body = call.json(
        {
            "password": validation.text(),
            "newPassword": validation.text(minimum=8),
            "invalidateSessions": validation.optional(validation.boolean),
        }
    )
    caller, state = call.caller, call.state
    if not state.users.has_secret(caller.id, "password", body["password"]):
        raise RefusalError(400, "Wrong password")
    kept = users.secret_hash(caller.id, body["newPassword"])
    user = state.users.change(caller.id, password=kept)
    state.sessions.end_all(caller.id, but=caller.session_id)
    return json_answer(users.own(user))


def signed_in(call: Call, user: Row, auth_type: str, id_token: str | None = None) -> Response:
    """A new session of the user, as the answer to signing in and as cookies."""
    _session, token = call.state.sessions.add(
        user["id"], device(call.request), oauth_token=id_token
    )
    onboarding = call.state.users.metadata(user["id"], "onboarding") or {}
    response = json_answer(
        {
            "accessToken": token,
            "userId": user["id"],
            "userEmail": user["email"],
            "name": user["name"],
            "isAdmin": bool(user["is_admin"]),
            "profileImagePath": user["profile_image_path"],
            "shouldChangePassword": bool(user["should_change_password"]),
            "isOnboarded": onboarding.get("isOnboarded", False),
        },
        201,
    )
    if auth_type == "oauth":
        cookies.clear(response, cookies.OF_OAUTH)
    cookies.put(response, dict(zip(cookies.OF_A_SESSION, (token, auth_type, "true"), strict=True)))
    return response
