"""Where a redirect leads, and whether it may be followed."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from immichkit_api.types import Operation

from immichkit.auth import origin
from immichkit.errors import RedirectError

__all__ = ["LIMIT", "UNSIGNED", "problem", "redirect_error", "target"]

LIMIT = 10
"""Redirects that one request may meet: more are a loop."""

UNSIGNED = "the server there asks for a credential, and ours goes to the base URL's host only"

_SIGN_IN = re.compile(
    r"log-?[io]n|sign[-_]?in|auth(?!or)|oidc|saml|\bsso\b|/cdn-cgi/access", re.IGNORECASE
)
"""Addresses of the pages where proxies ask who is there."""

_ACCESS = frozenset({"key", "slug"})
"""Query parameters that let a request through as a shared link's."""
_SECRET = _ACCESS | {"apiKey", "sessionKey", "password", "token"}


def target(url: str, location: str, base_url: str) -> str:
    """The address that a redirect from ``url`` to ``location`` means; "" if it is none.

    On the same host a shared link's key is kept, which the server's own redirects drop, and so is
    the path in front of ``/api``, of which the server knows nothing. Another host never gets a
    key, even if the redirect copies it there.
    """
    try:
        there = urlsplit(urljoin(url, location))
        origin(there.geturl())
    except ValueError:
        return ""
    if origin(url) != origin(there.geturl()):
        return _with_query(there.geturl(), without=_SECRET)
    prefix = urlsplit(base_url).path.removesuffix("/api")
    if prefix and location.startswith("/api/"):
        there = there._replace(path=prefix + there.path)
    kept = {name: value for name, value in parse_qsl(urlsplit(url).query) if name in _ACCESS}
    return _with_query(there.geturl(), kept)


def problem(operation: Operation[Any], location: str, url: str, hops: int) -> str:
    """Why a redirect to ``location``, which means ``url``, is not followed; "" if it is.

    ``hops`` counts it and those before.
    """
    if not location:
        return "it does not say where to"
    if not url:
        return "where it leads to is no address"
    if urlsplit(url).scheme not in {"http", "https"}:
        return "it leads into an application"
    if operation.method not in {"GET", "HEAD"}:
        # Browsers would send a GET there instead, which does nothing, and report success.
        return "only reads are redirected"
    if hops > LIMIT:
        return "it leads on and on, in a loop"
    return ""


def redirect_error(
    operation: Operation[Any], status: int, path: str, location: str, why: str
) -> RedirectError:
    """The exception for a redirect to ``location`` that does not lead to an answer."""
    shown = urlsplit(location)._replace(query="", fragment="").geturl()
    name = operation.name or operation.id
    base = _base(location, path)
    advice = ""
    if base:
        advice = f" Use {base} as the base URL."
    elif _SIGN_IN.search("".join(urlsplit(location)[1:3])):
        advice = (
            " That is a page to sign in at, by a proxy in front of the server: what it asks for "
            "goes into headers={…}, or let it pass /api through."
        )
    error = RedirectError(
        f"{operation.method} {path} ({name}) was answered with {status}, "
        f"a redirect to {shown or 'nowhere'}: {why}.{advice}",
        status_code=status,
        operation=name,
        method=operation.method,
        path=path,
    )
    error.location = location or None
    error.base_url = base
    return error


def _base(location: str, path: str) -> str | None:
    """The base URL under which ``path`` is at ``location``, if it is there at all."""
    parts = urlsplit(location)
    if parts.scheme not in {"http", "https"} or not parts.path.rstrip("/").endswith(path):
        return None
    root = parts.path.rstrip("/").removesuffix(path)
    return f"{parts.scheme}://{parts.netloc}{re.sub(r'/api$', '', root)}"


def _with_query(
    url: str, added: dict[str, str] | None = None, without: frozenset[str] = frozenset()
) -> str:
    parts = urlsplit(url)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = {name: value for name, value in (added or {}).items() if name not in dict(pairs)}
    kept = [pair for pair in pairs if pair[0] not in without] + list(query.items())
    if kept == pairs:
        return url
    return urlunsplit(parts._replace(query=urlencode(kept)))
