"""Many servers and users over one pool of connections, which belongs to somebody else."""

from __future__ import annotations

import httpx
import pytest
from answers import Answers, json, ping

from immichkit import AsyncImmich

pytestmark = pytest.mark.anyio
LOGGED_IN = {"set-cookie": "immich_access_token=stolen; Path=/"}


def pool_with_everything(answers: Answers, hooked: list[object]) -> httpx.AsyncClient:
    async def hook(seen: object) -> None:
        hooked.append(seen)

    return httpx.AsyncClient(
        transport=httpx.MockTransport(answers),
        headers={"x-theirs": "1", "authorization": "Bearer theirs"},
        params={"theirs": "1"},
        cookies={"theirs": "1"},
        auth=("their", "login"),
        base_url="http://theirs.test",
        event_hooks={"request": [hook], "response": [hook]},
        follow_redirects=True,
    )


async def test_nothing_of_the_pool_but_its_connections_is_used() -> None:
    hooked: list[object] = []
    answers = Answers(json(200, {"res": "pong"}))
    immich = AsyncImmich(
        "http://photos.test", api_key="ours", http_client=pool_with_everything(answers, hooked)
    )
    await immich.execute(ping())
    (asked,) = answers.asked
    assert str(asked.url) == "http://photos.test/api/server/ping"
    assert asked.headers["x-api-key"] == "ours"
    assert not {"x-theirs", "authorization", "cookie"} & set(asked.headers)
    assert hooked == []


async def test_cookies_of_the_server_are_neither_kept_nor_sent() -> None:
    answers = Answers(httpx.Response(200, json={"res": "pong"}, headers=LOGGED_IN))
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    immich = AsyncImmich("http://photos.test", api_key="ours", http_client=pool)
    await immich.execute(ping())
    await immich.execute(ping())
    assert not list(pool.cookies.jar)
    assert all("cookie" not in request.headers for request in answers.asked)


async def test_two_servers_and_users_never_mix() -> None:
    answers = Answers(json(200, {"res": "pong"}))
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    one = AsyncImmich("http://one.test", api_key="first", http_client=pool, headers={"x-a": "1"})
    two = AsyncImmich("http://two.test", access_token="second", http_client=pool)
    for immich in (one, two, one, two):
        await immich.execute(ping())
    assert [
        (
            r.url.host,
            r.headers.get("x-api-key"),
            r.headers.get("authorization"),
            r.headers.get("x-a"),
        )
        for r in answers.asked
    ] == [("one.test", "first", None, "1"), ("two.test", None, "Bearer second", None)] * 2


async def test_pool_stays_open_when_a_client_closes() -> None:
    pool = httpx.AsyncClient(transport=httpx.MockTransport(Answers(json(200, {"res": "pong"}))))
    async with AsyncImmich("http://one.test", http_client=pool) as immich:
        await immich.execute(ping())
    assert not pool.is_closed
    await AsyncImmich("http://two.test", http_client=pool).execute(ping())
