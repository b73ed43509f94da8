"""When to ask again."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immichkit_api.types import Operation

from immichkit import RetryPolicy, errors
from immichkit.retry import already_done, may_have_arrived

METHODS = ["GET", "HEAD", "PUT", "DELETE", "POST", "PATCH"]
EXACT = RetryPolicy(jitter=lambda: 0.0)
BROKEN = errors.TransportError("x")
REFUSED = errors.TransportError("x", sent=False)


def an(method: str, *, repeatable: bool | None = None, response: Any = None) -> Operation[Any]:
    return Operation[Any]("id", method, "/things/{id}", response, repeatable=repeatable)


def status(code: int) -> errors.ImmichError:
    return errors.ServerError("x", status_code=code)


def limited(seconds: float | None) -> errors.ImmichError:
    error = errors.RateLimitedError("x", status_code=429)
    error.retry_after = seconds
    return error


def test_pauses_double_up_to_the_longest() -> None:
    policy = RetryPolicy(retries=9, base_delay=1, max_delay=10, jitter=lambda: 0.0)
    delays = [policy.delay(an("GET"), tries, BROKEN) for tries in range(1, 11)]
    assert delays == [1, 2, 4, 8, 10, 10, 10, 10, 10, None]


def test_jitter_takes_up_to_a_quarter() -> None:
    assert RetryPolicy(jitter=lambda: 1.0).delay(an("GET"), 1, BROKEN) == 0.375


@given(st.integers(1, 10_000), st.floats(0, 100), st.floats(0, 100))
def test_no_pause_is_longer_than_allowed(tries: int, base: float, longest: float) -> None:
    policy = RetryPolicy(retries=10_000, base_delay=base, max_delay=longest)
    delay = policy.delay(an("GET"), tries, BROKEN)
    assert delay is not None
    assert 0 <= delay <= longest


@pytest.mark.parametrize("method", METHODS)
def test_what_never_left_is_always_sent_again(method: str) -> None:
    assert EXACT.delay(an(method), 1, REFUSED) == 0.5


@pytest.mark.parametrize("failure", [BROKEN, status(502), status(503), status(504), limited(None)])
def test_what_may_have_arrived_is_sent_again_if_it_may_be_repeated(
    failure: errors.ImmichError,
) -> None:
    again = {method for method in METHODS if EXACT.delay(an(method), 1, failure) is not None}
    assert again == {"GET", "HEAD", "PUT", "DELETE"}
    assert EXACT.delay(an("POST", repeatable=True), 1, failure) == 0.5


def test_write_that_does_more_the_second_time_is_not_sent_again() -> None:
    assert EXACT.delay(an("PUT", repeatable=False), 1, BROKEN) is None


def test_error_500_is_for_reads() -> None:
    again = {method for method in METHODS if EXACT.delay(an(method), 1, status(500)) is not None}
    assert again == {"GET", "HEAD"}
    assert EXACT.delay(an("POST", repeatable=True), 1, status(500)) is None


@pytest.mark.parametrize(
    "failure",
    [
        errors.ValidationError("x", status_code=400),
        errors.AuthenticationError("x", status_code=401),
        errors.MaintenanceError("x", status_code=404),
        errors.TransportError("x", sent=False, lasting=True),
        errors.DecodeError("x"),
        status(501),
    ],
)
def test_what_lasts_is_reported(failure: errors.ImmichError) -> None:
    assert EXACT.delay(an("GET"), 1, failure) is None


def test_server_that_names_a_time_gets_it() -> None:
    assert EXACT.delay(an("GET"), 1, limited(30)) == 30
    assert EXACT.delay(an("GET"), 1, limited(30.1)) is None
    assert EXACT.delay(an("GET"), 4, limited(1)) is None


def test_policy_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 0"):
        RetryPolicy(retries=-1)


def test_repeated_delete_that_finds_nothing_is_done() -> None:
    gone = errors.NotFoundError("x", status_code=400)
    assert already_done(an("DELETE"), gone, arrived=True)
    assert not already_done(an("DELETE"), gone, arrived=False)
    assert not already_done(an("PUT"), gone, arrived=True)
    assert not already_done(Operation("id", "DELETE", "/things", None), gone, arrived=True)
    assert not already_done(an("DELETE", response=list), gone, arrived=True)
    assert not already_done(an("DELETE"), status(500), arrived=True)


def test_only_what_never_left_cannot_have_arrived() -> None:
    assert not may_have_arrived(REFUSED)
    assert may_have_arrived(BROKEN)
    assert may_have_arrived(status(502))


@pytest.mark.parametrize(
    "wrong",
    [{"retries": 2.5}, {"retries": "3"}, {"base_delay": None}, {"max_delay": True}, {"jitter": 1}],
)
def test_policy_of_another_type_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=f"The {next(iter(wrong))} of RetryPolicy must be"):
        RetryPolicy(**wrong)
