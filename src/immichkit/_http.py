"""What httpx is given and what it gives back, for both faces: bare requests, its errors as ours.

No request passes through ``httpx.Client.send``: that would add the event hooks of a client that
is shared, and put the server's cookies into its jar. Only its transports are used.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypedDict
from urllib.parse import quote, urlencode, urlsplit

import httpx
from immichkit_api.types import UNSET, Operation, Request

from immichkit.errors import ImmichError, RequestTimeoutError, TransportError
from immichkit.requests import encoded_json
from immichkit.settings import Settings
from immichkit.timeouts import Timeout

if TYPE_CHECKING:
    from ssl import SSLContext

    from immichkit.multipart import Form

__all__ = [
    "KEEPALIVE_EXPIRY",
    "bare_request",
    "encoded",
    "failed",
    "pool_options",
    "same_host",
    "transport_error",
    "url_of",
]

_CONTENT_TYPES = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data",  # with a boundary, in the headers of the body
}

KEEPALIVE_EXPIRY = 4.5
"""Seconds: v3.1 closes an idle connection after 5, and a request on its way then is lost."""

_SENDING = frozenset({"read", "write", "upload"})
"""Waits by whose end the server may have the request."""

_NEUTRAL = frozenset(
    {"accept", "accept-encoding", "if-match", "if-modified-since", "if-none-match", "if-range"}
    | {"if-unmodified-since", "range", "user-agent"}
)
"""Headers that another host may see after a redirect; anything else may be a credential."""


class PoolOptions(TypedDict):
    """How a pool of our own is made."""

    limits: httpx.Limits
    http2: bool
    verify: SSLContext


def pool_options(keepalive_expiry: float) -> PoolOptions:
    """What `httpx.Client` or `httpx.AsyncClient` is told for a pool of our own."""
    from importlib.util import find_spec  # noqa: PLC0415

    limits = httpx.Limits(
        max_connections=100, max_keepalive_connections=100, keepalive_expiry=keepalive_expiry
    )
    trusted = _trusted(os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR"))
    return {"limits": limits, "http2": find_spec("h2") is not None, "verify": trusted}


@lru_cache(maxsize=8)
def _trusted(*_places: str | None) -> SSLContext:
    """The certificates that are trusted: to read them takes longer than all else of a client.

    ``_places`` are where the environment says that they are: if that changes, they are read anew.
    """
    return httpx.create_ssl_context()


def url_of(settings: Settings, request: Request[Any]) -> str:
    """The whole address of ``request``."""
    query = urlencode(request.query, doseq=True, quote_via=quote)
    return f"{settings.base_url}{request.path}{'?' if query else ''}{query}"


def encoded(request: Request[Any]) -> bytes | Form | None:
    """The body of ``request``, None if it has none."""
    # Forms are imported where they are written: most programs send none.
    kind, body = request.operation.body, request.body
    if body is UNSET:
        return None
    if kind == "multipart":
        from immichkit.multipart import form  # noqa: PLC0415

        return form(body)
    if kind == "form":
        from immichkit_api import wire  # noqa: PLC0415

        return urlencode({name: wire.text(name, value) for name, value in body.items()}).encode()
    return encoded_json(request.operation, body)


def bare_request(
    settings: Settings,
    request: Request[Any],
    url: str,
    content: bytes | Iterable[bytes] | AsyncIterable[bytes] | None,
    headers: Mapping[str, str],
) -> httpx.Request:
    """``request`` for ``url`` with nothing in it but what we put there.

    ``headers`` are those of the body. To another host than the client's own it carries no
    credential, and no header that could be one.
    """
    operation = request.operation
    binary = operation.response is bytes or operation.response is str
    carried = {
        "accept": _accepted(operation),
        # Photos don't compress, and a length that is that of the file shows when bytes are missing.
        "accept-encoding": "identity" if binary else "gzip, deflate",
        **({} if content is None else {"content-type": _CONTENT_TYPES[operation.body or "json"]}),
        **settings.shared_headers(),
        **headers,
        **{name.lower(): value for name, value in request.headers.items()},
    }
    if not same_host(url, settings.base_url):
        carried = {name: value for name, value in carried.items() if name in _NEUTRAL}
    return httpx.Request(
        operation.method,
        _parsed(url),
        headers=carried,
        content=content,
        extensions={"timeout": settings.timeout.phases(upload=operation.body == "multipart")},
    )


@lru_cache(maxsize=64)
def _parsed(url: str) -> httpx.URL:
    """An address as httpx reads it; a tenth of a small upload's time, if it is read each time."""
    return httpx.URL(url)


def _accepted(operation: Operation[Any]) -> str:
    if operation.response is bytes or operation.response is str:
        return "*/*"
    # For what the contract does not know, JSON is only a guess.
    return "application/json, */*;q=0.5" if operation.response is Any else "application/json"


def same_host(url: str, other: str) -> bool:
    """Whether two addresses have scheme, host and port in common."""
    if url.startswith(f"{other}/"):
        return True
    # By httpx's own reading of an address, for that is where it will connect to.
    one, two = httpx.URL(url), httpx.URL(other)
    return (one.scheme, one.host, one.port) == (two.scheme, two.host, two.port)


