"""The timeline: months and what lies in them, as columns."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times
from immichkit.testing.state.database import Database, Row, marks
from immichkit.testing.state.tags import BELOW

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_HOUR: Final = 3_600_000_000
_DATES: Final = {"takenAt": "asset.local_date_time", "createdAt": "asset.created_at"}
_STACK_SIZE: Final = """
(select count(*) from asset other where other.stack_id = asset.stack_id
and other.deleted_at is null and other.visibility = 'timeline')
"""


class Timeline:
    """Looks at assets by month."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def buckets(
        self, filters: Mapping[str, Any], owner_ids: Sequence[str] | None
    ) -> list[dict[str, Any]]:
        """The months that are not empty, with how much is in each."""
        where, parameters = _conditions(filters, owner_ids)
        date = _DATES[filters.get("orderBy", "takenAt")]
        way = "asc" if filters.get("order") == "asc" else "desc"
        # Instants before 1970 are rounded down too, not towards it.
        seconds = f"({date} - ({date} % 1000000 + 1000000) % 1000000) / 1000000"
        rows = self._database.all(
            f"select strftime('%Y-%m-01', {seconds}, 'unixepoch') as month, count(*) as number "
            f"from asset {_exif_for(where)} where {where} group by month order by month {way}",
            parameters,
        )
        return [{"timeBucket": row["month"], "count": row["number"]} for row in rows]

    def bucket(
        self,
        filters: Mapping[str, Any],
        owner_ids: Sequence[str] | None,
        month: tuple[int, int],
        viewer_id: str,
    ) -> dict[str, list[Any]]:
        """What lies between the two instants, a list for each property."""
        where, parameters = _conditions(filters, owner_ids)
        by_upload = filters.get("orderBy") == "createdAt"
        date = _DATES["createdAt" if by_upload else "takenAt"]
        way = "asc" if filters.get("order") == "asc" else "desc"
        day = f"({date} - ({date} % 86400000000 + 86400000000) % 86400000000)"
        rows = self._database.all(
            f"select asset.*, exif.*, {_STACK_SIZE} as stack_size from asset "
            "join exif on exif.asset_id = asset.id "
            f"where {where} and {date} >= ? and {date} < ? "
            f"order by {date if by_upload else day} {way}, asset.file_created_at {way}, asset.id",
            [*parameters, *month],
        )
        columns = dict(_COLUMNS)
        if filters.get("withCoordinates"):
            columns |= {name: _named(name) for name in ("latitude", "longitude")}
        if filters.get("withStacked"):
            columns["stack"] = _stack
        found = {name: [column(row) for row in rows] for name, column in columns.items()}
        own = [row["owner_id"] == viewer_id for row in rows]
        found["isFavorite"] = [a and b for a, b in zip(found["isFavorite"], own, strict=True)]
        return found


def month_of(text: str) -> tuple[int, int] | None:
    """The first instant of a month and of the next; none at all if it is named by another day.

    None where v3.1's database cannot make a date of the text.
    """
    moment = times.from_any(text[1:] if text[:1] in {"+", "-"} else text)
    if moment is None:
        return None
    start = datetime.fromisoformat(times.to_offset(moment))
    if start != datetime(start.year, start.month, 1, tzinfo=UTC):
        return moment, moment
    if (start.year, start.month) == (9999, 12):
        return moment, 2**62
    year, month = divmod(start.year * 12 + start.month, 12)
    following = times.from_any(f"{year:04d}-{month + 1:02d}-01")
    return moment, moment if following is None else following


def _conditions(
    filters: Mapping[str, Any], owner_ids: Sequence[str] | None
) -> tuple[str, list[Any]]:
    """The filters as a condition and its parameters; those of some owners if there are any."""
    where: list[str] = []
    parameters: list[Any] = []

    def add(condition: str, *values: Any) -> None:
        where.append(condition)
        parameters.extend(values)

    if filters.get("isTrashed"):
        add("asset.deleted_at is not null and asset.status != 'deleted'")
    else:
        add("asset.deleted_at is null")
    if "visibility" in filters:
        add("asset.visibility = ?", filters["visibility"])
    else:
        add("asset.visibility in ('archive', 'timeline')")
    if owner_ids is not None:
        add(f"asset.owner_id in ({marks(owner_ids)})", *owner_ids)
    if "isFavorite" in filters:
        add("asset.is_favorite = ?", filters["isFavorite"])
    if "albumId" in filters:
        contained = "select asset_id from album_asset where album_id = ?"
        add(f"asset.id in ({contained})", filters["albumId"])
    if "tagId" in filters:
        tagged = "select asset_id from below join tag_asset on tag_id = below.id"
        add(f"asset.id in ({BELOW.format(ids='?')} {tagged})", filters["tagId"])
    if "personId" in filters:
        # Nobody's face is known to this server.
        add("0")
    if filters.get("withStacked"):
        others = "select 1 from stack where stack.id = asset.stack_id"
        add(f"not exists ({others} and primary_asset_id != asset.id)")
    if "bbox" in filters:
        west, south, east, north = filters["bbox"]
        add("exif.latitude between ? and ?", south, north)
        # A box may lie across the line where the days change.
        way = "and" if west <= east else "or"
        add(f"(exif.longitude >= ? {way} exif.longitude <= ?)", west, east)
    return " and ".join(where), parameters


def _exif_for(where: str) -> str:
    return "join exif on exif.asset_id = asset.id" if "exif." in where else ""


def _named(name: str) -> Callable[[Row], Any]:
    return lambda row: row[name]


def _naive(name: str) -> Callable[[Row], str]:
    """An instant in UTC that does not say so."""
    return lambda row: times.to_offset(row[name]).removesuffix("+00:00")


def _offset_hours(row: Row) -> float:
    hours: float = (row["local_date_time"] - row["file_created_at"]) / _HOUR
    return int(hours) if hours.is_integer() else hours


def _ratio(row: Row) -> float:
    width, height = row["width"], row["height"]
    if not width or not height:
        return 1
    # To three digits, halves up.
    thousandths: int = (2000 * width + height) // (2 * height)
    return thousandths / 1000


def _stack(row: Row) -> list[str] | None:
    return None if row["stack_id"] is None else [row["stack_id"], str(row["stack_size"])]


_COLUMNS: Final[dict[str, Callable[[Row], Any]]] = {
    "duration": _named("duration"),
    "id": _named("id"),
    "visibility": _named("visibility"),
    "isFavorite": lambda row: bool(row["is_favorite"]),
    "isImage": lambda row: row["type"] == "IMAGE",
    "isTrashed": lambda row: row["deleted_at"] is not None,
    "livePhotoVideoId": _named("live_photo_video_id"),
    "fileCreatedAt": _naive("file_created_at"),
    "localOffsetHours": _offset_hours,
    "createdAt": _naive("created_at"),
    "ownerId": _named("owner_id"),
    "projectionType": _named("projection_type"),
    "ratio": _ratio,
    "status": _named("status"),
    "thumbhash": _named("thumbhash"),
    "city": _named("city"),
    "country": _named("country"),
}
