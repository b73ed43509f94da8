"""Users and what is stored for them."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from immichkit.testing import times
from immichkit.testing.state import thumbnails
from immichkit.testing.state.database import new_id

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immichkit.testing.state.database import Database, Row
    from immichkit.testing.state.shared_links import Link

COLORS: Final = (
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
    key_id: str | None = None
    # A session that was unlocked with the PIN code: it sees locked assets.
    is_elevated: bool = False
    # A guest has the rights of a shared link and nothing of its owner's but the name.
    link: Link | None = None

    @property
    def id(self) -> str:
        """The user's id."""
        found: str = self.user["id"]
        return found

    def may(self, permission: str) -> bool:
        """Whether the credential covers the operation; a session covers all."""
        granted = self.permissions
        return granted is None or "all" in granted or permission in granted


def secret_hash(user_id: str, password: str) -> str:
    """What is kept of a user's password or PIN code."""
    # Not made to withstand attackers: a test signs in often, and the data are made up.
    return hmac.digest(user_id.encode(), password.encode(), "sha256").hex()


class Users:
    """Everyone that the server knows and what they sign in with."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        email: str,
        password: str | None,
        name: str,
        *,
        is_admin: bool = False,
        should_change_password: bool = False,
        quota_size: int | None = None,
        storage_label: str | None = None,
        avatar_color: str | None = None,
        pin_code: str | None = None,
        oauth_id: str = "",
    ) -> Row:
        """A new user, who without a password signs in by OAuth alone.

        Raises `sqlite3.IntegrityError` if the address or the label is taken.
        """
        user_id, now = new_id(), times.now()
        self._database.insert(
            "user",
            id=user_id,
            email=email,
            name=name,
            password="" if password is None else secret_hash(user_id, password),
            oauth_id=oauth_id,
            avatar_color=avatar_color,
            is_admin=is_admin,
            should_change_password=should_change_password,
            quota_size=quota_size,
            storage_label=storage_label,
            pin_code=None if pin_code is None else secret_hash(user_id, pin_code),
            created_at=now,
            updated_at=now,
            profile_changed_at=now,
        )
        return self.get(user_id) or self._lost(user_id)

    def get(self, user_id: str, *, with_deleted: bool = False) -> Row | None:
        """The user of this id."""
        user = self._database.one("select * from user where id = ?", [user_id])
        return None if user is not None and user["deleted_at"] and not with_deleted else user

    def all(self, *, with_deleted: bool = False, user_id: str | None = None) -> list[Row]:
        """Everyone, or the one of this id; the newest first."""
        return self._database.all(
            "select * from user where (? or deleted_at is null) and (? is null or id = ?) "
            "order by created_at desc",
            [with_deleted, user_id, user_id],
        )

    def by_email(self, email: str) -> Row | None:
        """The user of this address, which is in small letters."""
        return self._database.one(
            "select * from user where email = ? and deleted_at is null", [email]
        )

    def by_oauth_id(self, oauth_id: str) -> Row | None:
        """The user who is linked to this identity of the provider."""
        return self._database.one(
            "select * from user where oauth_id = ? and oauth_id != '' and deleted_at is null",
            [oauth_id],
        )

    def unlink_all(self) -> None:
        """Let nobody be linked to an identity of the provider any more."""
        self._database.update("user", "oauth_id != ''", [], oauth_id="", updated_at=times.now())

    def by_label(self, label: str) -> Row | None:
        """The user with this storage label."""
        return self._database.one(
            "select * from user where storage_label = ? and deleted_at is null", [label]
        )

    def change(self, user_id: str, **columns: Any) -> Row:
        """The user with columns set; raises `sqlite3.IntegrityError` if one of them is taken."""
        columns = {"updated_at": times.now(), **columns}
        self._database.update("user", "id = ?", [user_id], **columns)
        return self.get(user_id, with_deleted=True) or self._lost(user_id)

    def leaving(self) -> list[str]:
        """The users whose removal was promised and not yet done."""
        found = self._database.all("select id from user where status = 'removing'")
        return [row["id"] for row in found]

    def remove(self, user_id: str) -> list[str]:
        """Forget the user and all that is his; what comes back are the paths of his files."""
        rows = self._database.all(
            "select id, owner_id, original_path, sidecar_path from asset where owner_id = ?",
            [user_id],
        )
        user = self.get(user_id, with_deleted=True)
        found: list[str | None] = [None if user is None else user["profile_image_path"]]
        for row in rows:
            found += [row["original_path"], row["sidecar_path"], *thumbnails.paths(row)]
        with self._database.transaction():
            self._database.run(
                "delete from album where id in "
                "(select album_id from album_user where user_id = ? and role = 'owner')",
                [user_id],
            )
            before = self._database.new_update_id()
            self._database.run("delete from user where id = ?", [user_id])
            # Of what leaves other people's albums this way, v3.1's triggers do not hear.
            self._database.run(
                "delete from deleted where kind = 'album_asset' and update_id > ?", [before]
            )
        return [path for path in found if path]

    def has_secret(self, user_id: str, column: str, given: str) -> bool:
        """Whether this is the user's ``password`` or ``pin_code``."""
        user = self.get(user_id)
        kept = None if user is None else user[column]
        return kept is not None and hmac.compare_digest(kept, secret_hash(user_id, given))

    def metadata(self, user_id: str, key: str) -> Any:
        """What was stored for the user under the key, or None."""
        row = self._database.one(
            "select value from user_metadata where user_id = ? and key = ?", [user_id, key]
        )
        return None if row is None else json.loads(row["value"])

    def put_metadata(self, user_id: str, key: str, value: Any) -> None:
        """Store something for the user in place of what was there; None takes it away."""
        if value is None:
            self._database.run(
                "delete from user_metadata where user_id = ? and key = ?", [user_id, key]
            )
        else:
            self._database.run(
                "insert or replace into user_metadata (user_id, key, value) values (?, ?, ?)",
                [user_id, key, json.dumps(value)],
            )

    def by_password(self, email: str, password: str) -> Row | None:
        """The user who signs in with these, or None."""
        user = self.by_email(email)
        is_his = user is not None and self.has_secret(user["id"], "password", password)
        return user if is_his else None

    def use_quota(self, user_id: str, size: int) -> None:
        """Count the bytes of a new file, or with a negative size those of one that went."""
        self._database.run(
            "update user set quota_usage = max(0, quota_usage + ?), updated_at = ? where id = ?",
            [size, times.now(), user_id],
        )

    @staticmethod
    def _lost(row_id: str) -> Row:
        raise LookupError(row_id)


