"""What each event of a sync stream does to the tables.

The server sends no event for what goes with something else: an album's links, an asset's faces.
What it leaves to its clients is here, as the columns by which rows belong to what is deleted.
"""

from __future__ import annotations

from typing import Final

import attrs
from immichkit_api.models import SyncRequestType

__all__ = ["BACKFILLED", "DELETES", "OF_ASSET", "REQUESTED", "UPSERTS", "Delete"]

REQUESTED: Final = (
    SyncRequestType.AUTH_USERS_V1,
    SyncRequestType.USERS_V1,
    SyncRequestType.PARTNERS_V1,
    SyncRequestType.ASSETS_V2,
    SyncRequestType.STACKS_V1,
    SyncRequestType.PARTNER_ASSETS_V2,
    SyncRequestType.PARTNER_STACKS_V1,
    SyncRequestType.ALBUM_ASSETS_V2,
    SyncRequestType.ALBUMS_V2,
    SyncRequestType.ALBUM_USERS_V1,
    SyncRequestType.ALBUM_TO_ASSETS_V1,
    SyncRequestType.ASSET_EXIFS_V1,
    SyncRequestType.ALBUM_ASSET_EXIFS_V1,
    SyncRequestType.ASSET_OCR_V1,
    SyncRequestType.PARTNER_ASSET_EXIFS_V1,
    SyncRequestType.MEMORIES_V1,
    SyncRequestType.MEMORY_TO_ASSETS_V1,
    SyncRequestType.PEOPLE_V1,
    SyncRequestType.ASSET_FACES_V2,
    SyncRequestType.USER_METADATA_V1,
    SyncRequestType.ASSET_METADATA_V1,
    SyncRequestType.ASSET_EDITS_V1,
)
"""What is asked for, the same every time: a checkpoint that stands still would lose deletes."""

BACKFILLED: Final = {
    "PartnerAssetBackfillV2": "PartnerAssetV2",
    "PartnerStackBackfillV1": "PartnerStackV1",
    "AlbumAssetBackfillV2": "AlbumAssetCreateV2",
    "AlbumUserBackfillV1": "AlbumUserV1",
    "AlbumToAssetBackfillV1": "AlbumToAssetV1",
    "AlbumAssetExifBackfillV1": "AlbumAssetExifCreateV1",
    "PartnerAssetExifBackfillV1": "PartnerAssetExifV1",
}
"""The types of what comes later than its time, with those that it would have had in time."""

UPSERTS: Final = {
    "AuthUserV1": "auth_user",
    "UserV1": "user",
    "UserMetadataV1": "user_metadata",
    "PartnerV1": "partner",
    "AssetV2": "asset",
    "PartnerAssetV2": "asset",
    "PartnerAssetBackfillV2": "asset",
    "AlbumAssetCreateV2": "asset",
    "AlbumAssetUpdateV2": "asset",
    "AlbumAssetBackfillV2": "asset",
    "AssetExifV1": "asset_exif",
    "PartnerAssetExifV1": "asset_exif",
    "PartnerAssetExifBackfillV1": "asset_exif",
    "AlbumAssetExifCreateV1": "asset_exif",
    "AlbumAssetExifUpdateV1": "asset_exif",
    "AlbumAssetExifBackfillV1": "asset_exif",
    "AssetFaceV2": "asset_face",
    "AssetOcrV1": "asset_ocr",
    "AssetMetadataV1": "asset_metadata",
    "AssetEditV1": "asset_edit",
    "StackV1": "stack",
    "PartnerStackV1": "stack",
    "PartnerStackBackfillV1": "stack",
    "PersonV1": "person",
    "AlbumV2": "album",
    "AlbumUserV1": "album_user",
    "AlbumUserBackfillV1": "album_user",
    "AlbumToAssetV1": "album_asset",
    "AlbumToAssetBackfillV1": "album_asset",
    "MemoryV1": "memory",
    "MemoryToAssetV1": "memory_asset",
}
"""The table that has what an event of a type brings.

A record is the same by whichever way it comes, so own assets, partners' and those of shared albums
share a table; whose they are, their owner and the links tell.
"""


@attrs.frozen
class Delete:
    """What goes when an event of a type comes: rows of tables whose columns have its values.

    ``rows`` are tables with ``{column: field of the event}``; a user's assets go too if the event
    has their ``owner``. After ``may_hide`` some assets may be shown to the user by nobody any
    more; which, only the end of the stream can tell, since links come behind what they link.
    """

    rows: tuple[tuple[str, dict[str, str]], ...]
    owner: str | None = None
    may_hide: bool = False


OF_ASSET: Final = (
    "asset_exif",
    "asset_face",
    "asset_ocr",
    "asset_metadata",
    "asset_edit",
    "album_asset",
    "memory_asset",
)
"""The tables whose rows go with their asset."""

_ASSET: Final = Delete(
    (("asset", {"id": "assetId"}), *((name, {"asset_id": "assetId"}) for name in OF_ASSET))
)
_STACK: Final = Delete((("stack", {"id": "stackId"}),))

DELETES: Final = {
    "UserDeleteV1": Delete(
        (
            ("user", {"id": "userId"}),
            ("partner", {"shared_by_id": "userId"}),
            ("partner", {"shared_with_id": "userId"}),
            ("album_user", {"user_id": "userId"}),
            ("stack", {"owner_id": "userId"}),
        ),
        owner="userId",
        may_hide=True,
    ),
    "UserMetadataDeleteV1": Delete((("user_metadata", {"user_id": "userId", "key": "key"}),)),
    "PartnerDeleteV1": Delete(
        (("partner", {"shared_by_id": "sharedById", "shared_with_id": "sharedWithId"}),),
        may_hide=True,
    ),
    "AssetDeleteV1": _ASSET,
    "PartnerAssetDeleteV1": _ASSET,
    "AssetFaceDeleteV1": Delete((("asset_face", {"id": "assetFaceId"}),)),
    # The event's own id is that of a line in the server's audit.
    "AssetOcrDeleteV1": Delete((("asset_ocr", {"asset_id": "assetId"}),)),
    "AssetMetadataDeleteV1": Delete((("asset_metadata", {"asset_id": "assetId", "key": "key"}),)),
    "AssetEditDeleteV1": Delete((("asset_edit", {"id": "editId"}),)),
    "StackDeleteV1": _STACK,
    "PartnerStackDeleteV1": _STACK,
    "PersonDeleteV1": Delete((("person", {"id": "personId"}),)),
    "AlbumDeleteV1": Delete(
        (
            ("album", {"id": "albumId"}),
            ("album_user", {"album_id": "albumId"}),
            ("album_asset", {"album_id": "albumId"}),
        ),
        may_hide=True,
    ),
    "AlbumUserDeleteV1": Delete((("album_user", {"album_id": "albumId", "user_id": "userId"}),)),
    "AlbumToAssetDeleteV1": Delete(
        (("album_asset", {"album_id": "albumId", "asset_id": "assetId"}),), may_hide=True
    ),
    "MemoryDeleteV1": Delete(
        (("memory", {"id": "memoryId"}), ("memory_asset", {"memory_id": "memoryId"}))
    ),
    "MemoryToAssetDeleteV1": Delete(
        (("memory_asset", {"memory_id": "memoryId", "asset_id": "assetId"}),)
    ),
}
"""What each delete takes with it; what is not there was never known, and is no fault."""
