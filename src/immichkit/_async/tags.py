"""Tags, with iteration over what carries one."""

from __future__ import annotations

from immichkit_api.groups.tags import AsyncTagsApi

from immichkit._async.client import AsyncClient
from immichkit._async.search import AsyncAssetIterator
from immichkit.needs import needs
from immichkit.paging import LARGEST_PAGE
from immichkit.records import OnBadRecord

__all__ = ["AsyncTags"]


class AsyncTags(AsyncTagsApi):
    """Tags, in a hierarchy, and the assets that carry them."""

    def __init__(self, client: AsyncClient) -> None:
        super().__init__(client)
        self._client = client

    @needs("search.search_assets")
    @needs("stacks.search_stacks", when="with_stacks")
    def iter_assets(
        self,
        tag_id: str,
        *,
        page_size: int = LARGEST_PAGE,
        with_stacks: bool = False,
        on_bad_record: OnBadRecord = "raise",
    ) -> AsyncAssetIterator:
        """Every asset with that tag or one below it, exactly once, the newest photo first.

        The options are those of `search.iter_assets`.

        ``POST /search/metadata`` · needs asset.read
        """
        return AsyncAssetIterator(
            self._client,
            {"tag_ids": [tag_id]},
            page_size=page_size,
            with_stacks=with_stacks,
            on_bad_record=on_bad_record,
        )
