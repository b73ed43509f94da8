"""What truly differs between the two faces: waiting, blocking calls, many at once, bulk bytes.

Each class here has a twin whose name lacks "Async"; the mirror of ``_async`` uses that one. What
they need is imported where they need it: the blocking face does without anyio, and most programs
without threads.
"""

from __future__ import annotations

import time
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Generator,
    Iterable,
    Iterator,
)
from contextlib import AbstractAsyncContextManager, AbstractContextManager, nullcontext
from functools import partial
from inspect import isawaitable, iscoroutine, iscoroutinefunction
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from immichkit.options import kind_of

if TYPE_CHECKING:
    from threading import Lock

    import anyio

__all__ = ["AsyncRuntime", "AsyncSource", "Runtime", "Source"]

T = TypeVar("T")
R = TypeVar("R")

Source: TypeAlias = Iterable[T]
"""Where the blocking face takes one item after the other from."""

AsyncSource: TypeAlias = Iterable[T] | AsyncIterable[T]
"""Where the async face does."""


class Runtime:
    """The blocking face: plain calls, and threads for what happens at the same time."""

    statement = "with"

    @staticmethod
    def sleep(seconds: float) -> None:
        """Wait."""
        time.sleep(seconds)

    @staticmethod
    def blocking(function: Callable[..., R], *arguments: object) -> R:
        """Call ``function``, which may touch the disk."""
        return function(*arguments)

    @staticmethod
    def interruptible(function: Callable[..., R], *arguments: object) -> R:
        """Call ``function``, which touches the disk for long."""
        return function(*arguments)

    @staticmethod
    def check_callback(name: str, function: object) -> None:
        """Raise `TypeError` for what was given as ``name`` and is no plain function, nor None."""
        _check_callable(name, function)
        if iscoroutinefunction(function) or iscoroutinefunction(type(function).__call__):
            raise _is_async(name)

    @staticmethod
    def call(function: Callable[..., Any], *arguments: object) -> Any:
        """What a user's ``function`` returns; `TypeError` if that would have to be awaited."""
        result = function(*arguments)
        if isawaitable(result):
            if iscoroutine(result):
                result.close()  # or Python warns that nobody has awaited it
            raise _is_async(getattr(function, "__qualname__", kind_of(function)))
        return result

    @staticmethod
    def lock() -> Lock:
        """A lock for ``with``: one at a time comes in."""
        from threading import Lock  # noqa: PLC0415

        return Lock()

    @staticmethod
    def shielded() -> AbstractContextManager[object]:
        """A context whose calls nothing breaks off but the user himself."""
        return nullcontext()

    @staticmethod
    def chunks(source: Iterable[bytes]) -> Iterator[bytes]:
        """The chunks of ``source``, whose making may touch the disk."""
        return iter(source)

    @staticmethod
    def map(function: Callable[[T], R], items: Iterable[T], *, limit: int) -> list[R]:
        """``function`` of every item, at most ``limit`` at a time; results in the items' order.

        The first failure ends it: what has not begun does not begin, what runs is awaited.
        """
        from threading import Thread  # noqa: PLC0415

        from immichkit._workers import Work  # noqa: PLC0415

        work = Work[T, R](items)

        def take() -> None:
            for index, item in work:
                try:
                    work[index] = function(item)
                except BaseException as error:  # noqa: BLE001  # raised by finish
                    work.fail(error)

        # Daemons, so that a thread stuck in a request never keeps the process alive.
        threads = [Thread(target=take, daemon=True) for _ in range(limit)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            work.stop()
        return work.finish()

    @staticmethod
    def items(source: Source[T]) -> Iterator[T]:
        """One after the other of what ``source`` has."""
        return iter(source)

    @staticmethod
    def for_each(function: Callable[[T], object], items: Iterable[T], *, limit: int) -> None:
        """Call ``function`` with every item, at most ``limit`` at a time, taking them as needed.

        The first failure ends it, as with `map`.
        """
        from threading import Thread  # noqa: PLC0415

        from immichkit._workers import Work  # noqa: PLC0415

        work = Work[T, None](items)

        def take() -> None:
            try:
                for _, item in work:
                    function(item)
            except BaseException as error:  # noqa: BLE001  # raised by check
                work.fail(error)

        threads = [Thread(target=take, daemon=True) for _ in range(limit)]
        try:
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            work.stop()
        work.check()

    @staticmethod
    def window(function: Callable[[T], R], items: Iterable[T], *, limit: int) -> Generator[R]:
        """``function`` of one item after the other, at most ``limit`` at a time; in their order.

        Items may be endless: they are taken as places get free, by the caller's own thread. What
        they raise is raised after the results of those before. Closing the generator takes no
        more of them and waits for what runs.
        """
        from immichkit._window import in_threads  # noqa: PLC0415

        return in_threads(function, items, limit)

    @staticmethod
    def writer(
        *sinks: Callable[[bytes], object],
    ) -> AbstractContextManager[Callable[[bytes], None]]:
        """A function that hands bytes to each of ``sinks`` in a thread of its own, in order.

        It waits only when a thread is far behind. Leaving the context waits for the last byte;
        what a sink raises is raised there, or by the next call.
        """
        from immichkit._writing import in_threads  # noqa: PLC0415

        return in_threads(*sinks)


class AsyncRuntime:
    """The async face: anyio's tasks, and its worker threads for what would block the loop."""

    statement = "async with"

    @staticmethod
    async def sleep(seconds: float) -> None:
        """Wait."""
        import anyio  # noqa: PLC0415

        await anyio.sleep(seconds)

    @staticmethod
    async def blocking(function: Callable[..., R], *arguments: object) -> R:
        """Call ``function``, which may touch the disk, in a thread."""
        from anyio import to_thread  # noqa: PLC0415

        return await to_thread.run_sync(partial(function, *arguments))

    @staticmethod
    async def interruptible(function: Callable[..., R], *arguments: object) -> R:
        """Call ``function``, which touches the disk for long, in a thread.

        Who is cancelled does not wait for it: it has to be told by other ways to end.
        """
        from anyio import to_thread  # noqa: PLC0415

        return await to_thread.run_sync(partial(function, *arguments), abandon_on_cancel=True)

    @staticmethod
    def check_callback(name: str, function: object) -> None:
        """Raise `TypeError` for what was given as ``name`` and is no function, nor None."""
        _check_callable(name, function)

    @staticmethod
    async def call(function: Callable[..., Any], *arguments: object) -> Any:
        """What a user's ``function`` returns, or what comes of awaiting that."""
        result = function(*arguments)
        while isawaitable(result):  # a coroutine function that was called in a thread is so twice
            result = await result
        return result

    @staticmethod
    def lock() -> anyio.Lock:
        """A lock for ``async with``: one at a time comes in."""
        import anyio  # noqa: PLC0415

        return anyio.Lock()

    @staticmethod
    def shielded() -> AbstractContextManager[object]:
        """A context in which cancelling waits until it is left."""
        import anyio  # noqa: PLC0415

        return anyio.CancelScope(shield=True)

    @staticmethod
    async def chunks(source: Iterable[bytes]) -> AsyncIterator[bytes]:
        """The chunks of ``source``, whose making may touch the disk, each made in a thread."""
        iterator = iter(source)

        def step() -> bytes | None:
            return next(iterator, None)

        # One hop per chunk is dear for small ones: a form's are a mebibyte.
        while (chunk := await AsyncRuntime.blocking(step)) is not None:
            yield chunk

    @staticmethod
    async def map(
        function: Callable[[T], Awaitable[R]], items: Iterable[T], *, limit: int
    ) -> list[R]:
        """``function`` of every item, at most ``limit`` at a time; results in the items' order.

        The first failure ends it: what has not begun does not begin, what runs is awaited.
        """
        import anyio  # noqa: PLC0415

        from immichkit._workers import Work  # noqa: PLC0415

        work = Work[T, R](items)

        async def take() -> None:
            for index, item in work:
                try:
                    work[index] = await function(item)
                except Exception as error:  # noqa: BLE001  # raised by finish, bare: no group
                    work.fail(error)

        async with anyio.create_task_group() as tasks:
            for _ in range(limit):
                tasks.start_soon(take)
        return work.finish()

    @staticmethod
    async def items(source: AsyncSource[T]) -> AsyncIterator[T]:
        """One after the other of what ``source`` has, be it an iterator of either kind."""
        if isinstance(source, AsyncIterable):
            async for item in source:
                yield item
            return
        for item in source:
            yield item

    @staticmethod
    async def for_each(
        function: Callable[[T], Awaitable[object]], items: AsyncIterator[T], *, limit: int
    ) -> None:
        """Call ``function`` with every item, at most ``limit`` at a time, taking them as needed.

        The first failure ends it, as with `map`.
        """
        import anyio  # noqa: PLC0415

        failures: list[Exception] = []
        turn = anyio.Lock()
        is_over = False

        async def take() -> None:
            nonlocal is_over
            while True:
                try:
                    async with turn:
                        if is_over:
                            return
                        item = await anext(items)
                    await function(item)
                except StopAsyncIteration:
                    is_over = True
                except Exception as error:  # noqa: BLE001  # raised below, bare: no group
                    is_over = True
                    failures.append(error)

        async with anyio.create_task_group() as tasks:
            for _ in range(limit):
                tasks.start_soon(take)
        if failures:
            raise failures[0]

    @staticmethod
    def window(
        function: Callable[[T], Awaitable[R]], items: Iterable[T], *, limit: int
    ) -> AsyncGenerator[R]:
        """``function`` of one item after the other, at most ``limit`` at a time; in their order.

        Items may be endless: they are taken as places get free, by the caller's own task. What
        they raise is raised after the results of those before. Closing the generator takes no
        more of them and cancels what runs.
        """
        from immichkit._window import in_tasks  # noqa: PLC0415

        return in_tasks(function, items, limit)

    @staticmethod
    def writer(
        *sinks: Callable[[bytes], object],
    ) -> AbstractAsyncContextManager[Callable[[bytes], Awaitable[None]]]:
        """A function that hands bytes to each of ``sinks`` in a thread of its own, in order.

        It waits only when a thread is far behind. Leaving the context waits for the last byte;
        what a sink raises is raised there, or by the next call.
        """
        from immichkit._writing import in_tasks  # noqa: PLC0415

        return in_tasks(*sinks)


def _check_callable(name: str, function: object) -> None:
    if function is not None and not callable(function):
        raise TypeError(f"{name} must be a function, not {kind_of(function)}.")


def _is_async(name: str) -> TypeError:
    return TypeError(f"{name} is async: use AsyncImmich, or a plain function.")
