# Written by scripts/mirror from src/immichkit/_async/undoing.py; edits are lost.
"""A journal of what was applied, and the way back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby
from os import PathLike

import attrs

from immichkit._blocking.applying import apply_steps
from immichkit._blocking.caller import my_id
from immichkit._blocking.client import Client
from immichkit._blocking.immich import Immich
from immichkit._blocking.ways_back import WAYS_BACK, WayBack
from immichkit._runtime import Runtime
from immichkit.apply_report import (
    ApplyProgress,
    ApplyReport,
    ApplyResult,
    OnApplyProgress,
    results_on,
    step_result,
)
from immichkit.batches import LIMIT
from immichkit.errors import ApiError
from immichkit.local.journal import JournalFile, JournalStep
from immichkit.local.undo_needs import needs_of_undo
from immichkit.needs import needs
from immichkit.options import check_type
from immichkit.reports import attach_report
from immichkit.steps import Step, Undo
from immichkit.taking_back import Waiting, forgiven, ids_of, one_result, step_of
from immichkit.undoing import arguments_of, check

__all__ = ["Journal"]


class Journal:
    """The file in which every call with ``journal=`` and this path wrote down its way back.

    `undo` takes all of them back, the last one first.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = JournalFile(path).path

    def steps(self) -> list[str]:
        """What `undo` would take back, a line each, in the order in which it was applied.

        Raises `JournalError` if the file is not there, or is no journal.
        """
        found = Runtime.blocking(JournalFile(self.path).steps)
        return [step.about for step in found]

    @needs_of_undo
    @needs("users.get_my_user")
    def undo(
        self, immich: Immich, *, limit: int = LIMIT, on_progress: OnApplyProgress | None = None
    ) -> ApplyReport:
        """Put back what was there before; what became of each step.

        Ids and times that only the server can make are new. What was deleted for good is skipped,
        and says so. What was put back is crossed out in the file, so that an undo that failed or
        was broken off can be called again and goes on. A step that cannot be taken back keeps back
        only those before it that concern the same things: these are skipped, and say so.
        ``on_progress`` is told of single requests; without a total where that takes a look first.

        Raises `JournalError` if the file is not there, is no journal, is that of another user or
        server, or if another run is writing to it. What a key needs for it is said by
        ``permissions(journal.undo)``, which reads the file.
        """
        check_type("immich", immich, Immich, "an AsyncImmich")
        Runtime.check_callback("on_progress", on_progress)
        file = JournalFile(self.path)
        client = immich._client  # noqa: SLF001  # the journal is a part of the package
        steps = Runtime.blocking(file.steps)
        check(undo for step in steps for undo in step.undo)
        user_id = my_id(client)
        Runtime.blocking(file.check_owner, user_id)
        runs = [list(run) for _, run in groupby(reversed(steps), key=lambda step: step.run)]
        taking_back = _TakingBack(client, file, runs, limit=limit, on_progress=on_progress)
        try:
            if not client.settings.dry_run:
                Runtime.blocking(file.open, user_id)
            for run in runs:
                taking_back.run(run)
        except BaseException as error:
            attach_report(error, taking_back.report(), over=object)
            raise
        finally:
            file.close()
        return taking_back.report()


