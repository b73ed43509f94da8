"""Reports of uploads: they add up, and say what failed."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immichkit import ApplyReport, ApplyResult, ImmichError, PartialFailureError
from immichkit.ledger import Ledger
from immichkit.upload_report import (
    AlbumOutcome,
    AuditReport,
    AuditResult,
    UploadReport,
    UploadResult,
    UploadStatus,
)

STATUSES = st.sampled_from(get_args(UploadStatus))


def of(*statuses: UploadStatus) -> UploadReport:
    results = [
        UploadResult(path=Path(f"{number}.jpg"), status=status, reason="so")
        for number, status in enumerate(statuses)
    ]
    return UploadReport(results=results, albums=[AlbumOutcome(name="Trip", namesakes=("1",))])


@given(st.lists(STATUSES))
def test_outcomes_add_up(statuses: list[UploadStatus]) -> None:
    report = of(*statuses)
    lists = [
        *(report.created, report.duplicates, report.trashed_duplicates, report.restored),
        *(report.unsupported, report.skipped, report.orphan_sidecars, report.changed),
        *(report.interrupted, report.failed),
    ]
    assert sum(map(len, lists)) == sum(report.counts.values()) == len(statuses)
    assert json.loads(json.dumps(report.to_dict()))["counts"] == report.counts


@given(st.lists(STATUSES))
def test_only_failures_are_raised(statuses: list[UploadStatus]) -> None:
    bad = {"failed", "changed", "interrupted"} & set(statuses)
    report = of(*statuses)
    assert report.ok == (not bad)
    if bad:
        with pytest.raises(PartialFailureError, match=r"jpg: \w+ \(so\)"):
            report.raise_for_failures()
    else:
        report.raise_for_failures()


def test_partial_failure_survives_pickling() -> None:
    report = of("failed")
    copy = pickle.loads(pickle.dumps(PartialFailureError("text", report=report)))  # noqa: S301  # ours
    assert (str(copy), copy.report) == ("text", report)


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_ledger_has_each_once_and_in_order(steps: list[tuple[bool, bool]]) -> None:
    ledger = Ledger(UploadResult)
    for number, (settled, again) in enumerate(steps):
        path = Path(str(number))
        index = ledger.find(path)
        if settled:
            ledger.settle(index, path=path, status="failed")
            if again:
                ledger.reopen(index, path, None)
    results = ledger.results()
    assert [result.path for result in results] == [Path(str(n)) for n in range(len(steps))]
    done = [settled and not again for settled, again in steps]
    assert [result.status == "failed" for result in results] == done


def test_kept_error_has_its_causes_but_no_frames(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as cause:
        (tmp_path / "a.jpg").stat()
    with pytest.raises(ImmichError) as raised:
        raise ImmichError("not sent") from cause.value
    ledger = Ledger(UploadResult)
    ledger.settle(ledger.find(tmp_path), path=tmp_path, status="failed", error=raised.value)
    (kept,) = ledger.results()
    assert kept.error is raised.value
    assert raised.value.__cause__ is cause.value
    assert raised.value.__traceback__ is cause.value.__traceback__ is None


def test_report_shows_its_counts() -> None:
    assert repr(of("created", "failed", "created")) == "UploadReport(created=2, failed=1)"
    audit = AuditReport(results=[AuditResult(path=Path("a.jpg"), status="missing")])
    assert (repr(audit), audit.ok) == ("AuditReport(missing=1)", True)
    dry = UploadReport(results=[], dry_run=True)
    assert repr(dry) == "UploadReport(dry_run=True)"
    applied = ApplyReport(results=[ApplyResult(about="a", status="done")], dry_run=True)
    assert repr(applied) == "ApplyReport(done=1, dry_run=True)"
