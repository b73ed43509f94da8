"""Users as an administrator sees and changes them."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times, validation
from immichkit.testing.answers import RefusalError, json_answer
from immichkit.testing.routes import heatmaps, preferences
from immichkit.testing.routes.pin_codes import PIN_CODE
from immichkit.testing.routes.users import AVATAR_COLOR, changed, check_email, user_columns
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import sessions, users
from immichkit.testing.validation import Check, nullable, optional

if TYPE_CHECKING:
    from starlette.responses import Response

    from immichkit.testing.state.database import Row

routes: Final = Routes()

_OPTIONAL: Final[dict[str, Check]] = {
    "avatarColor": nullable(AVATAR_COLOR),
    "pinCode": nullable(PIN_CODE),
    "storageLabel": nullable(validation.text()),
    "quotaSizeInBytes": nullable(validation.integer(minimum=0)),
    "shouldChangePassword": optional(validation.boolean),
    "isAdmin": optional(validation.boolean),
}


@routes.on("GET", "/admin/users", "adminUser.read", admin=True)
def search_users_admin(call: Call) -> Response:
    query = call.query(
        {"withDeleted": optional(validation.text_boolean), "id": optional(validation.uuid4)}
    )
    found = call.state.users.all(
        with_deleted=query.get("withDeleted", False), user_id=query.get("id")
    )
    return json_answer([users.own(user) for user in found])


@routes.on("POST", "/admin/users", "adminUser.create", admin=True)
def create_user_admin(call: Call) -> Response:
    body = call.json(
        {
            "email": validation.email,
            "password": validation.text(),
            "name": validation.text(),
            **_OPTIONAL,
            "notify": optional(validation.boolean),
        }
    )
    if not body["password"]:
        raise RefusalError(400, "password is required")
    check_email(call, None, body["email"])
    try:
        user = call.state.users.add(
            body["email"],
            body["password"],
            body["name"],
            is_admin=body.get("isAdmin", False),
            should_change_password=body.get("shouldChangePassword", True),
            quota_size=body.get("quotaSizeInBytes"),
            storage_label=body.get("storageLabel"),
            avatar_color=body.get("avatarColor"),
            pin_code=body.get("pinCode"),
        )
    except sqlite3.IntegrityError:
        # v3.1 finds out from its database that a label is taken, or a deleted user's address.
        raise RefusalError(500, "Failed to create user admin") from None
    return json_answer(users.own(user), 201)


@routes.on("GET", "/admin/users/{id}", "adminUser.read", admin=True)
def get_user_admin(call: Call) -> Response:
    return json_answer(users.own(_found(call, with_deleted=True)))


@routes.on("PUT", "/admin/users/{id}", "adminUser.update", admin=True)
def update_user_admin(call: Call) -> Response:
    user_id = call.id()
    body = call.json(
        {
            "email": optional(validation.email),
            "password": optional(validation.text()),
            "name": optional(validation.text()),
            **_OPTIONAL,
        }
    )
    user = _found(call)
    if user_id == call.caller.id and body.get("isAdmin", True) != bool(user["is_admin"]):
        raise RefusalError(400, "Admin status can only be changed by another admin")
    check_email(call, user_id, body.get("email"))
    label = body.get("storageLabel")
    other = call.state.users.by_label(label) if label else None
    if other is not None and other["id"] != user_id:
        raise RefusalError(400, "Storage label already in use by another account")
    columns = user_columns(user_id, body)
    if label == "":
        columns["storage_label"] = None
    return json_answer(users.own(changed(call, user_id, columns, "update user admin")))


@routes.on("DELETE", "/admin/users/{id}", "adminUser.delete", admin=True)
def delete_user_admin(call: Call) -> Response:
    """Shut the user out; with ``force`` all that is his goes after the answer."""
    user_id = call.id()
    body = call.json({"force": optional(validation.boolean)})
    _found(call)
    if user_id == call.caller.id:
        raise RefusalError(403, "Cannot delete your own account")
    is_forced = body.get("force", False)
    status = "removing" if is_forced else "deleted"
    user = call.state.users.change(user_id, status=status, deleted_at=times.now())
    if is_forced:
        call.jobs.append(call.state.purge)
    return json_answer(users.own(user))


@routes.on("POST", "/admin/users/{id}/restore", "adminUser.delete", admin=True)
def restore_user_admin(call: Call) -> Response:
    user = _found(call, with_deleted=True)
    restored = call.state.users.change(user["id"], status="active", deleted_at=None)
    return json_answer(users.own(restored))


@routes.on("GET", "/admin/users/{id}/preferences", "adminUser.read", admin=True)
def get_user_preferences_admin(call: Call) -> Response:
    return json_answer(preferences.of(call, _found(call, with_deleted=True)["id"]))


@routes.on("PUT", "/admin/users/{id}/preferences", "adminUser.update", admin=True)
def update_user_preferences_admin(call: Call) -> Response:
    return json_answer(preferences.change(call, _found(call)["id"]))


@routes.on("GET", "/admin/users/{id}/sessions", "adminSession.read", admin=True)
def get_user_sessions_admin(call: Call) -> Response:
    found = call.state.sessions.of(call.id())
    return json_answer([sessions.view(session) for session in found])


@routes.on("GET", "/admin/users/{id}/statistics", "adminUser.read", admin=True)
def get_user_statistics_admin(call: Call) -> Response:
    query = call.query(
        {
            "isFavorite": optional(validation.text_boolean),
            "isTrashed": optional(validation.text_boolean),
            "visibility": optional(validation.VISIBILITY),
        }
    )
    return json_answer(_statistics(call, query))


# As in v3.1, any user may look at anybody's heat map.
@routes.on("GET", "/admin/users/{id}/calendar-heatmap", "user.read")
def get_user_calendar_heatmap_admin(call: Call) -> Response:
    return json_answer(heatmaps.view(call, _found(call)["id"]))


def _statistics(call: Call, query: dict[str, Any]) -> dict[str, int]:
    images, videos = call.state.counts.of_kinds(
        call.id(),
        is_favorite=query.get("isFavorite"),
        is_trashed=query.get("isTrashed"),
        visibility=query.get("visibility"),
    )
    return {"images": images, "videos": videos, "total": images + videos}


def _found(call: Call, *, with_deleted: bool = False) -> Row:
    user = call.state.users.get(call.id(), with_deleted=with_deleted)
    if user is None:
        raise RefusalError(400, "User not found")
    return user
