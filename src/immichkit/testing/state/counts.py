"""How many photos and videos there are, whose, and of which day."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date

    from immichkit.testing.state.database import Database, Row

_PER_USER: Final = """
select user.*, count(asset.id) filter (where type = 'IMAGE' and visibility != 'hidden') as photos,
count(asset.id) filter (where type = 'VIDEO' and visibility != 'hidden') as videos,
coalesce(sum(file_size), 0) as usage,
coalesce(sum(file_size) filter (where type = 'IMAGE'), 0) as usage_photos,
coalesce(sum(file_size) filter (where type = 'VIDEO'), 0) as usage_videos
from user left join asset on asset.owner_id = user.id and asset.deleted_at is null
left join exif on exif.asset_id = asset.id group by user.id order by user.created_at
"""
_PER_DAY: Final = """
select date({column} / 1000000, 'unixepoch') as day, count(*) as number from asset
where owner_id = ? and deleted_at is null and day between ? and ? group by day
"""


class Counts:
    """Counts the assets of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def per_user(self) -> list[Row]:
        """Every user with the numbers and bytes of his photos and videos, the oldest user first."""
        return self._database.all(_PER_USER)

    def of_kinds(
        self,
        owner_id: str,
        *,
        is_favorite: bool | None,
        is_trashed: bool | None,
        visibility: str | None,
    ) -> tuple[int, int]:
        """How many photos and videos the user has; without a visibility those that show."""
        row = self._database.one(
            "select count(*) filter (where type = 'IMAGE') as images, "
            "count(*) filter (where type = 'VIDEO') as videos from asset where owner_id = ? "
            "and (deleted_at is not null) = ? and status != 'deleted' "
            "and (? is null or is_favorite = ?) and case when ? is null "
            "then visibility in ('archive', 'timeline') else visibility = ? end",
            [owner_id, bool(is_trashed), is_favorite, is_favorite, visibility, visibility],
        )
        return (0, 0) if row is None else (row["images"], row["videos"])

    def per_day(
        self, owner_id: str, first: date, last: date, *, by_date_taken: bool
    ) -> dict[str, int]:
        """How many assets there are of each day between these two that has any."""
        column = "local_date_time" if by_date_taken else "created_at"
        rows = self._database.all(_PER_DAY.format(column=column), [owner_id, f"{first}", f"{last}"])
        return {row["day"]: row["number"] for row in rows}
