"""Users as the caller sees them, and what is his own among it."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, empty, json_answer
from immichkit.testing.routes import heatmaps, preferences
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import users
from immichkit.testing.validation import nullable, optional

if TYPE_CHECKING:
    from starlette.responses import Response

AVATAR_COLOR: Final = validation.one_of(*users.COLORS)
LICENSE: Final = {
    "licenseKey": validation.matching(r"^IM(SV|CL)(-[\dA-Za-z]{4}){8}$"),
    "activationKey": validation.text(),
}

routes: Final = Routes()


@routes.on("GET", "/users", "user.read")
def search_users(call: Call) -> Response:
    return json_answer([users.listed(user) for user in call.state.users.all()])


@routes.on("GET", "/users/me", "user.read")
def get_my_user(call: Call) -> Response:
    return json_answer(users.own(call.caller.user))


@routes.on("PUT", "/users/me", "user.update")
def update_my_user(call: Call) -> Response:
    body = call.json(
        {
            "email": optional(validation.email),
            "password": optional(validation.text()),
            "name": optional(validation.text()),
            "avatarColor": nullable(AVATAR_COLOR),
        }
    )
    check_email(call, call.caller.id, body.get("email"))
    columns = user_columns(call.caller.id, body)
    if "password" in columns:
        columns["should_change_password"] = False
    return json_answer(users.own(changed(call, call.caller.id, columns, "update my user")))


@routes.on("GET", "/users/me/preferences", "userPreference.read")
def get_my_preferences(call: Call) -> Response:
    return json_answer(preferences.of(call, call.caller.id))


@routes.on("PUT", "/users/me/preferences", "userPreference.update")
def update_my_preferences(call: Call) -> Response:
    return json_answer(preferences.change(call, call.caller.id))


@routes.on("GET", "/users/me/license", "userLicense.read")
def get_user_license(_call: Call) -> Response:
    # Nobody has a key that would be accepted below.
    raise RefusalError(404, "Not Found")


@routes.on("PUT", "/users/me/license", "userLicense.update")
def set_user_license(call: Call) -> Response:
    """Always refused: only the makers of Immich can sign a key."""
    call.json(LICENSE)
    raise RefusalError(400, "Invalid license key")


@routes.on("DELETE", "/users/me/license", "userLicense.delete")
def delete_user_license(_call: Call) -> Response:
    return empty()


@routes.on("GET", "/users/me/onboarding", "userOnboarding.read")
def get_user_onboarding(call: Call) -> Response:
    found = call.state.users.metadata(call.caller.id, "onboarding") or {"isOnboarded": False}
    return json_answer(found)


@routes.on("PUT", "/users/me/onboarding", "userOnboarding.update")
def set_user_onboarding(call: Call) -> Response:
    body = call.json({"isOnboarded": validation.boolean})
    call.state.users.put_metadata(call.caller.id, "onboarding", body)
    return json_answer(body)


@routes.on("DELETE", "/users/me/onboarding", "userOnboarding.delete")
def delete_user_onboarding(call: Call) -> Response:
    call.state.users.put_metadata(call.caller.id, "onboarding", None)
    return empty()


@routes.on("GET", "/users/me/calendar-heatmap", "user.read")
def get_my_calendar_heatmap(call: Call) -> Response:
    return json_answer(heatmaps.view(call, call.caller.id))


@routes.on("GET", "/users/{id}", "user.read")
def get_user(call: Call) -> Response:
    user = call.state.users.get(call.id())
    if user is None:
        raise RefusalError(400, "User not found")
    return json_answer(users.listed(user))


def check_email(call: Call, user_id: str | None, email: str | None) -> None:
    """Raise the 400 about an address that is somebody else's."""
    other = None if email is None else call.state.users.by_email(email)
    if other is not None and other["id"] != user_id:
        raise RefusalError(400, "Email is not available")


def user_columns(user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """What is to be set of what was sent; secrets as they are kept."""
    names = {
        "email": "email",
        "name": "name",
        "avatarColor": "avatar_color",
        "storageLabel": "storage_label",
        "quotaSizeInBytes": "quota_size",
        "shouldChangePassword": "should_change_password",
        "isAdmin": "is_admin",
    }
    columns = {column: body[name] for name, column in names.items() if name in body}
    if body.get("password"):
        columns["password"] = users.secret_hash(user_id, body["password"])
    if "pinCode" in body:
        code = body["pinCode"]
        columns["pin_code"] = None if code is None else users.secret_hash(user_id, code)
    return columns


def changed(call: Call, user_id: str, columns: dict[str, Any], words: str) -> Any:
    """The user after a change; an address that a deleted user still holds is a 500, as in v3.1."""
    try:
        return call.state.users.change(user_id, **columns)
    except sqlite3.IntegrityError:
        raise RefusalError(500, f"Failed to {words}") from None
