"""The API keys of the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit_api.models import Permission

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, empty, json_answer
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import api_keys
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

_PERMISSION: Final = validation.one_of(*(permission.value for permission in Permission))
_PERMISSIONS: Final = validation.array(_PERMISSION, minimum=1)

routes: Final = Routes()


@routes.on("GET", "/api-keys", "apiKey.read")
def get_api_keys(call: Call) -> Response:
    return json_answer([api_keys.view(key) for key in call.state.keys.of(call.caller.id)])


@routes.on("POST", "/api-keys", "apiKey.create")
def create_api_key(call: Call) -> Response:
    body = call.json({"name": optional(validation.text()), "permissions": _PERMISSIONS})
    _check_grantable(call, body["permissions"])
    name = body.get("name") or "API Key"
    key, secret = call.state.keys.add(call.caller.id, name, body["permissions"])
    return json_answer({"secret": secret, "apiKey": api_keys.view(key)}, 201)


# Any key may ask about itself, whatever it is for.
@routes.on("GET", "/api-keys/me", None)
def get_my_api_key(call: Call) -> Response:
    key_id = call.caller.key_id
    if key_id is None:
        raise RefusalError(403, "Not authenticated with an API Key")
    return _described(call, key_id)


@routes.on("GET", "/api-keys/{id}", "apiKey.read")
def get_api_key(call: Call) -> Response:
    return _described(call, call.id())


@routes.on("PUT", "/api-keys/{id}", "apiKey.update")
def update_api_key(call: Call) -> Response:
    """Change a key; what it may do is another thing from the next request on."""
    key_id = call.id()
    body: dict[str, Any] = call.json(
        {"name": optional(validation.text()), "permissions": optional(_PERMISSIONS)}
    )
    _check_own(call, key_id)
    _check_grantable(call, body.get("permissions", ()))
    call.state.keys.change(key_id, name=body.get("name"), permissions=body.get("permissions"))
    return _described(call, key_id)


@routes.on("DELETE", "/api-keys/{id}", "apiKey.delete")
def delete_api_key(call: Call) -> Response:
    key_id = call.id()
    _check_own(call, key_id)
    call.state.keys.delete(key_id)
    return empty()


def _check_grantable(call: Call, permissions: Iterable[str]) -> None:
    if not all(call.caller.may(permission) for permission in permissions):
        raise RefusalError(400, "Cannot grant permissions you do not have")


def _check_own(call: Call, key_id: str) -> None:
    if call.state.keys.get(call.caller.id, key_id) is None:
        raise RefusalError(400, "API Key not found")


def _described(call: Call, key_id: str) -> Response:
    key = call.state.keys.get(call.caller.id, key_id)
    if key is None:
        raise RefusalError(400, "API Key not found")
    return json_answer(api_keys.view(key))
