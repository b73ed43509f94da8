"""The views of a library's copy: what belongs together, joined."""

# Names are those of our own tables and columns; values are never put into a statement.
# ruff: noqa: S608

from __future__ import annotations

from typing import Final

from immichkit.local.library.tables import TABLES

__all__ = ["VIEWS"]

_EXIF: Final = ", ".join(
    f'asset_exif."{column.name}"'
    for column in TABLES["asset_exif"].columns
    if column.name != "asset_id"
)
_ME: Final = "(select value from mirror where name = 'user_id')"

VIEWS: Final = {
    "assets_with_exif": (
        f"select asset.*, {_EXIF} from asset left join asset_exif on asset_exif.asset_id = asset.id"
    ),
    "own_assets": f"select * from asset where owner_id = {_ME}",
    "partner_assets": (
        "select * from asset where owner_id in "
        f"(select shared_by_id from partner where shared_with_id = {_ME})"
    ),
    "album_assets": (
        "select album_asset.album_id, asset.* from album_asset "
        "join asset on asset.id = album_asset.asset_id"
    ),
    "memory_assets": (
        "select memory_asset.memory_id, asset.* from memory_asset "
        "join asset on asset.id = memory_asset.asset_id"
    ),
    "person_assets": (
        "select distinct asset_face.person_id, asset.* from asset_face "
        "join asset on asset.id = asset_face.asset_id "
        "where asset_face.person_id is not null "
        "and asset_face.deleted_at is null and asset_face.is_visible"
    ),
}
"""The select of each view by its name."""
