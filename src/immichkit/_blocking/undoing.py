# Written by scripts/mirror from src/immichkit/_async/undoing.py; edits are lost.
"""A journal of what was applied, and the way back."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from os import PathLike
from pathlib import Path
from typing import Any

import attrs
from immichkit_api import operations
from immichkit_api.models import BulkIdErrorReason
from immichkit_api.types import Request

from immichkit._blocking.applying import apply_steps
from immichkit._blocking.client import Client
from immichkit._blocking.immich import Immich
from immichkit._blocking.ways_back import WAYS_BACK
from immichkit._runtime import Runtime
from immichkit.apply_report import ApplyReport, ApplyResult, OnApplyProgress
from immichkit.errors import NotFoundError
from immichkit.local.journal import JournalFile, JournalStep
from immichkit.local.undo_needs import needs_of_undo
from immichkit.needs import needs
from immichkit.steps import Step
from immichkit.undoing import check, request_of

__all__ = ["Journal"]

_NO_PERMISSION = BulkIdErrorReason.NO_PERMISSION.value


class Journal:
    """A file with the way back of all that was applied with ``journal=`` and its path.

    Each ``apply`` adds to it; `undo` takes all of them back, the last one first.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path).expanduser()

    def steps(self) -> list[str]:
        """What `undo` would take back, a line each, in the order in which it was applied.

        Raises `JournalError` if the file is not there, or is no journal.
        """
        found = Runtime.blocking(JournalFile(self.path).steps)
        return [step.about for step in found]

    @needs_of_undo
    @needs("users.get_my_user")
    def undo(
        self, immich: Immich, *, limit: int = 4, on_progress: OnApplyProgress | None = None
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
        file = JournalFile(self.path)
        client = immich._client  # noqa: SLF001
        steps = Runtime.blocking(file.steps)
        check(undo for step in steps for undo in step.undo)
        me = client.execute(operations.users.get_my_user())
        Runtime.blocking(file.check_owner, me.id)
        results: list[ApplyResult] = []
        try:
            if not client.settings.dry_run:
                Runtime.blocking(file.open, me.id)
            for _, run in groupby(reversed(steps), key=lambda step: step.run):
                report = _taken_back(client, file, list(run), limit, on_progress)
                results += report.results
                if not report.ok:
                    break
        except BaseException as error:
            broken = error.__dict__.get("report")
            if isinstance(broken, ApplyReport):
                results += broken.results
            error.__dict__["report"] = ApplyReport(results=results)
            raise
        finally:
            file.close()
        return ApplyReport(results=results, dry_run=client.settings.dry_run)


def _taken_back(
    client: Client,
    file: JournalFile,
    run: Sequence[JournalStep],
    limit: int,
    on_progress: OnApplyProgress | None,
) -> ApplyReport:
    """Undo the steps of one run, which do not depend on each other; the last one comes first."""
    steps = [_step_back(step) for step in run if not step.undo or _requests(step)]
    report = apply_steps(client, steps, limit=limit, on_progress=on_progress)
    results = [_forgiven(result) for result in report.results]
    for call, way_back in WAYS_BACK.items():
        arguments = [undo.arguments for step in run for undo in step.undo if undo.call == call]
        if arguments and ApplyReport(results=results).ok:
            steps = way_back(client, arguments)
            report = apply_steps(client, steps, limit=limit, on_progress=on_progress)
            results += [_forgiven(result) for result in report.results]
    whole = ApplyReport(results=results)
    keys = [step.key for step in run if step.undo]
    if whole.ok and keys and not client.settings.dry_run:
        Runtime.blocking(file.cross_out, keys)
    return whole


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
