"""A ready-made display of progress, for whatever takes ``on_progress``.

    with ProgressBar() as bar:
        immich.assets.upload("~/Pictures", on_progress=bar)

It needs rich, which comes with ``immichkit[cli]``.
"""

from __future__ import annotations

import threading
import time
from typing import Final, NamedTuple, Self

from immichkit.download_progress import DownloadProgress
from immichkit.uploads import UploadProgress

try:
    from rich.console import Console
    from rich.filesize import decimal
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
except ImportError as error:
    raise ImportError(
        'A display of progress needs rich. Install it with: pip install "immichkit[cli]"',
        name=error.name,
    ) from error

__all__ = ["ProgressBar"]

_BETWEEN_LINES: Final = 5.0
"""Seconds."""


class _Sight(NamedTuple):
    """What there is to see of an event; ``total`` is None for as long as it is not known."""

    title: str
    done: int
    total: int | None
    text: str
    size: int


class ProgressBar:
    """A bar with counts, bytes and speed for one upload, audit or download of one or many files.

    It is on stderr unless a ``console`` is given. Where that is no terminal, there is a line now
    and then: the first, the last, and one every ``interval`` seconds. Safe to call from threads.
    """

    def __init__(
        self,
        title: str | None = None,
        *,
        console: Console | None = None,
        interval: float = _BETWEEN_LINES,
    ) -> None:
        self._title = title
        self._console = Console(stderr=True) if console is None else console
        self._is_live = self._console.is_interactive
        self._interval = interval
        self._bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TextColumn("{task.fields[text]}", markup=False),
            TimeElapsedColumn(),
            console=self._console,
        )
        self._lock = threading.Lock()
        self._next_line = 0.0
        self._line = self._printed = ""

    def __enter__(self) -> Self:
        if self._is_live:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_live:
            self._bar.stop()
        self._print()

    def __call__(
        self, event: UploadProgress | DownloadProgress | int, total: int | None = None, /
    ) -> None:
        """Show how far it is by now: an event, or the bytes that are there and those in all."""
        sight = _seen(event, total)
        with self._lock:
            if self._is_live:
                self._draw(sight)
                return
            self._line = f"{self._title or sight.title}: {sight.text}"
            if time.monotonic() >= self._next_line:
                self._next_line = time.monotonic() + self._interval
                self._print()

    def _draw(self, sight: _Sight) -> None:
        bar = self._bar
        if not bar.tasks:
            bar.add_task(self._title or sight.title, total=None, text="")
        task = bar.tasks[0]
        speed = f" · {decimal(round(sight.size / task.elapsed))}/s" if task.elapsed else ""
        bar.update(task.id, completed=sight.done, total=sight.total, text=sight.text + speed)

    def _print(self) -> None:
        if self._line != self._printed:
            self._printed = self._line
            self._console.print(self._line, markup=False, highlight=False, soft_wrap=True)


def _seen(event: UploadProgress | DownloadProgress | int, total: int | None) -> _Sight:
    if isinstance(event, int):
        text = decimal(event) if total is None else f"{decimal(event)} of {decimal(total)}"
        return _Sight("Download", event, total, text, event)
    if isinstance(event, DownloadProgress):
        text = f"{event.done} of {event.found} files · {decimal(event.received_bytes)} received"
        total = event.found if event.is_all_found else None
        return _Sight("Download", event.done, total, text, event.received_bytes)
    text = f"{event.done} of {event.scanned} files · {event.hashed} hashed"
    if event.sent_bytes:
        text += f" · {decimal(event.sent_bytes)} sent"
    total = event.scanned if event.is_scan_over else None
    return _Sight("Upload", event.done, total, text, event.sent_bytes)
