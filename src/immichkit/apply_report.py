"""What became of the steps of a plan, or of a journal's way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Literal, TypeAlias

import attrs

from immichkit.errors import NotFoundError
from immichkit.plans import named
from immichkit.reports import WriteReport
from immichkit.steps import Step

__all__ = [
    "ApplyProgress",
    "ApplyReport",
    "ApplyResult",
    "ApplyStatus",
    "IdResult",
    "OnApplyProgress",
    "naming_gone",
    "results_on",
    "results_per_id",
    "step_result",
]

ApplyStatus: TypeAlias = Literal["done", "unchanged", "skipped", "interrupted", "failed"]
"""What can become of a step, or of one id of it."""


@attrs.frozen
class IdResult:
    """What became of one id: an asset's, mostly."""

    id: str
    status: ApplyStatus
    reason: str | None = None


@attrs.frozen(kw_only=True)
class ApplyResult:
    """What became of one entry of a plan, and of each id that it is about.

    ``unchanged`` is what was as it is to be already, ``skipped`` what was left alone for the
    ``reason``, ``interrupted`` what may have been done in part. ``error`` is what was raised.
    """

    about: str
    status: ApplyStatus
    ids: tuple[IdResult, ...] = attrs.field(default=(), repr=False)
    reason: str | None = None
    error: Exception | None = attrs.field(default=None, eq=False)

    def to_dict(self) -> dict[str, Any]:
        """The result in what JSON can hold, without what is empty."""
        values = {
            "about": self.about,
            "status": self.status,
            "reason": self.reason,
            "error": None if self.error is None else str(self.error),
            "ids": [attrs.asdict(one) for one in self.ids],
        }
        return {name: value for name, value in values.items() if value}


@attrs.frozen(kw_only=True, repr=False)
class ApplyReport(WriteReport[ApplyResult]):
    """What became of everything that was to be done, in its order; each entry once."""

    @property
    def done(self) -> list[ApplyResult]:
        """Written now."""
        return self._of("done")

    @property
    def unchanged(self) -> list[ApplyResult]:
        """As it was to be already."""
        return self._of("unchanged")

    @property
    def skipped(self) -> list[ApplyResult]:
        """Left alone, for the reason given."""
        return self._of("skipped")

    @property
    def interrupted(self) -> list[ApplyResult]:
        """Not done, or in part, when the run was ended."""
        return self._of("interrupted")

    @property
    def failed(self) -> list[ApplyResult]:
        """Refused by the server, wholly or for some ids."""
        return self._of("failed")

    @property
    def ids(self) -> list[IdResult]:
        """What became of each id of all entries."""
        return [one for result in self.results for one in result.ids]

    def _about(self, bad: list[ApplyResult]) -> str:
        return f": {bad[0].about}: {bad[0].status} ({bad[0].reason or bad[0].error})"


@attrs.frozen(kw_only=True)
class ApplyProgress:
    """How far applying is: entries that are dealt with, of them failed, and all if it is known."""

    done: int
    failed: int
    total: int | None


OnApplyProgress: TypeAlias = Callable[[ApplyProgress], object]


def step_result(
    step: Step,
    status: ApplyStatus,
    *,
    reason: str | None = None,
    error: Exception | None = None,
) -> ApplyResult:
    """The result of a step whose ids all fared the same."""
    ids = tuple(IdResult(one, status, reason) for one in step.ids)
    return ApplyResult(about=step.about, status=status, ids=ids, reason=reason, error=error)


def results_on(error: BaseException) -> list[ApplyResult]:
    """What became of the steps of the run that ``error`` broke off, as far as it tells."""
    report = getattr(error, "report", None)
    return report.results if isinstance(report, ApplyReport) else []


def results_per_id(step: Step, answers: Iterable[object]) -> ApplyResult:
    """The result of a step by the server's ``answers``, of which some tell of each id."""
    refusals: dict[str, str] = {}
    for answer in answers:
        for one in answer if isinstance(answer, list) else ():
            if getattr(one, "success", True) is False:
                error = getattr(one, "error", None) or "refused"
                # The links to assets have another word for it.
                id_ = one.asset_id if hasattr(one, "asset_id") else one.id
                refusals[id_] = str(getattr(error, "value", error))
    if not refusals:
        return step_result(step, "done")

    def result(id_: str) -> IdResult:
        reason = refusals.get(id_)
        if reason is None:
            return IdResult(id_, "done")
        return IdResult(id_, "unchanged" if reason in step.settled else "failed", reason)

    ids = tuple(result(id_) for id_ in dict.fromkeys([*step.ids, *refusals]))
    failed = [one for one in ids if one.status == "failed"]
    if failed:
        reason = f"{len(failed)} of {len(ids)}: {failed[0].id}: {failed[0].reason}"
        return ApplyResult(about=step.about, status="failed", ids=ids, reason=reason)
    is_new = any(one.status == "done" for one in ids)
    return ApplyResult(about=step.about, status="done" if is_new else "unchanged", ids=ids)


def naming_gone(report: ApplyReport, gone: Mapping[str, str]) -> ApplyReport:
    """``report``, where what the server did not find is told by name.

    ``gone`` are the assets that it does not have any more, and their names.
    """

    def told(result: ApplyResult) -> ApplyResult:
        lost = tuple([gone[one.id] for one in result.ids if one.id in gone])
        if not lost or not isinstance(result.error, NotFoundError):
            return result
        reason = f"not on the server any more: {named(lost)}: make a new plan"
        ids = tuple([attrs.evolve(one, reason=reason) for one in result.ids])
        return attrs.evolve(result, reason=reason, ids=ids)

    return attrs.evolve(report, results=[told(one) for one in report.results]) if gone else report
