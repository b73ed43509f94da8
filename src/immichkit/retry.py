"""When to ask again, and after how long: a decision, never a wait."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from immichkit_api.types import Operation
from msgspec import Struct

from immichkit.errors import (
    ApiError,
    ImmichError,
    NotFoundError,
    RateLimitedError,
    TransportError,
)
from immichkit.options import check_number, check_type

__all__ = [
    "RetryPolicy",
    "already_done",
    "is_repeatable",
    "may_have_arrived",
    "tells_of_absence",
]

# RFC 9110, 9.2.2, says so of these.
_REPEATABLE_METHODS = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_PASSING_FAILURES = frozenset({502, 503, 504})


class RetryPolicy(Struct, frozen=True, repr_omit_defaults=True):
    """How often and how soon a request is sent again that failed for a passing reason.

    ``retries`` counts the further tries after the first. Between them lie ``base_delay`` seconds,
    doubled each time, less up to a quarter at random so that many clients do not come back in
    step, and at most ``max_delay``. ``jitter`` gives that random number from 0 to 1.
    """

    retries: int = 3
    base_delay: float = 0.5
    max_delay: float = 30.0
    jitter: Callable[[], float] = random.random

    def __post_init__(self) -> None:
        check_number("The retries of RetryPolicy", self.retries)
        check_type("The retries of RetryPolicy", self.retries, int, "a whole number")
        check_number("The base_delay of RetryPolicy", self.base_delay)
        check_number("The max_delay of RetryPolicy", self.max_delay)
        if not callable(self.jitter):
            raise TypeError("The jitter of RetryPolicy must be a function that gives 0 to 1.")

    def delay(self, operation: Operation[Any], tries: int, failure: ImmichError) -> float | None:
        """Seconds to wait before the next try, None if ``failure`` is to be reported.

        ``tries`` is how many have been made.
        """
        if tries > self.retries or not _may_repeat(operation, failure):
            return None
        if isinstance(failure, RateLimitedError) and failure.retry_after is not None:
            # Less than the server asks for would only be refused again, more would be a hang.
            return failure.retry_after if failure.retry_after <= self.max_delay else None
        # The exponent is bounded because a float is: 2.0**1024 overflows.
        wait = min(self.base_delay * 2.0 ** min(tries - 1, 64), self.max_delay)
        return wait * (1 - self.jitter() / 4)


def is_repeatable(operation: Operation[Any]) -> bool:
    """Whether doing it twice does no more than doing it once."""
    if operation.repeatable is not None:
        return operation.repeatable
    return operation.method in _REPEATABLE_METHODS


def may_have_arrived(failure: ImmichError) -> bool:
    """Whether the server may have done what it was asked, in spite of ``failure``."""
    return not isinstance(failure, TransportError) or failure.sent


def tells_of_absence(failure: ImmichError) -> bool:
    """Whether there may be no server any more, nor anything but a proxy in its place."""
    if isinstance(failure, ApiError):
        return failure.status_code in _PASSING_FAILURES
    return isinstance(failure, TransportError)


def already_done(operation: Operation[Any], failure: ImmichError, *, arrived: bool) -> bool:
    """Whether a repeated delete finds nothing because the try before, which ``arrived``, worked.

    Only of one thing, which the path names: a delete of many is refused whole for one unknown id,
    and then nothing was done.
    """
    return (
        arrived
        and operation.method == "DELETE"
        and operation.path.endswith("}")
        and operation.response is None
        and isinstance(failure, NotFoundError)
    )


def _may_repeat(operation: Operation[Any], failure: ImmichError) -> bool:
    match failure:
        case TransportError():
            return not failure.lasting and (not failure.sent or is_repeatable(operation))
        case RateLimitedError():
            return is_repeatable(operation)
        case ApiError(status_code=500):
            # The server's 500s are mostly its way of saying that the arguments are wrong: a write
            # would fail again, or be done twice.
            return operation.method in {"GET", "HEAD"}
        case ApiError():
            return failure.status_code in _PASSING_FAILURES and is_repeatable(operation)
        case _:
            return False
