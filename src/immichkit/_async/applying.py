"""Carrying out the steps of a plan: the way back onto the disk, then the write, then its result."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from os import PathLike
from typing import Any

from immichkit_api.models import BulkIdErrorReason, BulkIdResponseDto

from immichkit._async.caller import my_id
from immichkit._async.client import AsyncClient
from immichkit._runtime import AsyncRuntime, AsyncSource
from immichkit.apply_report import (
    ApplyProgress,
    ApplyReport,
    ApplyResult,
    OnApplyProgress,
    results_per_id,
    step_result,
)
from immichkit.batches import LIMIT
from immichkit.errors import NotFoundError
from immichkit.halving import halved, lone_id
from immichkit.local.journal import JournalFile
from immichkit.options import check_number, check_type
from immichkit.plans import Plan
from immichkit.reports import ENDED, attach_report
from immichkit.steps import Step

__all__ = ["apply_steps", "check_plan"]


async def check_plan(client: AsyncClient, plan: object, kind: type[Plan[Any]], maker: str) -> None:
    """Raise unless ``plan`` is what ``maker`` returned to the same user of the same server."""
    check_type("plan", plan, kind, f"what {maker}() returned")
    owner_id = plan.user_id if isinstance(plan, Plan) else None
    if owner_id is not None and owner_id != (me := await my_id(client)):
        raise ValueError(
            f"This plan was made for another user, or on another server: for the user {owner_id}, "
            f"not for {me}."
        )


async def apply_steps(
    client: AsyncClient,
    steps: AsyncSource[Step],
    *,
    journal: str | PathLike[str] | None = None,
    limit: int = LIMIT,
    on_progress: OnApplyProgress | None = None,
) -> ApplyReport:
    """What became of each of ``steps``, in their order; at most ``limit`` are under way at a time.

    With ``journal`` the way back of a step is on the disk before its first request is sent; if
    that cannot be written, or the file is another user's journal, `JournalError` is raised and
    nothing more is sent. One step's failure stops no other but those that are to follow it. Where
    the server refuses all ids because of one that it does not know, the others are sent without it.

    If all is broken off, the report is the attribute ``report`` of the exception: what was under
    way, and what of a list had not begun, counts as interrupted. ``steps`` may be made as they are
    needed, each when there is a place for it. In dry run the requests are held back, and the
    journal is not written.
    """
    check_number("limit", limit, least=1, whole=True)
    applying = _Applying(client, journal=journal, limit=limit, on_progress=on_progress)
    return await applying.run(steps)


class _Applying:
    """One run over steps."""

    def __init__(
        self,
        client: AsyncClient,
        *,
        journal: str | PathLike[str] | None,
        limit: int,
        on_progress: OnApplyProgress | None,
    ) -> None:
        self._client = client
        self._is_dry = client.settings.dry_run
        self._journal = None if journal is None or self._is_dry else JournalFile(journal)
        self._limit = limit
        AsyncRuntime.check_callback("on_progress", on_progress)
        self._on_progress = on_progress
        self._steps: list[Step] = []
        self._results: dict[int, ApplyResult] = {}
        self._failed = 0
        self._total: int | None = None
        self._is_over = False

    async def run(self, steps: AsyncSource[Step]) -> ApplyReport:
        """The report; on the exception, if the run is ended before all is done."""
        if isinstance(steps, Sequence):
            self._total = sum(1 + len(step.then) for step in steps)
        try:
            if self._journal is not None:
                await AsyncRuntime.blocking(self._journal.open, await my_id(self._client))
            await AsyncRuntime.for_each(self._carry_out, self._numbered(steps), limit=self._limit)
        except BaseException as error:
            # Threads that are still at work send nothing more.
            self._is_over = True
            known = self._steps
            if isinstance(steps, Sequence):
                known = [one for step in steps for one in (step, *step.then)]
            attach_report(error, self._report(known), over=object)
            raise
        finally:
            if self._journal is not None:
                self._journal.close()
        return self._report(self._steps)

    async def _numbered(self, steps: AsyncSource[Step]) -> AsyncGenerator[tuple[int, Step]]:
        async for step in AsyncRuntime.items(steps):
            self._steps += [step, *step.then]
            yield len(self._steps) - len(step.then) - 1, step

    async def _carry_out(self, numbered: tuple[int, Step]) -> None:
        """Settle a step and those that follow it, as long as none fails."""
        first, step = numbered
        failed: ApplyResult | None = None
        for index, one in enumerate((step, *step.then), first):
            if failed is None:
                result = await self._result(one)
                if result is None:
                    return
                failed = result if result.status == "failed" else None
            else:
                result = step_result(one, "skipped", reason=f"failed before: {failed.about}")
            self._results[index] = result
            self._failed += result.status == "failed"
            if self._on_progress is not None:
                done = len(self._results)
                progress = ApplyProgress(done=done, failed=self._failed, total=self._total)
                await AsyncRuntime.call(self._on_progress, progress)

    async def _result(self, step: Step) -> ApplyResult | None:
        """What became of ``step``; None if the run was ended before it was done."""
        if not step.requests:
            return step_result(step, step.status, reason=step.reason)
        if self._is_over:
            return None
        if self._journal is not None:
            await AsyncRuntime.blocking(self._journal.add, step)
        answers: list[Any] = []
        requests = list(reversed(step.requests))
        while requests:
            if self._is_over:
                return None
            request = requests.pop()
            try:
                answers.append(await self._client.execute(request))
            except NotFoundError as error:
                if parts := halved(request):
                    requests += reversed(parts)
                elif alone := lone_id(request, step):
                    reason = BulkIdErrorReason.NOT_FOUND
                    refused = BulkIdResponseDto(id=alone, success=False, error=reason)
                    answers.append([refused])
                else:
                    return step_result(step, "failed", reason=str(error), error=error)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is this step's alone
                return step_result(step, "failed", reason=str(error), error=error)
        return results_per_id(step, answers)

    def _report(self, steps: Sequence[Step]) -> ApplyReport:
        results = [
            self._results.get(index) or step_result(step, "interrupted", reason=ENDED)
            for index, step in enumerate(steps)
        ]
        return ApplyReport(results=results, dry_run=self._is_dry)
