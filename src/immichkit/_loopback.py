"""Where a browser comes back to after a sign-in: a listener on this computer, for one callback."""

from __future__ import annotations

import contextlib
import os
import socket
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from threading import Thread
from typing import Any, Self, cast
from urllib.parse import parse_qs, urlsplit

from immichkit.errors import ImmichError
from immichkit.oauth import OAuthContext
from immichkit.options import check_number, check_type

__all__ = ["Loopback"]

_HOST = "127.0.0.1"
_PATH = "/callback"
_PATIENCE = 5.0
"""Seconds that a connection may say nothing: browsers open some in advance."""

_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",  # the address holds the code
    "Connection": "close",
}


class Loopback:
    """Listens on a port of 127.0.0.1, which only this computer reaches, until it is closed.

    Port 0 takes any that is free. ``callback_url`` is None until the browser has come to
    ``redirect_uri`` with the state of the sign-in; whatever else comes gets a 404.
    """

    def __init__(self, port: int = 0) -> None:
        check_type("port", port, int, "a whole number")
        check_number("port", port)
        self.callback_url: str | None = None
        try:
            self._server = _Server(self, port)
        except (OSError, OverflowError) as error:
            raise ImmichError(
                f"Nothing can listen on port {port} of {_HOST} ({error}). Give another port=…, "
                "or 0 for any that is free."
            ) from error
        self.origin = f"http://{_HOST}:{self._server.server_address[1]}"
        self.redirect_uri = f"{self.origin}{_PATH}"
        self.context: OAuthContext | None = None
        self._thread: Thread | None = None

    def listen(self, context: OAuthContext) -> None:
        """Answer from now on, and take the callback of the sign-in that ``context`` is of."""
        self.context = context
        self._thread = Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Let go of the port, end every connection and every thread."""
        if self._thread is not None:
            self._server.shutdown()
            self._thread.join()
        self._server.server_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Server(ThreadingTCPServer):
    """Each connection has a thread: one that says nothing must not keep the callback waiting."""

    daemon_threads = False
    # On Windows it would let somebody else listen on the same port.
    allow_reuse_address = os.name != "nt"

    def __init__(self, loopback: Loopback, port: int) -> None:
        self.loopback = loopback
        self._open: set[Any] = set()
        super().__init__((_HOST, port), _Handler)

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, peer = super().get_request()
        self._open.add(connection)
        return connection, peer

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is no news."""

    def server_close(self) -> None:
        for connection in list(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        super().server_close()


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE
    server_version = "immichkit"
    sys_version = ""

    def do_GET(self) -> None:
        loopback = cast("_Server", self.server).loopback
        url = f"{loopback.origin}{self.path}"
        if loopback.context is None or not loopback.context.is_answered_by(url):
            self._answer(HTTPStatus.NOT_FOUND, "There is nothing here.")
            return
        is_refused = "error" in parse_qs(urlsplit(url).query)
        what = "You are not signed in" if is_refused else "That was all to do here"
        self._answer(HTTPStatus.OK, f"{what}. You can close this window and go back.")
        # Last, so that closing the listener does not cut the page off.
        loopback.callback_url = loopback.callback_url or url

    def _answer(self, status: HTTPStatus, text: str) -> None:
        page = f"<!doctype html><title>immichkit</title><p>{text}</p>\n".encode()
        self.send_response(status)
        for name, value in _HEADERS.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)
        self.wfile.flush()

    def log_message(self, format: str, *arguments: Any) -> None:
        """Nothing: the request line holds the code and the state."""
