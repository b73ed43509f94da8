"""Who sends a request: the credentials that the server takes, and which of them wins."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from immichkit.testing.answers import RefusalError

if TYPE_CHECKING:
    from starlette.requests import Request

    from immichkit.testing.state import Caller, State

TOKEN_COOKIE = "immich_access_token"  # noqa: S105 - a name


def authenticate(request: Request, state: State) -> Caller:
    """The caller by the strongest credential sent; raises the 401 if that one is worthless.

    There is no falling back: a wrong token beside a good key is refused, as by v3.1.
    """
    headers, query = request.headers, request.query_params
    if headers.get("x-immich-share-key") or query.get("key"):
        raise RefusalError(401, "Invalid share key")
    if headers.get("x-immich-share-slug") or query.get("slug"):
        raise RefusalError(401, "Invalid share slug")
    token = (
        headers.get("x-immich-user-token")
        or headers.get("x-immich-session-token")
        or query.get("sessionKey")
        or _bearer(headers.get("authorization", ""))
        or cookie(request, TOKEN_COOKIE)
    )
    if token:
        caller = state.users.by_token(token)
        if caller is None:
            raise RefusalError(401, "Invalid user token")
        return caller
    key = headers.get("x-api-key") or query.get("apiKey")
    if key:
        caller = state.users.by_key(key)
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


def cookie(request: Request, name: str) -> str | None:
    """The value of the cookie, or None."""
    try:
        morsel = SimpleCookie(request.headers.get("cookie", "")).get(name)
    except CookieError:
        return None
    return None if morsel is None else morsel.value


def _bearer(header: str) -> str | None:
    # Exactly one space: what follows a second one is no token to v3.1.
    scheme, _, rest = header.partition(" ")
    return rest.split(" ")[0] if scheme.lower() == "bearer" else None
