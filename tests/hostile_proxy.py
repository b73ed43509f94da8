"""A proxy before a server: spoils some requests as proxies and bad lines do, then behaves."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
import threading
from collections.abc import Iterator, Sequence
from http.client import HTTPResponse
from typing import Final, Self
from urllib.parse import urlsplit

from attrs import frozen

# What happens to the request: it breaks off somewhere, or does so at its last byte.
ON_THE_WAY: Final = ("cut", "reset", "stall", "last byte")
# It arrives whole, what becomes of the answer is another matter.
ON_THE_WAY_BACK: Final = ("no answer", "half an answer", "late answer", "reset after")
REFUSALS: Final = ("502", "503", "429", "413", "quota")
NONSENSE: Final = ("page", "half JSON", "no HTTP")
HARMLESS: Final = ("", "trickle", "delay")
FAULTS: Final = (*ON_THE_WAY, *ON_THE_WAY_BACK, *REFUSALS, *NONSENSE, *HARMLESS, "twice")

_QUOTA: Final = b'{"message":"Quota has been exceeded!","error":"Bad Request","statusCode":400}'
_ANSWERS: Final = {
    "502": ("502 Bad Gateway", "text/html", b"<html>Bad Gateway</html>"),
    "503": ("503 Unavailable", "text/html\r\nRetry-After: 0", b"<html>Unavailable</html>"),
    "429": ("429 Too Many Requests", "text/html\r\nRetry-After: 0", b"Slowly."),
    "413": ("413 Payload Too Large", "text/html", b"<html>Too Large</html>"),
    "quota": ("400 Bad Request", "application/json", _QUOTA),
    "page": ("200 OK", "text/html", b"<html>Please log in to this wireless network.</html>"),
    "half JSON": ("201 Created", "application/json", b'{"id":"'),
}


@frozen
class _Asked:
    """A request whose head is read, and whose body is still on its way."""

    head: bytes
    size: int
    line: socket.socket
    reader: Iterator[bytes]

    @property
    def is_upload(self) -> bool:
        return self.head.startswith(b"POST /api/assets HTTP")

    def pieces(self) -> Iterator[bytes]:
        yield self.head
        yield from self.reader


class HostileProxy:
    """Passes requests on to the server at ``url``, with a fault each as long as there are some.

    ``uploads`` are the faults of requests that send a file, ``others`` those of all others, one
    for each; the name of one says what goes wrong. Where it does, ``seed`` decides.
    """

    def __init__(
        self, url: str, uploads: Sequence[str] = (), others: Sequence[str] = (), seed: int = 0
    ) -> None:
        self._uploads = list(uploads)
        self._others = list(others)
        self._random = random.Random(seed)
        self._lock = threading.Lock()
        self._done = threading.Event()
        self._server = (urlsplit(url).hostname, urlsplit(url).port)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._lines: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._listen, daemon=True)]
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        with contextlib.suppress(OSError), socket.socket() as waker:
            waker.connect(self._socket.getsockname())
        self._threads[0].join(5)
        self._socket.close()
        for line in self._lines:
            # Wakes whoever reads from it.
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)
        for thread in self._threads[1:]:
            thread.join(5)

    def _listen(self) -> None:
        while True:
            line, _ = self._socket.accept()
            if self._done.is_set():
                line.close()
                return
            self._lines.append(line)
            thread = threading.Thread(target=self._serve, args=(line,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), line, line.makefile("rb") as reader:
            while True:
                lines = [reader.readline()]
                while lines[-1] not in {b"", b"\r\n"}:
                    lines.append(reader.readline())
                if lines[-1] == b"":
                    return
                size = _size(lines)

                def body(left: int = size) -> Iterator[bytes]:
                    while left and (piece := reader.read1(left)):
                        left -= len(piece)
                        yield piece

                asked = _Asked(b"".join(lines), size, line, body())
                with self._lock:
                    faults = self._uploads if asked.is_upload else self._others
                    fault = faults.pop(0) if faults else ""
                if not self._deal_with(asked, fault):
                    return

    def _deal_with(self, asked: _Asked, fault: str) -> bool:
        """Whether the connection is still of use."""
        line = asked.line
        if fault in _ANSWERS or fault == "no HTTP":
            return self._answer(asked, fault)
        if fault in ON_THE_WAY:
            self._break_off(asked, fault)
            return False
        if fault == "delay":
            self._done.wait(0.02)
        answer = self._passed_on(asked, pause=0.001 if fault == "trickle" else 0)
        if fault == "twice" and asked.is_upload:
            # As proxies do that try again by themselves: the second answer is a duplicate.
            answer = self._passed_on(_Asked(answer.whole, 0, line, iter(())))
        if fault == "late answer":
            # Until the client has had enough.
            line.settimeout(5)
            line.recv(1)
        elif fault == "half an answer":
            line.sendall(answer.content[: self._random.randrange(len(answer.content))])
        elif fault == "reset after":
            _reset(line)
        elif fault != "no answer":
            line.sendall(answer.content)
            return True
        return False

    def _passed_on(self, asked: _Asked, pause: float = 0) -> _Answer:
        whole = []
        with socket.create_connection(self._server, 10) as server:
            for piece in asked.pieces():
                whole.append(piece)
                step = -(-len(piece) // 4) if pause else len(piece)
                for start in range(0, len(piece), max(step, 1)):
                    server.sendall(piece[start : start + step])
                    self._done.wait(pause) if pause else None
            method = asked.head.partition(b" ")[0].decode()
            response = HTTPResponse(server, method=method)
            response.begin()
            body = response.read()
        kept = [
            f"{name}: {value}"
            for name, value in response.getheaders()
            if name.lower() not in {"transfer-encoding", "content-length", "connection"}
        ]
        status = f"HTTP/1.1 {response.status} {response.reason}"
        head = "\r\n".join([status, *kept, f"Content-Length: {len(body)}", "", ""])
        return _Answer(b"".join(whole), head.encode() + body)

    def _break_off(self, asked: _Asked, fault: str) -> None:
        """Pass on a part only, which may end within the head, the fields or the file."""
        size = len(asked.head) + asked.size
        left = size - 1 if fault == "last byte" else self._random.randrange(size)
        with socket.create_connection(self._server, 10) as server:
            for piece in asked.pieces():
                server.sendall(piece[:left])
                left -= len(piece)
                if left <= 0:
                    break
            if fault == "stall":
                self._done.wait(0.3)
            elif fault == "reset":
                _reset(server)
                _reset(asked.line)

    def _answer(self, asked: _Asked, fault: str) -> bool:
        """Answer in the server's place, before the body or after it."""
        is_early = self._random.random() < 0.5
        if not is_early:
            for _ in asked.pieces():
                pass
        if fault == "no HTTP":
            asked.line.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")
            return False
        status, kind, body = _ANSWERS[fault]
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
        if is_early:
            head += "Connection: close\r\n"
        asked.line.sendall(head.encode() + b"\r\n" + body)
        if is_early and self._random.random() < 0.5:
            # As nginx does it, so that the answer is not lost with what nobody reads.
            asked.line.shutdown(socket.SHUT_WR)
            for _ in asked.pieces():
                pass
        return not is_early


@frozen
class _Answer:
    """A request as it was passed on, and the bytes that the server answered."""

    whole: bytes
    content: bytes


def _size(lines: list[bytes]) -> int:
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0


def _reset(line: socket.socket) -> None:
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
