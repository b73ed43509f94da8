"""The trash, with iteration over what is in it."""

from __future__ import annotations

from immichkit_api.groups.trash import AsyncTrashApi

from immichkit._async.client import AsyncClient
from immichkit._async.search import AsyncAssetIterator, trashed
from immichkit.records import OnBadRecord

__all__ = ["AsyncTrash"]


class AsyncTrash(AsyncTrashApi):
    """Deleted assets that can still come back."""

    def __init__(self, client: AsyncClient) -> None:
        super().__init__(client)
        self._client = client

    def iter_assets(
        self, *, page_size: int = 1000, on_bad_record: OnBadRecord = "raise"
    ) -> AsyncAssetIterator:
        """Every asset in the trash, exactly once, the newest photo first."""
        return trashed(self._client, page_size=page_size, on_bad_record=on_bad_record)
