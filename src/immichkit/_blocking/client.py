# Written by scripts/mirror from src/immichkit/_async/client.py; edits are lost.
"""The one place that requests pass through: retries, redirects, what an answer means.

What many programs never do, or late, is imported where it is done: saving, uploading, failing.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager
from os import PathLike
from typing import TYPE_CHECKING, Any, TypeVar

import httpx
from immichkit_api.types import UNSET, Overwrite, Progress, Request, SavedFile

from immichkit._blocking.body import Body
from immichkit._blocking.exchange import exchange
from immichkit._http import encoded, url_of
from immichkit._library_logs import conceal_in_logs
from immichkit._runtime import Runtime
from immichkit.errors import ApiError, DecodeError, ImmichError, TransportError
from immichkit.responses import Response, is_html
from immichkit.retry import already_done, may_have_arrived
from immichkit.settings import Settings

if TYPE_CHECKING:
    from immichkit.downloads import Expected
    from immichkit.dry_run import HeldBack
    from immichkit.local.form_body import FormBody
    from immichkit.outcomes import Outcome

__all__ = ["Client", "content_of"]

T = TypeVar("T")
R = TypeVar("R")

logger = logging.getLogger("immichkit")

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


class Client:
    """Executes requests against one server as one user, over a pool of connections."""

    def __init__(
        self,
        settings: Settings,
        http: httpx.Client,
        *,
        sleep: Callable[[float], None] = Runtime.sleep,
        learnt: dict[str, str | None] | None = None,
        is_shared: bool = True,
    ) -> None:
        conceal_in_logs()
        self.settings = settings
        self.dry_run_log: list[HeldBack] = []
        self._http = http
        self._is_shared = is_shared
        self._sleep = sleep
        self._link_cookie: str | None = None
        # The server's version by its base URL, once it is known; views share it.
        self._learnt: dict[str, str | None] = {} if learnt is None else learnt

    def with_settings(self, settings: Settings) -> Client:
        """A client that differs in its settings only and shares the pool."""
        return Client(
            settings,
            self._http,
            sleep=self._sleep,
            learnt=self._learnt,
            is_shared=self._is_shared,
        )

    def check_open(self) -> None:
        """Raise an `ImmichError` if no request can be sent any more."""
        if self._http.is_closed:
            if self._is_shared:
                what = "The http_client that this client shares"
            else:
                what = "This client, or the one that it was made from,"
            raise ImmichError(f"{what} is closed: make a new one, or close it later.")

    def close(self) -> None:
        """Close the pool's connections."""
        self._http.close()

    def execute(self, request: Request[T], /) -> T:
        """The model that ``request`` is answered with."""
        response = self.send(request)
        try:
            return response.value
        except DecodeError as error:
            from immichkit._blocking.versions import explained  # noqa: PLC0415

            raise explained(self, error) from None

    def _knows_version(self) -> bool:
        settings = self.settings
        return settings.server_version is not None or settings.base_url in self._learnt

    def server_version(self) -> str:
        """The server's release, such as ``3.1.0``; the newest known one if it does not tell."""
        from immichkit_api.facts import SERVER_VERSION  # noqa: PLC0415

        return self.told_version() or SERVER_VERSION

    def told_version(self) -> str | None:
        """The server's release: as the settings say, or asked for once; None if it is not told."""
        settings = self.settings
        if settings.server_version is not None:
            return settings.server_version.removeprefix("v")
        if settings.base_url not in self._learnt:
            from immichkit._blocking.versions import learn  # noqa: PLC0415

            self._learnt[settings.base_url] = learn(self)
        return self._learnt[settings.base_url]

    def send(self, request: Request[T], /) -> Response[T]:
        """The whole answer to ``request``: status, headers, body and model."""

        def read(body: Body) -> Response[T]:
            content = body.read()
            return Response(
                request.operation,
                status_code=body.status_code,
                headers=body.headers,
                content=content,
                elapsed=body.elapsed,
                is_repeat=body.is_repeat,
            )

        return self._run(request, read)

    @contextmanager
    def stream(self, request: Request[Any], /) -> Generator[Body]:
        """The answer to ``request`` with its body still to be read."""

        def hand_over(body: Body) -> Body:
            return body

        body = self._run(request, hand_over)
        try:
            yield body
        finally:
            body.close()

    def save(
        self,
        request: Request[bytes],
        target: str | PathLike[str],
        /,
        *,
        overwrite: Overwrite = "error",
        resume: bool = True,
        verify: bool = True,
        on_progress: Progress | None = None,
        expected: Callable[[], Expected] | None = None,
    ) -> SavedFile:
        """The file that the answer's body was written to, whole or not at all.

        ``expected`` says what is known of the file; it is asked for when something will be sent.
        """
        from immichkit._blocking.saving import Saving, place_of  # noqa: PLC0415

        if self._held_back(request) is not None:
            place = place_of(request, target, overwrite)
            there = Runtime.blocking(place.settled)
            return there or SavedFile(path=place.file, size=0, sha1="", written=False)
        saving = Saving(self, request, resume=resume, verify=verify, on_progress=on_progress)
        return saving.to(target, overwrite, expected)

    def execute_many(
        self, requests: Iterable[Request[T]], /, *, limit: int = 8
    ) -> Generator[Outcome[T]]:
        """What became of each of ``requests``, in their order; at most ``limit`` run at a time."""
        from immichkit.requests import checked_many  # noqa: PLC0415

        checked = checked_many(requests, limit)
        return Runtime.window(self._outcome, checked, limit=limit)

    def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = UNSET,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response[Any]:
        """The answer to a request that the contract does not know."""
        from immichkit.requests import undeclared  # noqa: PLC0415

        return self.send(undeclared(method, path, json=json, params=params, headers=headers))

    def follow(self, request: Request[Any], content: bytes | FormBody | None, tries: int) -> Body:
        """The answer to ``request``, whatever it is, from wherever the server sends a read."""
        self.check_open()
        settings, operation = self.settings, request.operation
        url, hops = url_of(settings, request), 0
        while True:
            body = exchange(
                settings, self._http, request, url, content, tries=tries, cookie=self._link_cookie
            )
            if body.status_code not in _REDIRECTS:
                return body
            from immichkit.redirects import problem, redirect_error, target  # noqa: PLC0415

            body.close()
            location = body.headers.get("location", "")
            url, hops = target(url, location, settings.base_url), hops + 1
            if why := problem(operation, location, url, hops):
                raise redirect_error(operation, body.status_code, request.path, url, why)

    def _outcome(self, request: Request[T]) -> Outcome[T]:
        from immichkit.outcomes import Outcome  # noqa: PLC0415

        try:
            return Outcome(request=request, value=self.execute(request))
        except Exception as error:  # noqa: BLE001  # whatever it is, it is this request's alone
            return Outcome(request=request, error=error)

    def _run(self, request: Request[Any], finish: Callable[[Body], R]) -> R:
        """What ``finish`` makes of the first good answer; it is part of what is tried again."""
        if (stand_in := self._held_back(request)) is not None:
            return finish(stand_in)
        content = content_of(request)
        tries, arrived = 0, False
        while True:
            tries += 1
            try:
                return self.attempt(request, content, finish, tries, arrived=arrived)
            except (TransportError, ApiError) as error:
                failure = error
            if request.operation.body == "multipart":
                from immichkit.multipart import file_names  # noqa: PLC0415

                failure.args = (f"{failure} File: {file_names(request.body)}.",)
            if getattr(content, "spent", False):
                raise failure
            self.pause(request, tries, failure)
            arrived = arrived or may_have_arrived(failure)

    def pause(self, request: Request[Any], tries: int, failure: ImmichError) -> None:
        """Wait until it is time for the next try; raise ``failure`` if there is to be none."""
        retry, operation = self.settings.retry, request.operation
        delay = None if retry is None else retry.delay(operation, tries, failure)
        if delay is None:
            raise failure
        logger.info(
            "%s %s: trying again in %.3g s (%s)",
            operation.method,
            request.path,
            delay,
            type(failure).__name__,
        )
        self._sleep(delay)

    def _held_back(self, request: Request[Any]) -> Body | None:
        """The stand-in for an answer to what dry run holds back; None if it is to be sent.

        Raises `NotOnThisServerError` for what the server does not have.
        """
        if not isinstance(request, Request):
            from immichkit.requests import not_a_request  # noqa: PLC0415

            raise not_a_request(request)
        from immichkit.availability import depends_on_version, refusal  # noqa: PLC0415

        if self._knows_version() or depends_on_version(request):
            error = refusal(request, self.server_version())
            if error is not None:
                raise error
        if not self.settings.dry_run:
            return None
        from immichkit.dry_run import held_back  # noqa: PLC0415

        entry = held_back(request, number=len(self.dry_run_log) + 1)
        if entry is None:
            return None
        self.dry_run_log.append(entry)
        logger.info("%s %s: held back", request.operation.method, request.path)
        answer = httpx.Response(200, content=entry.content, headers=entry.headers)
        begun, settings = time.perf_counter(), self.settings
        return Body(answer, request.operation, settings.base_url, begun, settings)

    def attempt(
        self,
        request: Request[Any],
        content: bytes | FormBody | None,
        finish: Callable[[Body], R],
        tries: int,
        *,
        arrived: bool = False,
    ) -> R:
        """What ``finish`` makes of the answer to one try; anything but a success is raised.

        ``tries`` counts this one, ``arrived`` tells whether one before may have been carried out.
        """
        body = self.follow(request, content, tries)
        body.is_repeat = arrived
        try:
            if body.is_success and not is_html(body.headers):
                return finish(body)
            from immichkit._blocking.refusing import link_cookie, refusal  # noqa: PLC0415

            failure = refusal(self, request, body)
            if already_done(request.operation, failure, arrived=arrived):
                return finish(body)
        except BaseException:
            body.close()
            raise
        if self._link_cookie or not (cookie := link_cookie(self, failure)):
            raise failure
        self._link_cookie = cookie
        return self.attempt(request, content, finish, tries, arrived=arrived)


def content_of(request: Request[Any]) -> bytes | FormBody | None:
    """The body of ``request``, to be sent as often as need be."""
    content = encoded(request)
    if content is None or isinstance(content, bytes):
        return content
    from immichkit.local.form_body import FormBody  # noqa: PLC0415

    if content.is_at_hand:
        return FormBody(content)
    return Runtime.blocking(FormBody, content)
