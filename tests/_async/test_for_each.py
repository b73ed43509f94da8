"""Many users of one server, one after the other."""

from __future__ import annotations

import logging

import httpx
import pytest
from answers import Answers, json

from immichkit import (
    AsyncImmich,
    AuthenticationError,
    ImmichError,
    RetryPolicy,
    TransportError,
)
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
UNKNOWN = "unknown-key-0123456789"


async def test_every_user_gets_a_client(server: ImmichServer) -> None:
    users = [server.add_user(), server.add_user()]
    keys = [user.api_key for user in users]
    each = AsyncImmich.for_each(server.url, keys)
    found = [(await outcome.value.users.get_my_user()).id async for outcome in each]
    assert found == [user.id for user in users]


async def test_failing_key_is_an_outcome_and_not_the_end(
    server: ImmichServer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    last = server.add_user()
    keys = f"{server.api_key}, {UNKNOWN},with a blank,{last.api_key}"
    outcomes = [outcome async for outcome in AsyncImmich.for_each(server.url, keys)]
    assert [(one.number, one.ok) for one in outcomes] == [
        (1, True),
        (2, False),
        (3, False),
        (4, True),
    ]
    assert isinstance(outcomes[1].error, AuthenticationError)
    assert outcomes[0].key is not None
    assert outcomes[0].key.name == "Admin"
    with pytest.raises(AuthenticationError):
        _ = outcomes[1].value
    told = repr(outcomes) + caplog.text + "".join(str(one.error) for one in outcomes)
    for secret in (server.api_key, UNKNOWN, "with a blank", last.api_key):
        assert secret not in told


async def test_repeated_key_is_one_user(server: ImmichServer) -> None:
    other = server.add_user().api_key
    keys = [server.api_key, f" {server.api_key}", other, "", server.api_key]
    numbers = [outcome.number async for outcome in AsyncImmich.for_each(server.url, keys)]
    assert numbers == [1, 3]


async def test_no_keys_are_refused_at_once() -> None:
    for nothing in ("", " , ", list[str]()):
        with pytest.raises(ValueError, match="There is no API key"):
            AsyncImmich.for_each("http://photos.test", nothing)
    with pytest.raises(TypeError, match="Key 2 must be a text, not None"):
        AsyncImmich.for_each("http://photos.test", ["one", None])  # type: ignore[list-item]


async def test_options_hold_for_all_and_the_pool_is_shared() -> None:
    answers = Answers(json(200, {}))
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    headers = {"x-proxy": "1"}
    async for outcome in AsyncImmich.for_each(
        "http://photos.test", "one,two", http_client=pool, headers=headers, dry_run=True
    ):
        assert not outcome.ok
    assert {asked.headers["x-api-key"] for asked in answers.asked} == {"one", "two"}
    assert {asked.headers["x-proxy"] for asked in answers.asked} == {"1"}
    assert not pool.is_closed
    await pool.aclose()


async def test_our_own_pool_is_closed_at_the_end(server: ImmichServer) -> None:
    (outcome,) = [one async for one in AsyncImmich.for_each(server.url, server.api_key)]
    with pytest.raises(ImmichError, match="is closed"):
        await outcome.value.users.get_my_user()


async def test_server_that_does_not_answer_fails_every_key() -> None:
    retry = RetryPolicy(retries=0)
    each = AsyncImmich.for_each("http://127.0.0.1:9", "one,two", retry=retry)
    assert [type(outcome.error) async for outcome in each] == [TransportError] * 2
