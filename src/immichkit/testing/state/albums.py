"""Albums: their members, their assets, and how the server describes them."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times
from immichkit.testing.state import users
from immichkit.testing.state.database import Database, Row, batches, marks, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from immichkit.testing.state.users import Caller

EDITORS: Final = ("owner", "editor")
MEMBERS: Final = ("owner", "editor", "viewer")
_DAY: Final = 86_400_000_000

# Of an album's assets only these show up in its counts and dates.
_SHOWN: Final = """
from album_asset join asset on asset.id = album_asset.asset_id and asset.deleted_at is null
and asset.visibility in ('archive', 'timeline')
"""
# With users, or with whoever has a link.
_IS_SHARED: Final = """
exists (select 1 from album_user where album_id = album.id and role != 'owner')
or exists (select 1 from shared_link where shared_link.album_id = album.id)
"""


class Albums:
    """The albums of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        owner_id: str,
        name: str,
        description: str,
        asset_ids: Sequence[str],
        members: Sequence[tuple[str, str]],
    ) -> str:
        """The id of a new album, whose first asset is its thumbnail."""
        album_id, now = new_id(), times.now()
        with self._database.transaction():
            self._database.insert(
                "album",
                id=album_id,
                name=name,
                description=description,
                thumbnail_asset_id=asset_ids[0] if asset_ids else None,
                created_at=now,
                updated_at=now,
            )
            self.put_assets(album_id, asset_ids)
            for user_id, role in [(owner_id, "owner"), *members]:
                self._put_member(album_id, user_id, role)
        return album_id

    def get(self, album_id: str) -> Row | None:
        """The album of this id."""
        return self._database.one("select * from album where id = ?", [album_id])

    def delete(self, album_id: str) -> None:
        """Forget the album; its assets stay."""
        self._database.run("delete from album where id = ?", [album_id])

    def change(self, album_id: str, **columns: Any) -> None:
        """Set columns; the album counts as updated."""
        columns = {"updated_at": times.now(), **columns}
        self._database.update("album", "id = ?", [album_id], **columns)

    def put_member(self, album_id: str, user_id: str, role: str) -> None:
        """Let a user in; one who is in it keeps the role that he has."""
        self._put_member(album_id, user_id, role)
        self.change(album_id)

    def _put_member(self, album_id: str, user_id: str, role: str) -> None:
        self._database.run(
            "insert or ignore into album_user (album_id, user_id, role) values (?, ?, ?)",
            [album_id, user_id, role],
        )

    def set_role(self, album_id: str, user_id: str, role: str) -> None:
        """Make a member something else."""
        self._database.update(
            "album_user", "album_id = ? and user_id = ?", [album_id, user_id], role=role
        )

    def remove_member(self, album_id: str, user_id: str) -> None:
        """Put a member out."""
        self._database.run(
            "delete from album_user where album_id = ? and user_id = ?", [album_id, user_id]
        )

    def role_of(self, album_id: str, user_id: str) -> str | None:
        """What the user is in the album, or None."""
        row = self._database.one(
            "select role from album_user where album_id = ? and user_id = ?", [album_id, user_id]
        )
        return None if row is None else row["role"]

    def accessible(
        self, caller: Caller, album_ids: Iterable[str], roles: Sequence[str]
    ) -> set[str]:
        """Those of the ids in which the caller has one of the roles; a link shows its own."""
        if caller.link is not None:
            shown = caller.link.album_id
            return {one for one in album_ids if one == shown and "viewer" in roles}
        found: set[str] = set()
        for batch in batches(list(set(album_ids))):
            rows = self._database.all(
                "select album_id from album_user where user_id = ? "
                f"and album_id in ({marks(batch)}) and role in ({marks(roles)})",
                [caller.id, *batch, *roles],
            )
            found.update(row["album_id"] for row in rows)
        return found

    def contained(self, album_id: str, asset_ids: Sequence[str]) -> set[str]:
        """Those of the ids that are in the album."""
        found: set[str] = set()
        for batch in batches(asset_ids):
            rows = self._database.all(
                "select asset_id from album_asset where album_id = ? "
                f"and asset_id in ({marks(batch)})",
                [album_id, *batch],
            )
            found.update(row["asset_id"] for row in rows)
        return found

    def put_assets(self, album_id: str, asset_ids: Iterable[str]) -> None:
        """Put assets into the album."""
        with self._database.transaction():
            for asset_id in asset_ids:
                self._database.run(
                    "insert or ignore into album_asset (album_id, asset_id) values (?, ?)",
                    [album_id, asset_id],
                )

    def copy_membership(self, source_id: str, target_id: str) -> None:
        """Put one asset into every album that another is in."""
        self._database.run(
            "insert or ignore into album_asset (album_id, asset_id) "
            "select album_id, ? from album_asset where asset_id = ?",
            [target_id, source_id],
        )

    def take_assets(self, album_id: str, asset_ids: Iterable[str]) -> None:
        """Take assets out of the album."""
        with self._database.transaction():
            for asset_id in asset_ids:
                self._database.run(
                    "delete from album_asset where album_id = ? and asset_id = ?",
                    [album_id, asset_id],
                )

    def take_from_all(self, asset_ids: Iterable[str]) -> None:
        """Take assets out of every album."""
        with self._database.transaction():
            for asset_id in asset_ids:
                self._database.run("delete from album_asset where asset_id = ?", [asset_id])

    def mend_thumbnails(self) -> None:
        """Give each album whose thumbnail is gone the newest picture that it shows."""
        newest = (
            f"(select asset.id {_SHOWN} where album_asset.album_id = album.id "
            "order by asset.file_created_at desc limit 1)"
        )
        self._database.run(
            f"update album set thumbnail_asset_id = {newest} "
            "where thumbnail_asset_id is not null and not exists "
            f"(select 1 {_SHOWN} where album_asset.album_id = album.id "
            "and album_asset.asset_id = thumbnail_asset_id) "
            f"or thumbnail_asset_id is null and {newest} is not null"
        )

    def all_of(
        self,
        caller: Caller,
        *,
        album_id: str | None = None,
        name: str | None = None,
        is_owned: bool | None = None,
        is_shared: bool | None = None,
        asset_id: str | None = None,
    ) -> list[Row]:
        """The albums that the caller is in, the newest first; with an asset only that counts."""
        sql = "select album.* from album join album_user me on me.album_id = album.id "
        where, parameters = ["me.user_id = ?"], [caller.id]
        if asset_id is not None:
            where.append("exists (select 1 from album_asset where album_id = id and asset_id = ?)")
            parameters.append(asset_id)
        else:
            if album_id is not None:
                where.append("album.id = ?")
                parameters.append(album_id)
            if name is not None:
                where.append("album.name = ?")
                parameters.append(name)
            if is_owned is not None:
                where.append(f"me.role {'=' if is_owned else '!='} 'owner'")
            if is_shared is not None:
                where.append(f"{'' if is_shared else 'not '}({_IS_SHARED})")
        sql += f"where {' and '.join(where)} order by album.created_at desc, album.id"
        return self._database.all(sql, parameters)

    def base_view(self, album: Row, caller: Caller) -> dict[str, Any]:
        """What every description of an album begins with."""
        members = self._database.all(
            "select user.*, role from album_user join user on user.id = user_id where album_id = ? "
            "order by case role when 'owner' then 0 when 'editor' then 1 else 2 end, "
            "user_id != ?, user.name",
            [album["id"], caller.id],
        )
        has_link = (
            self._database.one("select 1 from shared_link where album_id = ?", [album["id"]])
            is not None
        )
        return {
            "albumName": album["name"],
            "description": album["description"],
            "albumThumbnailAssetId": album["thumbnail_asset_id"],
            "createdAt": times.to_z(album["created_at"]),
            "updatedAt": times.to_z(album["updated_at"]),
            "id": album["id"],
            "albumUsers": [
                {"user": users.public(member), "role": member["role"]} for member in members
            ],
            "shared": len(members) > 1 or has_link,
            "hasSharedLink": has_link,
            "assetCount": 0,
            "isActivityEnabled": bool(album["is_activity_enabled"]),
            "order": album["sort_order"],
        }

    def changed_view(self, album_id: str, caller: Caller) -> Mapping[str, Any]:
        """The answer to a change of the album: its dates are to the millisecond."""
        album = self.get(album_id)
        if album is None:
            raise LookupError(album_id)
        view = self.base_view(album, caller)
        dates = self._dates(album_id)
        if dates is not None:
            view |= {
                "startDate": times.to_offset(dates["first"]),
                "endDate": times.to_offset(dates["last"]),
                "assetCount": dates["number"],
            }
        return view

    def read_view(self, album: Row, caller: Caller) -> dict[str, Any]:
        """The answer to a look at the album: its dates are whole days."""
        view = self.base_view(album, caller)
        dates = self._dates(album["id"])
        if dates is not None:
            view |= {
                "startDate": times.to_z(dates["first"] // _DAY * _DAY),
                "endDate": times.to_z(dates["last"] // _DAY * _DAY),
                "assetCount": dates["number"],
                "lastModifiedAssetTimestamp": times.to_z(dates["modified"]),
            }
        return view

    def contributors(self, album_id: str) -> list[dict[str, Any]]:
        """How many assets each member gave, the most generous first."""
        rows = self._database.all(
            f"select owner_id, count(*) as number {_SHOWN} where album_id = ? "
            "group by owner_id order by number desc, owner_id",
            [album_id],
        )
        return [{"userId": row["owner_id"], "assetCount": row["number"]} for row in rows]

    def _dates(self, album_id: str) -> Row | None:
        """First and last day, number and last change of the shown assets; None without any."""
        row = self._database.one(
            "select min(asset.local_date_time) as first, max(asset.local_date_time) as last, "
            f"count(*) as number, max(asset.updated_at) as modified {_SHOWN} where album_id = ?",
            [album_id],
        )
        return row if row is not None and row["number"] else None
