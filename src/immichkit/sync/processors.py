"""What a user gives to deal with events: a function, or an object with methods."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from inspect import isawaitable
from typing import Any

import attrs

from immichkit.options import kind_of

__all__ = ["AsyncCalls", "Calls", "Processor"]

_WANTED = "a function of a list of events, or an object with process_events(events)"


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


class Calls:
    """How the blocking face calls what a user gave."""

    @staticmethod
    def call(function: Callable[..., Any], *arguments: object) -> Any:
        """What ``function`` returns; `TypeError` if that would have to be awaited."""
        result = function(*arguments)
        if isawaitable(result):
            if isinstance(result, Coroutine):
                result.close()  # or Python warns that nobody has awaited it
            name = getattr(function, "__qualname__", kind_of(function))
            raise TypeError(f"{name} is async: use AsyncImmich, or a plain function.")
        return result


class AsyncCalls:
    """How the async face does: what is to be awaited is awaited."""

    @staticmethod
    async def call(function: Callable[..., Any], *arguments: object) -> Any:
        """What ``function`` returns, or what comes of awaiting that."""
        result = function(*arguments)
        return await result if isawaitable(result) else result
