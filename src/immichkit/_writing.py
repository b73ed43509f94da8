"""Bytes that threads write while the next ones come."""

from __future__ import annotations

import threading
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator
from contextlib import asynccontextmanager, contextmanager

__all__ = ["in_tasks", "in_threads"]

_PIPE_LIMIT = 2 << 20
"""Bytes that may wait for the writer before the network has to wait for the disk."""

_BATCH = 1 << 19
"""Bytes that are written at once: each hand-over costs both threads a wait for the interpreter."""


_LARGE = 1 << 17
"""Bytes: chunks of this size are worth a hand-over each, and joining them would cost as much."""


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


@contextmanager
def in_threads(*sinks: Callable[[bytes], object]) -> Generator[Callable[[bytes], None]]:
    """The blocking face's writer: see `Runtime.writer`."""
    pipes = [Pipe() for _ in sinks]
    threads = [
        threading.Thread(target=pipe.drain, args=(sink,), daemon=True)
        for pipe, sink in zip(pipes, sinks, strict=True)
    ]
    for thread in threads:
        thread.start()

    def write(chunk: bytes) -> None:
        for pipe in pipes:
            if not pipe.put(chunk):
                pipe.wait_for_room()

    is_whole = False
    try:
        yield write
        is_whole = True
    finally:
        for pipe in pipes:
            pipe.close(drop=not is_whole)
        for thread in threads:
            thread.join()
    for pipe in pipes:
        pipe.check()


@asynccontextmanager
async def in_tasks(
    *sinks: Callable[[bytes], object],
) -> AsyncGenerator[Callable[[bytes], Awaitable[None]]]:
    """The async face's writer, whose tasks wait for threads: see `AsyncRuntime.writer`."""
    import anyio  # noqa: PLC0415
    from anyio import to_thread  # noqa: PLC0415

    pipes = [Pipe() for _ in sinks]
    failure: Exception | None = None
    is_whole = False
    # Not anyio's common limiter: 40 writers would leave no thread to wait for room in.
    threads = anyio.CapacityLimiter(len(sinks) + 1)

    async def write(chunk: bytes) -> None:
        for pipe in pipes:
            if not pipe.put(chunk):
                await to_thread.run_sync(pipe.wait_for_room, limiter=threads)

    async def drain(pipe: Pipe, sink: Callable[[bytes], object]) -> None:
        await to_thread.run_sync(pipe.drain, sink, limiter=threads)

    async with anyio.create_task_group() as tasks:
        for pipe, sink in zip(pipes, sinks, strict=True):
            tasks.start_soon(drain, pipe, sink)
        try:
            yield write
            is_whole = True
        except Exception as error:  # noqa: BLE001  # raised below, outside of the group
            failure = error
        finally:
            for pipe in pipes:
                pipe.close(drop=not is_whole)
    if failure is not None:
        raise failure
    for pipe in pipes:
        pipe.check()
