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
    """Counts that several threads add to, and whoever wants to know them, told ten times a second.

    ``failure`` is what the telling raised: it ends the run, and is no fault of a file's.
    """

    def __init__(self, on_progress: OnDownloadProgress | None) -> None:
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._now = DownloadProgress()
        self._here: dict[object, int] = {}
        self._next_event = 0.0
        self.failure: Exception | None = None

    def found(self) -> None:
        """Count a file that is to be had."""
        with self._lock:
            self._now = attrs.evolve(self._now, found=self._now.found + 1)
            self._tell()

    def received(self, file: object, here: int) -> None:
        """Note how many bytes of a file are here by now: less than before, if it began anew."""
        with self._lock:
            size = self._now.received_bytes + here - self._here.get(file, 0)
            self._here[file] = here
            self._now = attrs.evolve(self._now, received_bytes=size)
            self._tell()

    def end(self, file: object) -> None:
        """Count a file that is done, whatever became of it."""
        with self._lock:
            self._here.pop(file, None)
            self._now = attrs.evolve(self._now, done=self._now.done + 1)
            self._tell()

    def all_found(self) -> None:
        """Note that there are no more files."""
        with self._lock:
            self._now = attrs.evolve(self._now, is_all_found=True)
            self._tell()

    def close(self) -> None:
        """Tell the last of it."""
        with self._lock:
            self._next_event = 0.0
            self._tell()

    def _tell(self) -> None:
        # In the lock, so that no event comes after a later one.
        if self._on_progress is None or self.failure or time.monotonic() < self._next_event:
            return
        self._next_event = time.monotonic() + _BETWEEN_EVENTS
        try:
            self._on_progress(self._now)
        except Exception as error:
            self.failure = error
            raise
