"""Which handler answers a request, and what a handler is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

from attrs import define, field, frozen
from starlette.responses import Response

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError
from immichkit.testing.releases import NEWEST, Release
from immichkit.testing.validation import MISSING, Check

if TYPE_CHECKING:
    from starlette.requests import Request

    from immichkit.testing.state import Caller, State


@define
class Call:
    """One request on its way through a handler."""

    state: State
    request: Request
    parameters: Mapping[str, str]
    operation: str
    release: Release = NEWEST
    body: Any = MISSING
    identity: Caller | None = None
    # What happens after the answer went out, as the real server's jobs do.
    jobs: list[Callable[[], None]] = field(factory=list)

    @property
    def caller(self) -> Caller:
        """Who calls; only routes that are open to everybody have nobody."""
        if self.identity is None:
            raise RefusalError(401, "Authentication required")
        return self.identity

    def id(self, name: str = "id") -> str:
        """The UUID at this place of the path."""
        check = validation.shape({name: validation.uuid4})
        found: str = validation.read(check, dict(self.parameters))[name]
        return found

    def json(self, fields: Mapping[str, Check]) -> dict[str, Any]:
        """The fields of the body that were sent and are known."""
        found: dict[str, Any] = validation.read(validation.shape(fields), self.body)
        return found

    def query(self, fields: Mapping[str, Check]) -> dict[str, Any]:
        """The parameters of the query that were sent and are known."""
        sent = self.request.query_params
        known = [name for name in sent if self.release.takes(self.operation, name)]
        values = {name: sent.getlist(name) for name in known}
        flat = {name: given if len(given) > 1 else given[0] for name, given in values.items()}
        found: dict[str, Any] = validation.read(validation.shape(fields), flat)
        return found


Handler = Callable[[Call], Response]
AsyncHandler = Callable[[Call], Awaitable[Response]]


@frozen
class Streaming:
    """What answers once it has read the body itself, as it arrives."""

    answer: AsyncHandler


@frozen
class Route:
    """An operation that this server has: who may call it, and what answers.

    ``permission`` is what an API key must hold; None lets any key pass. A plain handler is given
    the parsed JSON and runs in a thread.
    """

    handler: Handler | Streaming
    permission: str | None
    is_public: bool = False
    is_admin: bool = False


class Routes:
    """The routes of one subject by method and path, filled by decorators."""

    def __init__(self) -> None:
        self.all: dict[tuple[str, str], Route] = {}

    def on(
        self, method: str, path: str, permission: str | None = "all", *, admin: bool = False
    ) -> Callable[[Handler], Handler]:
        """Answer with the decorated function."""

        def register(handler: Handler) -> Handler:
            self.all[method, path] = Route(handler, permission, is_admin=admin)
            return handler

        return register

    def public(self, method: str, path: str) -> Callable[[Handler], Handler]:
        """Answer anybody with the decorated function."""

        def register(handler: Handler) -> Handler:
            self.all[method, path] = Route(handler, None, is_public=True)
            return handler

        return register

    def streaming(
        self, method: str, path: str, permission: str
    ) -> Callable[[AsyncHandler], AsyncHandler]:
        """Answer with the decorated coroutine, which reads the body as it arrives."""

        def register(handler: AsyncHandler) -> AsyncHandler:
            self.all[method, path] = Route(Streaming(handler), permission)
            return handler

        return register
