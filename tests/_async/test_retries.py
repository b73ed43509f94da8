"""What is sent again, and when."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from answers import KEY, Answers, a, json, page, ping, refused
from immichkit_api.operations import stacks

from immichkit import (
    AsyncImmich,
    NotFoundError,
    RateLimitedError,
    RequestTimeoutError,
    RetryPolicy,
    ServerError,
    TransportError,
    ValidationError,
)

pytestmark = pytest.mark.anyio
PONG = json(200, {"res": "pong"})


class Clock:
    """Keeps how long was waited, without waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


def opened(answers: Answers, clock: Clock, **options: Any) -> AsyncImmich:
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    options.setdefault("retry", RetryPolicy(jitter=lambda: 0.0))
    return AsyncImmich(
        "http://photos.test", api_key=KEY, http_client=pool, sleep=clock.sleep, **options
    )


async def test_read_is_tried_four_times_with_growing_pauses() -> None:
    answers, clock = Answers(httpx.ReadError("gone")), Clock()
    with pytest.raises(TransportError):
        await opened(answers, clock).execute(ping())
    assert len(answers.asked) == 4
    assert clock.waits == [0.5, 1.0, 2.0]


async def test_answer_of_a_later_try_counts() -> None:
    answers, clock = Answers(page(502), httpx.ConnectError("refused"), PONG), Clock()
    assert await opened(answers, clock).execute(ping()) == {"res": "pong"}
    assert len(clock.waits) == 2


@pytest.mark.parametrize(
    ("error", "is_repeat"), [(httpx.ReadError("gone"), True), (httpx.ConnectError("no"), False)]
)
async def test_answer_tells_whether_an_earlier_try_may_have_arrived(
    error: Exception, is_repeat: bool
) -> None:
    response = await opened(Answers(error, PONG), Clock()).send(ping())
    assert response.is_repeat is is_repeat
    assert not (await opened(Answers(PONG), Clock()).send(ping())).is_repeat


@pytest.mark.parametrize("error", [httpx.ConnectError("x"), httpx.ConnectTimeout("x")])
async def test_write_that_never_left_is_sent_again(error: Exception) -> None:
    answers = Answers(error, json(201, {}))
    assert await opened(answers, Clock()).execute(a("POST", dict)) == {}
    assert len(answers.asked) == 2


@pytest.mark.parametrize(
    "failure", [httpx.ReadError("x"), httpx.ReadTimeout("x"), page(502), page(503), page(504)]
)
async def test_write_that_may_have_arrived_is_not_sent_again(failure: Any) -> None:
    answers = Answers(failure)
    with pytest.raises((TransportError, ServerError)):
        await opened(answers, Clock()).execute(a("POST"))
    assert len(answers.asked) == 1


async def test_write_that_may_be_repeated_is() -> None:
    answers = Answers(page(504), json(201, {}))
    request = a("POST", dict, repeatable=True)
    assert await opened(answers, Clock()).execute(request) == {}


async def test_error_500_is_tried_again_for_reads_only() -> None:
    failed = refused(500, "Failed to get time bucket")
    assert await opened(Answers(failed, PONG), Clock()).execute(ping()) == {"res": "pong"}
    answers = Answers(failed)
    with pytest.raises(ServerError):
        await opened(answers, Clock()).execute(a("PUT"))
    assert len(answers.asked) == 1


async def test_refusal_is_never_tried_again() -> None:
    answers = Answers(refused(400, "No fields to update"))
    with pytest.raises(ValidationError):
        await opened(answers, Clock()).execute(a("PUT"))
    assert len(answers.asked) == 1


async def test_rate_limit_is_waited_out() -> None:
    clock = Clock()
    answers = Answers(refused(429, "slow down", retry_after="7"), PONG)
    assert await opened(answers, clock).execute(ping()) == {"res": "pong"}
    assert clock.waits == [7.0]


async def test_rate_limit_longer_than_the_policy_allows_is_reported() -> None:
    answers, clock = Answers(refused(503, "later", retry_after="3600")), Clock()
    with pytest.raises(RateLimitedError, match="3600 s") as caught:
        await opened(answers, clock).execute(ping())
    assert caught.value.retry_after == 3600
    assert clock.waits == []


async def test_repeated_delete_that_finds_nothing_is_done() -> None:
    gone = refused(400, "Not found or no album.delete access")
    answers = Answers(httpx.ReadError("x"), gone)
    await opened(answers, Clock()).execute(stacks.delete_stack("one"))
    assert len(answers.asked) == 2


async def test_delete_that_never_arrived_before_is_not_found() -> None:
    gone = refused(400, "Not found or no album.delete access")
    with pytest.raises(NotFoundError):
        await opened(Answers(httpx.ConnectError("x"), gone), Clock()).execute(
            stacks.delete_stack("one")
        )


async def test_first_delete_that_finds_nothing_is_not_found() -> None:
    with pytest.raises(NotFoundError):
        gone = refused(400, "Not found or no album.delete access")
        await opened(Answers(gone), Clock()).execute(stacks.delete_stack("one"))


async def test_without_a_policy_nothing_is_sent_again() -> None:
    answers = Answers(httpx.ReadTimeout("x"))
    with pytest.raises(RequestTimeoutError):
        await opened(answers, Clock(), retry=None).execute(ping())
    assert len(answers.asked) == 1
