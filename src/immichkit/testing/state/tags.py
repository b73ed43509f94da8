"""Tags: a tree for each user, and what hangs on it."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times
from immichkit.testing.state.database import Database, Row, batches, marks, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from immichkit.testing.state.users import Caller

# Pairs of a tag and each tag below it, itself included, for the tags in the braces.
BELOW: Final = """
with recursive below (root, id) as (
select id, id from tag where id in ({ids})
union select below.root, tag.id from below join tag on tag.parent_id = below.id)
"""


class Tags:
    """The tags of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: str, value: str, color: str | None, parent_id: str | None) -> str:
        """The id of a new tag; ``value`` is its whole path."""
        tag_id, now = new_id(), times.now()
        self._database.insert(
            "tag",
            id=tag_id,
            user_id=user_id,
            value=value,
            color=color,
            parent_id=parent_id,
            created_at=now,
            updated_at=now,
        )
        return tag_id

    def get(self, tag_id: str) -> Row | None:
        """The tag of this id."""
        return self._database.one("select * from tag where id = ?", [tag_id])

    def by_value(self, user_id: str, value: str) -> Row | None:
        """The user's tag of this path."""
        return self._database.one(
            "select * from tag where user_id = ? and value = ?", [user_id, value]
        )

    def upsert(self, user_id: str, value: str) -> Row | None:
        """The tag of this path, made with all above it as needed; None for an empty path."""
        tag: Row | None = None
        with self._database.transaction():
            for part in filter(None, value.split("/")):
                path = part if tag is None else f"{tag['value']}/{part}"
                parent_id = None if tag is None else tag["id"]
                known = self.by_value(user_id, path)
                if known is None:
                    tag_id = self.add(user_id, path, None, parent_id)
                else:
                    tag_id = known["id"]
                    self.change(tag_id, parent_id=parent_id)
                tag = self.get(tag_id)
        return tag

    def change(self, tag_id: str, **columns: Any) -> None:
        """Set columns; the tag counts as updated."""
        self._database.update("tag", "id = ?", [tag_id], updated_at=times.now(), **columns)

    def delete(self, tag_id: str) -> None:
        """Forget the tag and all below it; their assets stay."""
        self._database.run("delete from tag where id = ?", [tag_id])

    def all_of(self, user_id: str) -> list[Row]:
        """The user's tags by their paths, capitals and small letters alike."""
        return self._database.all(
            "select * from tag where user_id = ? order by plain(value), value", [user_id]
        )

    def of_asset(self, asset_id: str) -> list[Row]:
        """The tags that the asset carries itself."""
        return self._database.all(
            "select tag.* from tag_asset join tag on tag.id = tag_id where asset_id = ? "
            "order by tag.created_at, tag.id",
            [asset_id],
        )

    def owned(self, caller: Caller, tag_ids: Iterable[str]) -> set[str]:
        """Those of the ids that are the caller's own."""
        found: set[str] = set()
        for batch in batches(list(set(tag_ids))):
            rows = self._database.all(
                f"select id from tag where user_id = ? and id in ({marks(batch)})",
                [caller.id, *batch],
            )
            found.update(row["id"] for row in rows)
        return found

    def tagged(self, tag_id: str, asset_ids: Sequence[str]) -> set[str]:
        """Those of the ids that carry the tag."""
        found: set[str] = set()
        for batch in batches(asset_ids):
            rows = self._database.all(
                f"select asset_id from tag_asset where tag_id = ? and asset_id in ({marks(batch)})",
                [tag_id, *batch],
            )
            found.update(row["asset_id"] for row in rows)
        return found

    def tag(self, tag_ids: Iterable[str], asset_ids: Sequence[str]) -> int:
        """Hang every asset on every tag; how many pairs are new."""
        with self._database.transaction():
            return sum(
                self._database.run(
                    "insert or ignore into tag_asset (tag_id, asset_id) values (?, ?)",
                    [tag_id, asset_id],
                )
                for tag_id in tag_ids
                for asset_id in asset_ids
            )

    def untag(self, tag_id: str, asset_ids: Iterable[str]) -> None:
        """Take assets off the tag."""
        with self._database.transaction():
            for asset_id in asset_ids:
                self._database.run(
                    "delete from tag_asset where tag_id = ? and asset_id = ?", [tag_id, asset_id]
                )


def view(tag: Row, *, is_nested: bool = False) -> dict[str, Any]:
    """The tag as the server describes it; what it lacks is left out."""
    date = times.to_offset if is_nested else times.to_z
    found = {
        "id": tag["id"],
        "name": tag["value"].rpartition("/")[2],
        "value": tag["value"],
        "createdAt": date(tag["created_at"]),
        "updatedAt": date(tag["updated_at"]),
    }
    if tag["parent_id"] is not None:
        found["parentId"] = tag["parent_id"]
    if tag["color"] is not None:
        found["color"] = tag["color"]
    return found
