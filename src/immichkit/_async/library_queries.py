"""Reading the copy of a library: the records that answer a question, as models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Generator, Iterable
from typing import Any

import msgspec
from immichkit_api.models import (
    SyncAlbumV2,
    SyncAssetExifV1,
    SyncAssetV2,
    SyncMemoryV1,
    SyncPartnerV1,
    SyncPersonV1,
    SyncStackV1,
    SyncUserV1,
)

from immichkit._runtime import AsyncRuntime
from immichkit.local.library.changes import LibraryChange
from immichkit.local.library.reading import Parameters, Query, Reader, close, next_batch

__all__ = ["AsyncLibraryQueries"]


class AsyncLibraryQueries:
    """Questions to a mirror, answered without the server.

    What answers one is read while it is iterated over, and is as it was when that began.
    """

    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def assets(
        self,
        where: str | None = None,
        parameters: Parameters = (),
        *,
        order_by: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[SyncAssetV2]:
        """The assets, own, partners' and of shared albums, also those in the trash.

        ``where`` and ``order_by`` are SQL over the columns of the table ``asset``, such as
        ``"is_favorite and original_file_name like ?"``, with ``parameters`` for its places.
        """
        return self._all("asset", where, parameters, order_by, limit)

    def albums(
        self,
        where: str | None = None,
        parameters: Parameters = (),
        *,
        order_by: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[SyncAlbumV2]:
        """The albums, own and shared; the arguments are as in `assets`."""
        return self._all("album", where, parameters, order_by, limit)

    def people(
        self,
        where: str | None = None,
        parameters: Parameters = (),
        *,
        order_by: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[SyncPersonV1]:
        """The people whose faces were found; the arguments are as in `assets`."""
        return self._all("person", where, parameters, order_by, limit)

    def stacks(
        self,
        where: str | None = None,
        parameters: Parameters = (),
        *,
        order_by: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[SyncStackV1]:
        """The stacks, own and partners'; the arguments are as in `assets`."""
        return self._all("stack", where, parameters, order_by, limit)

    def memories(
        self,
        where: str | None = None,
        parameters: Parameters = (),
        *,
        order_by: str | None = None,
        limit: int | None = None,
    ) -> AsyncIterator[SyncMemoryV1]:
        """The memories; the arguments are as in `assets`."""
        return self._all("memory", where, parameters, order_by, limit)

    def users(self) -> AsyncIterator[SyncUserV1]:
        """The users of the server."""
        return self._all("user", order_by="name")

    def partners(self) -> AsyncIterator[SyncPartnerV1]:
        """Who shares their library with whom, as far as the user takes part in it."""
        return self._all("partner")

    def album_assets(
        self, album_id: str, *, order_by: str | None = None, limit: int | None = None
    ) -> AsyncIterator[SyncAssetV2]:
        """The assets in an album."""
        found = (album_id,)
        return self._all("asset", "album_id = ?", found, order_by, limit, view="album_assets")

    def person_assets(
        self, person_id: str, *, order_by: str | None = None, limit: int | None = None
    ) -> AsyncIterator[SyncAssetV2]:
        """The assets that show a person."""
        found = (person_id,)
        return self._all("asset", "person_id = ?", found, order_by, limit, view="person_assets")

    def stack_assets(
        self, stack_id: str, *, order_by: str | None = None, limit: int | None = None
    ) -> AsyncIterator[SyncAssetV2]:
        """The assets in a stack."""
        return self._all("asset", "stack_id = ?", (stack_id,), order_by, limit)

    async def asset(self, id: str) -> SyncAssetV2 | None:
        """The asset with this id; None if the mirror has none."""
        found: SyncAssetV2 | None = await self._one("asset", "id", id)
        return found

    async def exif(self, asset_id: str) -> SyncAssetExifV1 | None:
        """What the file of an asset says of itself; None if the mirror does not have it."""
        found: SyncAssetExifV1 | None = await self._one("asset_exif", "asset_id", asset_id)
        return found

    def exif_of(self, asset_ids: Iterable[str]) -> AsyncIterator[SyncAssetExifV1]:
        """What the files of these assets say of themselves, where the mirror has it; in any order.

        It is one question, however many assets there are.
        """
        ids = msgspec.json.encode(list(asset_ids)).decode()
        return self._all("asset_exif", "asset_id in (select value from json_each(?))", (ids,))

    async def album(self, id: str) -> SyncAlbumV2 | None:
        """The album with this id; None if the mirror has none."""
        found: SyncAlbumV2 | None = await self._one("album", "id", id)
        return found

    async def person(self, id: str) -> SyncPersonV1 | None:
        """The person with this id; None if the mirror has none."""
        found: SyncPersonV1 | None = await self._one("person", "id", id)
        return found

    async def changes(self, *, since: int) -> AsyncIterator[LibraryChange]:
        """What the updates after number ``since`` have changed, in the order of the updates.

        Those of the last 100 that changed something are kept; `MirrorError` if ``since`` is before.
        """
        async for change in _each(self._reader.changes(since)):
            yield change

    def _all(
        self,
        entity: str,
        where: str | None = None,
        parameters: Parameters = (),
        order_by: str | None = None,
        limit: int | None = None,
        *,
        view: str | None = None,
    ) -> AsyncIterator[Any]:
        query = Query(
            entity, view, where=where, parameters=parameters, order_by=order_by, limit=limit
        )
        return _each(self._reader.batches(query))

    async def _one(self, entity: str, column: str, value: str) -> Any:
        query = Query(entity, where=f"{column} = ?", parameters=(value,))
        return await AsyncRuntime.blocking(self._reader.first, query)


async def _each(batches: Generator[list[Any]]) -> AsyncIterator[Any]:
    """What is in ``batches``, each fetched when it is needed."""
    try:
        while batch := await AsyncRuntime.blocking(next_batch, batches):
            for one in batch:
                yield one
    finally:
        close(batches)
