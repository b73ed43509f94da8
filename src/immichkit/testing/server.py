"""The embedded Immich server."""

from __future__ import annotations

import threading
import weakref
from contextlib import AsyncExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import anyio.to_thread

from immichkit.testing.app import App
from immichkit.testing.breakable import Breakable
from immichkit.testing.faulty import FaultyApp
from immichkit.testing.loop import BackgroundLoop
from immichkit.testing.oauth import OAuthProvider
from immichkit.testing.provider import CLIENT_SECRET
from immichkit.testing.releases import NEWEST, Release
from immichkit.testing.request_log import RequestLog
from immichkit.testing.seeding import seed
from immichkit.testing.server_users import ServerUser, add_user
from immichkit.testing.sockets import listening_socket, serving
from immichkit.testing.state import State
from immichkit.testing.state.oauth import OAuthSettings
from immichkit.testing.state.sessions import Device
from immichkit.testing.transports import (
    BASE_URL,
    AsyncInProcessTransport,
    InProcessTransport,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import TracebackType

    from immichkit import AsyncImmich, Immich
    from immichkit.testing.faults import Faults
    from immichkit.testing.request_log import SeenRequest
    from immichkit.testing.seeding import SeedAsset


class ImmichServer(Breakable):
    """An Immich server inside this process, with one administrator and his API key.

    As a context manager, with ``with`` or ``async with``, it answers on a port of the loopback
    interface; `client` and `async_client` reach it without one. Without a ``folder`` it forgets
    everything at `close`; in a folder, its state is there again for the next server. With a
    ``server_version`` it knows only what that release of Immich does.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        email: str = "admin@example.com",
        password: str = "password",  # noqa: S107 - a made-up one
        host: str = "127.0.0.1",
        port: int = 0,
        server_version: str = str(NEWEST),
    ) -> None:
        super().__init__()
        release = Release.parse(server_version)
        state = State(
            None if folder is None else Path(folder).expanduser(), email=email, password=password
        )
        self._parts: Final = _Parts(state, release, self._faults)
        self._host = host
        self._port = port
        self._url: str | None = None
        # A server that nobody closed takes its thread and its temporary files along.
        self._finalizer = weakref.finalize(self, self._parts.close)
        self.api_key: Final = state.setting("api_key")
        self.email: Final = state.setting("email")
        self.password: Final = state.setting("password")
        self.server_version: Final = str(release)

    @property
    def url(self) -> str:
        """The address on the network, without ``/api``; raises `RuntimeError` before `start`."""
        if self._url is None:
            raise RuntimeError(
                "The server listens on no port yet: use it as a context manager, or call start()"
            )
        return self._url

    def start(self) -> Self:
        """Listen on a port; when this returns, the server answers."""
        self.come_back()
        if self._url is None:
            self._url = self._parts.listen(self._host, self._port)
        return self

    def close(self) -> None:
        """Cut every connection and end; what no folder of yours holds is gone."""
        self._url = None
        self._finalizer()

    def settle(self, timeout: float = 10) -> None:
        """Wait until what answers promised for later is done, such as a forced deletion."""
        if not self._parts.app.settle(timeout):
            raise TimeoutError(f"The server's jobs are not done after {timeout:g} s")

    @property
    def requests(self) -> list[SeenRequest]:
        """The last ten thousand requests that reached the server, by any way, the oldest first."""
        return self._parts.log.all()

    def forget_requests(self) -> None:
        """Begin `requests` anew."""
        self._parts.log.clear()

    @property
    def admin(self) -> ServerUser:
        """The administrator, whom the server is born with."""
        user = self._parts.state.users.by_email(self.email)
        if user is None:
            raise LookupError(f"There is no {self.email} any more")
        return ServerUser(user["id"], self.email, user["name"], self.password, self.api_key)

    def add_user(
        self,
        email: str | None = None,
        *,
        name: str | None = None,
        password: str = "password",  # noqa: S107 - a made-up one
        is_admin: bool = False,
        quota_size: int | None = None,
        permissions: Sequence[str] = ("all",),
    ) -> ServerUser:
        """One more user, with an API key that has these permissions.

        Without an address he gets one of his own. Raises `ValueError` if the address is taken.
        """
        return add_user(
            self._parts.state,
            email,
            name=name,
            password=password,
            is_admin=is_admin,
            quota_size=quota_size,
            permissions=permissions,
        )

    def seed(
        self, assets: int | Iterable[SeedAsset], *, user: ServerUser | None = None
    ) -> list[str]:
        """Give a user, the administrator unless named, photos that nobody uploaded; their ids.

        A number stands for as many ordinary photos, a minute apart. A hundred thousand take
        seconds: their files are made when they are first asked for, and are always the same.
        """
        return seed(self._parts.state, (user or self.admin).id, assets)

    def enable_oauth(
        self,
        *,
        auto_register: bool = True,
        auto_launch: bool = False,
        button_text: str = "Login with OAuth",
        has_pkce: bool = True,
        mobile_redirect_uri: str = "",
        default_storage_quota: int | None = None,
        client_secret: str = CLIENT_SECRET,
        issuer_url: str | None = None,
    ) -> OAuthProvider:
        """Let people sign in by the provider that this server brings along, which is `oauth`.

        Again with other settings, those hold. ``has_pkce`` is whether the provider says that it
        knows PKCE. ``default_storage_quota`` is in GiB. Another ``client_secret`` is refused by
        the provider, and an ``issuer_url`` names one that cannot be reached.
        """
        self._parts.state.oauth.settings = OAuthSettings(
            auto_register=auto_register,
            auto_launch=auto_launch,
            button_text=button_text,
            has_pkce=has_pkce,
            mobile_redirect_uri=mobile_redirect_uri,
            default_storage_quota=default_storage_quota,
            client_secret=client_secret,
            issuer_url=issuer_url,
        )
        return self.oauth

    def disable_oauth(self) -> None:
        """Let nobody sign in by OAuth any more; does nothing if that is so already."""
        self._parts.state.oauth.settings = None

    @property
    def oauth(self) -> OAuthProvider:
        """The provider, which answers while OAuth is enabled."""
        return OAuthProvider(self._parts.state.oauth, lambda: self._url or BASE_URL)

    def add_text(self, asset_id: str, text: str) -> None:
        """Let a text be recognized in a picture, as machine learning would."""
        self._parts.state.texts.add(asset_id, text)

    def clear_texts(self, asset_id: str) -> None:
        """Let no text be recognized in a picture any more."""
        self._parts.state.texts.clear(asset_id)

    def sign_in(self, user: ServerUser | None = None) -> str:
        """The access token of a new session, the administrator's unless a user is named."""
        _session, token = self._parts.state.sessions.add((user or self.admin).id, Device())
        return token

    def require_sync_reset(self, user: ServerUser | None = None) -> None:
        """Let the sync of every session begin anew, the administrator's unless a user is named."""
        self._parts.state.sync.require_reset((user or self.admin).id)

    def client(self, user: ServerUser | None = None) -> Immich:
        """A blocking client with the administrator's key, or another user's, in process."""
        from immichkit.testing.clients import blocking_client  # noqa: PLC0415 - needs a face

        return blocking_client(self.transport(), user.api_key if user else self.api_key)

    def async_client(self, user: ServerUser | None = None) -> AsyncImmich:
        """An async client with the administrator's key, or another user's, in process."""
        from immichkit.testing.clients import async_client  # noqa: PLC0415 - needs a face

        return async_client(self.async_transport(), user.api_key if user else self.api_key)

    def transport(self) -> InProcessTransport:
        """A transport for a blocking httpx client, which keeps this server alive."""
        return InProcessTransport(self._parts.door, self._parts.loop(), owner=self)

    def async_transport(self) -> AsyncInProcessTransport:
        """A transport for an async httpx client, which keeps this server alive."""
        return AsyncInProcessTransport(self._parts.door, self._parts.loop(), owner=self)

    def __enter__(self) -> Self:
        """Listen on a port."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the server."""
        self.close()

    async def __aenter__(self) -> Self:
        """Listen on a port."""
        return await anyio.to_thread.run_sync(self.start)

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the server."""
        await anyio.to_thread.run_sync(self.close)

    def __repr__(self) -> str:
        """The address, never the key."""
        return f"<ImmichServer {self._url or 'without a port'}>"

    def _stop_listening(self) -> None:
        if self._url is not None:
            self._parts.stop_listening()

    def _listen_again(self) -> None:
        if self._url is not None:
            self._parts.listen(self._host, int(self._url.rpartition(":")[2]))


class _Parts:
    """What the server is made of; knows nothing of `ImmichServer`, so that one can be collected."""

    def __init__(self, state: State, release: Release, faults: Faults) -> None:
        self.state = state
        self.app = App(state, release)
        self.log = RequestLog()
        # Where every request comes in, from the network and from this process.
        self.door = FaultyApp(self.app, faults, self.log)
        self._loop: BackgroundLoop | None = None
        self._listening = AsyncExitStack()
        self._is_closed = False
        self._lock = threading.Lock()

    def loop(self) -> BackgroundLoop:
        """The server's loop, begun on first use."""
        with self._lock:
            if self._is_closed:
                raise RuntimeError("The server is closed")
            if self._loop is None:
                self._loop = BackgroundLoop("immichkit-server")
                self._loop.enter(self._listening)
            return self._loop

    def listen(self, host: str, port: int) -> str:
        """The address of the port that is answered on from now on."""
        loop = self.loop()
        listener = listening_socket(host, port)
        address = f"http://{host}:{listener.getsockname()[1]}"
        context = serving(self.door, listener)
        loop.submit(self._listening.enter_async_context(context)).result()
        return address

    def stop_listening(self) -> None:
        """Cut every connection and let go of the port."""
        if self._loop is not None:
            self._loop.submit(self._listening.aclose()).result()

    def close(self) -> None:
        """End everything, in the order in which nothing misses anything."""
        with self._lock:
            self._is_closed = True
        if self._loop is not None:
            self._loop.close()
        self.app.close()
        self.state.close()
