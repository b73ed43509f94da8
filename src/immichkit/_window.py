"""Many at once, in order, from a source without end: in threads, or in tasks."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import (
    AsyncGenerator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Iterable,
)
from contextvars import copy_context
from functools import partial
from importlib import import_module
from typing import Any, Generic, TypeVar

__all__ = ["in_tasks", "in_threads"]

T = TypeVar("T")
R = TypeVar("R")


class Place(Generic[T, R]):
    """One item under way, and what came of it once it is done."""

    __slots__ = ("_error", "_result", "item")

    _result: R
    _error: BaseException

    def __init__(self, item: T) -> None:
        self.item = item

    def succeed(self, result: R) -> None:
        """Keep what came of the item."""
        self._result = result

    def fail(self, error: BaseException) -> None:
        """Keep what is to be raised in its place."""
        self._error = error

    @property
    def is_done(self) -> bool:
        """Whether something came of the item."""
        return hasattr(self, "_result") or hasattr(self, "_error")

    def result(self) -> R:
        """What came of the item, or the failure, raised."""
        if hasattr(self, "_error"):
            raise self._error
        return self._result


class Window(Generic[T, R]):
    """A stretch of endless items that slides on as their results are taken, in order.

    At most ``limit`` items are under way, and together with the results that nobody has taken yet
    they are at most four times as many: one slow item holds up neither the others nor, for ever,
    the memory. Items are taken and results handed out by one thread only.
    """

    def __init__(self, items: Iterable[T], limit: int) -> None:
        self._items = iter(items)
        self._limit = limit
        self._places: deque[Place[T, R]] = deque()
        self._failure: Exception | None = None
        self._is_over = False
        self.running = 0

    def take(self) -> Place[T, R] | None:
        """The next item, to be begun; None if there is no place for it, or no item."""
        if self._is_over or self.running >= self._limit or len(self._places) >= 4 * self._limit:
            return None
        try:
            item = next(self._items)
        except StopIteration:
            self._is_over = True
            return None
        except Exception as error:  # noqa: BLE001  # raised by is_over, after the last result
            self._failure, self._is_over = error, True
            return None
        place = Place[T, R](item)
        self._places.append(place)
        self.running += 1
        return place

    @property
    def is_over(self) -> bool:
        """Whether nothing is left; raises what the items ended with, if that was a failure."""
        if self._places or not self._is_over:
            return False
        if self._failure is not None:
            raise self._failure
        return True

    @property
    def is_first_done(self) -> bool:
        """Whether the next result can be taken."""
        return bool(self._places) and self._places[0].is_done

    def first(self) -> R:
        """The next result, or its failure, raised."""
        return self._places.popleft().result()


def in_threads(function: Callable[[T], R], items: Iterable[T], limit: int) -> Generator[R]:
    """`Runtime.window`."""
    from queue import SimpleQueue  # noqa: PLC0415
    from threading import Thread  # noqa: PLC0415

    work = Window[T, R](items, limit)
    begun: SimpleQueue[Place[T, R] | None] = SimpleQueue()
    done: SimpleQueue[None] = SimpleQueue()

    def run() -> None:
        while (place := begun.get()) is not None:
            try:
                place.succeed(function(place.item))
            except BaseException as error:  # noqa: BLE001  # raised by first
                place.fail(error)
            done.put(None)

    threads: list[Thread] = []
    waits = True
    try:
        while not work.is_over:
            if (place := work.take()) is not None:
                if len(threads) < work.running:
                    threads.append(Thread(target=run, daemon=True))
                    threads[-1].start()
                begun.put(place)
            while not done.empty():
                done.get()
                work.running -= 1
            if work.is_first_done:
                yield work.first()
            elif place is None and work.running:
                done.get()
                work.running -= 1
    except KeyboardInterrupt:
        waits = False  # a thread stuck in a request must not hold up who wants to leave
        raise
    finally:
        for _ in threads:
            begun.put(None)
        # Once the interpreter ends, daemons stand still.
        if waits and not sys.is_finalizing():
            for thread in threads:
                thread.join()


async def in_tasks(
    function: Callable[[T], Awaitable[R]], items: Iterable[T], limit: int
) -> AsyncGenerator[R]:
    """`AsyncRuntime.window`."""
    import anyio  # noqa: PLC0415
    from anyio.lowlevel import checkpoint  # noqa: PLC0415

    work = Window[T, R](items, limit)
    changed = anyio.Event()
    running: dict[Place[T, R], Callable[[], object]] = {}

    async def run(place: Place[T, R]) -> None:
        try:
            place.succeed(await function(place.item))
        except Exception as error:  # noqa: BLE001  # raised by first
            place.fail(error)
        except BaseException as error:
            place.fail(error)
            raise

    def end(place: Place[T, R]) -> None:
        del running[place]
        work.running -= 1
        changed.set()

    # No task group: one that is open across a yield would cancel whatever its user does.
    try:
        while not work.is_over:
            if (place := work.take()) is not None:
                running[place] = _spawn(run(place), partial(end, place))
                await checkpoint()
            if work.is_first_done:
                yield work.first()
            elif place is None and work.running:
                await changed.wait()
                changed = anyio.Event()
    finally:
        for cancel in list(running.values()):
            cancel()
        with anyio.CancelScope(shield=True):
            while work.running:
                changed = anyio.Event()
                await changed.wait()


def _spawn(work: Coroutine[Any, Any, None], end: Callable[[], object]) -> Callable[[], object]:
    """How to cancel ``work``, which has begun to run beside its caller; ``end`` is called then."""
    import asyncio  # noqa: PLC0415

    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return _spawn_in_trio(work, end)
    task = loop.create_task(work)
    # Not at the end of the work itself: a task that is cancelled early never begins.
    task.add_done_callback(lambda _: end())
    return task.cancel


def _spawn_in_trio(
    work: Coroutine[Any, Any, None], end: Callable[[], object]
) -> Callable[[], object]:
    trio: Any = import_module("trio")
    scope = trio.CancelScope()

    async def run() -> None:
        try:
            with scope:
                await work
        finally:
            end()

    trio.lowlevel.spawn_system_task(run, context=copy_context())
    return scope.cancel  # type: ignore[no-any-return]  # trio may be missing