class _TakingBack:
    """One run over a journal, with what became of each step."""

    def __init__(
        self,
        client: Client,
        file: JournalFile,
        runs: Iterable[Iterable[JournalStep]],
        *,
        limit: int,
        on_progress: OnApplyProgress | None,
    ) -> None:
        self._client = client
        self._file = file
        self._limit = limit
        self._on_progress = on_progress
        self._waiting = Waiting()
        self._kept: set[str] = set()
        self._results: list[ApplyResult] = []
        # How many steps it takes, a way back that looks at the server only knows when it has.
        parts = [part for run in runs for step in run for part in step.undo or (None,)]
        is_known = all(part is None or part.call not in WAYS_BACK for part in parts)
        self._progress = ApplyProgress(done=0, failed=0, total=len(parts) if is_known else None)

    def report(self) -> ApplyReport:
        """What has become of the steps so far."""
        return ApplyReport(results=[*self._results], dry_run=self._client.settings.dry_run)

    def run(self, run: Sequence[JournalStep]) -> None:
        """Undo the steps of one apply, which do not depend on each other; the last comes first."""
        held = {step.key: why for step in run if (why := self._waiting.why(step.undo))}
        for step in run:
            if step.key in held:
                self._leave(step, step.undo, held[step.key])
        ready = [step for step in run if step.key not in held]
        self._send(ready)
        for call, way_back in WAYS_BACK.items():
            concerned: list[JournalStep] = []
            for step in ready:
                undos = [undo for undo in step.undo if undo.call == call]
                if not undos:
                    continue
                if why := self._why_kept(step) or self._waiting.why(undos):
                    self._leave(step, undos, why)
                else:
                    concerned.append(step)
            if concerned:
                self._look(call, way_back, concerned)
        keys = [step.key for step in ready if step.undo and step.key not in self._kept]
        if keys and not self._client.settings.dry_run:
            Runtime.blocking(self._file.cross_out, keys)

    def _send(self, ready: Sequence[JournalStep]) -> None:
        """Carry out the ways back that are requests, and say of which steps there is none."""
        parts: list[tuple[JournalStep, Undo | None]] = []
        for step in ready:
            undos = [undo for undo in step.undo if undo.call not in WAYS_BACK]
            parts += [(step, undo) for undo in (undos if step.undo else [None])]
        report = self._applied(
            [_lasting(step) if undo is None else step_of(step.about, undo) for step, undo in parts]
        )
        by_step: dict[str, list[ApplyResult]] = {}
        for (step, undo), given in zip(parts, report.results, strict=True):
            result = forgiven(given)
            by_step.setdefault(step.key, []).append(result)
            if undo is not None and result.status == "failed":
                self._keep(step, [undo], result.error)
        self._results += map(one_result, by_step.values())

    def _look(self, call: str, way_back: WayBack, concerned: Sequence[JournalStep]) -> None:
        """Carry out a way back that looks at the server first, for all that it concerns."""
        undos = [undo for step in concerned for undo in step.undo if undo.call == call]
        try:
            steps = way_back(self._client, [arguments_of(undo) for undo in undos])
            results = [forgiven(result) for result in (self._applied(steps)).results]
        except ApiError as error:
            about, why = f"undo: {concerned[0].about}", str(error)
            results = [ApplyResult(about=about, status="failed", reason=why, error=error)]
        self._results += results
        failed = [result for result in results if result.status == "failed"]
        if failed:
            for step in concerned:
                self._keep(step, [undo for undo in step.undo if undo.call == call], failed[0].error)

    def _applied(self, steps: Sequence[Step]) -> ApplyReport:
        """Carry out ``steps``, and tell of them behind what was carried out before."""
        before = self._progress

        def told(progress: ApplyProgress) -> None:
            self._progress = attrs.evolve(
                before, done=before.done + progress.done, failed=before.failed + progress.failed
            )
            if self._on_progress is not None:
                Runtime.call(self._on_progress, self._progress)

        try:
            return apply_steps(self._client, steps, limit=self._limit, on_progress=told)
        except BaseException as error:
            self._results += map(forgiven, results_on(error))
            raise

    def _why_kept(self, step: JournalStep) -> str | None:
        return "the rest of it could not be undone" if step.key in self._kept else None

    def _leave(self, step: JournalStep, undos: Sequence[Undo], why: str) -> None:
        left = Step(about=f"undo: {step.about}", ids=ids_of(undos))
        self._results.append(step_result(left, "skipped", reason=why))
        self._progress = attrs.evolve(self._progress, done=self._progress.done + len(undos))
        self._keep(step, undos)

    def _keep(
        self, step: JournalStep, undos: Iterable[Undo], error: Exception | None = None
    ) -> None:
        """Have the step in the journal for another time, and what must not overtake it."""
        self._kept.add(step.key)
        self._waiting.add(undos, step.about, error)


def _lasting(step: JournalStep) -> Step:
    why = step.permanent or "there is nothing to take back"
    return Step(about=f"undo: {step.about}", ids=(), status="skipped", reason=why)
