"""One entry for everything that is found, whatever becomes of it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any, Generic, TypeVar

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
        self._numbers = count()
        self._open: dict[int, tuple[Path, Path | None]] = {}
        self._results: dict[int, R] = {}

    def find(self, path: Path, sidecar: Path | None = None) -> int:
        """Enter something that was found; its number."""
        with self._lock:
            index = next(self._numbers)
            self._open[index] = (path, sidecar)
            return index

    def settle(self, index: int, **fields: Any) -> R:
        """Say what became of it; said again, it counts anew."""
        result = self._make(**fields)
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
            self._results.pop(index, None)
            self._open[index] = (path, sidecar)

    def results(self) -> list[R]:
        """One result for each that was found, in the order of finding."""
        with self._lock:
            unfinished = {
                index: self._make(
                    path=path,
                    sidecar=sidecar,
                    status="interrupted",
                    reason="the run was ended before it was done",
                )
                for index, (path, sidecar) in self._open.items()
            }
            everything = {**self._results, **unfinished}
        return [everything[index] for index in sorted(everything)]
