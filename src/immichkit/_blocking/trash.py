# Written by scripts/mirror from src/immichkit/_async/trash.py; edits are lost.
"""The trash, with iteration over what is in it."""

from __future__ import annotations

from immichkit_api.groups.trash import TrashApi

from immichkit._blocking.client import Client
from immichkit._blocking.search import AssetIterator, trashed
from immichkit.records import OnBadRecord

__all__ = ["Trash"]


class Trash(TrashApi):
    """Deleted assets that can still come back."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._client = client

    def iter_assets(
        self, *, page_size: int = 1000, on_bad_record: OnBadRecord = "raise"
    ) -> AssetIterator:
        """Every asset in the trash, exactly once, the newest photo first."""
        return trashed(self._client, page_size=page_size, on_bad_record=on_bad_record)
