"""The bytes of a form, with the files in it read from the disk as they are sent."""

from __future__ import annotations

import io
import os
from collections.abc import Generator
from contextlib import AbstractContextManager, closing, nullcontext
from pathlib import Path
from typing import BinaryIO

from immichkit_api.types import File

from immichkit.multipart import Form

__all__ = ["FormBody"]

CHUNK_SIZE = 1 << 20
"""Large enough that the system calls, and hops between threads, cost nothing next to the bytes."""

SMALL_SIZE = 1 << 16
"""Copying less than this together is cheaper than sending it in pieces."""


class FormBody:
    """The bytes of a `Form`, as often as they are asked for; no file is ever read whole.

    A pipe can be read only once: the body is ``spent`` then. What ``is_at_hand`` needs no thread.
    """

    def __init__(self, form: Form) -> None:
        self._form = form
        self._starts = [_start(stretch) for stretch in form.stretches]
        self._sizes: list[int] = []
        self.spent = False
        self.is_at_hand = form.is_at_hand

    def headers(self) -> dict[str, str]:
        """What tells the server how to take the form apart, and how many bytes it has.

        Files are measured anew each time, for they may have been replaced since the last try. No
        length is told if it cannot be known, as with a pipe.
        """
        headers = {"content-type": self._form.content_type}
        if None not in self._starts:
            pairs = zip(self._form.stretches, self._starts, strict=True)
            self._sizes = [_size(stretch, start or 0) for stretch, start in pairs]
            headers["content-length"] = str(sum(self._sizes))
        return headers

    def chunks(self) -> Generator[bytes]:
        """The form from its beginning, in pieces of some size.

        Raises `OSError` if a file cannot be read or has another size than was measured.
        """
        small: list[bytes] = []
        size = 0
        with closing(self._pieces()) as pieces:
            for piece in pieces:
                # Each chunk costs a hop between threads: heads and texts go together.
                small.append(piece)
                size += len(piece)
                if size >= SMALL_SIZE:
                    yield from small if size >= CHUNK_SIZE else [b"".join(small)]
                    small, size = [], 0
        if small:
            yield b"".join(small)

    def _pieces(self) -> Generator[bytes]:
        for index, stretch in enumerate(self._form.stretches):
            if isinstance(stretch, bytes):
                yield stretch
                continue
            with _opened(stretch) as source:
                if (start := self._starts[index]) is None:
                    self.spent = True
                    while chunk := source.read(CHUNK_SIZE):
                        yield chunk
                else:
                    source.seek(start)
                    # Without a length for the whole, each file still must not change midway.
                    size = self._sizes[index] if self._sizes else _size(stretch, start)
                    source.seek(start)
                    yield from _exactly(size, source, stretch.name)


def _start(stretch: bytes | File) -> int | None:
    """Where reading begins; None if there is no way back to it."""
    content = stretch.content if isinstance(stretch, File) else stretch
    if isinstance(content, bytes | os.PathLike):
        return 0
    return content.tell() if content.seekable() else None


def _size(stretch: bytes | File, start: int) -> int:
    content = stretch.content if isinstance(stretch, File) else stretch
    if isinstance(content, bytes):
        return len(content)
    if isinstance(content, os.PathLike):
        return Path(content).stat().st_size
    return content.seek(0, io.SEEK_END) - start


def _exactly(size: int, source: BinaryIO, name: str) -> Generator[bytes]:
    """``size`` bytes and then the end: the server was told how many will come."""
    left = size
    while left:
        chunk = source.read(min(CHUNK_SIZE, left))
        if not chunk:
            raise OSError(f"{name} became shorter while it was sent.")
        left -= len(chunk)
        yield chunk
    if source.read(1):
        raise OSError(f"{name} became longer while it was sent.")


def _opened(file: File) -> AbstractContextManager[BinaryIO]:
    """Its bytes as an open file: closed afterwards only if it was opened here."""
    if isinstance(file.content, bytes):
        return nullcontext(io.BytesIO(file.content))
    if isinstance(file.content, os.PathLike):
        return Path(file.content).open("rb")
    return nullcontext(file.content)
