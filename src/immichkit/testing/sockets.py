"""The embedded server's door to the network: uvicorn's protocol on a port of this computer."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import os
import socket
from typing import TYPE_CHECKING, Final

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from starlette.types import ASGIApp, Receive, Scope, Send

# As Node closes idle connections; clients must cope with it.
_KEEP_ALIVE: Final = 5


def listening_socket(host: str, port: int) -> socket.socket:
    """A socket that takes connections from now on; port 0 means any that is free."""
    # With the protocol left at its default asyncio would not turn off Nagle's algorithm, and each
    # small answer would wait 40 ms for the client's acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # Elsewhere this would let another process take the port over.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncGenerator[None]:
    """Answer on the socket meanwhile; at the end connections are cut, not waited for.

    uvicorn's own ``Server`` looks only ten times a second whether it should end, which a test
    suite with a server for each test would feel; its protocol alone does the same work.
    """
    config = uvicorn.Config(
        _ending_quietly(app),
        lifespan="off",
        ws="none",
        http=H11Protocol,
        log_config=None,
        access_log=False,
        proxy_headers=False,
        timeout_keep_alive=_KEEP_ALIVE,
    )
    config.load()
    state = ServerState()
    protocol = functools.partial(_Protocol, config=config, server_state=state, app_state={})
    server = await asyncio.get_running_loop().create_server(protocol, sock=listener)
    try:
        yield
    finally:
        server.close()
        for connection in list(state.connections):
            connection.transport.abort()
        tasks = list(state.tasks)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)


class _Protocol(H11Protocol):
    """uvicorn's protocol, which lets the application hang up."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put the connection where the application finds it."""
        # The type is uvicorn's own: asyncio allows any kind of transport here.
        super().connection_made(transport)
        self.app_state = {**self.app_state, "connection": transport}


def _ending_quietly(app: ASGIApp) -> ASGIApp:
    """The application, whose cancelling at the end is nothing that a log should report."""

    async def quiet(scope: Scope, receive: Receive, send: Send) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await app(scope, receive, send)

    return quiet
