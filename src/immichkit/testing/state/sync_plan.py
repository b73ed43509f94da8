"""What each type of the sync stream consists of, in the order in which the server sends it."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import evolve, frozen

from immichkit.testing.state import sync_views

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immichkit.testing.state.database import Row

_MY_ALBUMS: Final = "(select album_id from album_user where user_id = :user)"
_MY_PARTNERS: Final = "(select shared_by_id from partner where shared_with_id = :user)"
_MY_MEMORIES: Final = "(select id from memory where owner_id = :user)"


@frozen
class Source:
    """Rows to tell of by their last change: which table's change counts, and whose rows they are.

    ``scope`` narrows them to one partner or album instead of to what the user sees.
    """

    table: str
    view: Callable[[Row], dict[str, Any]]
    mine: str
    columns: str = ""
    joined: str = ""
    scope: str = ""

    def sql(self, *, of: str = "mine") -> str:
        """The next rows after one change and before another, at most so many."""
        columns = self.columns or f"{self.table}.*"
        where = self.mine if of == "mine" else self.scope
        # Without naming the index, the rows of a large library would be sorted for every page.
        return (
            f"select {columns}, {self.table}.update_id as change from {self.table} "
            f"indexed by {self.table}_by_update {self.joined} "
            f"where {self.table}.update_id > :after and {self.table}.update_id < :before "
            f"and {where} order by {self.table}.update_id limit :limit"
        )


@frozen
class Deletes:
    """Events of what is gone; ``fields`` are those of the event by column."""

    entity: str
    kind: str
    fields: Mapping[str, str]
    mine: str

    def sql(self) -> str:
        """The next deletions after one change and before another, at most so many."""
        return (
            "select *, update_id as change from deleted "
            "where kind = :kind and update_id > :after and update_id < :before "
            f"and {self.mine} order by update_id limit :limit"
        )


@frozen
class Backfill:
    """Events of the older rows of a partner or album that the client has just got to know.

    There are none before the client has a checkpoint of ``known``.
    """

    entity: str
    known: str
    source: Source
    groups: str


@frozen
class Updates:
    """Events of rows that the client knows by its checkpoint of ``known``."""

    entity: str
    known: str
    source: Source


@frozen
class Upserts:
    """Events of rows as they are; the first may be preceded by a checkpoint for ``announced``."""

    entity: str
    source: Source
    announced: str | None = None


Step = Deletes | Backfill | Updates | Upserts

_PARTNERS: Final = (
    "select create_id, shared_by_id as id from partner where shared_with_id = :user "
    "and create_id >= :after and create_id < :before order by create_id"
)
_ALBUMS: Final = (
    "select create_id, album_id as id from album_user where user_id = :user "
    "and create_id >= :after and create_id < :before order by create_id"
)
_NOT_FAVORITE: Final = "0 as is_favorite, asset.*"
_ASSET: Final = Source("asset", sync_views.asset, "owner_id = :user", scope="owner_id = :scope")
_PARTNER_ASSET: Final = evolve(_ASSET, mine=f"owner_id in {_MY_PARTNERS}", columns=_NOT_FAVORITE)
_STACK: Final = Source("stack", sync_views.stack, "owner_id = :user", scope="owner_id = :scope")
_EXIF: Final = Source(
    "exif",
    sync_views.exif,
    "asset.owner_id = :user",
    joined="cross join asset on asset.id = exif.asset_id",
    scope="asset.owner_id = :scope",
)
_ALBUM: Final = Source("album", sync_views.album, f"album.id in {_MY_ALBUMS}")
_IN_ALBUM: Final = Source(
    "album_asset",
    sync_views.album_asset,
    f"album_asset.album_id in {_MY_ALBUMS}",
    scope="album_asset.album_id = :scope",
)
_MY_FAVORITE: Final = "(asset.is_favorite and asset.owner_id = :user) as is_favorite, asset.*"
_ALBUM_ASSET: Final = evolve(
    _IN_ALBUM,
    view=sync_views.asset,
    columns=_MY_FAVORITE,
    joined="cross join asset on asset.id = album_asset.asset_id",
)
_ALBUM_EXIF: Final = evolve(
    _IN_ALBUM,
    view=sync_views.exif,
    columns="exif.*",
    joined="cross join exif on exif.asset_id = album_asset.asset_id",
)
_KNOWN_IN_ALBUM: Final = f"album_asset.update_id <= :known and album_asset.album_id in {_MY_ALBUMS}"
_ALBUM_USER: Final = Source(
    "album_user",
    sync_views.album_user,
    f"album_id in {_MY_ALBUMS}",
    scope="album_id = :scope",
)


def _of_assets(table: str, view: Callable[[Row], dict[str, Any]]) -> Source:
    joined = f"cross join asset on asset.id = {table}.asset_id"
    return Source(table, view, "asset.owner_id = :user", joined=joined)


def _deletes_of_assets(entity: str, kind: str, fields: Mapping[str, str]) -> Deletes:
    # Asked one by one: the user may have very many assets.
    mine = "exists (select 1 from asset where id = deleted.second and asset.owner_id = :user)"
    return Deletes(entity, kind, fields, mine)


_ALBUM_DELETES: Final = Deletes("AlbumDeleteV1", "album", {"albumId": "first"}, "owner_id = :user")
PLAN: Final[dict[str, tuple[Step, ...]]] = {
    "AuthUsersV1": (Upserts("AuthUserV1", Source("user", sync_views.auth_user, "id = :user")),),
    "UsersV1": (
        Deletes("UserDeleteV1", "user", {"userId": "first"}, "true"),
        Upserts("UserV1", Source("user", sync_views.user, "true")),
    ),
    "PartnersV1": (
        Deletes(
            "PartnerDeleteV1",
            "partner",
            {"sharedById": "first", "sharedWithId": "second"},
            ":user in (first, second)",
        ),
        Upserts(
            "PartnerV1",
            Source("partner", sync_views.partner, ":user in (shared_by_id, shared_with_id)"),
        ),
    ),
    "AssetsV1": (),
    "AssetsV2": (
        Deletes("AssetDeleteV1", "asset", {"assetId": "first"}, "owner_id = :user"),
        Upserts("AssetV2", _ASSET),
    ),
    "StacksV1": (
        Deletes("StackDeleteV1", "stack", {"stackId": "first"}, "owner_id = :user"),
        Upserts("StackV1", _STACK),
    ),
    "PartnerAssetsV1": (),
    "PartnerAssetsV2": (
        Deletes(
            "PartnerAssetDeleteV1", "asset", {"assetId": "first"}, f"owner_id in {_MY_PARTNERS}"
        ),
        Backfill("PartnerAssetBackfillV2", "PartnerAssetV2", _PARTNER_ASSET, _PARTNERS),
        Upserts("PartnerAssetV2", _PARTNER_ASSET),
    ),
    "PartnerStacksV1": (
        Deletes(
            "PartnerStackDeleteV1", "stack", {"stackId": "first"}, f"owner_id in {_MY_PARTNERS}"
        ),
        Backfill("PartnerStackBackfillV1", "PartnerStackV1", _STACK, _PARTNERS),
        Upserts("PartnerStackV1", evolve(_STACK, mine=f"owner_id in {_MY_PARTNERS}")),
    ),
    "AlbumAssetsV1": (),
    "AlbumAssetsV2": (
        Backfill("AlbumAssetBackfillV2", "AlbumAssetCreateV2", _ALBUM_ASSET, _ALBUMS),
        Updates(
            "AlbumAssetUpdateV2",
            "AlbumAssetCreateV2",
            evolve(
                _ASSET,
                mine=_KNOWN_IN_ALBUM,
                columns=_MY_FAVORITE,
                joined="cross join album_asset on album_asset.asset_id = asset.id",
            ),
        ),
        Upserts("AlbumAssetCreateV2", _ALBUM_ASSET, announced="AlbumAssetUpdateV2"),
    ),
    "AlbumsV1": (
        _ALBUM_DELETES,
        Upserts(
            "AlbumV1",
            evolve(
                _ALBUM,
                view=sync_views.owned_album,
                columns="album.*, (select user_id from album_user "
                "where album_id = album.id and role = 'owner') as album_owner_id",
            ),
        ),
    ),
    "AlbumsV2": (_ALBUM_DELETES, Upserts("AlbumV2", _ALBUM)),
    "AlbumUsersV1": (
        Deletes(
            "AlbumUserDeleteV1",
            "album_user",
            {"userId": "first", "albumId": "second"},
            f"second in {_MY_ALBUMS}",
        ),
        Backfill("AlbumUserBackfillV1", "AlbumUserV1", _ALBUM_USER, _ALBUMS),
        Upserts("AlbumUserV1", _ALBUM_USER),
    ),
    "AlbumToAssetsV1": (
        Deletes(
            "AlbumToAssetDeleteV1",
            "album_asset",
            {"assetId": "first", "albumId": "second"},
            f"second in {_MY_ALBUMS}",
        ),
        Backfill("AlbumToAssetBackfillV1", "AlbumToAssetV1", _IN_ALBUM, _ALBUMS),
        Upserts("AlbumToAssetV1", _IN_ALBUM),
    ),
    "AssetExifsV1": (Upserts("AssetExifV1", _EXIF),),
    "AlbumAssetExifsV1": (
        Backfill("AlbumAssetExifBackfillV1", "AlbumAssetExifCreateV1", _ALBUM_EXIF, _ALBUMS),
        Updates(
            "AlbumAssetExifUpdateV1",
            "AlbumAssetExifCreateV1",
            evolve(
                _EXIF,
                mine=_KNOWN_IN_ALBUM,
                joined="cross join album_asset on album_asset.asset_id = exif.asset_id",
            ),
        ),
        Upserts("AlbumAssetExifCreateV1", _ALBUM_EXIF, announced="AlbumAssetExifUpdateV1"),
    ),
    "AssetOcrV1": (
        _deletes_of_assets(
            "AssetOcrDeleteV1", "ocr", {"id": "change", "assetId": "first", "deletedAt": ""}
        ),
        Upserts("AssetOcrV1", _of_assets("ocr", sync_views.ocr)),
    ),
    "PartnerAssetExifsV1": (
        Backfill("PartnerAssetExifBackfillV1", "PartnerAssetExifV1", _EXIF, _PARTNERS),
        Upserts("PartnerAssetExifV1", evolve(_EXIF, mine=f"asset.owner_id in {_MY_PARTNERS}")),
    ),
    "MemoriesV1": (
        Deletes("MemoryDeleteV1", "memory", {"memoryId": "first"}, "owner_id = :user"),
        Upserts("MemoryV1", Source("memory", sync_views.memory, "owner_id = :user")),
    ),
    "MemoryToAssetsV1": (
        Deletes(
            "MemoryToAssetDeleteV1",
            "memory_asset",
            {"memoryId": "first", "assetId": "second"},
            f"first in {_MY_MEMORIES}",
        ),
        Upserts(
            "MemoryToAssetV1",
            Source("memory_asset", sync_views.memory_asset, f"memory_id in {_MY_MEMORIES}"),
        ),
    ),
    "PeopleV1": (
        Deletes("PersonDeleteV1", "person", {"personId": "first"}, "owner_id = :user"),
        Upserts("PersonV1", Source("person", sync_views.person, "owner_id = :user")),
    ),
    "AssetFacesV1": (),
    "AssetFacesV2": (
        _deletes_of_assets("AssetFaceDeleteV1", "face", {"assetFaceId": "first"}),
        Upserts("AssetFaceV2", _of_assets("face", sync_views.face)),
    ),
    "UserMetadataV1": (
        Deletes(
            "UserMetadataDeleteV1",
            "user_metadata",
            {"userId": "owner_id", "key": "first"},
            "owner_id = :user",
        ),
        Upserts(
            "UserMetadataV1", Source("user_metadata", sync_views.user_metadata, "user_id = :user")
        ),
    ),
    "AssetMetadataV1": (
        _deletes_of_assets(
            "AssetMetadataDeleteV1", "asset_metadata", {"assetId": "second", "key": "first"}
        ),
        Upserts("AssetMetadataV1", _of_assets("asset_metadata", sync_views.asset_metadata)),
    ),
    "AssetEditsV1": (
        _deletes_of_assets("AssetEditDeleteV1", "asset_edit", {"editId": "first"}),
        Upserts("AssetEditV1", _of_assets("asset_edit", sync_views.asset_edit)),
    ),
}
