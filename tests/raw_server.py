"""A server that is nothing but a socket: it sends the bytes it is told to, or stops midway."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import Self


class Stalled(bytes):
    """The beginning of an answer whose rest does not come, nor the end of the connection."""


class RawServer:
    """Listens on loopback; each request gets the next of ``answers``, then the line is cut."""

    def __init__(self) -> None:
        self.answers: list[bytes] = []
        self.heads: list[bytes] = []
        self.bodies: list[bytes] = []
        self._done = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._threads = [threading.Thread(target=self._listen, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        # A blocked accept() is not woken by close() alone.
        with socket.socket() as waker:
            waker.connect(self._socket.getsockname())
            for thread in self._threads:
                thread.join(5)
        self._socket.close()

    def _listen(self) -> None:
        while True:
            line, _ = self._socket.accept()
            if self._done.is_set():
                line.close()
                return
            thread = threading.Thread(target=self._serve, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: socket.socket) -> None:
        # A client that hangs up early is the test's own doing.
        with contextlib.suppress(OSError), line, line.makefile("rb") as reader:
            if reader.peek(1)[:1] == b"\x16":  # the greeting of TLS, which has no lines
                line.sendall(self.answers.pop(0))
                return
            head = b""
            while (header := reader.readline()) != b"\r\n":
                if not header:  # hung up before all of a request had come
                    return
                head += header
            self.heads.append(head)
            self.bodies.append(reader.read(_length(head)))
            answer = self.answers.pop(0)
            line.sendall(answer)
            if isinstance(answer, Stalled):
                self._done.wait(30)


def _length(head: bytes) -> int:
    for header in head.split(b"\r\n"):
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def answer(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """An answer as bytes; ``length`` may promise more than the body has."""
    size = len(body) if length is None else length
    head = [f"HTTP/1.1 {status}", f"Content-Length: {size}", "Connection: close", *headers]
    return "\r\n".join([*head, "", ""]).encode() + body
