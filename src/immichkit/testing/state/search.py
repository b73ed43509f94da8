"""Finding assets: the search body's filters as SQL."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing.state.database import Database, Row, marks, plain

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# SQLite refuses longer patterns; no file name is that long, so nothing could match.
_LONGEST_PATTERN: Final = 40_000

_BOUNDS: Final = {
    "createdBefore": "asset.created_at <= ?",
    "createdAfter": "asset.created_at >= ?",
    "updatedBefore": "asset.updated_at <= ?",
    "updatedAfter": "asset.updated_at >= ?",
    "trashedBefore": "asset.deleted_at <= ?",
    "trashedAfter": "asset.deleted_at >= ?",
    "takenBefore": "asset.file_created_at <= ?",
    "takenAfter": "asset.file_created_at >= ?",
}
_EXIF: Final = {
    "city": "city",
    "state": "state",
    "country": "country",
    "make": "make",
    "model": "model",
    "lensModel": "lens_model",
    "rating": "rating",
}
_EXACT: Final = {"id": "asset.id = ?", "checksum": "asset.checksum = ?", "type": "asset.type = ?"}
_LIKE: Final = {
    "originalFileName": "asset.search_name",
    "originalPath": "plain(asset.original_path)",
    "description": "plain(exif.description)",
}
# What this server has none of: to ask for it finds nothing.
_ABSENT: Final = ("libraryId", "encodedVideoPath", "ocr", "tagIds", "personIds")
_FLAGS: Final = ("isEncoded", "isOffline")


class Search:
    """Looks through the assets of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, filters: Mapping[str, Any], owner_id: str | None, *, page: int, size: int
    ) -> tuple[list[Row], bool]:
        """One page of what matches, with EXIF, and whether another page follows."""
        where, parameters = _conditions(filters, owner_id)
        way = "asc" if filters.get("order") == "asc" else "desc"
        order = f"order by asset.file_created_at {way}, asset.id {way}"
        # Skipping happens on ids alone, which the index holds: whole rows would cost a late page
        # of a large library most of a second.
        rows = self._database.all(
            f"select asset.*, exif.* from (select asset.id {_source(where)} {order} "
            "limit ? offset ?) as page join asset on asset.id = page.id "
            f"join exif on exif.asset_id = asset.id {order}",
            [*parameters, size + 1, (page - 1) * size],
        )
        return rows[:size], len(rows) > size

    def count(self, filters: Mapping[str, Any], owner_id: str | None) -> int:
        """How many assets match."""
        where, parameters = _conditions(filters, owner_id)
        row = self._database.one(f"select count(*) as number {_source(where)}", parameters)
        return 0 if row is None else row["number"]


def _source(where: str) -> str:
    exif = "join exif on exif.asset_id = asset.id" if "exif." in where else ""
    return f"from asset {exif} where {where}"


def _conditions(filters: Mapping[str, Any], owner_id: str | None) -> tuple[str, list[Any]]:
    """The filters as a condition and its parameters; those of one owner if there is one."""
    where: list[str] = []
    parameters: list[Any] = []

    def add(condition: str, *values: Any) -> None:
        where.append(condition)
        parameters.extend(values)

    if owner_id is not None:
        add("asset.owner_id = ?", owner_id)
    _add_visibility(filters, add)
    for name, condition in (*_BOUNDS.items(), *_EXACT.items()):
        if filters.get(name) is not None:
            add(condition, filters[name])
    for name, column in _EXIF.items():
        if name in filters:
            add(f"exif.{column} is ?", filters[name])
    for name, column in _LIKE.items():
        if filters.get(name):
            _add_like(column, filters[name], add)
    if "isFavorite" in filters:
        add("asset.is_favorite = ?", filters["isFavorite"])
    if "isMotion" in filters:
        add(f"asset.live_photo_video_id is {'not ' if filters['isMotion'] else ''}null")
    if any(filters.get(name) for name in _ABSENT) or any(filters.get(name) for name in _FLAGS):
        add("0")
    _add_albums(filters, add)
    return " and ".join(where) or "1", parameters


def _add_visibility(filters: Mapping[str, Any], add: Callable[..., None]) -> None:
    if "visibility" in filters:
        add("asset.visibility = ?", filters["visibility"])
    else:
        add("asset.visibility != 'locked'")
    # To ask for the time of trashing, or for files that are gone, is to ask for the trash too.
    asks_for_trash = ("withDeleted", "trashedAfter", "trashedBefore", "isOffline")
    if not any(filters.get(name) for name in asks_for_trash):
        add("asset.deleted_at is null")


def _add_like(column: str, wanted: str, add: Callable[..., None]) -> None:
    """A part of the text, in which ``_`` and ``%`` stand for any letter and any letters."""
    pattern = f"%{plain(wanted)}%"
    if len(pattern.encode()) > _LONGEST_PATTERN:
        add("0")
    else:
        add(f"{column} like ? escape '\\'", pattern)


def _add_albums(filters: Mapping[str, Any], add: Callable[..., None]) -> None:
    albums = filters.get("albumIds")
    if albums:
        # An asset must be in all of them. The ids are counted as they came, so v3.1 finds
        # nothing at all where one is named twice.
        add(
            "asset.id in (select asset_id from album_asset "
            f"where album_id in ({marks(albums)}) "
            "group by asset_id having count(distinct album_id) = ?)",
            *albums,
            len(albums),
        )
    elif filters.get("isNotInAlbum"):
        add("not exists (select 1 from album_asset where asset_id = asset.id)")
