"""What became of many downloads."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, TypeAlias

import attrs

from immichkit.errors import PartialFailureError
from immichkit.reports import Report

__all__ = [
    "ArchiveReport",
    "ArchiveResult",
    "DownloadKind",
    "DownloadReport",
    "DownloadResult",
    "DownloadStatus",
]

DownloadStatus: TypeAlias = Literal["downloaded", "present", "repeated", "failed", "interrupted"]
"""``present``: was there already, unchanged. ``repeated``: the same id came before."""


DownloadKind: TypeAlias = Literal["original", "edited", "sidecar"]
"""What of an asset a file is."""


@attrs.frozen(kw_only=True)
class DownloadResult:
    """What became of one file: where it is and how large, or why there is none.

    ``kind`` says what of the asset it is. ``path`` is None if not even its name could be learnt.
    ``set_aside`` is where that which somebody had made of an earlier download now lies.
    """

    asset_id: str
    status: DownloadStatus
    kind: DownloadKind = "original"
    path: Path | None = None
    size: int = 0
    error: Exception | None = None
    set_aside: Path | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "asset_id": self.asset_id,
            "status": self.status,
            "kind": self.kind,
            "path": None if self.path is None else str(self.path),
            "size": self.size,
            "error": None if self.error is None else str(self.error),
            "set_aside": None if self.set_aside is None else str(self.set_aside),
        }


@attrs.frozen(kw_only=True, repr=False)
class DownloadReport(Report[DownloadResult]):
    """What became of each file, in the order in which the assets were given."""

    @property
    def downloaded(self) -> list[DownloadResult]:
        """Those that came in this run."""
        return self._of("downloaded")

    @property
    def present(self) -> list[DownloadResult]:
        """Those that were there already."""
        return self._of("present")

    @property
    def repeated(self) -> list[DownloadResult]:
        """Those that were asked for more than once, from the second time on."""
        return self._of("repeated")

    @property
    def failed(self) -> list[DownloadResult]:
        """Those that could not be had; what of them came waits for the next run."""
        return self._of("failed")

    @property
    def interrupted(self) -> list[DownloadResult]:
        """Those that were on their way when the run was broken off."""
        return self._of("interrupted")

    def _about(self, bad: list[DownloadResult]) -> str:
        return f" files{_why(bad)}"


@attrs.frozen(kw_only=True)
class ArchiveResult:
    """What became of one zip: the assets that were asked for, and those that are not in it.

    ``error`` says why there is no file at ``path``. ``proven`` are the assets of which an entry
    has the very SHA-1; the others' entries were only counted and read through.
    """

    path: Path
    asset_ids: list[str]
    size: int = 0
    entries: int = 0
    missing: list[str] = attrs.field(factory=list)
    proven: list[str] = attrs.field(factory=list)
    error: Exception | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "path": str(self.path),
            "asset_ids": self.asset_ids,
            "size": self.size,
            "entries": self.entries,
            "missing": self.missing,
            "proven": self.proven,
            "error": None if self.error is None else str(self.error),
        }


@attrs.frozen(kw_only=True)
class ArchiveReport:
    """What became of each zip, and which assets are in none.

    ``left_out`` are those that the server did not even offer, such as what is in the trash.
    """

    archives: list[ArchiveResult]
    left_out: list[str] = attrs.field(factory=list)

    @property
    def missing(self) -> list[str]:
        """The ids of assets that were asked for and are in no zip that is there."""
        lost = [id_ for one in self.archives if one.error is not None for id_ in one.asset_ids]
        absent = [id_ for one in self.archives if one.error is None for id_ in one.missing]
        return [*self.left_out, *lost, *absent]

    def raise_for_failures(self) -> None:
        """Raise `PartialFailureError`, with this report, if a zip or an asset is missing."""
        if self.missing:
            why = _why(self.archives)
            raise PartialFailureError(f"{len(self.missing)} assets{why}", report=self)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {
            "archives": [archive.to_dict() for archive in self.archives],
            "left_out": self.left_out,
        }


def _why(ended: Iterable[DownloadResult | ArchiveResult]) -> str:
    first = next(filter(None, (one.error for one in ended)), None)
    why = "" if first is None else f", the first because: {first}"
    return f" were not downloaded{why}"
