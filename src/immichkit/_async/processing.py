"""Waiting until the server is done with new assets."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Final

from immichkit_api import operations
from immichkit_api.models import AssetResponseDto

from immichkit._async.client import AsyncClient
from immichkit._runtime import AsyncRuntime
from immichkit.errors import (
    ImmichError,
    MaintenanceError,
    RateLimitedError,
    ServerError,
    TransportError,
)
from immichkit.processing import ProcessingReport, ProcessingResult, are_idle, is_processed
from immichkit.reports import attach_report

__all__ = ["AsyncProcessing"]

_AT_ONCE: Final = 8
_BATCH: Final = 200
_SHORTEST_PAUSE: Final = 0.1
_LONGEST_PAUSE: Final = 5.0
_PASSING: Final = (MaintenanceError, RateLimitedError, ServerError, TransportError)
"""Errors that say nothing of the asset."""


class AsyncProcessing:
    """One wait for some assets; to be run once."""

    def __init__(
        self,
        client: AsyncClient,
        ids: list[str],
        *,
        is_done: Callable[[AssetResponseDto], bool] = is_processed,
    ) -> None:
        self._client = client
        self._ids = ids
        self._is_done = is_done
        self._waiting = deque(dict.fromkeys(ids))
        self._results: dict[str, ProcessingResult] = {}

    async def run(self, timeout: float | None, *, watch_queues: bool) -> ProcessingReport:
        """The report; on the exception, if the wait is broken off."""
        deadline = None if timeout is None else time.monotonic() + timeout
        try:
            await self._wait(deadline, watch_queues=watch_queues)
        except BaseException as error:
            attach_report(error, self._report())
            raise
        return self._report()

    async def _wait(self, deadline: float | None, *, watch_queues: bool) -> None:
        """Look at all once, then again at those that are not done, in turn and with pauses."""
        unseen, pause, was_idle = len(self._waiting), _SHORTEST_PAUSE, False
        while self._waiting:
            done, pending = await self._look_at_some()
            unseen -= done + pending
            if unseen > 0 or not pending:
                continue
            left = _LONGEST_PAUSE if deadline is None else deadline - time.monotonic()
            if left <= 0:
                return
            if done:
                pause, was_idle = _SHORTEST_PAUSE, False
            elif watch_queues:
                is_idle = are_idle(await self._client.execute(operations.queues.get_queues()))
                # Twice: between two queues a job is nowhere for a moment.
                if is_idle and was_idle:
                    await self._give_up()
                    return
                was_idle = is_idle
            await AsyncRuntime.sleep(min(pause, left))
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def _look_at_some(self) -> tuple[int, int]:
        """How many of the next ones are done, and how many are not and wait on, behind the rest."""
        batch = [self._waiting.popleft() for _ in range(min(_BATCH, len(self._waiting)))]
        results = await AsyncRuntime.map(self._look, batch, limit=_AT_ONCE)
        self._results.update((result.asset_id, result) for result in results)
        pending = [result.asset_id for result in results if result.status == "pending"]
        self._waiting.extend(pending)
        return len(batch) - len(pending), len(pending)

    async def _look(self, asset_id: str) -> ProcessingResult:
        try:
            asset = await self._client.execute(operations.assets.get_asset_info(asset_id))
        except _PASSING as error:
            return ProcessingResult(asset_id=asset_id, status="pending", error=error)
        except ImmichError as error:
            return ProcessingResult(asset_id=asset_id, status="failed", error=error)
        if self._is_done(asset):
            return ProcessingResult(asset_id=asset_id, status="processed")
        return ProcessingResult(asset_id=asset_id, status="pending")

    async def _give_up(self) -> None:
        """Look at the rest for the last time: nothing is on its way to them any more."""
        for _ in range(0, len(self._waiting), _BATCH):
            await self._look_at_some()
        for asset_id in self._waiting:
            error = ImmichError(
                f"The server's queues are empty, and asset {asset_id} has no thumbnail: it seems "
                "that the server cannot read the file."
            )
            self._results[asset_id] = ProcessingResult(
                asset_id=asset_id, status="failed", error=error
            )

    def _report(self) -> ProcessingReport:
        return ProcessingReport(
            results=[
                self._results.get(id_) or ProcessingResult(asset_id=id_, status="pending")
                for id_ in self._ids
            ]
        )
