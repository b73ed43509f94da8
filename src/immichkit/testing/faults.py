"""Faults on demand: what is to go wrong, with which requests, and how often."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Self

from attrs import define, field, frozen

if TYPE_CHECKING:
    from types import TracebackType

_ANY_NAME: Final = re.compile(r"\\\{\w+\\\}|\\\*")


@frozen
class Refusal:
    """The request is answered with an error instead of being carried out."""

    status: int
    message: str
    retry_after: str | None


@frozen
class Cut:
    """The request is carried out, and no more comes after so much of the body.

    ``after`` counts bytes or lines; then the connection is closed, or it just stays silent.
    """

    after: int
    counts_lines: bool = False
    is_silent: bool = False


@frozen
class Slowness:
    """The request is carried out, its answer held back and handed out drop by drop."""

    seconds: float
    bytes_per_second: float | None


@frozen
class Drop:
    """The connection is closed without an answer, the request carried out or not."""

    is_carried_out: bool


@frozen
class Absence:
    """Nobody is there to connect to."""


Effect = Refusal | Cut | Slowness | Drop | Absence


@define(eq=False)
class Fault:
    """One thing that goes wrong, until it has happened often enough or is ended.

    As a context manager it ends where the block does. ``used`` counts the requests it met.
    """

    effect: Effect
    times: int | None
    used: int = field(default=0, init=False)
    is_over: bool = field(default=False, init=False)
    _method: str | None
    _path: re.Pattern[str] | None
    _end: Callable[[Fault], None] = field(repr=False)

    def end(self) -> None:
        """Let nothing more go wrong; does nothing if that is so already."""
        self._end(self)

    def meets(self, method: str, path: str) -> bool:
        """Whether the fault is for such a request."""
        is_its_method = self._method in {None, method}
        return is_its_method and (self._path is None or self._path.fullmatch(path) is not None)

    def __enter__(self) -> Self:
        """The fault itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End the fault."""
        self.end()


class Faults:
    """What is to go wrong at one server; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._active: list[Fault] = []

    def add(
        self,
        effect: Effect,
        *,
        times: int | None,
        method: str | None = None,
        path: str | None = None,
        end: Callable[[Fault], None] | None = None,
    ) -> Fault:
        """Begin a fault; without ``times`` it lasts until it is ended."""
        if times is not None and times < 1:
            raise ValueError(f"A fault happens at least once, not {times} times")
        pattern = None if path is None else _pattern(path)
        fault = Fault(effect, times, method and method.upper(), pattern, end or self.end)
        with self._lock:
            self._active.append(fault)
        return fault

    def end(self, fault: Fault) -> None:
        """Let the fault meet nothing any more."""
        with self._lock:
            fault.is_over = True
            if fault in self._active:
                self._active.remove(fault)

    def active(self) -> list[Fault]:
        """What can still go wrong, the oldest first."""
        with self._lock:
            return list(self._active)

    def take(self, method: str, path: str) -> list[Fault]:
        """The faults that a request meets: every slowness and one other, the oldest that fits."""
        met: list[Fault] = []
        with self._lock:
            for fault in list(self._active):
                is_slowness = isinstance(fault.effect, Slowness)
                has_other = any(not isinstance(one.effect, Slowness) for one in met)
                if not fault.meets(method, path) or (has_other and not is_slowness):
                    continue
                met.append(fault)
                fault.used += 1
                if fault.used == fault.times:
                    self._active.remove(fault)
        return met

    def give_back(self, fault: Fault) -> None:
        """Undo one use of a fault that found nothing to spoil."""
        with self._lock:
            if fault.used == fault.times and not fault.is_over:
                self._active.insert(0, fault)
            fault.used -= 1


def _pattern(path: str) -> re.Pattern[str]:
    """What paths look like that are meant by ``/assets/{id}`` or ``/api/assets/*``."""
    outside = path.removeprefix("/api")
    return re.compile("(?:/api)?" + _ANY_NAME.sub("[^/]+", re.escape(outside)))
