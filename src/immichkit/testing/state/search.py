"""Finding assets: the search body's filters as SQL."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing.state.database import LONGEST_PATTERN, Database, Row, marks, plain
from immichkit.testing.state.tags import BELOW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

# Whose assets are looked through; None for everybody's.
Owners = Sequence[str] | None

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
_ABSENT: Final = ("libraryId", "encodedVideoPath", "ocr")
_FLAGS: Final = ("isEncoded", "isOffline")


class Search:
    """Looks through the assets of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(
        self, filters: Mapping[str, Any], owner_ids: Owners, *, page: int, size: int
    ) -> tuple[list[Row], bool]:
        """One page of what matches, with EXIF, and whether another page follows."""
        where, parameters = _conditions(filters, owner_ids)
        way = "asc" if filters.get("order") == "asc" else "desc"
        order = f"order by asset.file_created_at {way}, asset.id {way}"
        # Skipping happens on ids alone, which the index holds: whole rows would cost a late page
        # of a large library most of a second.
        rows = self._pick(where, parameters, order, size + 1, (page - 1) * size)
        return rows[:size], len(rows) > size

    def some(self, filters: Mapping[str, Any], owner_ids: Owners, *, size: int) -> list[Row]:
        """So many of what matches as chance will have it, with EXIF."""
        where, parameters = _conditions(filters, owner_ids)
        return self._pick(where, parameters, "order by random()", size)

    def largest(
        self, filters: Mapping[str, Any], owner_ids: Owners, *, larger_than: int, size: int
    ) -> list[Row]:
        """So many of what matches and is larger than that, the largest first, with EXIF."""
        where, parameters = _conditions(filters, owner_ids)
        order = "order by exif.file_size desc, asset.id"
        where = f"{where} and exif.file_size > ?"
        return self._pick(where, [*parameters, larger_than], order, size)

    def _pick(
        self, where: str, parameters: Sequence[Any], order: str, size: int, offset: int = 0
    ) -> list[Row]:
        source, again = _source(where), "" if "random" in order else order
        return self._database.all(
            f"select asset.*, exif.* from (select asset.id {source} {order} "
            "limit ? offset ?) as page join asset on asset.id = page.id "
            f"join exif on exif.asset_id = asset.id {again}",
            [*parameters, size, offset],
        )

    def count(self, filters: Mapping[str, Any], owner_ids: Owners) -> int:
        """How many assets match."""
        where, parameters = _conditions(filters, owner_ids)
        row = self._database.one(f"select count(*) as number {_source(where)}", parameters)
        return 0 if row is None else row["number"]


def _source(where: str) -> str:
    exif = "join exif on exif.asset_id = asset.id" if "exif." in where else ""
    return f"from asset {exif} where {where}"


def _conditions(filters: Mapping[str, Any], owner_ids: Owners) -> tuple[str, list[Any]]:
    """The filters as a condition and its parameters; those of some owners if there are any."""
    where: list[str] = []
    parameters: list[Any] = []

    def add(condition: str, *values: Any) -> None:
        where.append(condition)
        parameters.extend(values)

    if owner_ids is not None:
        add(f"asset.owner_id in ({marks(owner_ids)})", *owner_ids)
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
    if filters.get("withStacked") is False:
        add("asset.stack_id is null")
    _add_albums(filters, add)
    _add_people(filters, add)
    _add_tags(filters, add)
    return " and ".join(where) or "1", parameters


def _add_visibility(filters: Mapping[str, Any], add: Callable[..., None]) -> None:
    if "visibility" in filters:
        add("asset.visibility = ?", filters["visibility"])
    elif not filters.get("withLocked"):
        add("asset.visibility != 'locked'")
    # To ask for the time of trashing, or for files that are gone, is to ask for the trash too.
    asks_for_trash = ("withDeleted", "trashedAfter", "trashedBefore", "isOffline")
    if not any(filters.get(name) for name in asks_for_trash):
        add("asset.deleted_at is null")


def _add_like(column: str, wanted: str, add: Callable[..., None]) -> None:
    """A part of the text, in which ``_`` and ``%`` stand for any letter and any letters."""
    pattern = f"%{plain(wanted)}%"
    if len(pattern.encode()) > LONGEST_PATTERN:
        add("0")
    else:
        add(f"{column} like ? escape '\\'", pattern)


def _add_people(filters: Mapping[str, Any], add: Callable[..., None]) -> None:
    people = filters.get("personIds")
    if people:
        # As with albums: in all of them, and one that is named twice is never found.
        add(
            "asset.id in (select asset_id from face where deleted_at is null and is_visible "
            f"and person_id in ({marks(people)}) "
            "group by asset_id having count(distinct person_id) = ?)",
            *people,
            len(people),
        )


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


def _add_tags(filters: Mapping[str, Any], add: Callable[..., None]) -> None:
    wanted = filters.get("tagIds", ())
    if wanted is None:
        add("not exists (select 1 from tag_asset where asset_id = asset.id)")
    elif wanted:
        # Under every one of them; what hangs on a tag below counts too.
        add(
            f"asset.id in ({BELOW.format(ids=marks(wanted))} "
            "select asset_id from below join tag_asset on tag_id = below.id "
            "group by asset_id having count(distinct root) = ?)",
            *wanted,
            len(wanted),
        )
