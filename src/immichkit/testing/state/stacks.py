"""Stacks: photos that belong together, one of which stands for all."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING

from immichkit.testing import times
from immichkit.testing.state.database import Database, Row, batches, marks, new_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from immichkit.testing.state.users import Caller


class Stacks:
    """The stacks of all users."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, owner_id: str, asset_ids: Sequence[str]) -> str:
        """The id of a new stack, for which the first asset stands.

        A stack that one of the assets stands for comes along whole and is gone; other members
        of other stacks just leave these.
        """
        stack_id = new_id()
        with self._database.transaction():
            members = set(asset_ids)
            for batch in batches(asset_ids):
                members.update(self._dissolve(owner_id, batch))
            now = times.now()
            self._database.insert(
                "stack",
                id=stack_id,
                owner_id=owner_id,
                primary_asset_id=asset_ids[0],
                updated_at=now,
            )
            # One after the other, as v3.1's database does it: it lists them in that order then.
            for later, asset_id in enumerate(self._by_last_change(members)):
                self._database.update(
                    "asset", "id = ?", [asset_id], stack_id=stack_id, updated_at=now + later
                )
        return stack_id

    def _dissolve(self, owner_id: str, primary_ids: Sequence[str]) -> list[str]:
        """End the stacks that these stand for; their members, the trashed ones apart."""
        where = f"stack.owner_id = ? and primary_asset_id in ({marks(primary_ids)})"
        rows = self._database.all(
            "select asset.id from stack join asset on stack_id = stack.id "
            f"and deleted_at is null where {where}",
            [owner_id, *primary_ids],
        )
        self._database.run(f"delete from stack where {where}", [owner_id, *primary_ids])
        return [row["id"] for row in rows]

    def _by_last_change(self, asset_ids: Iterable[str]) -> list[str]:
        found: list[tuple[int, int, str]] = []
        for batch in batches(list(asset_ids)):
            rows = self._database.all(
                f"select updated_at, created_at, id from asset where id in ({marks(batch)})", batch
            )
            found.extend(tuple(row) for row in rows)
        return [asset_id for _, _, asset_id in sorted(found)]

    def get(self, stack_id: str) -> Row | None:
        """The stack of this id."""
        return self._database.one("select * from stack where id = ?", [stack_id])

    def all_of(self, owner_id: str, primary_asset_id: str | None = None) -> list[Row]:
        """The owner's stacks, or the one that this asset stands for."""
        if primary_asset_id is None:
            return self._database.all(
                "select * from stack where owner_id = ? order by updated_at, id", [owner_id]
            )
        return self._database.all(
            "select * from stack where owner_id = ? and primary_asset_id = ?",
            [owner_id, primary_asset_id],
        )

    def members(self, stack_ids: Sequence[str]) -> dict[str, list[Row]]:
        """By stack the shown members, each with its EXIF: the one that stands for all comes first.

        What is in the trash, hidden or locked is not shown.
        """
        found: dict[str, list[Row]] = {stack_id: [] for stack_id in stack_ids}
        for batch in batches(stack_ids):
            rows = self._database.all(
                "select asset.*, exif.* from stack join asset on asset.stack_id = stack.id "
                "and asset.deleted_at is null and asset.visibility in ('archive', 'timeline') "
                "join exif on exif.asset_id = asset.id "
                f"where stack.id in ({marks(batch)}) "
                "order by asset.id != stack.primary_asset_id, asset.updated_at, asset.id",
                batch,
            )
            for row in rows:
                found[row["stack_id"]].append(row)
        return found

    def owned(self, caller: Caller, stack_ids: Iterable[str]) -> set[str]:
        """Those of the ids that are the caller's own."""
        found: set[str] = set()
        for batch in batches(list(set(stack_ids))):
            rows = self._database.all(
                f"select id from stack where +owner_id = ? and id in ({marks(batch)})",
                [caller.id, *batch],
            )
            found.update(row["id"] for row in rows)
        return found

    def of_asset(self, asset: Row) -> dict[str, object] | None:
        """The stack as one of its assets tells of it; None if no other member is shown."""
        if asset["stack_id"] is None:
            return None
        row = self._database.one(
            "select stack.id, primary_asset_id, count(*) as others from stack "
            "join asset on stack_id = stack.id and asset.id != primary_asset_id "
            "and deleted_at is null and visibility = 'timeline' where stack.id = ? "
            "group by stack.id",
            [asset["stack_id"]],
        )
        if row is None:
            return None
        return {
            "id": row["id"],
            "primaryAssetId": row["primary_asset_id"],
            "assetCount": row["others"] + 1,
        }

    def set_primary(self, stack_id: str, asset_id: str) -> None:
        """Let another asset stand for the stack."""
        self._database.update(
            "stack", "id = ?", [stack_id], primary_asset_id=asset_id, updated_at=times.now()
        )

    def take_out(self, asset_id: str) -> None:
        """Take an asset out of its stack."""
        self._database.update("asset", "id = ?", [asset_id], stack_id=None, updated_at=times.now())

    def copy(self, source: Row, target: Row) -> None:
        """Put the target where the source is; a stack that it has already takes all in."""
        if source["stack_id"] is None or source["stack_id"] == target["stack_id"]:
            return
        if target["stack_id"] is None:
            self._database.update("asset", "id = ?", [target["id"]], stack_id=source["stack_id"])
            return
        with self._database.transaction():
            self._database.update(
                "asset", "stack_id = ?", [source["stack_id"]], stack_id=target["stack_id"]
            )
            self.delete(source["stack_id"])

    def delete(self, stack_id: str) -> None:
        """Forget the stack; its assets stay."""
        self._database.run("delete from stack where id = ?", [stack_id])


def leave(database: Database, asset: Row) -> None:
    """Mend the stack of an asset that is about to go for good.

    One of less than two is no stack any more; otherwise somebody else stands for it.
    """
    stack_id = asset["stack_id"]
    stack = database.one("select * from stack where id = ?", [stack_id])
    if stack is None:
        return
    others = database.all(
        "select id from asset where stack_id = ? and id not in (?, ?) "
        "and deleted_at is null and visibility = 'timeline' order by updated_at, id",
        [stack_id, asset["id"], stack["primary_asset_id"]],
    )
    is_primary = stack["primary_asset_id"] == asset["id"]
    if len(others) + (not is_primary) < 2:  # noqa: PLR2004 - a pair
        database.run("delete from stack where id = ?", [stack_id])
    elif is_primary:
        database.update(
            "stack",
            "id = ?",
            [stack_id],
            primary_asset_id=others[0]["id"],
            updated_at=times.now(),
        )
