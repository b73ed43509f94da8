"""The ASGI application: from a request to a handler and back, with the real server's manners."""

from __future__ import annotations

import asyncio
import logging
import random
import string
import threading
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

from immichkit.testing import bodies, contract, provider_pages
from immichkit.testing.answers import RefusalError, html_answer, json_answer, suited
from immichkit.testing.auth import authenticate, authorize
from immichkit.testing.links import check_link, is_page_of_no_link
from immichkit.testing.releases import NEWEST
from immichkit.testing.routes import ALL
from immichkit.testing.routing import Call, Streaming

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import Receive, Scope, Send

    from immichkit.testing.releases import Release
    from immichkit.testing.routing import Route
    from immichkit.testing.state import State

_T = TypeVar("_T")
_logger: Final = logging.getLogger("immichkit.testing")
_LETTERS: Final = string.ascii_lowercase + string.digits
_PAGE: Final = (
    "<!doctype html>\n<html><head><title>Immich</title></head>"
    "<body>The embedded server has no web application.</body></html>\n"
)


class App:
    """Answers as an Immich server does, out of one `State`.

    Whatever may block runs in threads of its own, so that a slow query holds up no upload.
    """

    def __init__(self, state: State, release: Release = NEWEST) -> None:
        self.state = state
        self.release = release
        self._threads = ThreadPoolExecutor(8, thread_name_prefix="immichkit-server")
        # Apart from the handlers, and few: what was promised may take long, an answer may not.
        self._workers = ThreadPoolExecutor(2, thread_name_prefix="immichkit-jobs")
        self._unfinished_jobs = 0
        self._jobs_changed = threading.Condition()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one HTTP request."""
        request = Request(scope, receive)
        jobs: list[Callable[[], None]] = []
        path: str = scope["path"]
        if path == "/api" or path.startswith("/api/"):
            response = suited(await self._api_answer(request, jobs), request.headers)
            given = request.headers.get("x-correlation-id")
            response.headers["x-correlation-id"] = given or "".join(random.choices(_LETTERS, k=8))
        elif provider_pages.is_for(path, self.state):
            response = await provider_pages.answer(request, self.state)
        else:
            response = _outside_answer(request, self.state)
        response.headers["date"] = formatdate(usegmt=True)
        if request.method == "HEAD":
            response = _headless(response)
        try:
            await bodies.drain(request)
            await response(scope, receive, send)
        finally:
            for job in jobs:
                self._workers.submit(self._run_job, job)

    def settle(self, timeout: float) -> bool:
        """Wait until everything that answers promised is done; False if that takes too long."""
        with self._jobs_changed:
            return self._jobs_changed.wait_for(lambda: self._unfinished_jobs == 0, timeout)

    def close(self) -> None:
        """End the threads after what they are doing."""
        self._threads.shutdown(cancel_futures=True)
        self._workers.shutdown(cancel_futures=True)

    async def _api_answer(self, request: Request, jobs: list[Callable[[], None]]) -> Response:
        try:
            route, operation, parameters = _route_of(request, self.release)
            call = Call(self.state, request, parameters, operation, self.release)
            response = self._known(call, await self._handled(route, call))
        except RefusalError as refusal:
            return refusal.answer()
        except ClientDisconnect:
            return Response()
        except Exception:
            # A mistake of this server: the log must show it, whatever the client makes of it.
            _logger.exception("%s %s failed", request.method, request.scope["path"])
            return json_answer({"message": "Internal server error"}, 500)
        with self._jobs_changed:
            self._unfinished_jobs += len(call.jobs)
        jobs.extend(call.jobs)
        return response

    async def _handled(self, route: Route, call: Call) -> Response:
        handler = route.handler
        if not isinstance(handler, Streaming):
            # As in v3.1, a body that cannot be read is refused before the credential is looked at.
            body = await bodies.read(call.request)
            call.body = self.release.known_body(call.operation, body)
        if not route.is_public:
            call.identity = await self._in_thread(lambda: authenticate(call.request, call.state))
            authorize(call.caller, route.permission, admin=route.is_admin)
            check_link(call.caller, call.operation, self.release)
        if isinstance(handler, Streaming):
            return await handler.answer(call)
        return await self._in_thread(lambda: handler(call))

    def _known(self, call: Call, response: Response) -> Response:
        """The answer without what the server's release does not send yet."""
        if self.release.sends_all(call.operation) or not response.body:
            return response
        answer = self.release.known_answer(call.operation, msgspec.json.decode(response.body))
        return json_answer(answer, response.status_code)

    async def _in_thread(self, function: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, function)

    def _run_job(self, job: Callable[[], None]) -> None:
        try:
            job()
        except Exception:
            _logger.exception("A job failed")
        finally:
            with self._jobs_changed:
                self._unfinished_jobs -= 1
                self._jobs_changed.notify_all()


def _route_of(request: Request, release: Release) -> tuple[Route, str, Mapping[str, str]]:
    """Route, operation and parameters; raises the answer to what there is no route for."""
    method, path = request.method, _raw_path(request)
    found = contract.template_at(method, request.scope["path"], release)
    if found is None:
        raise RefusalError(404, f"Cannot {method} {path}")
    template, parameters = found
    route = ALL.get(("GET" if method == "HEAD" else method, template))
    if route is None:
        message = f"The embedded server has no {method} {path} yet: test this against a real one"
        raise RefusalError(501, message)
    return route, contract.operation_at(method, template), parameters


def _outside_answer(request: Request, state: State) -> Response:
    """What stands beside the API: a web page for whoever takes one."""
    method, path = request.method, _raw_path(request)
    if path == "/.well-known/immich":
        return json_answer({"api": {"endpoint": "/api"}})
    headers = {"x-correlation-id": "undefined"}
    if method not in {"GET", "HEAD"}:
        return json_answer({"message": f"Cannot {method} {path}"}, 404, headers=headers)
    accepted = request.headers.get("accept", "*/*")
    if not any(kind in accepted for kind in ("text/html", "text/*", "*/*")):
        message = f"The route {path} was requested as {accepted}, but only returns text/html"
        return json_answer({"message": message}, 406, headers=headers)
    response = html_answer(_PAGE)
    if is_page_of_no_link(path, state):
        response.status_code = 404
    return response


def _raw_path(request: Request) -> str:
    path: str = request.scope["path"]
    raw: bytes | None = request.scope.get("raw_path")
    return path if raw is None else raw.split(b"?")[0].decode("latin-1")


def _headless(response: Response) -> Response:
    """The answer's status and headers without its body."""
    bare = Response(status_code=response.status_code)
    bare.raw_headers = response.raw_headers
    return bare
