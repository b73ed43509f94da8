"""What several workers share: items that each are taken once."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from typing import Generic, TypeVar

__all__ = ["Work"]

T = TypeVar("T")
R = TypeVar("R")


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