def public(user: Row) -> dict[str, Any]:
    """The user as others see it, inside assets and albums."""
    return {
        "id": user["id"],
        "email": user["email"],
        "name": user["name"],
        "profileImagePath": user["profile_image_path"],
        "avatarColor": user["avatar_color"] or _color_of(user["email"]),
        "profileChangedAt": times.to_offset(user["profile_changed_at"]),
    }


def _color_of(email: str) -> str:
    """The color of who has chosen none."""
    return COLORS[sum(map(ord, email)) % len(COLORS)]


def listed(user: Row) -> dict[str, Any]:
    """The user as others see it, asked for by itself."""
    return {**public(user), "profileChangedAt": times.to_z(user["profile_changed_at"])}


def own(user: Row) -> Mapping[str, Any]:
    """The user as he himself and an administrator see it."""
    deleted = user["deleted_at"]
    return {
        **listed(user),
        "storageLabel": user["storage_label"],
        "shouldChangePassword": bool(user["should_change_password"]),
        "isAdmin": bool(user["is_admin"]),
        "createdAt": times.to_z(user["created_at"]),
        "deletedAt": None if deleted is None else times.to_z(deleted),
        "updatedAt": times.to_z(user["updated_at"]),
        "oauthId": user["oauth_id"],
        "quotaSizeInBytes": user["quota_size"],
        "quotaUsageInBytes": user["quota_usage"],
        "status": user["status"],
        "license": None,
    }
