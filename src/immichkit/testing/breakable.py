"""What can go wrong at an embedded server, as methods that make it so."""

from __future__ import annotations

from abc import ABC, abstractmethod
from http.client import responses
from typing import Final

from immichkit.testing.faults import Absence, Cut, Drop, Fault, Faults, Refusal, Slowness

_ERRORS: Final = range(400, 600)


class Breakable(ABC):
    """A server that fails when it is told to.

    Each method begins a fault and gives it back: it ends once it has happened ``times`` times,
    at its ``end()``, at the end of a ``with`` block that it is used in, or at `clear_faults`.
    ``method`` and ``path`` narrow it to some requests; in a path, with or without ``/api``, ``*``
    and ``{id}`` stand for one name: ``/assets/{id}/original``. Of several faults a request meets
    the oldest that is left, and every slowness.
    """

    def __init__(self) -> None:
        self._faults: Final = Faults()

    def fail_next(
        self,
        status: int = 503,
        *,
        times: int | None = 1,
        retry_after: float | str | None = None,
        message: str | None = None,
        method: str | None = None,
        path: str | None = None,
    ) -> Fault:
        """Answer the next request with an error; what it asks for is not done.

        ``retry_after`` is sent as ``Retry-After``: seconds, or any text such as a date.
        """
        if status not in _ERRORS:
            raise ValueError(f"An error has a status from 400 to 599, not {status}")
        if isinstance(retry_after, float | int):
            retry_after = f"{retry_after:g}"
        effect = Refusal(status, message or responses.get(status, "Failed"), retry_after)
        return self._faults.add(effect, times=times, method=method, path=path)

    def cut_after(
        self,
        n_bytes: int | None = None,
        *,
        lines: int | None = None,
        times: int | None = 1,
        method: str | None = None,
        path: str | None = None,
    ) -> Fault:
        """Break the next answer off after so many bytes of its body, as they travel, or lines.

        The client has the status and the headers by then, and what it asked for is done. An
        answer that is not longer passes whole and does not count. One whose lines are counted is
        not compressed.
        """
        cut = _cut(n_bytes, lines, is_silent=False)
        return self._faults.add(cut, times=times, method=method, path=path)

    def hang_after(
        self,
        n_bytes: int | None = None,
        *,
        lines: int | None = None,
        times: int | None = 1,
        method: str | None = None,
        path: str | None = None,
    ) -> Fault:
        """Send nothing more after so much of the next answer, and leave the connection open.

        All else is as with `cut_after`. So v3.1 leaves a sync stream that it fails in.
        """
        cut = _cut(n_bytes, lines, is_silent=True)
        return self._faults.add(cut, times=times, method=method, path=path)

    def slow(
        self,
        *,
        seconds: float = 0,
        bytes_per_second: float | None = None,
        times: int | None = None,
        method: str | None = None,
        path: str | None = None,
    ) -> Fault:
        """Hold every answer back for some seconds, or send its body at such a rate, or both.

        What was asked for is done at once, also where the client does not wait for the answer.
        """
        if seconds < 0 or (bytes_per_second is not None and bytes_per_second <= 0):
            raise ValueError("Slowness takes seconds that are not negative and a rate above 0")
        effect = Slowness(seconds, bytes_per_second)
        return self._faults.add(effect, times=times, method=method, path=path)

    def drop(
        self,
        *,
        times: int | None = 1,
        carried_out: bool = False,
        method: str | None = None,
        path: str | None = None,
    ) -> Fault:
        """Close the next request's connection without an answer, once all of the request is in.

        With ``carried_out`` the server does what it was asked, and only its answer is lost.
        """
        return self._faults.add(Drop(carried_out), times=times, method=method, path=path)

    def go_away(self) -> Fault:
        """Cut every connection and take no new one until `come_back`.

        On the network connections are refused meanwhile, on the very port that is used again
        later; in process a client sees the same, but what is under way there goes on.
        """
        fault = self._faults.add(Absence(), times=None, end=self._end_absence)
        self._stop_listening()
        return fault

    def come_back(self) -> None:
        """Be there again after `go_away`; does nothing if the server is there."""
        for fault in self._faults.active():
            if isinstance(fault.effect, Absence):
                fault.end()

    def clear_faults(self) -> None:
        """End every fault, and come back."""
        for fault in self._faults.active():
            fault.end()

    def _end_absence(self, fault: Fault) -> None:
        self._faults.end(fault)
        if not any(isinstance(other.effect, Absence) for other in self._faults.active()):
            self._listen_again()

    @abstractmethod
    def _stop_listening(self) -> None:
        """Let go of the port, if there is one."""

    @abstractmethod
    def _listen_again(self) -> None:
        """Take the port back, if there was one."""


def _cut(n_bytes: int | None, lines: int | None, *, is_silent: bool) -> Cut:
    if (n_bytes is None) == (lines is None):
        raise TypeError("Say after how many bytes, or after how many lines")
    after = (n_bytes if lines is None else lines) or 0
    if after < 0:
        raise ValueError(f"An answer breaks off after 0 bytes or more, not {after}")
    return Cut(after, counts_lines=lines is not None, is_silent=is_silent)
