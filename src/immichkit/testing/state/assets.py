"""Assets: storing them, changing them, who may see them."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

import itertools
import sqlite3
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from immichkit.testing import media, times
from immichkit.testing.state import shared_links, stacks, thumbnails
from immichkit.testing.state.database import Database, Row, batches, marks, new_id, plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immichkit.testing.state.users import Caller

# So many rows go to the database in one piece.
_AT_ONCE: Final = 2000
_NOT_LOCKED: Final = "visibility != 'locked'"
# Who is in an album with the asset, or with the photo that the asset is the moving part of.
_IN_MY_ALBUMS: Final = """
select seen.id from album_user me
join album_asset member on member.album_id = me.album_id
join asset shown on shown.id = member.asset_id and shown.deleted_at is null
join asset seen on seen.id in (shown.id, shown.live_photo_video_id)
where me.user_id = ? and seen.id in ({ids})
"""


# Whose library is shared with me, apart from what is archived or locked there.
_FROM_MY_PARTNERS: Final = """
select asset.id from partner join user on user.id = shared_by_id and user.deleted_at is null
join asset on asset.owner_id = shared_by_id and asset.deleted_at is null
and asset.visibility in ('timeline', 'hidden')
where shared_with_id = ? and asset.id in ({ids})
"""


@frozen
class NewAsset:
    """A file that was taken in whole, and what its upload said about it."""

    owner_id: str
    original_path: str
    file_name: str
    checksum: bytes
    size: int
    file_created_at: int
    file_modified_at: int
    duration: int | None = None
    is_favorite: bool = False
    visibility: str = "timeline"
    live_photo_video_id: str | None = None
    sidecar_path: str | None = None
    metadata: Sequence[tuple[str, str]] = ()
    # What an upload never says: without it, it follows from the rest.
    created_at: int | None = None
    local_date_time: int | None = None
    is_trashed: bool = False
    width: int | None = None
    height: int | None = None


class DuplicateError(Exception):
    """The owner has these bytes already; holds the id of the asset that they are in."""

    def __init__(self, asset_id: str) -> None:
        super().__init__(asset_id)
        self.asset_id = asset_id


class Assets:
    """The photos and videos of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, new: NewAsset) -> str:
        """The id of the new asset; raises `DuplicateError` if its owner has these bytes."""
        asset_id, now = new_id(), times.now()
        try:
            with self._database.transaction():
                self._database.insert("asset", **_asset_columns(asset_id, new, now))
                self._database.insert("exif", **_exif_columns(asset_id, new))
                # A microsecond apart, so that their order is known later.
                for at, (key, value) in enumerate(new.metadata, now):
                    self._database.insert(
                        "asset_metadata", asset_id=asset_id, key=key, value=value, updated_at=at
                    )
        except sqlite3.IntegrityError:
            known = self.by_checksum(new.owner_id, new.checksum)
            if known is None:
                raise
            raise DuplicateError(known["id"]) from None
        return asset_id

    def add_all(self, many: Iterable[tuple[NewAsset, Mapping[str, Any]]]) -> list[str]:
        """The ids of new assets, each given with what else is known of it, by column.

        They are stored all or, with a `sqlite3.IntegrityError`, not at all, and much faster than
        one by one. Metadata of applications is left out, and nothing is counted as quota.
        """
        ids: list[str] = []
        with self._database.transaction():
            rest = iter(many)
            while batch := list(itertools.islice(rest, _AT_ONCE)):
                assets: list[dict[str, Any]] = []
                exif: list[dict[str, Any]] = []
                for new, known in batch:
                    asset_id = new_id()
                    columns = {**_UNKNOWN_ASSET, **_asset_columns(asset_id, new, times.now())}
                    assets.append(columns | {k: known[k] for k in known.keys() & columns.keys()})
                    columns = {**_UNKNOWN_EXIF, **_exif_columns(asset_id, new)}
                    exif.append(columns | {k: known[k] for k in known.keys() & columns.keys()})
                    ids.append(asset_id)
                self._database.insert_all("asset", assets)
                self._database.insert_all("exif", exif)
        return ids

    def get(self, asset_id: str) -> Row | None:
        """The asset together with its EXIF."""
        return self._database.one(
            "select * from asset join exif on exif.asset_id = asset.id where id = ?", [asset_id]
        )

    def by_checksum(self, owner_id: str, checksum: bytes) -> Row | None:
        """The owner's asset of these bytes, also one in the trash."""
        return self._database.one(
            "select * from asset where owner_id = ? and checksum = ?", [owner_id, checksum]
        )

    def by_checksums(self, owner_id: str, checksums: Iterable[bytes]) -> dict[bytes, Row]:
        """The owner's assets of these bytes, as far as there are any."""
        wanted = list(set(checksums))
        found: dict[bytes, Row] = {}
        for batch in batches(wanted):
            rows = self._database.all(
                f"select * from asset where owner_id = ? and checksum in ({marks(batch)})",
                [owner_id, *batch],
            )
            found.update((row["checksum"], row) for row in rows)
        return found

    def owned(self, caller: Caller, asset_ids: Iterable[str]) -> set[str]:
        """Those of the ids that are the caller's own and not locked away from him."""
        allowed: set[str] = set()
        for batch in batches(list(set(asset_ids))):
            # The plus keeps SQLite from going through all that the owner has.
            rows = self._database.all(
                f"select id from asset where +owner_id = ? and (? or {_NOT_LOCKED}) "
                f"and id in ({marks(batch)})",
                [caller.id, caller.is_elevated, *batch],
            )
            allowed.update(row["id"] for row in rows)
        return allowed

    def by_last_change(self, asset_ids: Iterable[str]) -> list[str]:
        """The ids from the one that was changed longest ago: how v3.1's database returns them."""
        found: list[tuple[int, str]] = []
        for batch in batches(list(asset_ids)):
            rows = self._database.all(
                f"select updated_at, id from asset where id in ({marks(batch)})", batch
            )
            found.extend((row["updated_at"], row["id"]) for row in rows)
        return [asset_id for _, asset_id in sorted(found)]

    def visible(self, caller: Caller, asset_ids: Iterable[str]) -> set[str]:
        """Those of the ids that the caller may look at: his, of his albums, of his partners."""
        wanted = set(asset_ids)
        if caller.link is not None:
            return shared_links.seen(self._database, caller.link, wanted)
        allowed = self.shareable(caller, wanted)
        return allowed | self._reachable(_IN_MY_ALBUMS, caller, wanted - allowed)

    def downloadable(self, caller: Caller, asset_ids: Iterable[str]) -> set[str]:
        """Those of the ids whose files the caller may have: a link can show without giving."""
        is_refused = caller.link is not None and not caller.link.allow_download
        return set() if is_refused else self.visible(caller, asset_ids)

    def shareable(self, caller: Caller, asset_ids: Iterable[str]) -> set[str]:
        """Those of the ids that the caller may pass on: his own and those of his partners."""
        wanted = set(asset_ids)
        allowed = self.owned(caller, wanted)
        return allowed | self._reachable(_FROM_MY_PARTNERS, caller, wanted - allowed)

    def _reachable(self, sql: str, caller: Caller, asset_ids: set[str]) -> set[str]:
        found: set[str] = set()
        for batch in batches(list(asset_ids)):
            rows = self._database.all(sql.format(ids=marks(batch)), [caller.id, *batch])
            found.update(row["id"] for row in rows)
        return found

    def change(
        self,
        asset_ids: Sequence[str],
        *,
        asset: Mapping[str, Any] | None = None,
        exif: Mapping[str, Any] | None = None,
    ) -> None:
        """Set columns of the assets and of their EXIF; either way they count as updated."""
        changed = {"updated_at": times.now(), **(asset or {})}
        with self._database.transaction():
            for batch in batches(asset_ids):
                if exif:
                    self._database.update("exif", f"asset_id in ({marks(batch)})", batch, **exif)
                self._database.update("asset", f"id in ({marks(batch)})", batch, **changed)

    def shift_dates(self, asset_ids: Sequence[str], microseconds: int) -> None:
        """Move when the assets were taken, at most to where the years end."""
        for batch in batches(asset_ids):
            self._database.run(
                "update exif set date_time_original = "
                "min(max(date_time_original + ?, ?), ?) "
                f"where asset_id in ({marks(batch)})",
                [microseconds, times.FIRST, times.LAST, *batch],
            )

    def count_by_type(
        self,
        owner_id: str,
        *,
        visibility: str | None,
        is_favorite: bool | None,
        is_trashed: bool,
    ) -> dict[str, int]:
        """How many ``IMAGE`` and ``VIDEO`` the owner has, in the trash or outside it."""
        where, parameters = ["owner_id = ?"], [owner_id]
        if is_trashed:
            where.append("deleted_at is not null and status != 'deleted'")
        else:
            where.append("deleted_at is null")
        if visibility is None:
            where.append("visibility in ('archive', 'timeline')")
        else:
            where.append("visibility = ?")
            parameters.append(visibility)
        if is_favorite is not None:
            where.append(f"is_favorite = {int(is_favorite)}")
        rows = self._database.all(
            f"select type, count(*) as number from asset where {' and '.join(where)} group by type",
            parameters,
        )
        return {row["type"]: row["number"] for row in rows}

    def purge(self, asset_ids: Sequence[str]) -> list[str]:
        """Forget the assets for good, and moving parts that no photo needs any more.

        What comes back are the paths of their files.
        """
        paths: list[str] = []
        left = list(asset_ids)
        with self._database.transaction():
            while left:
                asset_id = left.pop()
                row = self.get(asset_id)
                if row is None:
                    continue
                paths += [row["original_path"], *thumbnails.paths(row)]
                paths += [row["sidecar_path"]] if row["sidecar_path"] else []
                stacks.leave(self._database, row)
                self._database.run("delete from asset where id = ?", [asset_id])
                self._database.run(
                    "update user set quota_usage = max(0, quota_usage - ?) where id = ?",
                    [row["file_size"], row["owner_id"]],
                )
                video_id = row["live_photo_video_id"]
                if video_id is not None and not self._is_moving_part(video_id):
                    left.append(video_id)
        return paths

    def _is_moving_part(self, video_id: str) -> bool:
        sql = "select 1 from asset where live_photo_video_id = ?"
        return self._database.one(sql, [video_id]) is not None

    def dying(self) -> list[str]:
        """The assets whose forced deletion was promised and not yet done."""
        return [
            row["id"] for row in self._database.all("select id from asset where status = 'deleted'")
        ]


