"""What is in albums, which are the caller's, and where the files of assets lie."""

from __future__ import annotations

from immichkit_api import operations
from immichkit_api.models import AlbumResponseDto, AssetVisibility

from immichkit._async.client import AsyncClient
from immichkit._async.search import AsyncAssetIterator

__all__ = ["asset_paths", "holds_nothing", "ids_in", "owned_albums"]


async def owned_albums(client: AsyncClient) -> list[AlbumResponseDto]:
    """The caller's own albums."""
    return await client.execute(operations.albums.get_all_albums(is_owned=True))


async def ids_in(client: AsyncClient, album_id: str) -> set[str]:
    """The assets in an album, also those that are in the trash."""
    filters = {"album_ids": [album_id], "with_deleted": True}
    found = AsyncAssetIterator(client, filters)
    return {asset.id async for asset in found}


async def holds_nothing(client: AsyncClient, album: AlbumResponseDto) -> bool:
    """Whether no asset is in ``album``, not even one in the trash, which its count leaves out."""
    if album.asset_count:
        return False
    request = operations.search.search_assets(album_ids=[album.id], with_deleted=True, size=1)
    return not (await client.execute(request)).assets.items


async def asset_paths(client: AsyncClient, user_id: str) -> dict[str, str]:
    """Where the files of a user's assets lie on the server, by id.

    Neither what is in the trash nor the videos of live photos.
    """
    found = AsyncAssetIterator(client, {})
    return {
        asset.id: asset.original_path
        async for asset in found
        if asset.owner_id == user_id
        and asset.visibility is not AssetVisibility.HIDDEN
        and not asset.is_trashed
    }
