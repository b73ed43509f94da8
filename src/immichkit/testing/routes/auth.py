"""Signing in and out, and whether a credential is good."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, json_answer
from immichkit.testing.auth import TOKEN_COOKIE, device
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import users

if TYPE_CHECKING:
    from starlette.responses import Response

_LIFETIME: Final = 34_560_000  # 400 days
_COOKIES: Final = (TOKEN_COOKIE, "immich_auth_type", "immich_is_authenticated")

routes: Final = Routes()


@routes.public("POST", "/auth/login")
def login(call: Call) -> Response:
    body = call.json({"email": validation.email, "password": validation.text()})
    user = call.state.users.by_password(body["email"], body["password"])
    if user is None:
        raise RefusalError(401, "Incorrect email or password")
    _session, token = call.state.sessions.add(user["id"], device(call.request))
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
    expires = formatdate(time.time() + _LIFETIME, usegmt=True)
    for name, value in zip(_COOKIES, (token, "password", "true"), strict=True):
        # Scripts of the web application may read only the last one.
        secret = "" if name == "immich_is_authenticated" else " HttpOnly;"
        cookie = f"{name}={value}; Max-Age={_LIFETIME}; Path=/; Expires={expires};{secret}"
        response.headers.append("set-cookie", f"{cookie} SameSite=Lax")
    return response


@routes.on("POST", "/auth/logout")
def logout(call: Call) -> Response:
    """End the session; with a key nothing ends and the answer is the same."""
    session_id = call.caller.session_id
    if session_id is not None:
        call.state.sessions.end(session_id)
    response = json_answer({"successful": True, "redirectUri": "/auth/login?autoLaunch=0"})
    for name in _COOKIES:
        cookie = f"{name}=; Path=/; Expires={formatdate(0, usegmt=True)}"
        response.headers.append("set-cookie", cookie)
    return response


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
