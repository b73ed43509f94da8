# Written by scripts/mirror from src/immichkit/_async/album_contents.py; edits are lost.
"""What is in albums, which are the caller's, and where the files of assets lie."""

from __future__ import annotations

from immichkit_api import operations
from immichkit_api.models import AlbumResponseDto, AssetVisibility

from immichkit._blocking.client import Client
from immichkit._blocking.search import AssetIterator

__all__ = ["asset_paths", "holds_nothing", "ids_in", "owned_albums"]


def owned_albums(client: Client) -> list[AlbumResponseDto]:
    """The caller's own albums."""
    return client.execute(operations.albums.get_all_albums(is_owned=True))


def ids_in(client: Client, album_id: str) -> set[str]:
    """The assets in an album, also those that are in the trash."""
    filters = {"album_ids": [album_id], "with_deleted": True}
    found = AssetIterator(client, filters)
    return {asset.id for asset in found}


def holds_nothing(client: Client, album: AlbumResponseDto) -> bool:
    """Whether no asset is in ``album``, not even one in the trash, which its count leaves out."""
    if album.asset_count:
        return False
    request = operations.search.search_assets(album_ids=[album.id], with_deleted=True, size=1)
    return not (client.execute(request)).assets.items


def asset_paths(client: Client, user_id: str) -> dict[str, str]:
    """Where the files of a user's assets lie on the server, by id.

    Neither what is in the trash nor the videos of live photos.
    """
    found = AssetIterator(client, {})
    return {
        asset.id: asset.original_path
        for asset in found
        if asset.owner_id == user_id
        and asset.visibility is not AssetVisibility.HIDDEN
        and not asset.is_trashed
    }
