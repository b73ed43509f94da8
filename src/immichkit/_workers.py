"""What several workers share: items that each are taken once, bytes on their way to a thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Generic, TypeVar

__all__ = ["Pipe", "Work"]

T = TypeVar("T")
R = TypeVar("R")

_PIPE_LIMIT = 2 << 20
"""Bytes that may wait for the writer before the network has to wait for the disk."""

_BATCH = 1 << 19
"""Bytes that are written at once: each hand-over costs both threads a wait for the interpreter."""


_LARGE = 1 << 17
"""Bytes: chunks of this size are worth a hand-over each, and joining them would cost as much."""


class Work(Iterator[tuple[int, T]], Generic[T, R]):
    """Items that several workers take, each once, with room for a result of each."""

    def __init__(self, items: Iterable[T]) -> None:
        self._items = iter(items)
        self._lock = threading.Lock()
        self._failure: BaseException | None = None
        self._stopped = False
        self._results: dict[int, R] = {}
        self._taken = 0

    def __next__(self) -> tuple[int, T]:
        with self._lock:
            if self._stopped:
                raise StopIteration
            try:
                item = next(self._items)
            except Exception as error:  # noqa: BLE001  # raised by finish
                self._stopped = True
                if not isinstance(error, StopIteration):
                    self._failure = self._failure or error
                raise StopIteration from None
            index = self._taken
            self._taken += 1
            return index, item

    def __setitem__(self, index: int, result: R) -> None:
        """Keep the result of an item."""
        self._results[index] = result

    def fail(self, error: BaseException) -> None:
        """Remember the first failure, and give out nothing more."""
        with self._lock:
            self._failure = self._failure or error
            self._stopped = True

    def stop(self) -> None:
        """Give out nothing more."""
        self._stopped = True

    def check(self) -> None:
        """Raise the first failure, if there was one."""
        if self._failure is not None:
            raise self._failure

    def finish(self) -> list[R]:
        """The results in order, or the first failure, raised."""
        self.check()
        return [self._results[index] for index in range(self._taken)]


class Pipe:
    """Bytes between one who brings them and a thread that writes them, bounded in size."""

    def __init__(self) -> None:
        self._chunks: list[bytes] = []
        self._waiting = 0
        self._size = 0
        self._closed = False
        self._failure: BaseException | None = None
        self._changed = threading.Condition()

    def put(self, chunk: bytes) -> bool:
        """Add ``chunk``; False if it would be kind to wait for room before the next one."""
        with self._changed:
            self.check()
            self._chunks.append(chunk)
            self._waiting += len(chunk)
            self._size += len(chunk)
            if self._waiting >= _BATCH:
                self._changed.notify_all()
            return self._size <= _PIPE_LIMIT

    def wait_for_room(self) -> None:
        """Wait until half of what may wait is written, or writing has failed."""
        with self._changed:
            self._changed.wait_for(lambda: self._size <= _PIPE_LIMIT // 2 or self._failure)

    def drain(self, sink: Callable[[bytes], object]) -> None:
        """Hand the bytes to ``sink``, many at once, until the pipe is closed or ``sink`` raises."""
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting >= _BATCH or self._closed)
                if not self._chunks:
                    return
                chunks, size = self._chunks, self._waiting
                self._chunks, self._waiting = [], 0
            if size < len(chunks) * _LARGE:
                chunks = [b"".join(chunks)]
            try:
                for chunk in chunks:
                    sink(chunk)
            except BaseException as error:  # noqa: BLE001  # raised in the other thread by check
                with self._changed:
                    self._failure = error
                    self._changed.notify_all()
                return
            with self._changed:
                self._size -= size
                self._changed.notify_all()

    def close(self, *, drop: bool = False) -> None:
        """Let the thread end once all is written, or at once if the rest can be dropped."""
        with self._changed:
            if drop:
                self._chunks.clear()
                self._waiting = 0
            self._closed = True
            self._changed.notify_all()

    def check(self) -> None:
        """Raise what writing has raised."""
        if self._failure is not None:
            raise self._failure
