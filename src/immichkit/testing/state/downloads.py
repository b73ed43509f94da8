"""Which files somebody gets who wants many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing.state.database import batches, marks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from immichkit.testing.state.database import Database, Row

_FILES: Final = (
    "select asset.id, live_photo_video_id, original_path, original_file_name, file_size, "
    "asset.updated_at from asset join exif on exif.asset_id = asset.id "
)


class Downloads:
    """Looks up the files of assets, those that changed longest ago first, as v3.1 finds them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_assets(self, asset_ids: Iterable[str], *, with_trash: bool = False) -> list[Row]:
        """The files of these assets."""
        rows: list[Row] = []
        for batch in batches(list(set(asset_ids))):
            rows += self._found(f"asset.id in ({marks(batch)})", batch, with_trash=with_trash)
        return sorted(rows, key=lambda row: (row["updated_at"], row["id"]))

    def of_album(self, album_id: str) -> list[Row]:
        """The files of an album's assets."""
        member = "asset.id in (select asset_id from album_asset where album_id = ?)"
        return self._found(member, [album_id])

    def of_user(self, user_id: str) -> list[Row]:
        """The files of a user's assets, moving parts of photos aside."""
        return self._found("owner_id = ? and visibility != 'hidden'", [user_id])

    def _found(
        self, where: str, parameters: Sequence[Any], *, with_trash: bool = False
    ) -> list[Row]:
        kept = "" if with_trash else "and deleted_at is null "
        sql = f"{_FILES} where {where} {kept}order by asset.updated_at, asset.id"
        return self._database.all(sql, parameters)
