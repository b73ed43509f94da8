"""One entry for everything that is found, whatever becomes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from immichkit.reports import ENDED

__all__ = ["Ledger"]

R = TypeVar("R")


class Ledger(Generic[R]):
    """Results by the order of finding; what is found and not settled counts as interrupted.

    ``make`` makes a result from keyword arguments: ``path``, ``status`` and whatever else. Safe to
    use from any thread.
    """

    def __init__(self, make: Callable[..., R]) -> None:
        self._make = make
        self._lock = threading.Lock()
        self._open: dict[int, tuple[Path, Path | None]] = {}
        self._results: list[R | None] = []

    def find(self, path: Path, sidecar: Path | None = None) -> int:
        """Enter something that was found; its number."""
        with self._lock:
            index = len(self._results)
            self._results.append(None)
            self._open[index] = (path, sidecar)
            return index

    def settle(self, index: int, *, error: Exception | None = None, **fields: Any) -> R:
        """Say what became of it; said again, it counts anew.

        ``error`` keeps its text and its causes, but not the frames that it came through: they
        would keep the bytes that were being sent.
        """
        if error is not None:
            _forget_frames(error)
        result = self._make(error=error, **fields)
        self.put(index, result)
        return result

    def put(self, index: int, result: R) -> None:
        """Enter a result, in the place of an earlier one."""
        with self._lock:
            self._open.pop(index, None)
            self._results[index] = result

    def reopen(self, index: int, path: Path, sidecar: Path | None) -> None:
        """Take a result back: there is more to do."""
        with self._lock:
            self._results[index] = None
            self._open[index] = (path, sidecar)

    def results(self) -> list[R]:
        """One result for each that was found, in the order of finding."""
        with self._lock:
            return [
                self._interrupted(*self._open[index]) if result is None else result
                for index, result in enumerate(self._results)
            ]

    def _interrupted(self, path: Path, sidecar: Path | None) -> R:
        return self._make(path=path, sidecar=sidecar, status="interrupted", reason=ENDED)


def _forget_frames(error: BaseException) -> None:
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        one.__traceback__ = None
        group = one.exceptions if isinstance(one, BaseExceptionGroup) else ()
        waiting += [cause for cause in (*group, one.__cause__, one.__context__) if cause]