def failed(
    error: Exception, operation: Operation[Any], url: str, settings: Settings, client: str
) -> ImmichError:
    """What httpx raised, as an exception of ours to be raised as it is.

    ``client`` is how httpx calls the face's kind of client. The error itself is the cause, unless
    it repeats a credential, as the beginning of an answer that is no HTTP can.
    """
    failure = transport_error(error, operation, url, settings.timeout, client)
    failure.args = tuple(settings.concealed_text(text) for text in failure.args)
    causes = list(_chain(error))
    texts = [text for cause in causes for text in (str(cause), repr(cause))]
    if all(text == settings.concealed_text(text) for text in texts):
        failure.__cause__ = error
    return failure


def transport_error(
    error: Exception,
    operation: Operation[Any],
    url: str,
    timeout: Timeout,
    client: str = "Client",
) -> ImmichError:
    """What httpx raised, as an exception of ours that says what to do."""
    host = urlsplit(url).netloc
    where = f"{operation.name or operation.id} at {host}"
    text = _reason(error)
    match error:
        case httpx.TimeoutException():
            return _timeout_error(error, operation, where, timeout)
        case httpx.ConnectError() if "CERTIFICATE_VERIFY_FAILED" in text:
            problem = (
                f"its certificate is not trusted ({text}). For one of your own, hand in "
                f"http_client=httpx.{client}(verify=ssl.create_default_context(cafile=…))."
            )
            return TransportError(f"{where}: {problem}", sent=False, lasting=True)
        case httpx.ConnectError() if "WRONG_VERSION_NUMBER" in text or "record layer" in text:
            problem = "it does not speak HTTPS on this port. Does its URL begin with http://?"
            return TransportError(f"{where}: {problem}", sent=False, lasting=True)
        case httpx.ConnectError() if _is_unknown_host(text):
            problem = f"there is no such host, or no way to ask for it ({text}). Check the URL."
            return TransportError(f"{where}: {problem}", sent=False)
        case httpx.ConnectError():
            if any(isinstance(cause, ConnectionRefusedError) for cause in _chain(error)):
                text = "connection refused: nothing listens there"
            problem = f"no connection ({text}). Is the server up, are host and port right?"
            return TransportError(f"{where}: {problem}", sent=False)
        case httpx.ProxyError():
            return TransportError(f"{where}: the way through the proxy failed ({text})", sent=False)
        case httpx.UnsupportedProtocol() | httpx.LocalProtocolError() | httpx.InvalidURL():
            problem = f"the request cannot be sent ({text})"
            return TransportError(f"{where}: {problem}", sent=False, lasting=True)
        case httpx.StreamError():
            return ImmichError(f"{where}: the body was read already, or is closed.")
        case httpx.DecodingError():
            problem = f"the answer's compression is broken ({text})."
            return TransportError(f"{where}: {problem}")
        case _:
            advice = _tls_advice(text) if url.startswith("http://") else ""
            return TransportError(f"{where}: the connection broke ({text}).{advice}")


def _timeout_error(
    error: httpx.TimeoutException, operation: Operation[Any], where: str, timeout: Timeout
) -> RequestTimeoutError:
    """The error that names the wait that was too long, its seconds and its option."""
    match error:
        case httpx.ConnectTimeout():
            part, problem, advice = "connect", "no connection within", " Is the server up?"
        case httpx.PoolTimeout():
            part, problem = "pool", "all connections were busy for"
            advice = " Send fewer requests at once."
        case httpx.WriteTimeout():
            part, problem, advice = "write", "the server took no bytes for", ""
        case _:
            part, problem, advice = "read", "no bytes came from the server for", ""
            if operation.body == "multipart":
                part, problem = "upload", "the file was sent, but not answered for"
    seconds = getattr(timeout, part)
    # Without a limit of ours it is the system's own patience that ended.
    limit = "as long as the system waits" if seconds is None else f"{seconds:g} s"
    option = f"timeout=Timeout({part}=…)"
    return RequestTimeoutError(
        f"{where}: {problem} {limit}, which {option} sets.{advice}", sent=part in _SENDING
    )


def _tls_advice(text: str) -> str:
    """A hint for a request in the clear to a port that wants to be greeted in TLS."""
    if r"\x15\x03" in text:
        return " It speaks HTTPS on this port: begin the base URL with https://."
    if "without sending a response" in text or "reset" in text.lower():
        return " If it speaks HTTPS on this port, begin the base URL with https://."
    return ""


def _reason(error: Exception) -> str:
    """The words of ``error``, or of what it came from if it has none."""
    return next(filter(None, map(str, _chain(error))), type(error).__name__)


def _chain(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what it came from."""
    seen: list[BaseException] = []
    waiting = [error]
    while waiting:
        one = waiting.pop()
        if one in seen:
            continue
        seen.append(one)
        yield one
        # The async face tries several addresses, and groups what came of it.
        group = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        waiting += [cause for cause in (*group, one.__cause__, one.__context__) if cause]


def _is_unknown_host(text: str) -> bool:
    # The words of Linux, macOS and Windows.
    words = ("Name or service not known", "nodename nor servname", "getaddrinfo failed")
    return any(word in text for word in (*words, "name resolution", "No address associated"))
