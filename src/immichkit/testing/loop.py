"""An event loop in a thread of its own, on which the embedded server lives."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from typing import TYPE_CHECKING, Any, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

_T = TypeVar("_T")
_Running = tuple[asyncio.AbstractEventLoop, asyncio.Event, AsyncExitStack]


class LoopClosedError(RuntimeError):
    """The loop was closed and takes no more work."""


class BackgroundLoop:
    """A running event loop that any thread can give work to.

    The thread never keeps the process alive.
    """

    def __init__(self, name: str) -> None:
        started: Future[_Running] = Future()
        # The thread holds nothing of ours, so that a forgotten loop can be collected.
        self._thread: Final = threading.Thread(
            target=asyncio.run, args=(_live(started),), name=name, daemon=True
        )
        self._thread.start()
        self._loop, self._end, self._open = started.result()

    def submit(self, work: Coroutine[Any, Any, _T]) -> Future[_T]:
        """Start a coroutine; cancelling the future cancels it."""
        try:
            return asyncio.run_coroutine_threadsafe(work, self._loop)
        except RuntimeError:
            work.close()
            if not self._loop.is_closed():
                raise
            raise LoopClosedError("The embedded server is closed") from None

    def call(self, function: Callable[..., object], *arguments: object) -> None:
        """Have a function called on the loop soon; once the loop has ended, never."""
        try:
            self._loop.call_soon_threadsafe(function, *arguments)
        except RuntimeError:
            if not self._loop.is_closed():
                raise

    def enter(self, context: AbstractAsyncContextManager[object]) -> None:
        """Enter a context manager, which is left when the loop is closed."""
        self.submit(self._open.enter_async_context(context)).result()

    def close(self) -> None:
        """Leave what was entered, cancel what still runs, and end the thread."""
        self.call(self._end.set)
        if threading.current_thread() is not self._thread:
            self._thread.join()


async def _live(started: Future[_Running]) -> None:
    end = asyncio.Event()
    # After this, asyncio.run cancels every task that is left and waits for it.
    async with AsyncExitStack() as open_:
        started.set_result((asyncio.get_running_loop(), end, open_))
        await end.wait()
