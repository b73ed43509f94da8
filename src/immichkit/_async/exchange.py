"""One request over the wire and the beginning of its answer, logged and told to hooks."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, Any

import httpx
from immichkit_api.types import Request

from immichkit._async.body import AsyncBody
from immichkit._http import bare_request, failed
from immichkit._runtime import AsyncRuntime
from immichkit.settings import Settings

if TYPE_CHECKING:
    from immichkit.local.form_body import FormBody

__all__ = ["exchange"]

logger = logging.getLogger("immichkit")


async def exchange(
    settings: Settings,
    http: httpx.AsyncClient,
    request: Request[Any],
    url: str,
    content: bytes | FormBody | None,
    *,
    tries: int,
    cookie: str | None,
) -> AsyncBody:
    """The answer that ``url`` gives to ``request``, with its body unread.

    ``tries`` counts this one; ``cookie`` is one of ours, to be sent along.
    """
    _announce(settings, request, tries)
    headers = {} if cookie is None else {"cookie": cookie}
    source = None
    sent: Any = content
    form = None if isinstance(content, bytes) else content
    if form is not None and form.is_at_hand:
        headers |= form.headers()
        sent = b"".join(form.chunks())
    elif form is not None:
        headers |= await AsyncRuntime.blocking(form.headers)
        source = form.chunks()
        sent = AsyncRuntime.chunks(source)
    begun = time.perf_counter()
    answer: httpx.Response | httpx.RequestError | httpx.InvalidURL
    try:
        outgoing = bare_request(settings, request, url, sent, headers)
        # Not send(): on a client that is shared it would run the hooks of others, and keep the
        # server's cookies, which beat our key.
        transport = http._transport_for_url(outgoing.url)  # noqa: SLF001
        answer = await transport.handle_async_request(outgoing)
    except (httpx.RequestError, httpx.InvalidURL) as error:
        answer = error
    finally:
        if source is not None:
            source.close()
    if not isinstance(answer, httpx.Response):  # raised here, it has no context but its cause
        face = httpx.AsyncClient.__name__
        failure = failed(answer, request.operation, url, settings, face)
        _log(request, type(failure).__name__, begun, tries)
        raise failure
    body = AsyncBody(answer, request.operation, url, begun, settings)
    _log(request, str(body.status_code), begun, tries)
    try:
        _report(settings, request, body, tries)
    except BaseException:
        await body.close()
        raise
    return body


def _log(request: Request[Any], result: str, begun: float, tries: int) -> None:
    # The path only: a query can hold the key of a shared link.
    logger.debug(
        "%s %s: %s in %.3f s (attempt %d)",
        request.operation.method,
        request.path,
        result,
        time.perf_counter() - begun,
        tries,
    )


def _announce(settings: Settings, request: Request[Any], tries: int) -> None:
    if settings.on_request is None:
        return
    from immichkit.events import RequestEvent  # noqa: PLC0415

    operation = request.operation
    settings.on_request(
        RequestEvent(
            operation=operation.name or operation.id,
            method=operation.method,
            path=request.path,
            attempt=tries,
        )
    )


def _report(settings: Settings, request: Request[Any], body: AsyncBody, tries: int) -> None:
    if settings.on_response is None:
        return
    from immichkit.events import ResponseEvent  # noqa: PLC0415

    operation = request.operation
    settings.on_response(
        ResponseEvent(
            operation=operation.name or operation.id,
            method=operation.method,
            path=request.path,
            attempt=tries,
            status_code=body.status_code,
            headers=body.headers,
            elapsed=body.elapsed,
        )
    )
