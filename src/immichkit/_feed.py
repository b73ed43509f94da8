"""An iterator that runs ahead in a thread of its own, by a bounded number of items."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Generator, Iterable
from itertools import islice
from typing import Generic, TypeVar

__all__ = ["Feed"]

T = TypeVar("T")

_LINGER = 0.02
"""Seconds to wait for a second item when the first has come: a question per item would be dear."""


class Feed(Generic[T]):
    """The items of ``source``, made in a thread that is at most ``ahead`` items ahead.

    The thread is a daemon: it never keeps the process alive.
    """

    def __init__(self, source: Iterable[T], *, ahead: int) -> None:
        self._source = source
        self._ahead = ahead
        self._items: deque[T] = deque()
        self._changed = threading.Condition()
        self._is_over = False
        self._is_stopped = False
        self._failure: BaseException | None = None
        threading.Thread(target=self._run, daemon=True).start()

    def take(self, limit: int, timeout: float) -> list[T] | None:
        """Up to ``limit`` items, none if there are none within ``timeout``; None at the end.

        Raises what ``source`` raised, once.
        """
        deadline = time.monotonic() + timeout
        with self._changed:
            self._changed.wait_for(lambda: self._items or self._is_over, timeout)
            if self._items and len(self._items) < limit:
                linger = min(_LINGER, max(0.0, deadline - time.monotonic()))
                self._changed.wait_for(lambda: len(self._items) >= limit or self._is_over, linger)
            taken = list(islice(self._items, limit))
            for _ in taken:
                self._items.popleft()
            self._changed.notify_all()
            if taken or not self._is_over:
                return taken
            failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        return None

    def stop(self) -> None:
        """Make nothing more; what was made is dropped."""
        with self._changed:
            self._is_stopped = True
            self._items.clear()
            self._changed.notify_all()

    def _run(self) -> None:
        failure: BaseException | None = None
        iterator = iter(self._source)
        try:
            for item in iterator:
                with self._changed:
                    self._changed.wait_for(
                        lambda: len(self._items) < self._ahead or self._is_stopped
                    )
                    if self._is_stopped:
                        break
                    self._items.append(item)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001  # raised by take, in the other thread
            failure = error
        finally:
            if isinstance(iterator, Generator):
                iterator.close()
            with self._changed:
                self._failure = failure
                self._is_over = True
                self._changed.notify_all()
