# Written by scripts/mirror from src/immichkit/_async/memberships.py; edits are lost.
"""Which albums assets are in: no asset tells of its own, but each album can be searched."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from immichkit_api import operations
from immichkit_api.models import AlbumResponseDto, AlbumUserRole, AssetResponseDto

from immichkit._blocking.client import Client
from immichkit._blocking.search import AssetIterator
from immichkit.paging import LARGEST_PAGE

__all__ = ["EditableAlbums", "albums_by_asset"]

_AT_ONCE: Final = 8
_EDITORS: Final = frozenset({AlbumUserRole.OWNER, AlbumUserRole.EDITOR})


def albums_by_asset(client: Client, albums: Iterable[AlbumResponseDto]) -> dict[str, list[str]]:
    """The ids of those of ``albums`` that each asset is in, by asset."""
    found: dict[str, list[str]] = {}
    for album in albums:
        if album.asset_count:
            filters = {"album_ids": [album.id]}
            for asset in AssetIterator(client, filters):
                found.setdefault(asset.id, []).append(album.id)
    return found


class EditableAlbums:
    """The albums that assets are in, of those that the assets' owners may change.

    ``ids`` are all assets that will be asked about: albums are read whole where that takes fewer
    requests than to ask about each asset.
    """

    def __init__(self, client: Client, ids: Collection[str]) -> None:
        self._client = client
        self._ids = ids
        self._editors: dict[str, set[str]] = {}
        self._known: dict[str, list[str]] | None = None

    def read(self) -> None:
        """Look at the albums, before any asset is asked about."""
        albums = self._client.execute(operations.albums.get_all_albums())
        pages = sum(-(-album.asset_count // LARGEST_PAGE) for album in albums)
        if pages > len(self._ids):
            return
        self._learn(albums)
        found = albums_by_asset(self._client, albums)
        self._known = {id_: found[id_] for id_ in self._ids if id_ in found}

    def of(self, assets: Sequence[AssetResponseDto]) -> dict[str, frozenset[str]]:
        """The ids of the albums of each of ``assets``, by asset."""
        known = self._known
        if known is None:
            known = self._asked([asset.id for asset in assets])
        return {
            asset.id: frozenset(
                album_id
                for album_id in known.get(asset.id, ())
                if asset.owner_id in self._editors[album_id]
            )
            for asset in assets
        }

    def _asked(self, ids: Sequence[str]) -> dict[str, list[str]]:
        requests = [operations.albums.get_all_albums(asset_id=id_) for id_ in ids]
        outcomes = self._client.execute_many(requests, limit=_AT_ONCE)
        answers = [outcome.value for outcome in outcomes]
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