def _asset_columns(asset_id: str, new: NewAsset, now: int) -> dict[str, Any]:
    local, created = new.local_date_time, new.created_at
    return {
        "id": asset_id,
        "owner_id": new.owner_id,
        "type": media.asset_type(new.original_path),
        "original_path": new.original_path,
        "original_file_name": new.file_name,
        "search_name": plain(new.file_name),
        "checksum": new.checksum,
        "file_created_at": new.file_created_at,
        "file_modified_at": new.file_modified_at,
        "stored_modified_at": new.file_modified_at,
        "local_date_time": new.file_created_at if local is None else local,
        "created_at": now if created is None else created,
        "updated_at": now if created is None else created,
        "deleted_at": now if new.is_trashed else None,
        "status": "trashed" if new.is_trashed else "active",
        "width": new.width,
        "height": new.height,
        "is_favorite": new.is_favorite,
        "visibility": new.visibility,
        "duration": new.duration,
        "live_photo_video_id": new.live_photo_video_id,
        "sidecar_path": new.sidecar_path,
    }


def _exif_columns(asset_id: str, new: NewAsset) -> dict[str, Any]:
    return {
        "asset_id": asset_id,
        "file_size": new.size,
        "date_time_original": new.file_created_at,
    }


# What rows that are stored many at once may have besides, and what they have if not.
_UNKNOWN_ASSET: Final[dict[str, Any]] = {
    "width": None,
    "height": None,
    "thumbhash": None,
    "duplicate_id": None,
    "deleted_at": None,
    "status": "active",
}
_UNKNOWN_EXIF: Final[dict[str, Any]] = {
    "asset_id": None,
    "make": None,
    "model": None,
    "exif_image_width": None,
    "exif_image_height": None,
    "file_size": 0,
    "orientation": None,
    "date_time_original": None,
    "modify_date": None,
    "time_zone": None,
    "lens_model": None,
    "f_number": None,
    "focal_length": None,
    "iso": None,
    "exposure_time": None,
    "latitude": None,
    "longitude": None,
    "city": None,
    "state": None,
    "country": None,
    "description": "",
    "projection_type": None,
    "rating": None,
    "fps": None,
}
