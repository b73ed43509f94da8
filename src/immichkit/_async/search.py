"""Search, with iteration over everything that matches."""

from __future__ import annotations

import datetime
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from typing import Any, Unpack

from immichkit_api import operations
from immichkit_api.groups.search import AsyncSearchApi
from immichkit_api.models import AssetResponseDto, AssetStackResponseDto
from immichkit_api.operations.search import (
    SearchAssetsArguments,
    SearchAssetStatisticsArguments,
)

from immichkit._async.client import AsyncClient
from immichkit.needs import needs
from immichkit.paging import LARGEST_PAGE, Cursor, check_page_size
from immichkit.records import BadRecord, OnBadRecord, page_of, stacks_by_asset

__all__ = ["AsyncAssetIterator", "AsyncSearch", "trashed"]


class AsyncAssetIterator:
    """The assets that match a search: iterate over them, or over their `pages`.

    Every asset that matches from beginning to end and keeps its date comes exactly once, whatever
    else is added, changed or deleted meanwhile. Each iteration asks the server anew.
    ``bad_records`` holds what could not be read, if it is collected.
    """

    def __init__(
        self,
        client: AsyncClient,
        filters: Mapping[str, Any],
        *,
        page_size: int = LARGEST_PAGE,
        with_stacks: bool = False,
        on_bad_record: OnBadRecord = "raise",
        only: Callable[[AssetResponseDto], bool] | None = None,
    ) -> None:
        check_page_size(page_size)
        if on_bad_record not in {"raise", "collect"}:
            raise ValueError(f'on_bad_record is "raise" or "collect", not {on_bad_record!r}.')
        self.bad_records: list[BadRecord] = []
        self._client = client
        self._filters = dict(filters)
        self._page_size = page_size
        self._with_stacks = with_stacks
        self._on_bad_record: OnBadRecord = on_bad_record
        self._only = only

    async def __aiter__(self) -> AsyncIterator[AssetResponseDto]:
        """One asset after another, the newest first unless the search says otherwise."""
        async for page in self.pages():
            for asset in page:
                yield asset

    async def pages(self) -> AsyncGenerator[list[AssetResponseDto]]:
        """The same assets in lists, one for each answer of the server that brings something."""
        self.bad_records = []
        filters, client = self._filters, self._client
        stacks: Mapping[str, AssetStackResponseDto] = {}
        if self._with_stacks:
            stacks = stacks_by_asset(await client.execute(operations.stacks.search_stacks()))
        cursor = Cursor(
            order="asc" if filters.get("order") == "asc" else "desc",
            taken_after=filters.get("taken_after"),
            taken_before=filters.get("taken_before"),
            created_after=filters.get("created_after"),
            created_before=filters.get("created_before"),
        )
        count = 0
        while not cursor.is_done:
            request = operations.search.search_assets(
                **{**filters, **cursor.query(), "size": self._page_size}
            )
            content = (await client.send(request)).content
            page = page_of(request.operation, content, self._on_bad_record)
            assets: list[AssetResponseDto] = []
            for index in cursor.take(page.records, has_more=page.has_more):
                asset = page.assets[index]
                if isinstance(asset, BadRecord):
                    self.bad_records.append(asset.at(count))
                else:
                    if asset.id in stacks:
                        asset.stack = stacks[asset.id]
                    if self._only is None or self._only(asset):
                        assets.append(asset)
                count += 1
            if assets:
                yield assets


class AsyncSearch(AsyncSearchApi):
    """Finding assets by what is known of them, by what they show, and by chance."""

    def __init__(self, client: AsyncClient) -> None:
        super().__init__(client)
        self._client = client

    @needs("search.search_assets")
    @needs("stacks.search_stacks", when="with_stacks")
    def iter_assets(
        self,
        *,
        page_size: int = LARGEST_PAGE,
        with_stacks: bool = False,
        on_bad_record: OnBadRecord = "raise",
        **filters: Unpack[SearchAssetsArguments],
    ) -> AsyncAssetIterator:
        """Every asset that matches, exactly once, also while the library changes.

        ``filters`` are those of `search_assets`. The server never fills in an asset's ``stack``;
        ``with_stacks`` asks for all stacks first and does it here. A record that cannot be read
        raises a `DecodeError`, or is set aside in ``bad_records``.
        """
        return AsyncAssetIterator(
            self._client,
            filters,
            page_size=page_size,
            with_stacks=with_stacks,
            on_bad_record=on_bad_record,
        )

    @needs("search.search_asset_statistics")
    async def count(self, **filters: Unpack[SearchAssetStatisticsArguments]) -> int:
        """How many assets match; the ``total`` of a search only counts its page."""
        request = operations.search.search_asset_statistics(**filters)
        return (await self._client.execute(request)).total


def trashed(
    client: AsyncClient, *, page_size: int = LARGEST_PAGE, on_bad_record: OnBadRecord = "raise"
) -> AsyncAssetIterator:
    """Every asset in the trash, and nothing else, even if the server ignores what was asked for."""
    filters = {
        "trashed_after": datetime.datetime.fromtimestamp(0, datetime.UTC),
        "with_deleted": True,
    }
    return AsyncAssetIterator(
        client,
        filters,
        page_size=page_size,
        on_bad_record=on_bad_record,
        only=lambda asset: asset.is_trashed,
    )
