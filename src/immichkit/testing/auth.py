"""Who sends a request: the credentials that the server takes, and which of them wins."""

from __future__ import annotations

import re
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from immichkit.testing.answers import RefusalError
from immichkit.testing.cookies import ACCESS_TOKEN
from immichkit.testing.links import link_caller
from immichkit.testing.state.sessions import Device

if TYPE_CHECKING:
    from starlette.requests import Request

    from immichkit.testing.state import Caller, State

_APP: Final = re.compile(r"immich-(?:android|ios|unknown)/(.+)|Immich_(?:Android|iOS|Unknown)_(.+)")


def authenticate(request: Request, state: State) -> Caller:
    """The caller by the strongest credential sent; raises the 401 if that one is worthless.

    There is no falling back: a wrong token beside a good key is refused, as by v3.1.
    """
    guest = link_caller(request, state)
    if guest is not None:
        return guest
    headers, query = request.headers, request.query_params
    token = (
        headers.get("x-immich-user-token")
        or headers.get("x-immich-session-token")
        or query.get("sessionKey")
        or _bearer(headers.get("authorization", ""))
        or cookie(request, ACCESS_TOKEN)
    )
    if token:
        caller = state.sessions.caller(token, device(request))
        if caller is None:
            raise RefusalError(401, "Invalid user token")
        return caller
    key = headers.get("x-api-key") or query.get("apiKey")
    if key:
        caller = state.keys.caller(key)
        if caller is None:
            raise RefusalError(401, "Invalid API key")
        return caller
    raise RefusalError(401, "Authentication required")


def authorize(caller: Caller, permission: str | None, *, admin: bool) -> None:
    """Raise the 403 of a caller who may not do this."""
    if admin and not caller.user["is_admin"]:
        raise RefusalError(403, "Forbidden")
    if permission is not None and not caller.may(permission):
        raise RefusalError(403, f"Missing required permission: {permission}")


def device(request: Request) -> Device:
    """What the request says about the program that sends it; browsers are not told apart."""
    headers = request.headers
    app = _APP.fullmatch(headers.get("user-agent", ""))
    version = None if app is None else app[1] or app[2]
    return Device(headers.get("devicemodel", ""), headers.get("devicetype", ""), version)


def check_elevated(caller: Caller) -> None:
    """Raise the 401 of a caller who has not unlocked what is locked; no key ever can."""
    if not caller.is_elevated:
        raise RefusalError(401, "Elevated permission is required")


def cookie(request: Request, name: str) -> str | None:
    """The value of the cookie, or None."""
    try:
        morsel = SimpleCookie(request.headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if morsel is None else unquote(morsel.value)


def _bearer(header: str) -> str | None:
    # Exactly one space: what follows a second one is no token to v3.1.
    scheme, _, rest = header.partition(" ")
    return rest.split(" ")[0] if scheme.lower() == "bearer" else None
