"""What an answer that is no success means: the right exception, with words that help."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
from immichkit_api.types import Operation

from immichkit import errors
from immichkit.responses import correlation_id, is_html

__all__ = ["api_error", "is_unknown_route", "maintenance_error", "retry_after"]

_NOT_FOUND = re.compile(r"Not found or no [\w.]+ access|(?!Multipart|Live photo).* not found\b.*")
_UNKNOWN_ROUTE = re.compile(r"Cannot [A-Z]+ /")
_MISSING_PERMISSION = re.compile(r"Missing required permission: ([\w.]+)")
_SECRET_PARAMETER = re.compile(r"([?&][\w-]*(?:key|slug|token|password)=)[^&\s\"']+", re.IGNORECASE)
_CLOUDFLARE = 520
"""Statuses from here on are not of HTTP but of that proxy."""

_PHRASES = {status.value: status.phrase for status in HTTPStatus}

_WANTS_TLS = re.compile(
    r"HTTP request .*(to|on) an? (HTTPS|TLS|SSL)|plain HTTP (request|to an SSL)"
    r"|HTTP request was sent to HTTPS port",
    re.IGNORECASE,
)
"""How Go's server, Apache and nginx answer to http:// on a port for https://."""

_PROXY = "A proxy in front of the server answered, not Immich itself"


def api_error(
    operation: Operation[Any],
    status: int,
    headers: Mapping[str, str],
    body: bytes,
    *,
    method: str | None = None,
    path: str | None = None,
) -> errors.ApiError:
    """The exception for an answer to ``operation`` that is no success.

    ``method`` and ``path`` are what went over the wire, if they are not the operation's own.
    """
    html = is_html(headers, body)
    message, problems = ("", []) if html else _read(body)
    kind = _kind(status, message, headers, html=html)
    wants_tls = status == HTTPStatus.BAD_REQUEST and _WANTS_TLS.search(_plain(body))
    if wants_tls:
        kind = errors.NotImmichError
    method, path = method or operation.method, path or operation.path
    name = operation.name or operation.id
    said = _said(message, problems) or _title(status, body, html=html)
    if status == HTTPStatus.NOT_MODIFIED:
        said = "it is what the request's conditions name, so nothing came"
    advice = _advice(kind, status, message, html=html)
    if kind is errors.PermissionDeniedError and operation.admin_only and message == "Forbidden":
        advice = "Only an administrator may do that."
    if wants_tls:
        advice = "This port speaks HTTPS: begin the base URL with https://."
    text = f"{method} {path} ({name}) was answered with {status}{said and ': '}{said}"
    error = kind(
        _sentence(text) + (f" {advice}" if advice else ""),
        status_code=status,
        message=message,
        errors=problems,
        correlation_id=correlation_id(headers),
        operation=name,
        method=method,
        path=path,
    )
    if isinstance(error, errors.PermissionDeniedError):
        found = _MISSING_PERMISSION.search(message)
        error.permission = found[1] if found else None
    elif isinstance(error, errors.RedirectError):
        error.location = headers.get("location")
    elif isinstance(error, errors.RateLimitedError):
        error.retry_after = retry_after(headers)
        if error.retry_after is not None:
            error.args = (f"{error.args[0]} Ask again in {error.retry_after:g} s.",)
    return error


def is_unknown_route(error: errors.ImmichError) -> bool:
    """Whether the server has no such route at all: it may be in maintenance mode, or older."""
    return isinstance(error, errors.NotFoundError) and bool(_UNKNOWN_ROUTE.match(error.message))


