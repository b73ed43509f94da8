"""Which model the data of an event has, told by the names that the contract gives to both."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from immichkit_api import models
from immichkit_api.models import SyncEntityType

__all__ = ["model_of"]


_KNOWN = frozenset(kind.value for kind in SyncEntityType)


def model_of(kind: str) -> Any:
    """The model of the data of an event of type ``kind``; None for a type that is not known.

    ``AssetV2`` has ``SyncAssetV2``. The same data has other types where it tells whose it is
    (``PartnerAssetV2``), or how it came about (``AlbumAssetCreateV2``, ``AlbumUserBackfillV1``).
    """
    return _model(kind) if kind in _KNOWN else None


@cache
def _model(kind: str) -> Any:
    known = frozenset(models.__all__)
    name = next((name for name in _names(kind) if name in known), None)
    return None if name is None else getattr(models, name)


def _names(kind: str) -> Iterator[str]:
    """What the model may be called, the most telling name first."""
    if kind.startswith("Sync"):
        yield kind
    yield f"Sync{kind}"
    thing = re.sub(r"(Backfill|Create|Update)(?=V\d+$)", "", kind)
    yield f"Sync{thing}"
    thing = re.sub(r"^(Partner|Album)", "", thing)
    yield f"Sync{thing}"
    yield f"Sync{thing.replace('ToAsset', 'Asset')}"
