"""What became of files that were to be uploaded, or were only compared with the server."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, ClassVar, Literal, TypeAlias

import attrs

from immichkit.apply_report import ApplyReport
from immichkit.reports import Report, WriteReport

__all__ = [
    "AlbumOutcome",
    "AuditReport",
    "AuditResult",
    "AuditStatus",
    "UploadReport",
    "UploadResult",
    "UploadStatus",
]

UploadStatus: TypeAlias = Literal[
    "created",
    "duplicate",
    "trashed_duplicate",
    "restored",
    "unsupported",
    "skipped",
    "orphan_sidecar",
    "changed",
    "interrupted",
    "failed",
]
"""What can become of one file; each is a list of an `UploadReport`, too."""

AuditStatus: TypeAlias = Literal[
    "present",
    "renamed",
    "trashed",
    "missing",
    "unsupported",
    "skipped",
    "orphan_sidecar",
    "interrupted",
    "failed",
]
"""How one file compares with the server; each is a list of an `AuditReport`, too."""


@attrs.frozen(kw_only=True)
class UploadResult:
    """What became of one file.

    ``asset_id`` is the asset that holds its bytes, None if there is none or in dry run. ``reason``
    says why the status is what it is, where that is not plain; ``error`` is what was raised.
    ``sidecar`` is the file that was sent along, or would have been. ``local`` tells what happened
    to the file on this computer. ``problems`` are what went wrong after the file was safely on the
    server: an album, a tag, a file that could not be moved.
    """

    path: Path
    status: UploadStatus
    asset_id: str | None = None
    reason: str | None = None
    error: Exception | None = attrs.field(default=None, eq=False)
    sidecar: Path | None = None
    local: Literal["kept", "deleted", "moved"] = "kept"
    moved_to: Path | None = None
    problems: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The result in what JSON can hold, without what is empty."""
        return _plain(self)


@attrs.frozen(kw_only=True)
class AlbumOutcome:
    """An album that files were put into.

    ``created`` tells whether this run made it; ``assets`` counts those that are in it now because
    they were asked for, also if they were there before. ``namesakes`` are the ids of other albums
    of that name, which were left alone. ``error`` is why there is no such album.
    """

    name: str
    album_id: str | None = None
    created: bool = False
    assets: int = 0
    namesakes: tuple[str, ...] = ()
    error: Exception | None = attrs.field(default=None, eq=False)

    def to_dict(self) -> dict[str, Any]:
        """The outcome in what JSON can hold, without what is empty."""
        return _plain(self)


@attrs.frozen(kw_only=True, repr=False)
class UploadReport(WriteReport[UploadResult]):
    """What became of every file that was found, each once, in the order of finding.

    A sidecar that went with a photo stands in that photo's result; a folder that was left out
    whole is one entry of ``skipped``. ``stacks`` tells of the stacks that were made, None if none
    were asked for. With ``problems`` in a result the report is not `ok`, either.
    """

    _failures: ClassVar = ("changed", "interrupted", "failed")

    albums: list[AlbumOutcome] = attrs.field(factory=list)
    stacks: ApplyReport | None = None

    @property
    def created(self) -> list[UploadResult]:
        """Sent, and new on the server."""
        return self._of("created")

    @property
    def duplicates(self) -> list[UploadResult]:
        """On the server already, or sent in this run from another path."""
        return self._of("duplicate")

    @property
    def trashed_duplicates(self) -> list[UploadResult]:
        """On the server, but in its trash: they will be gone one day."""
        return self._of("trashed_duplicate")

    @property
    def restored(self) -> list[UploadResult]:
        """Taken out of the server's trash."""
        return self._of("restored")

    @property
    def unsupported(self) -> list[UploadResult]:
        """Of a kind that the server does not take."""
        return self._of("unsupported")

    @property
    def skipped(self) -> list[UploadResult]:
        """Left out by a rule: hidden, a system's own, a pattern."""
        return self._of("skipped")

    @property
    def orphan_sidecars(self) -> list[UploadResult]:
        """Sidecars of no photo in their folder."""
        return self._of("orphan_sidecar")

    @property
    def changed(self) -> list[UploadResult]:
        """Written to by somebody so often that no state of them could be sent."""
        return self._of("changed")

    @property
    def interrupted(self) -> list[UploadResult]:
        """Found, but not done when the run was ended."""
        return self._of("interrupted")

    @property
    def failed(self) -> list[UploadResult]:
        """Not on the server, for the reason given."""
        return self._of("failed")

    def _bad(self) -> list[UploadResult]:
        """Also those that something went wrong with afterwards."""
        return [one for one in self.results if one.status in self._failures or one.problems]

    def _about(self, bad: list[UploadResult]) -> str:
        first = bad[0]
        if first.status in self._failures:
            return f" files: {first.path}: {first.status} ({first.reason})"
        return f" files: {first.path}: {first.problems[0]}"

    def to_dict(self) -> dict[str, Any]:
        """The report in what JSON can hold."""
        return {
            **super().to_dict(),
            "albums": [album.to_dict() for album in self.albums],
            "stacks": None if self.stacks is None else self.stacks.to_dict(),
        }


@attrs.frozen(kw_only=True)
class AuditResult:
    """How one file compares with the server.

    ``server_name`` is what the asset with its bytes is called there.
    """

    path: Path
    status: AuditStatus
    asset_id: str | None = None
    server_name: str | None = None
    reason: str | None = None
    error: Exception | None = attrs.field(default=None, eq=False)
    sidecar: Path | None = None

    def to_dict(self) -> dict[str, Any]:
        """The result in what JSON can hold, without what is empty."""
        return _plain(self)


@attrs.frozen(kw_only=True, repr=False)
class AuditReport(Report[AuditResult]):
    """How every file that was found compares with the server, each once."""

    @property
    def present(self) -> list[AuditResult]:
        """On the server, under the same name."""
        return self._of("present")

    @property
    def renamed(self) -> list[AuditResult]:
        """On the server, under another name."""
        return self._of("renamed")

    @property
    def trashed(self) -> list[AuditResult]:
        """On the server, in its trash."""
        return self._of("trashed")

    @property
    def missing(self) -> list[AuditResult]:
        """Not on the server."""
        return self._of("missing")

    @property
    def unsupported(self) -> list[AuditResult]:
        """Of a kind that the server does not take."""
        return self._of("unsupported")

    @property
    def skipped(self) -> list[AuditResult]:
        """Left out by a rule: hidden, a system's own, a pattern."""
        return self._of("skipped")

    @property
    def orphan_sidecars(self) -> list[AuditResult]:
        """Sidecars of no photo in their folder."""
        return self._of("orphan_sidecar")

    @property
    def interrupted(self) -> list[AuditResult]:
        """Found, but not compared when the run was ended."""
        return self._of("interrupted")

    @property
    def failed(self) -> list[AuditResult]:
        """Not compared, for the reason given."""
        return self._of("failed")

    def _about(self, bad: list[AuditResult]) -> str:
        return f" files: {bad[0].path}: {bad[0].reason}"


def _plain(value: UploadResult | AuditResult | AlbumOutcome) -> dict[str, Any]:
    fields = attrs.asdict(value, recurse=False)
    return {
        name: _text(value) for name, value in fields.items() if value is not None and value != ()
    }


def _text(value: object) -> object:
    match value:
        case Path() | Exception():
            return str(value)
        case str():
            return value
        case Iterable():
            return [_text(part) for part in value]
    return value
