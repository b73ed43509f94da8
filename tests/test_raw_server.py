"""The raw server of the tests, and clients that hang up too early."""

from __future__ import annotations

import socket
import threading

import pytest
from raw_server import RawServer, answer


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\nHost: a"])
def test_half_a_request_ends_with_its_connection(begun: bytes) -> None:
    with RawServer() as server:
        server.answers = [answer("204 No Content")]
        host, _, port = server.url.removeprefix("http://").partition(":")
        before = threading.active_count()
        with socket.create_connection((host, int(port))) as line:
            line.sendall(begun)
            line.shutdown(socket.SHUT_WR)
            assert line.recv(1) == b""
        assert (server.heads, len(server.answers)) == ([], 1)
    assert threading.active_count() < before
