"""API keys and what they may do."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from immichkit.testing import times
from immichkit.testing.state.database import new_id
from immichkit.testing.state.secrets import digest, new_secret
from immichkit.testing.state.users import Caller

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immichkit.testing.state.database import Database, Row
    from immichkit.testing.state.users import Users


class ApiKeys:
    """The API keys of all users."""

    def __init__(self, database: Database, users: Users) -> None:
        self._database = database
        self._users = users

    def add(self, user_id: str, name: str, permissions: Sequence[str]) -> tuple[Row, str]:
        """A new API key and its secret, which is kept only as a hash."""
        key_id, now, secret = new_id(), times.now(), new_secret()
        self._database.insert(
            "api_key",
            id=key_id,
            user_id=user_id,
            name=name,
            secret_hash=digest(secret),
            permissions=json.dumps(list(permissions)),
            created_at=now,
            updated_at=now,
        )
        key = self.get(user_id, key_id)
        if key is None:
            raise LookupError(key_id)
        return key, secret

    def caller(self, secret: str) -> Caller | None:
        """Who calls with this API key."""
        key = self._database.one(
            "select id, user_id, permissions from api_key where secret_hash = ?", [digest(secret)]
        )
        user = None if key is None else self._users.get(key["user_id"])
        if key is None or user is None:
            return None
        return Caller(user, frozenset(json.loads(key["permissions"])), key_id=key["id"])

    def get(self, user_id: str, key_id: str) -> Row | None:
        """The user's key of this id."""
        return self._database.one(
            "select * from api_key where user_id = ? and id = ?", [user_id, key_id]
        )

    def of(self, user_id: str) -> list[Row]:
        """The user's keys, the newest first."""
        return self._database.all(
            "select * from api_key where user_id = ? order by created_at desc", [user_id]
        )

    def change(self, key_id: str, *, name: str | None, permissions: Sequence[str] | None) -> None:
        """Set what is given."""
        columns: dict[str, Any] = {"updated_at": times.now()}
        if name is not None:
            columns["name"] = name
        if permissions is not None:
            columns["permissions"] = json.dumps(list(permissions))
        self._database.update("api_key", "id = ?", [key_id], **columns)

    def delete(self, key_id: str) -> None:
        """Make the key worthless."""
        self._database.run("delete from api_key where id = ?", [key_id])


def view(key: Row) -> dict[str, Any]:
    """The API key without its secret."""
    return {
        "id": key["id"],
        "name": key["name"],
        "createdAt": times.to_z(key["created_at"]),
        "updatedAt": times.to_z(key["updated_at"]),
        "permissions": json.loads(key["permissions"]),
    }
