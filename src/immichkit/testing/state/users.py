"""Users, their API keys and their sessions."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from immichkit.testing import times
from immichkit.testing.state.database import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from immichkit.testing.state.database import Database, Row

_COLORS: Final = (
    "primary",
    "pink",
    "red",
    "yellow",
    "blue",
    "green",
    "purple",
    "orange",
    "gray",
    "amber",
)


@frozen
class Caller:
    """Who sends a request, and by which credential: a key with permissions, or a session."""

    user: Row
    permissions: frozenset[str] | None = None
    session_id: str | None = None

    @property
    def id(self) -> str:
        """The user's id."""
        found: str = self.user["id"]
        return found

    def may(self, permission: str) -> bool:
        """Whether the credential covers the operation; a session covers all."""
        granted = self.permissions
        return granted is None or "all" in granted or permission in granted


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


def _password_hash(user_id: str, password: str) -> str:
    # Not made to withstand attackers: a test signs in often, and the data are made up.
    return hmac.digest(user_id.encode(), password.encode(), "sha256").hex()


class Users:
    """Everyone that the server knows and what they sign in with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        email: str,
        password: str,
        name: str,
        *,
        is_admin: bool = False,
        should_change_password: bool = False,
        quota_size: int | None = None,
        storage_label: str | None = None,
    ) -> Row:
        """A new user."""
        user_id, now = new_id(), times.now()
        self._database.insert(
            "user",
            id=user_id,
            email=email,
            name=name,
            password=_password_hash(user_id, password),
            avatar_color=_COLORS[sum(map(ord, email)) % len(_COLORS)],
            is_admin=is_admin,
            should_change_password=should_change_password,
            quota_size=quota_size,
            storage_label=storage_label,
            created_at=now,
            updated_at=now,
            profile_changed_at=now,
        )
        return self.get(user_id) or self._lost(user_id)

    def get(self, user_id: str) -> Row | None:
        """The user of this id."""
        return self._database.one("select * from user where id = ?", [user_id])

    def by_email(self, email: str) -> Row | None:
        """The user of this address, which is in small letters."""
        return self._database.one("select * from user where email = ?", [email])

    def by_password(self, email: str, password: str) -> Row | None:
        """The user who signs in with these, or None."""
        user = self.by_email(email)
        if user is None:
            return None
        given = _password_hash(user["id"], password)
        return user if hmac.compare_digest(user["password"], given) else None

    def use_quota(self, user_id: str, size: int) -> None:
        """Count the bytes of a new file, or with a negative size those of one that went."""
        self._database.run(
            "update user set quota_usage = max(0, quota_usage + ?), updated_at = ? where id = ?",
            [size, times.now(), user_id],
        )

    def add_key(
        self, user_id: str, name: str, permissions: Sequence[str], *, secret: str | None = None
    ) -> tuple[Row, str]:
        """A new API key and its secret, which is kept only as a hash."""
        key_id, now = new_id(), times.now()
        secret = secret or new_secret()
        self._database.insert(
            "api_key",
            id=key_id,
            user_id=user_id,
            name=name,
            secret_hash=_digest(secret),
            permissions=json.dumps(list(permissions)),
            created_at=now,
            updated_at=now,
        )
        key = self._database.one("select * from api_key where id = ?", [key_id])
        return key or self._lost(key_id), secret

    def by_key(self, secret: str) -> Caller | None:
        """Who calls with this API key."""
        key = self._database.one(
            "select user_id, permissions from api_key where secret_hash = ?", [_digest(secret)]
        )
        user = None if key is None else self.get(key["user_id"])
        if key is None or user is None:
            return None
        return Caller(user, frozenset(json.loads(key["permissions"])))

    def add_session(self, user_id: str) -> str:
        """The token of a new session."""
        token, now = new_secret(), times.now()
        self._database.insert(
            "session",
            id=new_id(),
            user_id=user_id,
            token_hash=_digest(token),
            created_at=now,
            updated_at=now,
        )
        return token

    def by_token(self, token: str) -> Caller | None:
        """Who calls with this session's token."""
        session = self._database.one(
            "select id, user_id from session where token_hash = ?", [_digest(token)]
        )
        user = None if session is None else self.get(session["user_id"])
        if session is None or user is None:
            return None
        return Caller(user, session_id=session["id"])

    def end_session(self, session_id: str) -> None:
        """Make the session's token worthless."""
        self._database.run("delete from session where id = ?", [session_id])

    @staticmethod
    def _lost(row_id: str) -> Row:
        raise LookupError(row_id)


def new_secret() -> str:
    """A key or token of the length and letters of the server's."""
    return secrets.token_urlsafe(32)


def public(user: Row) -> dict[str, Any]:
    """The user as others see it, inside assets and albums."""
    return {
        "id": user["id"],
        "email": user["email"],
        "name": user["name"],
        "profileImagePath": "",
        "avatarColor": user["avatar_color"],
        "profileChangedAt": times.to_offset(user["profile_changed_at"]),
    }


def own(user: Row) -> Mapping[str, Any]:
    """The user as he himself and an administrator see it."""
    return {
        **public(user),
        "profileChangedAt": times.to_z(user["profile_changed_at"]),
        "storageLabel": user["storage_label"],
        "shouldChangePassword": bool(user["should_change_password"]),
        "isAdmin": bool(user["is_admin"]),
        "createdAt": times.to_z(user["created_at"]),
        "deletedAt": None,
        "updatedAt": times.to_z(user["updated_at"]),
        "oauthId": "",
        "quotaSizeInBytes": user["quota_size"],
        "quotaUsageInBytes": user["quota_usage"],
        "status": "active",
        "license": None,
    }


def key_view(key: Row) -> dict[str, Any]:
    """The API key without its secret."""
    return {
        "id": key["id"],
        "name": key["name"],
        "createdAt": times.to_z(key["created_at"]),
        "updatedAt": times.to_z(key["updated_at"]),
        "permissions": json.loads(key["permissions"]),
    }
