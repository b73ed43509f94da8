"""The cookies that the server sets and clears."""

from __future__ import annotations

import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.responses import Response

ACCESS_TOKEN: Final = "immich_access_token"  # noqa: S105 - a name
AUTH_TYPE: Final = "immich_auth_type"
IS_AUTHENTICATED: Final = "immich_is_authenticated"
OAUTH_STATE: Final = "immich_oauth_state"
OAUTH_VERIFIER: Final = "immich_oauth_code_verifier"
OF_A_SESSION: Final = (ACCESS_TOKEN, AUTH_TYPE, IS_AUTHENTICATED)
OF_OAUTH: Final = (OAUTH_STATE, OAUTH_VERIFIER)
_LIFETIME: Final = 34_560_000  # 400 days


def put(response: Response, cookies: Mapping[str, str]) -> None:
    """Let a browser keep these."""
    expires = formatdate(time.time() + _LIFETIME, usegmt=True)
    for name, value in cookies.items():
        # Scripts of the web application may read only the one that says that somebody is there.
        secret = "" if name == IS_AUTHENTICATED else " HttpOnly;"
        written = quote(value, safe="!'()*-._~")
        cookie = f"{name}={written}; Max-Age={_LIFETIME}; Path=/; Expires={expires};{secret}"
        response.headers.append("set-cookie", f"{cookie} SameSite=Lax")


def clear(response: Response, names: Iterable[str]) -> None:
    """Let a browser forget these."""
    for name in names:
        cookie = f"{name}=; Path=/; Expires={formatdate(0, usegmt=True)}"
        response.headers.append("set-cookie", cookie)
