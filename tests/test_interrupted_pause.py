"""Queues that were paused run again, however the run ends."""

from __future__ import annotations

import signal
from typing import Any

import anyio
import pytest
from immichkit_api.types import Request

from immichkit import AsyncImmich, Immich
from immichkit._blocking.queues import Queues
from immichkit.testing import ImmichServer


def still(server: ImmichServer) -> list[str]:
    with server.client() as immich:
        return [queue.name.value for queue in immich.queues.get_queues() if queue.is_paused]


@pytest.mark.anyio
async def test_cancelled_task_lets_them_run_again(server: ImmichServer) -> None:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        with anyio.move_on_after(0.5) as scope:
            async with immich.queues.paused(["ocr", "sidecar"]):
                await anyio.sleep(60)
    assert scope.cancelled_caught
    assert still(server) == []


def test_ctrl_c_lets_them_run_again(server: ImmichServer) -> None:
    with Immich(server.url, api_key=server.api_key) as immich:
        with pytest.raises(KeyboardInterrupt):
            with immich.queues.paused(["ocr", "sidecar"]):
                signal.raise_signal(signal.SIGINT)
    assert still(server) == []


class Impatient:
    """A client whose user presses Ctrl-C while the queues are let go on, so many times."""

    def __init__(self, immich: Immich, times: int) -> None:
        self.settings = immich._client.settings
        self._execute, self.times = immich.execute, times

    def execute(self, request: Request[Any]) -> Any:
        if request.body == {"isPaused": False} and self.times:
            self.times -= 1
            raise KeyboardInterrupt
        return self._execute(request)


@pytest.mark.parametrize(("times", "left"), [(1, []), (2, ["ocr", "sidecar"])])
def test_second_ctrl_c_is_put_off_and_a_third_obeyed(
    server: ImmichServer, times: int, left: list[str]
) -> None:
    with Immich(server.url, api_key=server.api_key) as immich:
        client: Any = Impatient(immich, times)
        with pytest.raises(KeyboardInterrupt):
            with Queues(client).paused(["ocr", "sidecar"]):
                raise KeyboardInterrupt
    assert sorted(still(server)) == left
