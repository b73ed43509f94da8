"""A file behind a socket that does what proxies and bad lines do, once each, then behaves."""

from __future__ import annotations

import base64
import contextlib
import datetime
import hashlib
import random
import socket
import struct
import threading
from collections.abc import Sequence
from typing import Self

from immichkit.models import AssetResponseDto, AssetTypeEnum, AssetVisibility

FAULTS = ("cut", "reset", "stall", "502", "503", "change", "last byte", "200", "longer")
DAY = datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)


def sha1(content: bytes) -> str:
    return base64.b64encode(hashlib.sha1(content).digest()).decode()


def asset_of(content: bytes, **changes: object) -> AssetResponseDto:
    """An asset whose original is ``content``."""
    facts = {
        "id": "one",
        "checksum": sha1(content),
        "created_at": DAY,
        "duration": None,
        "file_created_at": DAY,
        "file_modified_at": DAY,
        "has_metadata": True,
        "height": None,
        "is_archived": False,
        "is_edited": False,
        "is_favorite": False,
        "is_offline": False,
        "is_trashed": False,
        "local_date_time": DAY,
        "original_file_name": "IMG_1.jpg",
        "original_path": "/data/x",
        "owner_id": "me",
        "thumbhash": None,
        "type": AssetTypeEnum.IMAGE,
        "updated_at": DAY,
        "visibility": AssetVisibility.TIMELINE,
        "width": None,
        "library_id": None,
    }
    return AssetResponseDto(**{**facts, **changes})  # type: ignore[arg-type]  # as above


class HostileFile:
    """Answers every GET with its ``content``, or with what is left of it after a fault.

    ``faults`` are used up, one for each request. ``ranges`` are those asked for.
    """

    def __init__(self, content: bytes, faults: Sequence[str], seed: int = 0) -> None:
        self.content = content
        self.contents = [content]
        self.faults = list(faults)
        self.ranges: list[str] = []
        self._version = 1
        self._random = random.Random(seed)
        self._done = threading.Event()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._done.set()
        with contextlib.suppress(OSError), socket.socket() as waker:
            waker.connect(self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()

    def change(self) -> None:
        """Another file under the same address."""
        self._version += 1
        size = len(self.content) + self._random.choice([0, 0, -7, 11])
        self.content = self._random.randbytes(max(size, 1))
        self.contents.append(self.content)

    def _listen(self) -> None:
        while True:
            line, _ = self._socket.accept()
            if self._done.is_set():
                line.close()
                return
            with contextlib.suppress(OSError), line:
                self._serve(line)

    def _serve(self, line: socket.socket) -> None:
        with line.makefile("rb") as reader:
            lines = []
            while (one := reader.readline()) != b"\r\n":
                if not one:
                    return
                lines.append(one)
        head = dict(one.decode().strip().lower().split(": ", 1) for one in lines[1:])
        # Header names do not tell large from small, validators do.
        verbatim = {one.split(b":")[0].lower(): one.split(b": ", 1)[1] for one in lines[1:]}
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "change":
            self.change()
        if fault in {"502", "503"}:
            line.sendall(
                f"HTTP/1.1 {fault} Bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode()
            )
            return
        asked = head.get("range", "")
        self.ranges.append(asked)
        tag = f'W/"{len(self.content):x}-{self._version:x}"'
        is_same = verbatim.get(b"if-range", b"").strip().decode() == tag
        offset = int(asked.removeprefix("bytes=").rstrip("-")) if asked and is_same else 0
        if fault == "200":
            offset = 0
        self._send(line, fault, tag, offset)

    def _send(self, line: socket.socket, fault: str, tag: str, offset: int) -> None:
        size, body = len(self.content), self.content[offset:]
        headers = [f"ETag: {tag}", "Connection: close", "Content-Type: image/jpeg"]
        if offset >= size > 0:
            headers += [f"Content-Range: bytes */{size}", "Content-Length: 2"]
            line.sendall("\r\n".join(["HTTP/1.1 404 Not Found", *headers, "", "{}"]).encode())
            return
        status = "206 Partial Content" if offset else "200 OK"
        if offset:
            headers.append(f"Content-Range: bytes {offset}-{size - 1}/{size}")
        headers.append(f"Content-Length: {len(body) + (9 if fault == 'longer' else 0)}")
        if fault == "last byte":
            body = body[:-1]
        elif fault in {"cut", "reset", "stall"}:
            body = body[: self._random.randrange(len(body))]
        line.sendall("\r\n".join([f"HTTP/1.1 {status}", *headers, "", ""]).encode() + body)
        if fault == "stall":
            self._done.wait(0.15)
        if fault == "reset":
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
