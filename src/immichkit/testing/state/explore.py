"""What there is: places, cameras, folders, the latest."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing.state.database import LONGEST_PATTERN, Database, Row, marks, plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_FROM: Final = "from asset join exif on exif.asset_id = asset.id"
_SHOWN: Final = "asset.visibility = 'timeline' and asset.deleted_at is null"
_PICTURES: Final = f"{_SHOWN} and asset.type = 'IMAGE'"


class Explore:
    """Looks at the assets of all users without knowing what for."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def values(
        self, owner_ids: Sequence[str], column: str, narrowed: Mapping[str, str]
    ) -> list[str]:
        """What the column holds where the narrowing ones hold these values, in order."""
        where = "".join(f" and {name} = ?" for name in narrowed)
        rows = self._database.all(
            f"select distinct {column} as value {_FROM} where owner_id in ({marks(owner_ids)}) "
            f"and {_SHOWN} and {column} != ''{where}",
            [*owner_ids, *narrowed.values()],
        )
        return sorted((row["value"] for row in rows), key=lambda text: (plain(text), text))

    def one_of_each_city(self, owner_ids: Sequence[str]) -> list[Row]:
        """A photo of each city, by its name; without any city one photo of nowhere."""
        where = f"owner_id in ({marks(owner_ids)}) and {_PICTURES}"
        rows = self._database.all(
            f"select asset.*, exif.* {_FROM} where id in (select min(id) {_FROM} "
            f"where {where} and city is not null group by city) order by city",
            owner_ids,
        )
        if rows:
            return rows
        return self._database.all(
            f"select asset.*, exif.* {_FROM} where {where} order by id limit 1", owner_ids
        )

    def big_cities(self, owner_id: str, number: int) -> list[Row]:
        """A photo of each city of which there are at least five, in all libraries together."""
        big = "select city from exif where city is not null group by city having count(*) >= 5"
        return self._database.all(
            f"select asset.*, exif.* {_FROM} where id in (select min(id) {_FROM} "
            f"where owner_id = ? and {_PICTURES} and city in ({big}) group by city "
            "order by city limit ?) order by asset.updated_at, asset.id",
            [owner_id, number],
        )

    def recent(self, owner_id: str, number: int) -> list[Row]:
        """The photos that came last, in the order of their last change."""
        return self._database.all(
            f"select asset.*, exif.* {_FROM} where id in (select id from asset "
            f"where owner_id = ? and {_PICTURES} order by created_at desc limit ?) "
            "order by asset.updated_at, asset.id",
            [owner_id, number],
        )

    def located(
        self, viewer_id: str, owner_ids: Sequence[str], filters: Mapping[str, Any]
    ) -> list[Row]:
        """The photos of these, and of the viewer's albums if asked for, that have a place."""
        where, parameters = ["latitude is not null", "longitude is not null"], list[Any]()
        where.append("asset.deleted_at is null")
        if filters.get("isArchived"):
            where.append("(visibility = 'timeline' or (owner_id = ? and visibility = 'archive'))")
            parameters.append(viewer_id)
        else:
            where.append("visibility = 'timeline'")
        for name, condition in (
            ("isFavorite", "is_favorite = ?"),
            ("fileCreatedAfter", "file_created_at >= ?"),
            ("fileCreatedBefore", "file_created_at <= ?"),
        ):
            if name in filters:
                where.append(condition)
                parameters.append(filters[name])
        whose = f"owner_id in ({marks(owner_ids)})"
        parameters.extend(owner_ids)
        if filters.get("withSharedAlbums"):
            whose += (
                " or id in (select asset_id from album_user join album_asset "
                "on album_asset.album_id = album_user.album_id where user_id = ?)"
            )
            parameters.append(viewer_id)
        return self._database.all(
            f"select asset.id, exif.* {_FROM} where {' and '.join(where)} and ({whose}) "
            "order by file_created_at desc",
            parameters,
        )

    def located_in_album(self, album_id: str) -> list[Row]:
        """The photos of the album that have a place."""
        return self._database.all(
            f"select asset.id, exif.* {_FROM} where latitude is not null "
            "and longitude is not null and asset.deleted_at is null "
            "and id in (select asset_id from album_asset where album_id = ?) "
            "order by file_created_at desc",
            [album_id],
        )

    def folders(self, owner_id: str) -> list[str]:
        """The folders in which the owner's files lie."""
        rows = self._database.all(
            "select distinct rtrim(original_path, replace(original_path, '/', '')) as folder "
            f"from asset where owner_id = ? and {_SHOWN}",
            [owner_id],
        )
        return sorted(row["folder"].removesuffix("/") for row in rows)

    def in_folder(self, owner_id: str, folder: str) -> list[Row]:
        """The owner's files in the folder, in which ``_`` and ``%`` stand for any letters."""
        here, below = f"%{folder}/%", f"%{folder}/%/%"
        if len(below.encode()) > LONGEST_PATTERN:
            return []
        rows = self._database.all(
            f"select asset.*, exif.* {_FROM} where owner_id = ? and {_SHOWN} "
            "and like(?, original_path, '\\') and not like(?, original_path, '\\')",
            [owner_id, here, below],
        )
        return sorted(rows, key=lambda row: row["original_path"].rpartition("/")[2])
