from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from immichkit.testing import AsyncInProcessTransport, InProcessTransport
from immichkit.testing.loop import BackgroundLoop

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import Receive, Scope, Send

START: dict[str, Any] = {"type": "http.response.start", "status": 200, "headers": []}


@pytest.fixture
def loop() -> Iterator[BackgroundLoop]:
    background = BackgroundLoop("test")
    yield background
    background.close()


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers each piece of the body as it comes."""
    await send(START)
    more = True
    while more:
        message = await receive()
        more = message["more_body"]
        await send({"type": "http.response.body", "body": message["body"], "more_body": more})


class Endless:
    """Sends without end, and knows how often and whether it was stopped."""

    def __init__(self) -> None:
        self.sent = 0
        self.stopped = threading.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send(START)
        try:
            while True:
                await send({"type": "http.response.body", "body": b"x" * 1000, "more_body": True})
                self.sent += 1
        finally:
            self.stopped.set()


async def failing(scope: Scope, receive: Receive, send: Send) -> None:
    raise ValueError("broken on purpose")


async def breaking_off(scope: Scope, receive: Receive, send: Send) -> None:
    await send(START)
    await send({"type": "http.response.body", "body": b"half", "more_body": True})


async def waiting_for_the_end(scope: Scope, receive: Receive, send: Send) -> None:
    await send(START)
    await asyncio.sleep(3600)


def test_a_body_is_read_only_as_far_as_the_application_asks(loop: BackgroundLoop) -> None:
    produced = []

    def body() -> Iterator[bytes]:
        for index in range(3):
            produced.append(index)
            yield b"%d" % index

    with (
        httpx.Client(transport=InProcessTransport(echo, loop)) as client,
        client.stream("POST", "http://x/", content=body()) as answer,
    ):
        pieces = answer.iter_raw()
        assert (next(pieces), produced) == (b"0", [0])
        assert (next(pieces), produced) == (b"1", [0, 1])


def test_an_answer_waits_until_it_is_read(loop: BackgroundLoop) -> None:
    app = Endless()
    with (
        httpx.Client(transport=InProcessTransport(app, loop)) as client,
        client.stream("GET", "http://x/") as answer,
    ):
        next(answer.iter_raw())
        assert app.sent <= 1


def test_closing_early_stops_the_application(loop: BackgroundLoop) -> None:
    app = Endless()
    with (
        httpx.Client(transport=InProcessTransport(app, loop)) as client,
        client.stream("GET", "http://x/") as answer,
    ):
        next(answer.iter_raw())
    assert app.stopped.wait(5)


def test_what_the_application_raises_reaches_the_caller(loop: BackgroundLoop) -> None:
    with (
        httpx.Client(transport=InProcessTransport(failing, loop)) as client,
        pytest.raises(ValueError, match="broken on purpose"),
    ):
        client.get("http://x/")


def test_an_answer_that_breaks_off_is_no_success(loop: BackgroundLoop) -> None:
    with (
        httpx.Client(transport=InProcessTransport(breaking_off, loop)) as client,
        pytest.raises(httpx.RemoteProtocolError),
    ):
        client.get("http://x/")


def test_an_async_body_is_not_for_a_blocking_client(loop: BackgroundLoop) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"x"

    request = httpx.Request("POST", "http://x/", content=body())
    with pytest.raises(TypeError, match="without await"):
        InProcessTransport(echo, loop).handle_request(request)


@pytest.mark.anyio
async def test_an_async_body_streams_both_ways(loop: BackgroundLoop) -> None:
    produced = []

    async def body() -> AsyncIterator[bytes]:
        for index in range(3):
            produced.append(index)
            yield b"%d" % index

    async with (
        httpx.AsyncClient(transport=AsyncInProcessTransport(echo, loop)) as client,
        client.stream("POST", "http://x/", content=body()) as answer,
    ):
        pieces = answer.aiter_raw()
        assert (await anext(pieces), produced) == (b"0", [0])
        assert [piece async for piece in pieces] == [b"1", b"2"]


@pytest.mark.anyio
async def test_closing_early_stops_the_application_of_an_async_client(loop: BackgroundLoop) -> None:
    app = Endless()
    async with (
        httpx.AsyncClient(transport=AsyncInProcessTransport(app, loop)) as client,
        client.stream("GET", "http://x/") as answer,
    ):
        await anext(answer.aiter_raw())
    assert await asyncio.to_thread(app.stopped.wait, 5)


@pytest.mark.anyio
async def test_a_cancelled_request_ends_at_once(loop: BackgroundLoop) -> None:
    transport = AsyncInProcessTransport(waiting_for_the_end, loop)
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await client.get("http://x/")


@pytest.mark.anyio
async def test_what_the_application_raises_reaches_an_async_caller(loop: BackgroundLoop) -> None:
    async with httpx.AsyncClient(transport=AsyncInProcessTransport(failing, loop)) as client:
        with pytest.raises(ValueError, match="broken on purpose"):
            await client.get("http://x/")


@pytest.mark.anyio
async def test_many_requests_are_under_way_together(loop: BackgroundLoop) -> None:
    async with httpx.AsyncClient(transport=AsyncInProcessTransport(echo, loop)) as client:
        answers = await asyncio.gather(
            *(client.post("http://x/", content=b"%d" % index) for index in range(100))
        )
    assert [int(answer.content) for answer in answers] == list(range(100))


def test_a_client_waits_no_longer_than_it_was_told_to(loop: BackgroundLoop) -> None:
    with (
        httpx.Client(transport=InProcessTransport(waiting_for_the_end, loop)) as client,
        pytest.raises(httpx.ReadTimeout),
    ):
        client.get("http://x/", timeout=0.05)


@pytest.mark.anyio
async def test_an_async_client_waits_no_longer_than_it_was_told_to(loop: BackgroundLoop) -> None:
    transport = AsyncInProcessTransport(waiting_for_the_end, loop)
    async with httpx.AsyncClient(transport=transport) as client:
        with pytest.raises(httpx.ReadTimeout):
            await client.get("http://x/", timeout=0.05)
