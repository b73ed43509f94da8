"""The front door: a client with the server's operations as methods, by group."""

from __future__ import annotations

import os
import warnings
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from os import PathLike
from types import NoneType, TracebackType
from typing import TYPE_CHECKING, Any, Self, TypedDict, TypeVar, Unpack

import httpx
from immichkit_api.types import UNSET, Overwrite, Progress, Request, SavedFile, UnsetType

from immichkit._async.body import AsyncBody, AsyncOpening
from immichkit._async.client import AsyncClient
from immichkit._async.helper_groups import AsyncHelperGroups
from immichkit._http import KEEPALIVE_EXPIRY, pool_options
from immichkit._runtime import AsyncRuntime
from immichkit.auth import ApiKey, Credential
from immichkit.errors import ImmichError
from immichkit.needs import needs
from immichkit.options import check_number, check_type, kind_of
from immichkit.responses import Response
from immichkit.retry import RetryPolicy
from immichkit.settings import Settings, api_keys_of, credential, login_from
from immichkit.timeouts import Timeout
from immichkit.version import __version__

if TYPE_CHECKING:
    from immichkit.compatibility import Compatibility
    from immichkit.dry_run import HeldBack
    from immichkit.events import RequestHook, ResponseHook
    from immichkit.key_permissions import Call
    from immichkit.outcomes import KeyOutcome, Outcome
    from immichkit.permission_check import PermissionCheck
    from immichkit.session import Session

__all__ = ["AsyncImmich", "AsyncImmichOptions"]

T = TypeVar("T")


class AsyncImmichOptions(TypedDict, total=False):
    """What a client can be told besides where its server is and who asks."""

    timeout: Timeout | float
    retry: RetryPolicy | None
    headers: Mapping[str, str] | None
    http_client: httpx.AsyncClient | None
    keepalive_expiry: float
    on_request: RequestHook | None
    on_response: ResponseHook | None
    sleep: Callable[[float], Awaitable[None]]
    server_version: str | None
    dry_run: bool


