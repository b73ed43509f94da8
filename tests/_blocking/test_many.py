# Written by scripts/mirror from tests/_async/test_many.py; edits are lost.
"""Many requests at once."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from answers import KEY, Answers, json, photo, ping, refused
from immichkit_api.types import Request

from immichkit import Immich, NotFoundError
from immichkit._runtime import Runtime

pytestmark = pytest.mark.anyio


def opened(answers: Any) -> Immich:
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    return Immich("http://photos.test", api_key=KEY, http_client=pool, retry=None)


def echo(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, content=request.url.path.encode())


def test_outcomes_come_in_the_order_of_the_requests() -> None:
    requests = [photo(str(number)) for number in range(100)]
    values = [outcome.value for outcome in opened(echo).execute_many(requests)]
    assert values == [f"/api/assets/{number}/original".encode() for number in range(100)]


def test_failure_is_the_outcome_of_its_request_alone() -> None:
    answers = Answers(json(200, {}), refused(404, "Not Found"), json(200, {}))
    outcomes = list(opened(answers).execute_many([ping()] * 3, limit=1))
    assert [outcome.ok for outcome in outcomes] == [True, False, True]
    assert isinstance(outcomes[1].error, NotFoundError)
    with pytest.raises(NotFoundError):
        _ = outcomes[1].value


def test_requests_are_taken_as_they_are_needed() -> None:
    taken = 0

    def endless() -> Iterator[Request[bytes]]:
        nonlocal taken
        while True:
            taken += 1
            yield photo()

    outcomes = []
    for outcome in opened(echo).execute_many(endless(), limit=2):
        outcomes.append(outcome)
        assert taken <= len(outcomes) + 8
        if len(outcomes) == 1:
            assert taken <= 2
        if len(outcomes) == 50:
            break


def test_no_more_run_at_once_than_allowed() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        Runtime.sleep(0.002)
        with lock:
            running -= 1
        return number * 2

    assert Runtime.map(work, range(30), limit=3) == [n * 2 for n in range(30)]
    assert most == 3


def test_first_failure_is_raised_bare_and_ends_the_rest() -> None:
    begun: list[int] = []

    def work(number: int) -> None:
        begun.append(number)
        Runtime.sleep(0)
        if number == 1:
            raise LookupError("one")

    with pytest.raises(LookupError, match="one"):
        Runtime.map(work, range(1000), limit=2)
    assert len(begun) < 1000


def test_broken_source_of_items_is_raised_bare() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise LookupError("no more")

    def work(number: int) -> int:
        return number

    with pytest.raises(LookupError, match="no more"):
        Runtime.map(work, items(), limit=2)


def test_limit_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        list(opened(echo).execute_many([photo()], limit=0))


@pytest.mark.parametrize("size", [100_000, 200_000])
def test_writer_hands_over_every_byte_in_order(size: int) -> None:
    written: list[bytes] = []
    counted: list[bytes] = []
    chunks = [bytes([number % 256]) * size for number in range(200)]
    with Runtime.writer(written.append, counted.append) as write:
        for chunk in chunks:
            write(chunk)
    assert b"".join(written) == b"".join(counted) == b"".join(chunks)


def test_failure_of_the_disk_reaches_who_writes() -> None:
    def full(chunk: bytes) -> None:
        raise OSError("No space left on device")

    with pytest.raises(OSError, match="No space left"):
        with Runtime.writer(len, full) as write:
            for _ in range(1000):
                write(b"x" * 100_000)


def test_failure_of_who_writes_is_raised_bare() -> None:
    with pytest.raises(LookupError):
        with Runtime.writer(len) as write:
            write(b"x")
            raise LookupError


def wait_until(condition: Callable[[], object]) -> None:
    for _ in range(5000):
        if condition():
            return
        Runtime.sleep(0.001)
    raise TimeoutError


def test_slow_item_does_not_stall_the_others() -> None:
    done: list[int] = []

    def work(number: int) -> int:
        if number == 0:
            wait_until(lambda: len(done) == 7)
        done.append(number)
        return number

    window = Runtime.window(work, range(20), limit=2)
    assert list(window) == list(range(20))
    assert done.index(0) == 7  # with 8 under way or waiting in all, no more could be begun


def test_first_outcome_comes_before_the_second_is_done() -> None:
    seen: list[int] = []

    def work(number: int) -> int:
        if number:
            wait_until(lambda: len(seen) == number)
        return number

    for number in Runtime.window(work, range(10), limit=4):
        assert number == len(seen)
        seen.append(number)
    assert len(seen) == 10


def test_window_lets_no_more_run_at_once_than_allowed() -> None:
    running, most, lock = 0, 0, threading.Lock()

    def work(number: int) -> int:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        Runtime.sleep(0.002)
        with lock:
            running -= 1
        return number

    window = Runtime.window(work, range(30), limit=3)
    assert list(window) == list(range(30))
    assert most == 3


def test_source_that_breaks_is_raised_after_what_was_taken() -> None:
    def source() -> Iterator[Request[bytes]]:
        for number in range(5):
            yield photo(str(number))
        raise LookupError("no more")

    outcomes = []
    with pytest.raises(LookupError, match="no more"):
        for outcome in opened(echo).execute_many(source(), limit=2):
            assert outcome.ok
            outcomes.append(outcome.value)
    assert outcomes == [f"/api/assets/{number}/original".encode() for number in range(5)]


def test_what_is_no_request_is_an_error_and_no_outcome() -> None:
    wrong: list[Any] = [photo(), "two", photo()]
    outcomes = opened(echo).execute_many(wrong)
    with pytest.raises(TypeError, match="A Request is wanted, not str"):
        list(outcomes)


@pytest.mark.parametrize("wrong", [photo(), None, 3])
def test_what_holds_no_requests_is_an_error_at_once(wrong: Any) -> None:
    with pytest.raises(TypeError, match="iterable of requests, not "):
        opened(echo).execute_many(wrong)


def test_leaving_early_ends_what_runs() -> None:
    running: set[int] = set()

    def work(number: int) -> int:
        running.add(number)
        try:
            Runtime.sleep(0.05 if number else 0)
        finally:
            running.discard(number)
        return number

    for number in Runtime.window(work, itertools.count(), limit=4):
        assert number == 0
        break
    wait_until(lambda: not running)
    window = Runtime.window(work, itertools.count(), limit=4)
    for _ in window:
        break
    window.close()
    assert not running
