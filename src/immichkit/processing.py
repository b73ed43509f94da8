"""What the server does with files after it has taken them in, and how far it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar, Final, Literal, TypeAlias

import attrs
from immichkit_api.models import (
    AssetResponseDto,
    AssetTypeEnum,
    AssetVisibility,
    QueueName,
    QueueResponseDto,
)

from immichkit.reports import Report

__all__ = [
    "ProcessingReport",
    "ProcessingResult",
    "ProcessingStatus",
    "are_idle",
    "has_metadata",
    "is_processed",
]

ProcessingStatus: TypeAlias = Literal["processed", "pending", "failed"]
"""``pending``: the time was over first. ``failed``: it is gone, or nothing more will come of it."""

_OF_NEW_ASSETS: Final = frozenset(
    {
        QueueName.METADATA_EXTRACTION,
        QueueName.SIDECAR,
        QueueName.STORAGE_TEMPLATE_MIGRATION,
        QueueName.THUMBNAIL_GENERATION,
    }
)
"""Where v3.1 puts an asset until it has its thumbnail."""


@attrs.frozen(kw_only=True)
class ProcessingResult:
    """How far the server is with one asset; ``error`` says what is wrong with a failed one."""

    asset_id: str
    status: ProcessingStatus
    error: Exception | None = None

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        error = None if self.error is None else str(self.error)
        return {"asset_id": self.asset_id, "status": self.status, "error": error}


@attrs.frozen(kw_only=True, repr=False)
class ProcessingReport(Report[ProcessingResult]):
    """How far the server is with each asset, in the order in which they were given."""

    _failures: ClassVar = ("failed", "pending")

    @property
    def processed(self) -> list[ProcessingResult]:
        """Those with metadata and thumbnails."""
        return self._of("processed")

    @property
    def pending(self) -> list[ProcessingResult]:
        """Those that were not done when the time was over."""
        return self._of("pending")

    @property
    def failed(self) -> list[ProcessingResult]:
        """Those that are gone, or that the server can make no thumbnail of."""
        return self._of("failed")

    def _about(self, bad: list[ProcessingResult]) -> str:
        why = next(filter(None, (one.error for one in bad)), "the time was over")
        return f" assets are not processed; the first: {why}"


def has_metadata(asset: AssetResponseDto) -> bool:
    """Whether the server has read the file's metadata: v3.1 writes ``modifyDate`` with them."""
    exif = asset.exif_info
    return exif.modify_date is not None if exif else False


def is_processed(asset: AssetResponseDto) -> bool:
    """Whether the server has read the file's metadata and made its thumbnails.

    v3.1 writes ``thumbhash`` last of all, when the thumbnails lie on the disk. Hidden assets,
    videos of live photos, never get any.
    """
    if not has_metadata(asset):
        return False
    is_seen = asset.type in {AssetTypeEnum.IMAGE, AssetTypeEnum.VIDEO}
    is_seen = is_seen and asset.visibility is not AssetVisibility.HIDDEN
    return bool(asset.thumbhash) or not is_seen


def are_idle(queues: Iterable[QueueResponseDto]) -> bool:
    """Whether no new asset is on its way through the queues."""
    return not any(
        one.statistics.active
        or one.statistics.waiting
        or one.statistics.delayed
        or one.statistics.paused
        for one in queues
        if one.name in _OF_NEW_ASSETS
    )