class AsyncImmich(AsyncHelperGroups):
    """An Immich server, as one user sees it: its operations by group, and the client's verbs.

    ``base_url`` is the server's address, with or without ``/api``; a path in front of that is
    kept. Who asks is told by ``api_key``, by the ``access_token`` of a session, or by ``auth``,
    such as a `SharedLink`; without any, only what needs no sign-in answers.

    ``timeout`` is a `Timeout`, or one number of seconds for every kind of wait; ``retry`` says how
    often a failed request is sent again, None for never. ``headers`` go out with every request,
    for a proxy in front of the server. ``http_client`` shares one pool of connections between
    clients of any servers and users: it is never closed here, and nothing of it but its
    connections is used. A pool of our own drops connections after ``keepalive_expiry`` seconds
    without use. ``on_request`` and ``on_response`` are called with each attempt, ``sleep`` with
    the seconds between two of them.

    ``server_version`` is asked of the server when it first matters, unless it is given. With
    ``dry_run`` nothing that writes leaves this process: such a call is answered with a made-up
    value and kept in `dry_run_log`.
    """

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str | None = None,
        access_token: str | None = None,
        auth: Credential | None = None,
        timeout: Timeout | float = Timeout(),  # noqa: B008  # frozen
        retry: RetryPolicy | None = RetryPolicy(),  # noqa: B008  # frozen
        headers: Mapping[str, str] | None = None,
        http_client: httpx.AsyncClient | None = None,
        keepalive_expiry: float = KEEPALIVE_EXPIRY,
        on_request: RequestHook | None = None,
        on_response: ResponseHook | None = None,
        sleep: Callable[[float], Awaitable[None]] = AsyncRuntime.sleep,
        server_version: str | None = None,
        dry_run: bool = False,
    ) -> None:
        settings = Settings.of(
            base_url,
            auth=credential(api_key, access_token, auth),
            timeout=timeout,
            retry=retry,
            headers=headers,
            on_request=on_request,
            on_response=on_response,
            server_version=server_version,
            dry_run=dry_run,
        )
        wanted = f"an httpx.{httpx.AsyncClient.__name__} for {type(self).__name__}"
        check_type("http_client", http_client, (httpx.AsyncClient, NoneType), wanted)
        check_number("keepalive_expiry", keepalive_expiry)
        if not callable(sleep):
            raise TypeError(f"sleep must be a function, not {kind_of(sleep)}.")
        owns_pool = http_client is None
        pool = http_client or httpx.AsyncClient(**pool_options(keepalive_expiry))
        client = AsyncClient(settings, pool, sleep=sleep, is_shared=not owns_pool)
        self._open(client, owns_pool=owns_pool)

    def _open(self, client: AsyncClient, *, owns_pool: bool) -> None:
        super().__init__(client)
        self._must_close = owns_pool

    @classmethod
    def from_env(cls, **options: Unpack[AsyncImmichOptions]) -> Self:
        """A client of the server that this computer is set up for; ``options`` as for any other.

        The environment names it: IMMICH_BASE_URL or IMMICH_INSTANCE_URL, and IMMICH_API_KEY or
        IMMICH_ACCESS_TOKEN. Without a credential there, it is the first login in the
        `CredentialStore`, else the one of Immich's own command line; if the environment names a
        server, only one there. Raises `ValueError` if there is none.
        """
        from immichkit.local.logins import saved_logins  # noqa: PLC0415

        base_url, auth = login_from(os.environ, lambda: saved_logins(os.environ))
        return cls(base_url, auth=auth, **options)

    @classmethod
    def from_session(cls, session: Session, **options: Unpack[AsyncImmichOptions]) -> Self:
        """A client of the server, and as the user, that ``session`` is of."""
        return cls(session.base_url, access_token=session.access_token, **options)

    @classmethod
    @needs("api_keys.get_my_api_key")
    def for_each(
        cls,
        base_url: str,
        api_keys: str | Iterable[str],
        **options: Unpack[AsyncImmichOptions],
    ) -> AsyncGenerator[KeyOutcome[Self]]:
        """A client for each of many users of a server, one after the other over one pool.

        ``api_keys`` are a list, or a text with commas between them; one that comes again is left
        out. A key that the server does not know, or a server that does not answer, is the
        ``error`` of its outcome, and the next is taken. The pool is closed at the end, unless the
        ``options``, which are as for a client, name an ``http_client``.
        """
        return cls._each(base_url, api_keys_of(api_keys), options)

    @classmethod
    async def _each(
        cls, base_url: str, api_keys: list[tuple[int, str]], options: AsyncImmichOptions
    ) -> AsyncGenerator[KeyOutcome[Self]]:
        from immichkit._async.permitting import described  # noqa: PLC0415
        from immichkit.outcomes import KeyOutcome  # noqa: PLC0415

        async with cls(base_url, **options) as immich:
            for number, api_key in api_keys:
                try:
                    view = immich._view({"auth": ApiKey(api_key)})
                    key = await described(view._client)  # noqa: SLF001
                    outcome = KeyOutcome(number=number, key=key, value=view)
                except (ImmichError, ValueError) as error:
                    outcome = KeyOutcome(number=number, error=error)
                yield outcome

    @classmethod
    @needs("authentication.login")
    async def sign_in(
        cls, base_url: str, *, email: str, password: str, **options: Unpack[AsyncImmichOptions]
    ) -> Session:
        """A new session of the user with that address and password; ``options`` as for a client.

        Raises `AuthenticationError` if the server knows no such user or password.
        """
        from immichkit._async.signing_in import sign_in  # noqa: PLC0415

        async with cls(base_url, **options) as immich:
            return await sign_in(immich._client, email, password)

    @needs("authentication.logout")
    @needs("authentication.validate_access_token", optional=True)
    async def sign_out(self) -> str | None:
        """End this client's session, here and wherever else its token is in use.

        What comes back is the address at which a browser can be signed out of the identity
        provider too, if the session came from one that has such a page. It holds a proof of who
        signs out, so treat it as a secret. Raises `ImmichError` for a client without a session.
        """
        from immichkit._async.signing_in import sign_out  # noqa: PLC0415

        return await sign_out(self._client)

    def with_options(
        self,
        *,
        timeout: Timeout | float | UnsetType = UNSET,
        retry: RetryPolicy | UnsetType | None = UNSET,
        headers: Mapping[str, str] | UnsetType = UNSET,
        on_request: RequestHook | UnsetType | None = UNSET,
        on_response: ResponseHook | UnsetType | None = UNSET,
        server_version: str | UnsetType | None = UNSET,
        dry_run: bool | UnsetType = UNSET,
    ) -> Self:
        """The same server and user over the same connections, with some options replaced.

        Closing it does nothing: the connections belong to the client that it was made from.
        """
        changes: dict[str, Any] = {
            "timeout": timeout,
            "retry": retry,
            "headers": headers,
            "on_request": on_request,
            "on_response": on_response,
            "server_version": server_version,
            "dry_run": dry_run,
        }
        given = {name: value for name, value in changes.items() if value is not UNSET}
        return self._view(given)

    def _view(self, changes: Mapping[str, Any]) -> Self:
        view = type(self).__new__(type(self))
        client = self._client.with_settings(self._client.settings.replaced(changes))
        view._open(client, owns_pool=False)  # noqa: SLF001
        return view

    @property
    def dry_run_log(self) -> list[HeldBack]:
        """What dry run held back, in order; empty without ``dry_run``."""
        return self._client.dry_run_log

    @needs("server.get_server_version")
    async def check_compatibility(self) -> Compatibility:
        """Whether the server's release is one that this package was made for, and what if not."""
        from immichkit.compatibility import assess  # noqa: PLC0415

        return assess(await self._client.server_version(), __version__)

    @needs("api_keys.get_my_api_key", "authentication.validate_access_token")
    @needs("users.get_my_user", optional=True)
    async def check_permissions(self, *calls: Call) -> PermissionCheck:
        """Whether this client may do all of ``calls``, and all that is missing if not.

        They are what `immichkit.permissions` takes: methods, operations, names of permissions.
        Nothing but the permissions of its API key is asked for, or whether its session goes on.
        """
        from immichkit._async.permitting import check_permissions  # noqa: PLC0415
        from immichkit.key_permissions import permissions  # noqa: PLC0415

        return await check_permissions(self._client, permissions(*calls))

    @property
    def base_url(self) -> str:
        """The address of the server's API, ending in ``/api``."""
        return self._client.settings.base_url

    async def execute(self, request: Request[T], /) -> T:
        """The model that the server answers ``request`` with.

        Raises an `ApiError` if it answers with anything but success, `TransportError` if it does
        not answer, `DecodeError` if the answer has an unknown shape.
        """
        return await self._client.execute(request)

    async def send(self, request: Request[T], /) -> Response[T]:
        """The whole answer to ``request``: status, headers and body besides the model."""
        return await self._client.send(request)

    def stream(self, request: Request[Any], /) -> AbstractAsyncContextManager[AsyncBody]:
        """A context in which the answer to ``request`` is read piece by piece, never kept whole."""
        return AsyncOpening(self._client.stream(request))

    async def save(
        self,
        request: Request[bytes],
        target: str | PathLike[str],
        /,
        *,
        overwrite: Overwrite = "error",
        resume: bool = True,
        verify: bool = True,
        on_progress: Progress | None = None,
    ) -> SavedFile:
        """The file that the answer's body was saved to.

        ``target`` is a file, or a folder that gets a file of the name that the server gives; a text
        that ends in a slash is a folder, and is made. What is not there and lacks the ending that
        the server's file has is refused: it was probably to be a folder. Bytes wait in a neighbour
        called ".part" until they are whole. ``overwrite`` says what to do with a file of that name:
        "error" raises `FileExistsError`, "skip" leaves it, "replace" replaces it, "rename" takes a
        free name.

        A download that fails leaves its part, and the next call goes on from there unless the
        server's file has changed meanwhile, or ``resume`` is False. The length is always checked;
        ``verify`` is for the twins, such as `download_asset_to_file`, that know a checksum.
        ``on_progress`` is called with the bytes that are here and those in all, if they are known.
        """
        return await self._client.save(
            request,
            target,
            overwrite=overwrite,
            resume=resume,
            verify=verify,
            on_progress=on_progress,
        )

    def execute_many(
        self, requests: Iterable[Request[T]], /, *, limit: int = 8
    ) -> AsyncGenerator[Outcome[T]]:
        """What became of each of ``requests``, in their order: a value or an error.

        At most ``limit`` run at a time. ``requests`` may be endless: the next is taken when a
        place is free and no more than four times ``limit`` outcomes wait to be looked at. What
        they raise is raised after the outcomes of those before. Leaving early takes no more.
        """
        return self._client.execute_many(requests, limit=limit)

    async def request(
        self,
        method: str,
        path: str,
        *,
        json: Any = UNSET,
        params: Mapping[str, object] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response[Any]:
        """The answer to a request that no operation makes, for what the contract lacks.

        ``path`` lies below ``/api``. Credential, retries and errors are those of any operation;
        ``value`` is decoded by the answer's content type.
        """
        return await self._client.request(method, path, json=json, params=params, headers=headers)

    async def close(self) -> None:
        """Close the connections, unless they are shared."""
        if self._must_close:
            self._must_close = False
            await self._client.close()

    async def __aenter__(self) -> Self:
        self._client.check_open()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.close()

    def __del__(self) -> None:
        # The attribute is missing if the constructor raised.
        if getattr(self, "_must_close", False):
            warnings.warn(f"unclosed {self!r}", ResourceWarning, stacklevel=2, source=self)

    def __repr__(self) -> str:
        settings = self._client.settings
        signed = "" if settings.auth is None else f", auth={settings.auth!r}"
        return f"{type(self).__name__}({settings.base_url!r}{signed})"
