"""How far a run of downloads is, told now and then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, TypeAlias

import attrs

__all__ = ["DownloadProgress", "Meter", "OnDownloadProgress"]

_BETWEEN_EVENTS: Final = 0.1
"""Seconds."""


@attrs.frozen(kw_only=True)
class DownloadProgress:
    """How far a run is: counts of files, and the bytes of those that it fetches.

    ``found`` is the whole once ``is_all_found``. ``received_bytes`` counts what an earlier run had
    left of a file as well.
    """

    found: int = 0
    is_all_found: bool = False
    done: int = 0
    received_bytes: int = 0


OnDownloadProgress: TypeAlias = Callable[[DownloadProgress], object]


class Meter:
    """Counts that several threads add to, for whoever wants to know them ten times a second."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = DownloadProgress()
        self._here: dict[object, int] = {}
        self._next_event = 0.0

    def found(self) -> None:
        """Count a file that is to be had."""
        with self._lock:
            self._now = attrs.evolve(self._now, found=self._now.found + 1)

    def received(self, file: object, here: int) -> None:
        """Note how many bytes of a file are here by now: less than before, if it began anew."""
        with self._lock:
            size = self._now.received_bytes + here - self._here.get(file, 0)
            self._here[file] = here
            self._now = attrs.evolve(self._now, received_bytes=size)

    def end(self, file: object) -> None:
        """Count a file that is done, whatever became of it."""
        with self._lock:
            self._here.pop(file, None)
            self._now = attrs.evolve(self._now, done=self._now.done + 1)

    def all_found(self) -> None:
        """Note that there are no more files."""
        with self._lock:
            self._now = attrs.evolve(self._now, is_all_found=True)

    def event(self, *, is_last: bool = False) -> DownloadProgress | None:
        """The counts as they are now; None if they were told a moment ago."""
        with self._lock:
            if not is_last and time.monotonic() < self._next_event:
                return None
            self._next_event = time.monotonic() + _BETWEEN_EVENTS
            return self._now
