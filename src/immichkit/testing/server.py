"""The embedded Immich server."""

from __future__ import annotations

import threading
import weakref
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import anyio.to_thread

from immichkit.testing.app import App
from immichkit.testing.loop import BackgroundLoop
from immichkit.testing.sockets import listening_socket, serving
from immichkit.testing.state import State
from immichkit.testing.transports import AsyncInProcessTransport, InProcessTransport

if TYPE_CHECKING:
    from types import TracebackType

    from immichkit import AsyncImmich, Immich


class ImmichServer:
    """An Immich server inside this process, with one administrator and his API key.

    As a context manager, with ``with`` or ``async with``, it answers on a port of the loopback
    interface; `client` and `async_client` reach it without one. Without a ``folder`` it forgets
    everything at `close`; in a folder, its state is there again for the next server.
    """

    def __init__(
        self,
        folder: str | Path | None = None,
        *,
        email: str = "admin@example.com",
        password: str = "password",  # noqa: S107 - a made-up one
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        state = State(
            None if folder is None else Path(folder).expanduser(), email=email, password=password
        )
        self._parts: Final = _Parts(state)
        self._host = host
        self._port = port
        self._url: str | None = None
        # A server that nobody closed takes its thread and its temporary files along.
        self._finalizer = weakref.finalize(self, self._parts.close)
        self.api_key: Final = state.setting("api_key")
        self.email: Final = state.setting("email")
        self.password: Final = state.setting("password")

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

    def client(self) -> Immich:
        """A blocking client with the administrator's key, in process."""
        from immichkit.testing.clients import blocking_client  # noqa: PLC0415 - needs a face

        return blocking_client(self.transport(), self.api_key)

    def async_client(self) -> AsyncImmich:
        """An async client with the administrator's key, in process."""
        from immichkit.testing.clients import async_client  # noqa: PLC0415 - needs a face

        return async_client(self.async_transport(), self.api_key)

    def transport(self) -> InProcessTransport:
        """A transport for a blocking httpx client, which keeps this server alive."""
        return InProcessTransport(self._parts.app, self._parts.loop(), owner=self)

    def async_transport(self) -> AsyncInProcessTransport:
        """A transport for an async httpx client, which keeps this server alive."""
        return AsyncInProcessTransport(self._parts.app, self._parts.loop(), owner=self)

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


class _Parts:
    """What the server is made of; knows nothing of `ImmichServer`, so that one can be collected."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.app = App(state)
        self._loop: BackgroundLoop | None = None
        self._is_closed = False
        self._lock = threading.Lock()

    def loop(self) -> BackgroundLoop:
        """The server's loop, begun on first use."""
        with self._lock:
            if self._is_closed:
                raise RuntimeError("The server is closed")
            if self._loop is None:
                self._loop = BackgroundLoop("immichkit-server")
            return self._loop

    def listen(self, host: str, port: int) -> str:
        """The address of the port that is answered on from now on."""
        listener = listening_socket(host, port)
        address = f"http://{host}:{listener.getsockname()[1]}"
        self.loop().enter(serving(self.app, listener))
        return address

    def close(self) -> None:
        """End everything, in the order in which nothing misses anything."""
        with self._lock:
            self._is_closed = True
        if self._loop is not None:
            self._loop.close()
        self.app.close()
        self.state.close()
