"""Sessions: what a login begins, what may live inside it, what the PIN code unlocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from attrs import frozen

from immichkit.testing import times
from immichkit.testing.state.database import new_id
from immichkit.testing.state.secrets import digest, new_secret
from immichkit.testing.state.users import Caller

if TYPE_CHECKING:
    from immichkit.testing.state.database import Database, Row
    from immichkit.testing.state.users import Users

_SECOND: Final = 1_000_000
_HOUR: Final = 3600 * _SECOND
_UNLOCKED_FOR: Final = 900 * _SECOND
# Who keeps using an unlocked session is not locked out in the middle of it.
_LEAST_LEFT: Final = 300 * _SECOND


@frozen
class Device:
    """What a session says about the program that began it."""

    type: str = ""
    os: str = ""
    app_version: str | None = None


class Sessions:
    """The sessions of all users."""

    def __init__(self, database: Database, users: Users) -> None:
        self._database = database
        self._users = users

    def add(
        self,
        user_id: str,
        device: Device,
        *,
        parent_id: str | None = None,
        duration: int | None = None,
        oauth_token: str | None = None,
    ) -> tuple[Row, str]:
        """A new session and its token; with a duration in seconds it ends by itself."""
        session_id, token, now = new_id(), new_secret(), times.now()
        self._database.insert(
            "session",
            id=session_id,
            user_id=user_id,
            token_hash=digest(token),
            created_at=now,
            updated_at=now,
            parent_id=parent_id,
            expires_at=None if duration is None else now + duration * _SECOND,
            device_type=device.type,
            device_os=device.os,
            app_version=device.app_version,
            oauth_token=oauth_token,
        )
        session = self.get(session_id)
        if session is None:
            raise LookupError(session_id)
        return session, token

    def caller(self, token: str, device: Device) -> Caller | None:
        """Who calls with this session's token, which counts as used from this device."""
        now = times.now()
        session = self._database.one(
            "select * from session where token_hash = ? and (expires_at is null or expires_at > ?)",
            [digest(token), now],
        )
        user = None if session is None else self._users.get(session["user_id"])
        if session is None or user is None:
            return None
        if now - session["updated_at"] > _HOUR or session["app_version"] != device.app_version:
            self.change(
                session["id"],
                device_type=device.type,
                device_os=device.os,
                app_version=device.app_version,
            )
        unlocked_until = session["pin_expires_at"] or 0
        is_elevated = unlocked_until > now
        if is_elevated and now + _LEAST_LEFT > unlocked_until:
            self._set(session["id"], pin_expires_at=now + _LEAST_LEFT)
        return Caller(user, session_id=session["id"], is_elevated=is_elevated)

    def get(self, session_id: str) -> Row | None:
        """The session of this id."""
        return self._database.one("select * from session where id = ?", [session_id])

    def of(self, user_id: str) -> list[Row]:
        """The user's living sessions, the one that was used last first."""
        return self._database.all(
            "select * from session where user_id = ? and (expires_at is null or expires_at > ?) "
            "order by updated_at desc, created_at desc",
            [user_id, times.now()],
        )

    def change(self, session_id: str, **columns: Any) -> None:
        """Set columns; the session counts as updated."""
        self._set(session_id, updated_at=times.now(), **columns)

    def unlock(self, session_id: str) -> None:
        """Let the session see locked assets for a quarter of an hour."""
        self.change(session_id, pin_expires_at=times.now() + _UNLOCKED_FOR)

    def lock(self, session_id: str) -> None:
        """Hide locked assets from the session."""
        self.change(session_id, pin_expires_at=None)

    def lock_all(self, user_id: str) -> None:
        """Hide locked assets from every session of the user."""
        self._database.update("session", "user_id = ?", [user_id], pin_expires_at=None)

    def end(self, session_id: str) -> None:
        """Make the session's token worthless, and those of its children."""
        self._database.run("delete from session where id = ?", [session_id])

    def end_all(self, user_id: str, *, but: str | None) -> None:
        """End the user's sessions, save this one."""
        self._database.run("delete from session where user_id = ? and id is not ?", [user_id, but])

    def end_by_oauth(self, oauth_id: str) -> None:
        """End the sessions that were begun with this identity."""
        self._database.run(
            "delete from session where oauth_token is not null and user_id in "
            "(select id from user where oauth_id = ?)",
            [oauth_id],
        )

    def set_oauth_token(self, session_id: str, token: str | None) -> None:
        """Keep what the provider wants to hear when the session ends."""
        self._set(session_id, oauth_token=token)

    def _set(self, session_id: str, **columns: Any) -> None:
        self._database.update("session", "id = ?", [session_id], **columns)


def view(session: Row, current_id: str | None = None) -> dict[str, Any]:
    """The session as the server describes it; only a list says which one is the caller's."""
    expires = session["expires_at"]
    described: dict[str, Any] = {
        "id": session["id"],
        "createdAt": times.to_z(session["created_at"]),
        "updatedAt": times.to_z(session["updated_at"]),
        "current": session["id"] == current_id,
        "appVersion": session["app_version"],
        "deviceOS": session["device_os"],
        "deviceType": session["device_type"],
        "isPendingSyncReset": bool(session["is_pending_sync_reset"]),
    }
    if expires is not None:
        described["expiresAt"] = times.to_z(expires)
    return described
