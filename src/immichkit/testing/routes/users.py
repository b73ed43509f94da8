"""Users and their API keys, as far as a test needs to make some."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from immichkit_api.models import Permission

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, json_answer
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import users

if TYPE_CHECKING:
    from starlette.responses import Response

_PERMISSION: Final = validation.one_of(*(permission.value for permission in Permission))

routes: Final = Routes()


@routes.on("GET", "/users/me", "user.read")
def get_my_user(call: Call) -> Response:
    return json_answer(users.own(call.caller.user))


@routes.on("POST", "/admin/users", "adminUser.create", admin=True)
def create_user(call: Call) -> Response:
    body = call.json(
        {
            "email": validation.email,
            "password": validation.text(),
            "name": validation.text(),
            "storageLabel": validation.nullable(validation.text()),
            "quotaSizeInBytes": validation.nullable(validation.integer(minimum=0)),
            "shouldChangePassword": validation.optional(validation.boolean),
        }
    )
    if call.state.users.by_email(body["email"]) is not None:
        raise RefusalError(400, "User exists")
    user = call.state.users.add(
        body["email"],
        body["password"],
        body["name"],
        should_change_password=body.get("shouldChangePassword", True),
        quota_size=body.get("quotaSizeInBytes"),
        storage_label=body.get("storageLabel"),
    )
    return json_answer(users.own(user), 201)


@routes.on("POST", "/api-keys", "apiKey.create")
def create_api_key(call: Call) -> Response:
    body = call.json(
        {
            "name": validation.optional(validation.text()),
            "permissions": validation.array(_PERMISSION, minimum=1),
        }
    )
    if not all(call.caller.may(permission) for permission in body["permissions"]):
        raise RefusalError(400, "Cannot grant permissions you do not have")
    name = body.get("name") or "API Key"
    key, secret = call.state.users.add_key(call.caller.id, name, body["permissions"])
    return json_answer({"secret": secret, "apiKey": users.key_view(key)}, 201)
