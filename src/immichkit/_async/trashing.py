"""Trashing, restoring and deleting any number of assets, with a result for each."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import Any, Final

import attrs
from immichkit_api import operations

from immichkit._async.applying import apply_steps
from immichkit._async.client import AsyncClient
from immichkit._async.search import trashed
from immichkit._runtime import AsyncRuntime, AsyncSource
from immichkit.apply_report import (
    ApplyProgress,
    ApplyReport,
    ApplyResult,
    OnApplyProgress,
    results_on,
)
from immichkit.batches import BATCH, LIMIT, NAMED_BEFORE, NO_ID, id_of, in_batches, is_sendable
from immichkit.options import check_several
from immichkit.reports import ENDED, attach_report
from immichkit.trashing import Deed, result_of, step_of

__all__ = ["AsyncTrashing", "has_trash", "ids_from"]

_AT_ONCE: Final = 8


async def ids_from(assets: AsyncSource[Any]) -> list[str]:
    """The ids of ``assets``, ids or what has one, in their order and in the server's letters."""
    check_several("assets", assets, "assets or their ids")
    return [id_of(asset).lower() async for asset in AsyncRuntime.items(assets)]


async def has_trash(client: AsyncClient) -> bool:
    """Whether the server keeps what is trashed; else it is deleted the next night at the latest."""
    return (await client.execute(operations.server.get_server_features())).trash


class AsyncTrashing:
    """One run over ids, of which none is sent twice."""

    def __init__(
        self,
        client: AsyncClient,
        deed: Deed,
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> None:
        self._client = client
        self._deed = deed
        self._journal = journal
        self._limit = limit
        AsyncRuntime.check_callback("on_progress", on_progress)
        self._on_progress = on_progress
        self._results: dict[str, ApplyResult] = {}

    async def run(self, ids: Sequence[str]) -> ApplyReport:
        """The report, an outcome per id given; on the exception, if the run is broken off."""
        once = list(dict.fromkeys(ids))
        for id_ in once:
            if not is_sendable(id_):
                self._results[id_] = result_of(self._deed, id_, "failed", NO_ID)
        try:
            await self._send(await self._needed([id_ for id_ in once if id_ not in self._results]))
            await self._check()
        except BaseException as error:
            attach_report(error, self._report(ids), over=object)
            raise
        return self._report(ids)

    async def _needed(self, ids: Sequence[str]) -> list[str]:
        """Those that are not yet as they are to be; to trash one again would date it anew."""
        wanted = self._deed.is_trashed
        if wanted is None or not ids:
            return list(ids)
        if wanted and not await has_trash(self._client):
            raise ValueError(
                "The trash of this server is switched off, so what is trashed would be deleted. "
                "Use assets.delete(..., permanently=True) if that is meant."
            )
        in_trash = await self._trash()
        if wanted:
            unneeded = [id_ for id_ in ids if id_ in in_trash]
        else:
            absent = [id_ for id_ in ids if id_ not in in_trash]
            looked = await self._looked_at(absent)
            unneeded = [id_ for id_ in absent if looked[id_] is False]
        reason = "it is in the trash already" if wanted else "it is not in the trash"
        self._results |= {id_: result_of(self._deed, id_, "unchanged", reason) for id_ in unneeded}
        return [id_ for id_ in ids if id_ not in self._results]

    async def _send(self, ids: Sequence[str]) -> None:
        """Do it to ``ids``, in batches."""
        steps = [step_of(self._deed, batch) for batch in in_batches(ids)]
        before, total = len(self._results), len(self._results) + len(ids)

        async def told(progress: ApplyProgress) -> None:
            if self._on_progress is not None:
                done = min(before + progress.done * BATCH, total)
                known = attrs.evolve(progress, done=done, total=total)
                await AsyncRuntime.call(self._on_progress, known)

        results: list[ApplyResult] = []
        try:
            report = await apply_steps(
                self._client, steps, journal=self._journal, limit=self._limit, on_progress=told
            )
            results = report.results
        except BaseException as error:
            results = results_on(error)
            raise
        finally:
            self._results |= {
                one.id: result_of(self._deed, one.id, one.status, one.reason, result.error)
                for result in results
                for one in result.ids
            }

    async def _check(self) -> None:
        """See whether it was done: the server answers alike whatever it did."""
        wanted = self._deed.is_trashed
        done = [id_ for id_, result in self._results.items() if result.status == "done"]
        if wanted is None or not done or self._client.settings.dry_run:
            return
        in_trash = await self._trash()
        doubtful = [id_ for id_ in done if (id_ in in_trash) is not wanted]
        if wanted:
            # What is locked is in no list.
            looked = await self._looked_at(doubtful)
            doubtful = [id_ for id_ in doubtful if looked[id_] is False]
        reason = f"the server did not {self._deed.verb} it"
        for id_ in doubtful:
            self._results[id_] = result_of(self._deed, id_, "failed", reason)

    async def _trash(self) -> set[str]:
        found = trashed(self._client)
        return {asset.id async for asset in found}

    async def _looked_at(self, ids: Sequence[str]) -> dict[str, bool | None]:
        """Whether each is in the trash; None for what cannot be seen."""
        requests = [operations.assets.get_asset_info(id_) for id_ in ids]
        outcomes = self._client.execute_many(requests, limit=_AT_ONCE)
        seen = [one.value.is_trashed if one.ok else None async for one in outcomes]
        return dict(zip(ids, seen, strict=True))

    def _report(self, ids: Sequence[str]) -> ApplyReport:
        results: list[ApplyResult] = []
        seen: set[str] = set()
        for id_ in ids:
            if id_ in seen:
                result = result_of(self._deed, id_, "skipped", NAMED_BEFORE)
            else:
                result = self._results.get(id_) or result_of(self._deed, id_, "interrupted", ENDED)
            seen.add(id_)
            results.append(result)
        return ApplyReport(results=results, dry_run=self._client.settings.dry_run)
