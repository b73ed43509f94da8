"""Partners: whose library is shared with whom, as a whole."""

# Values travel as parameters; what is put together here are words of our own.
# ruff: noqa: S608

from __future__ import annotations

from typing import TYPE_CHECKING

from immichkit.testing import times

if TYPE_CHECKING:
    from immichkit.testing.state.database import Database, Row

_USERS_TOO = "join user on user.id = partner.{} and user.deleted_at is null"


class Partners:
    """Who shares with whom, and who wants to see it in his timeline."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, shared_by_id: str, shared_with_id: str) -> None:
        """Share a library."""
        self._database.insert(
            "partner",
            shared_by_id=shared_by_id,
            shared_with_id=shared_with_id,
            created_at=times.now(),
        )

    def get(self, shared_by_id: str, shared_with_id: str) -> Row | None:
        """Whether and how the one shares with the other."""
        return self._database.one(
            "select * from partner where shared_by_id = ? and shared_with_id = ?",
            [shared_by_id, shared_with_id],
        )

    def show(self, shared_by_id: str, shared_with_id: str, *, in_timeline: bool) -> None:
        """Mix what is shared into the receiver's timeline, or do so no more."""
        self._database.update(
            "partner",
            "shared_by_id = ? and shared_with_id = ?",
            [shared_by_id, shared_with_id],
            in_timeline=in_timeline,
        )

    def remove(self, shared_by_id: str, shared_with_id: str) -> None:
        """Share no more."""
        self._database.run(
            "delete from partner where shared_by_id = ? and shared_with_id = ?",
            [shared_by_id, shared_with_id],
        )

    def receivers(self, user_id: str) -> list[Row]:
        """Those whom the user shares with, himself last, each with ``in_timeline``."""
        return self._database.all(
            f"select user.*, in_timeline from partner {_USERS_TOO.format('shared_with_id')} "
            "where shared_by_id = ?1 order by user.id = ?1, partner.created_at",
            [user_id],
        )

    def givers(self, user_id: str) -> list[Row]:
        """Those who share with the user, each with ``in_timeline``."""
        return self._database.all(
            f"select user.*, in_timeline from partner {_USERS_TOO.format('shared_by_id')} "
            "where shared_with_id = ? order by partner.created_at",
            [user_id],
        )

    def in_timeline_of(self, user_id: str) -> list[str]:
        """The ids of those whose photos are among the user's own."""
        return [giver["id"] for giver in self.givers(user_id) if giver["in_timeline"]]
