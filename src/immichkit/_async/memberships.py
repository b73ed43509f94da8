"""Which albums assets are in: no asset tells of its own, but each album can be searched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from immichkit_api import operations
from immichkit_api.models import AlbumResponseDto, AlbumUserRole, AssetResponseDto

from immichkit._async.client import AsyncClient
from immichkit._async.search import AsyncAssetIterator
from immichkit.paging import LARGEST_PAGE

__all__ = ["AsyncEditableAlbums", "albums_by_asset"]

_AT_ONCE: Final = 8
_EDITORS: Final = frozenset({AlbumUserRole.OWNER, AlbumUserRole.EDITOR})


async def albums_by_asset(
    client: AsyncClient, albums: Iterable[AlbumResponseDto]
) -> dict[str, list[str]]:
    """The ids of those of ``albums`` that each asset is in, by asset."""
    found: dict[str, list[str]] = {}
    for album in albums:
        if album.asset_count:
            filters = {"album_ids": [album.id]}
            async for asset in AsyncAssetIterator(client, filters):
                found.setdefault(asset.id, []).append(album.id)
    return found


class AsyncEditableAlbums:
    """The albums that assets are in, of those that the assets' owners may change.

    ``ids`` are all assets that will be asked about: albums are read whole where that takes fewer
    requests than to ask about each asset.
    """

    def __init__(self, client: AsyncClient, ids: Collection[str]) -> None:
        self._client = client
        self._ids = ids
        self._editors: dict[str, set[str]] = {}
        self._known: dict[str, list[str]] | None = None

    async def read(self) -> None:
        """Look at the albums, before any asset is asked about."""
        albums = await self._client.execute(operations.albums.get_all_albums())
        pages = sum(-(-album.asset_count // LARGEST_PAGE) for album in albums)
        if pages > len(self._ids):
            return
        self._learn(albums)
        found = await albums_by_asset(self._client, albums)
        self._known = {id_: found[id_] for id_ in self._ids if id_ in found}

    async def of(self, assets: Sequence[AssetResponseDto]) -> dict[str, frozenset[str]]:
        """The ids of the albums of each of ``assets``, by asset."""
        known = self._known
        if known is None:
            known = await self._asked([asset.id for asset in assets])
        return {
            asset.id: frozenset(
                album_id
                for album_id in known.get(asset.id, ())
                if asset.owner_id in self._editors[album_id]
            )
            for asset in assets
        }

    async def _asked(self, ids: Sequence[str]) -> dict[str, list[str]]:
        requests = [operations.albums.get_all_albums(asset_id=id_) for id_ in ids]
        outcomes = self._client.execute_many(requests, limit=_AT_ONCE)
        answers = [outcome.value async for outcome in outcomes]
        for albums in answers:
            self._learn(albums)
        return {
            id_: [album.id for album in albums] for id_, albums in zip(ids, answers, strict=True)
        }

    def _learn(self, albums: Iterable[AlbumResponseDto]) -> None:
        """Keep in mind who may change ``albums``."""
        for album in albums:
            members = album.album_users
            self._editors[album.id] = {one.user.id for one in members if one.role in _EDITORS}
