"""A journal of what was applied, and the way back."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from itertools import groupby
from os import PathLike
from pathlib import Path
from typing import Any

import attrs
from immichkit_api.models import BulkIdErrorReason
from immichkit_api.types import Request

from immichkit._async.applying import apply_steps
from immichkit._async.caller import my_id
from immichkit._async.client import AsyncClient
from immichkit._async.immich import AsyncImmich
from immichkit._async.ways_back import WAYS_BACK
from immichkit._runtime import AsyncRuntime
from immichkit.apply_report import (
    ApplyProgress,
    ApplyReport,
    ApplyResult,
    OnApplyProgress,
    results_on,
)
from immichkit.batches import LIMIT
from immichkit.errors import NotFoundError
from immichkit.local.journal import JournalFile, JournalStep
from immichkit.local.undo_needs import needs_of_undo
from immichkit.needs import needs
from immichkit.reports import attach_report
from immichkit.steps import Step
from immichkit.undoing import arguments_of, check, request_of

__all__ = ["AsyncJournal"]

_NO_PERMISSION = BulkIdErrorReason.NO_PERMISSION.value


class AsyncJournal:
    """The file in which every call with ``journal=`` and this path wrote down its way back.

    `undo` takes all of them back, the last one first.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path).expanduser()

    async def steps(self) -> list[str]:
        """What `undo` would take back, a line each, in the order in which it was applied.

        Raises `JournalError` if the file is not there, or is no journal.
        """
        found = await AsyncRuntime.blocking(JournalFile(self.path).steps)
        return [step.about for step in found]

    @needs_of_undo
    @needs("users.get_my_user")
    async def undo(
        self, immich: AsyncImmich, *, limit: int = LIMIT, on_progress: OnApplyProgress | None = None
    ) -> ApplyReport:
        """Put back what was there before; what became of each step.

        Ids and times that only the server can make are new. What was deleted for good is skipped,
        and says so. What was put back is crossed out in the file, so that an undo that failed or
        was broken off can be called again and goes on. If a step of one ``apply`` cannot be taken
        back, those before that ``apply`` are left as they are until it can.

        Raises `JournalError` if the file is not there, is no journal, is that of another user or
        server, or if another run is writing to it. What a key needs for it is said by
        ``permissions(journal.undo)``, which reads the file.
        """
        AsyncRuntime.check_callback("on_progress", on_progress)
        file = JournalFile(self.path)
        client = immich._client  # noqa: SLF001  # the journal is a part of the package
        steps = await AsyncRuntime.blocking(file.steps)
        check(undo for step in steps for undo in step.undo)
        user_id = await my_id(client)
        await AsyncRuntime.blocking(file.check_owner, user_id)
        try:
            if not client.settings.dry_run:
                await AsyncRuntime.blocking(file.open, user_id)
            return await _Undoing(client, file, limit=limit, on_progress=on_progress).run(steps)
        finally:
            file.close()


class _Undoing:
    """One run over the steps of a journal."""

    def __init__(
        self,
        client: AsyncClient,
        file: JournalFile,
        *,
        limit: int,
        on_progress: OnApplyProgress | None,
    ) -> None:
        self._client = client
        self._file = file
        self._limit = limit
        self._on_progress = on_progress
        self._results: list[ApplyResult] = []
        self._to_come: deque[int | None] = deque()

    async def run(self, steps: Sequence[JournalStep]) -> ApplyReport:
        """The report; on the exception, if the run is broken off."""
        runs = [list(run) for _, run in groupby(reversed(steps), key=lambda step: step.run)]
        for run in runs:
            self._to_come += [len(_known(run)), *(None for _ in _looking(run))]
        try:
            for run in runs:
                if not await self._is_taken_back(run):
                    break
        except BaseException as error:
            attach_report(error, self._report(), over=object)
            raise
        return self._report()

    async def _is_taken_back(self, run: Sequence[JournalStep]) -> bool:
        """Undo the steps of one run, which do not depend on each other; the last one comes first.

        Whatever looks at the server does so when all before it is done.
        """
        is_ok = await self._apply(_known(run))
        for call, arguments in _looking(run).items():
            if is_ok:
                is_ok = await self._apply(await WAYS_BACK[call](self._client, arguments))
        keys = [step.key for step in run if step.undo]
        if is_ok and keys and not self._client.settings.dry_run:
            await AsyncRuntime.blocking(self._file.cross_out, keys)
        return is_ok

    async def _apply(self, steps: Sequence[Step]) -> bool:
        """Carry out ``steps``; whether all is well."""
        before = self._report()
        self._to_come.popleft()
        # How many steps it takes, a way back that looks at the server only knows when it has.
        counts = [len(before.results), len(steps), *self._to_come]
        known = [count for count in counts if count is not None]
        total = sum(known) if len(known) == len(counts) else None

        async def told(progress: ApplyProgress) -> None:
            if self._on_progress is not None:
                done, failed = len(before.results) + progress.done, len(before.failed)
                so_far = ApplyProgress(done=done, failed=failed + progress.failed, total=total)
                await AsyncRuntime.call(self._on_progress, so_far)

        try:
            report = await apply_steps(self._client, steps, limit=self._limit, on_progress=told)
        except BaseException as error:
            self._results += map(_forgiven, results_on(error))
            raise
        results = [_forgiven(result) for result in report.results]
        self._results += results
        return ApplyReport(results=results).ok

    def _report(self) -> ApplyReport:
        return ApplyReport(results=[*self._results], dry_run=self._client.settings.dry_run)


def _known(run: Sequence[JournalStep]) -> list[Step]:
    """What is known beforehand of the way back of ``run``."""
    return [_step_back(step) for step in run if not step.undo or _requests(step)]


def _looking(run: Sequence[JournalStep]) -> dict[str, list[Any]]:
    """The arguments of the ways back of ``run`` that look at the server first, by their calls."""
    undos = [undo for step in run for undo in step.undo]
    found = {call: [arguments_of(one) for one in undos if one.call == call] for call in WAYS_BACK}
    return {call: arguments for call, arguments in found.items() if arguments}


def _requests(step: JournalStep) -> tuple[Request[Any], ...]:
    return tuple(request_of(undo) for undo in step.undo if undo.call not in WAYS_BACK)


def _step_back(step: JournalStep) -> Step:
    return Step(
        about=f"undo: {step.about}",
        ids=(),
        requests=_requests(step),
        settled=frozenset({"duplicate", "not_found"}),
        status="skipped",
        reason=step.permanent or "there is nothing to take back",
    )


def _forgiven(result: ApplyResult) -> ApplyResult:
    """``result``, but what is not there any more is no reason to keep the rest from going back."""
    if isinstance(result.error, NotFoundError):
        return attrs.evolve(result, status="skipped", reason=f"it is gone: {result.reason}")
    failed = [one for one in result.ids if one.status == "failed"]
    if failed and all(one.reason == _NO_PERMISSION for one in failed):
        # The server says so of what is gone, too.
        ids = tuple(
            attrs.evolve(one, status="skipped") if one in failed else one for one in result.ids
        )
        why = f"it is gone, or only its owner may: {result.reason}"
        return attrs.evolve(result, status="skipped", ids=ids, reason=why)
    return result
