"""What a user gives to deal with events: a function, or an object with methods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeAlias

import attrs

from immichkit.options import kind_of
from immichkit.sync.events import SyncEvent

__all__ = ["EventProcessor", "ProcessesEvents", "Processor"]

_WANTED = "a function of a list of events, or an object with process_events(events)"


class ProcessesEvents(Protocol):
    """An object that deals with events; it may have ``reset()`` and ``complete()`` besides."""

    def process_events(self, events: list[SyncEvent], /) -> object:
        """Deal with ``events``, all of one type."""
        ...


EventProcessor: TypeAlias = Callable[[list[SyncEvent]], object] | ProcessesEvents
"""What a user may give: a function of a list of events, or an object."""


@attrs.frozen
class Processor:
    """What deals with events, as three functions of which only the first must be there."""

    process: Callable[..., Any]
    reset: Callable[[], Any] | None
    complete: Callable[[], Any] | None

    @classmethod
    def of(cls, given: object) -> Processor:
        """``given`` as three functions; `TypeError` if it is nothing that takes events."""
        if isinstance(given, type):
            raise TypeError(f"The processor is to be {_WANTED}, not the class {given.__name__}.")
        process = getattr(given, "process_events", None)
        if process is None and callable(given):
            process = given
        if not callable(process):
            raise TypeError(f"The processor is to be {_WANTED}, not {kind_of(given)}.")
        return cls(process, getattr(given, "reset", None), getattr(given, "complete", None))
