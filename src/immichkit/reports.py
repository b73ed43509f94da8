"""What the reports of many things have in common."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from types import NoneType, UnionType
from typing import Any, ClassVar, Final, Generic, Protocol, TypeVar

import attrs

from immichkit.errors import PartialFailureError

__all__ = ["ENDED", "Report", "WriteReport", "attach_report"]

ENDED: Final = "the run was ended before it was done"
"""Why something counts as interrupted."""


class _Result(Protocol):
    @property
    def status(self) -> str: ...
    @property
    def error(self) -> Exception | None: ...
    def to_dict(self) -> dict[str, Any]: ...


R = TypeVar("R", bound=_Result)


@attrs.frozen(kw_only=True, repr=False)
class Report(ABC, Generic[R]):
    """What became of each of many things; shown by its counts."""

    _failures: ClassVar[tuple[str, ...]] = ("failed", "interrupted")
    """What is not `ok`: what tells most comes first."""

    results: list[R]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(self._shown())})"

    def _shown(self) -> list[str]:
        return [f"{status}={count}" for status, count in self.counts.items()]

    def _of(self, status: str) -> list[R]:
        return [result for result in self.results if result.status == status]

    @property
    def counts(self) -> dict[str, int]:
        """How many results have each status."""
        return dict(Counter(result.status for result in self.results))

    @property
    def ok(self) -> bool:
        """Whether nothing failed and nothing was left undone."""
        return not self._bad()

    def raise_for_failures(self) -> None:
        """Raise a `PartialFailureError` that holds this report, unless it is `ok`."""
        if bad := self._bad():
            text = f"{len(bad)} of {len(self.results)}{self._about(bad)}"
            failure = PartialFailureError(text, report=self)
            if error := next(filter(None, (one.error for one in bad)), None):
                raise failure from error
            raise failure

    def _bad(self) -> list[R]:
        return [result for status in self._failures for result in self._of(status)]

    @abstractmethod
    def _about(self, bad: list[R]) -> str:
        """What follows the numbers where it is said that some are not `ok`."""

    def to_dict(self) -> dict[str, Any]:
        """The report in what JSON can hold."""
        return {"counts": self.counts, "results": [result.to_dict() for result in self.results]}


@attrs.frozen(kw_only=True, repr=False)
class WriteReport(Report[R]):
    """What became of what was to be written."""

    dry_run: bool = False

    def _shown(self) -> list[str]:
        return [*super()._shown(), *(["dry_run=True"] if self.dry_run else [])]

    def to_dict(self) -> dict[str, Any]:
        """The report in what JSON can hold."""
        return {"dry_run": self.dry_run, **super().to_dict()}


def attach_report(
    error: BaseException, report: object, *, over: type | UnionType = NoneType
) -> None:
    """Let whoever catches ``error`` learn what was done.

    What it tells already stays, unless that is one of ``over``: reports of parts of the run.
    """
    if isinstance(getattr(error, "report", None), over):
        error.__dict__["report"] = report
