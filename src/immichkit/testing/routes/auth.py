"""Signing in and out, and whether a credential is good."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, json_answer
from immichkit.testing.auth import TOKEN_COOKIE
from immichkit.testing.routing import Call, Routes

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
    token = call.state.users.add_session(user["id"])
    response = json_answer(
        {
            "accessToken": token,
            "userId": user["id"],
            "userEmail": user["email"],
            "name": user["name"],
            "isAdmin": bool(user["is_admin"]),
            "profileImagePath": "",
            "shouldChangePassword": bool(user["should_change_password"]),
            "isOnboarded": False,
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
        call.state.users.end_session(session_id)
    response = json_answer({"successful": True, "redirectUri": "/auth/login?autoLaunch=0"})
    for name in _COOKIES:
        cookie = f"{name}=; Path=/; Expires={formatdate(0, usegmt=True)}"
        response.headers.append("set-cookie", cookie)
    return response


@routes.on("POST", "/auth/validateToken", None)
def validate_token(_call: Call) -> Response:
    return json_answer({"authStatus": True})
