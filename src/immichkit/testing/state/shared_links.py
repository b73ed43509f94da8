"""Shared links: what they show, to whoever has their key or their slug."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from immichkit.testing import times
from immichkit.testing.state.database import Database, Row, batches, marks, new_id
from immichkit.testing.state.users import Caller

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from immichkit.testing.state.users import Users

_KEY_LENGTH: Final = 50

# What the link leads to, its album's assets too, each with the moving part that it may have.
_SEEN: Final = """
select seen.id from asset shown
join asset seen on seen.id in (shown.id, shown.live_photo_video_id)
where shown.deleted_at is null and seen.id in ({ids}) and shown.id in (
    select asset_id from shared_link_asset where link_id = ?
    union select asset_id from shared_link
    join album_asset on album_asset.album_id = shared_link.album_id where shared_link.id = ?
)
"""


@frozen
class Link:
    """What a caller may do who comes by a shared link."""

    id: str
    album_id: str | None
    allow_upload: bool
    allow_download: bool
    show_metadata: bool


class SharedLinks:
    """The shared links of all users."""

    def __init__(self, database: Database, users: Users) -> None:
        self._database = database
        self._users = users

    def add(self, user_id: str, asset_ids: Iterable[str], **columns: Any) -> str:
        """The id of a new link; raises `sqlite3.IntegrityError` if its slug is taken."""
        link_id = new_id()
        with self._database.transaction():
            self._database.insert(
                "shared_link",
                id=link_id,
                user_id=user_id,
                key=secrets.token_bytes(_KEY_LENGTH),
                created_at=times.now(),
                **columns,
            )
            self.put_assets(link_id, asset_ids)
        return link_id

    def get(self, user_id: str, link_id: str) -> Row | None:
        """The user's link of this id."""
        return self._database.one(
            "select * from shared_link where user_id = ? and id = ?", [user_id, link_id]
        )

    def all_of(
        self, user_id: str, *, link_id: str | None = None, album_id: str | None = None
    ) -> list[Row]:
        """The user's links, or those of one album or of one id, the newest first."""
        return self._database.all(
            "select * from shared_link where user_id = ? and (? is null or id = ?) "
            "and (? is null or album_id = ?) order by created_at desc",
            [user_id, link_id, link_id, album_id, album_id],
        )

    def change(self, link_id: str, **columns: Any) -> None:
        """Set columns; raises `sqlite3.IntegrityError` if the slug is taken."""
        self._database.update("shared_link", "id = ?", [link_id], **columns)

    def delete(self, link_id: str) -> None:
        """Forget the link; what it showed stays."""
        self._database.run("delete from shared_link where id = ?", [link_id])

    def assets(self, link_id: str) -> list[Row]:
        """What the link shows of its own, with EXIF, the oldest first; nothing of the trash."""
        return self._database.all(
            "select asset.*, exif.* from shared_link_asset "
            "join asset on asset.id = shared_link_asset.asset_id and deleted_at is null "
            "join exif on exif.asset_id = asset.id where link_id = ? order by file_created_at",
            [link_id],
        )

    def contained(self, link_id: str, asset_ids: Sequence[str]) -> set[str]:
        """Those of the ids that the link shows of its own."""
        found: set[str] = set()
        for batch in batches(asset_ids):
            rows = self._database.all(
                "select asset_id from shared_link_asset "
                f"where link_id = ? and asset_id in ({marks(batch)})",
                [link_id, *batch],
            )
            found.update(row["asset_id"] for row in rows)
        return found

    def put_assets(self, link_id: str, asset_ids: Iterable[str]) -> None:
        """Show more; raises `sqlite3.IntegrityError` for what is shown already."""
        with self._database.transaction():
            for asset_id in asset_ids:
                self._database.insert("shared_link_asset", link_id=link_id, asset_id=asset_id)

    def take_assets(self, link_id: str, asset_ids: Iterable[str]) -> None:
        """Show less."""
        with self._database.transaction():
            for asset_id in asset_ids:
                self._database.run(
                    "delete from shared_link_asset where link_id = ? and asset_id = ?",
                    [link_id, asset_id],
                )

    def copy(self, source_id: str, target_id: str) -> None:
        """Let every link that shows one asset show another too."""
        self._database.run(
            "insert or ignore into shared_link_asset (link_id, asset_id) "
            "select link_id, ? from shared_link_asset where asset_id = ?",
            [target_id, source_id],
        )

    def take_in(self, link: Link, asset_id: str) -> None:
        """Let the link, or the album that it is for, show what came in through it."""
        if link.album_id is None:
            table, column, owner_id = "shared_link_asset", "link_id", link.id
        else:
            table, column, owner_id = "album_asset", "album_id", link.album_id
        self._database.run(
            f"insert or ignore into {table} ({column}, asset_id) values (?, ?)",
            [owner_id, asset_id],
        )

    def album_dates(self, album_id: str) -> list[int]:
        """When, by local clocks, the assets of an album were taken, by their instants."""
        rows = self._database.all(
            "select local_date_time from album_asset join asset on asset.id = asset_id "
            "and deleted_at is null where album_id = ? order by file_created_at",
            [album_id],
        )
        return [row["local_date_time"] for row in rows]

    def by_key(self, key: bytes) -> Caller | None:
        """Who comes with this key, as long as the link is good: its owner, but for the link."""
        return self._caller("key = ?", key)

    def by_slug(self, slug: str) -> Caller | None:
        """Who comes with this slug, as long as the link is good."""
        return self._caller("slug = ?", slug)

    def _caller(self, where: str, value: bytes | str) -> Caller | None:
        row = self._database.one(f"select * from shared_link where {where}", [value])
        if row is None or (row["expires_at"] is not None and row["expires_at"] <= times.now()):
            return None
        user = self._users.get(row["user_id"])
        if user is None:
            return None
        link = Link(
            row["id"],
            row["album_id"],
            bool(row["allow_upload"]),
            bool(row["allow_download"]),
            bool(row["show_metadata"]),
        )
        return Caller(user, link=link)


def seen(database: Database, link: Link, asset_ids: Collection[str]) -> set[str]:
    """Those of the ids that the link leads to."""
    found: set[str] = set()
    for batch in batches(list(asset_ids)):
        rows = database.all(_SEEN.format(ids=marks(batch)), [*batch, link.id, link.id])
        found.update(row["id"] for row in rows)
    return found