def maintenance_error(error: errors.ApiError) -> errors.MaintenanceError:
    """``error``, known to come from a server in maintenance mode, as what it really is."""
    return errors.MaintenanceError(
        f"{error.method} {error.path} ({error.operation}) was answered with {error.status_code}: "
        "the server is in maintenance mode, where it knows hardly any operation. "
        "Wait until an administrator ends it.",
        status_code=error.status_code,
        message=error.message,
        correlation_id=error.correlation_id,
        operation=error.operation,
        method=error.method,
        path=error.path,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a ``Retry-After`` header asks to wait, None if there is none to read.

    It comes as a number of seconds or as a date; a date is compared with the answer's own.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return float(text)
    if (until := _instant(text)) is None:
        return None
    now = _instant(headers.get("date", ""))
    return max(0.0, until - (time.time() if now is None else now))


def _instant(text: str) -> float | None:
    if not text:
        return None
    from dateutil import parser, tz  # noqa: PLC0415  # rarely needed, slow to import

    try:
        # HTTP dates are in GMT whether they say so or not.
        return parser.parse(text, default=None).replace(tzinfo=tz.UTC).timestamp()
    except (ValueError, OverflowError):
        return None


def _read(body: bytes) -> tuple[str, list[dict[str, Any]]]:
    """The server's message and its list of what is wrong with which field.

    v3 sends ``{"message"}`` and, from its validation, ``errors``; v2.7 also sends a list of
    messages. What a proxy sends is anything.
    """
    try:
        answer = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return _plain(body), []
    if not isinstance(answer, dict):
        return _plain(body), []
    message, problems = answer.get("message"), answer.get("errors")
    if isinstance(message, list):
        problems = [{"path": [], "message": _hidden(str(item))} for item in message]
        message = answer.get("error") or "Validation failed"
    if not isinstance(problems, list):
        problems = []
    text = message if isinstance(message, str) else str(message or answer.get("error") or "")
    return _hidden(text), [item for item in problems if isinstance(item, dict)]


def _plain(body: bytes) -> str:
    return _hidden(" ".join(body[:300].decode("utf-8", errors="replace").split()))


def _hidden(text: str) -> str:
    """``text`` without the credentials of an address in it: the server repeats unknown ones."""
    return _SECRET_PARAMETER.sub(r"\1…", text)


def _said(message: str, problems: list[dict[str, Any]]) -> str:
    listed = "; ".join(
        f"{where}: {problem.get('message', '')}" if where else str(problem.get("message", ""))
        for problem in problems
        for where in [_field(problem.get("path"))]
    )
    return f"{message}: {listed}" if message and listed else message or listed


def _field(path: object) -> str:
    """``["metadata", 0, "key"]`` as a person writes it: ``metadata[0].key``."""
    if not isinstance(path, list):
        return str(path or "")
    steps = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return steps.removeprefix(".")


def _title(status: int, body: bytes, *, html: bool) -> str:
    """What a web page calls itself, which mostly names the proxy and the trouble.

    Of an empty answer, what its status means.
    """
    if not html:
        phrase = _PHRASES.get(status, "")
        return "" if body else f"{phrase}{phrase and ', '}without a word of explanation"
    found = re.search(rb"<title[^>]*>(.*?)</title>", body, re.IGNORECASE | re.DOTALL)
    title = " ".join(found[1].decode("utf-8", errors="replace").split())[:100] if found else ""
    return f"a web page, {title!r}" if title else "a web page"


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _kind(  # the order matters: what a proxy says comes before what Immich could mean by it
    status: int, message: str, headers: Mapping[str, str], *, html: bool
) -> type[errors.ApiError]:
    by_status: dict[int, type[errors.ApiError]] = {
        401: errors.AuthenticationError,
        403: errors.PermissionDeniedError,
        413: errors.TooLargeError,
        429: errors.RateLimitedError,
    }
    if status == HTTPStatus.SERVICE_UNAVAILABLE and retry_after(headers) is not None:
        return errors.RateLimitedError
    if HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST:
        return errors.ApiError if status == HTTPStatus.NOT_MODIFIED else errors.RedirectError
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return errors.ServerError
    if status == HTTPStatus.UNAUTHORIZED and message == "Elevated permission is required":
        return errors.ElevationRequiredError
    if status in by_status:
        return by_status[status]
    if html or (status == HTTPStatus.NOT_ACCEPTABLE and "only returns text/html" in message):
        return errors.NotImmichError
    if status == HTTPStatus.BAD_REQUEST and _NOT_FOUND.fullmatch(message):
        return errors.NotFoundError
    by_status = {
        400: errors.ValidationError,
        404: errors.NotFoundError,
        410: errors.NotFoundError,
        422: errors.ValidationError,
    }
    return by_status.get(status, errors.ApiError)


def _advice(kind: type[errors.ApiError], status: int, message: str, *, html: bool) -> str:
    """What to do about it, in a sentence; nothing where the server's words suffice."""
    if html and kind is errors.NotImmichError:
        return (
            "So the base URL does not lead to an Immich API, or a proxy put its own page in front. "
            "Check the URL; what the proxy asks for goes into headers={…}."
        )
    if kind is errors.NotImmichError:
        return "So the base URL does not lead to an Immich API. Check it."
    if kind is errors.ElevationRequiredError:
        return "Locked assets need a session unlocked with the PIN code; an API key cannot."
    if kind is errors.AuthenticationError:
        if html:
            return f"{_PROXY}: what it asks for goes into headers={{…}}."
        return _SIGN_IN.get(message, "")
    if kind is errors.PermissionDeniedError:
        if html:
            return f"{_PROXY}: it does not let this request through."
        if found := _MISSING_PERMISSION.search(message):
            return f"Give the API key the permission {found[1]}, or use a key that has it."
        if "cannot be used with API keys" in message:
            return "Sign in instead: access_token=…"
        return ""
    if kind is errors.TooLargeError:
        return (
            f"{_PROXY}: raise its limit (client_max_body_size in nginx; Cloudflare's free plan "
            "stops at 100 MB), or use an address that leads to the server directly."
        )
    if kind is errors.RateLimitedError:
        return f"{_PROXY}: it limits how much may be asked of it. Send fewer requests at once."
    if kind is errors.NotFoundError and _UNKNOWN_ROUTE.match(message):
        return "The server has no such route: it may be older than this release supports."
    if status in {502, 503, 504} or status >= _CLOUDFLARE:
        return f"{_PROXY}: the server behind it is down, starting or too slow."
    return ""


_SIGN_IN = {
    "Authentication required": "Give api_key=… or access_token=….",
    "Invalid API key": "The key was deleted, or belongs to another server.",
    "Invalid user token": "The session has ended: sign in again.",
    "Invalid share key": "The shared link was deleted or has expired.",
    "Invalid share slug": "The shared link was deleted, renamed or has expired.",
    "Password required": "The shared link has a password: SharedLink(…, password=…).",
}
