"""The PIN code that locked assets are behind, and the sessions that it unlocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times, validation
from immichkit.testing.answers import RefusalError, empty, json_answer
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import users
from immichkit.testing.validation import Check, optional

if TYPE_CHECKING:
    from starlette.responses import Response

PIN_CODE: Final = validation.matching(r"^\d{6}$")
_PROOF: Final[dict[str, Check]] = {
    "pinCode": optional(PIN_CODE),
    "password": optional(validation.text()),
}

routes: Final = Routes()


@routes.on("GET", "/auth/status")
def get_auth_status(call: Call) -> Response:
    """What protects the account, and what the session that asks may see."""
    caller = call.caller
    status: dict[str, Any] = {
        "pinCode": caller.user["pin_code"] is not None,
        "password": caller.user["password"] != "",
        "isElevated": caller.is_elevated,
    }
    session = None if caller.session_id is None else call.state.sessions.get(caller.session_id)
    if session is not None:
        for name, column in (("expiresAt", "expires_at"), ("pinExpiresAt", "pin_expires_at")):
            if session[column] is not None:
                status[name] = times.to_z(session[column])
    return json_answer(status)


@routes.on("POST", "/auth/pin-code", "pinCode.create")
def setup_pin_code(call: Call) -> Response:
    pin_code = call.json({"pinCode": PIN_CODE})["pinCode"]
    if call.caller.user["pin_code"] is not None:
        raise RefusalError(400, "User already has a PIN code")
    _set(call, pin_code)
    return empty()


@routes.on("PUT", "/auth/pin-code", "pinCode.update")
def change_pin_code(call: Call) -> Response:
    body = call.json({**_PROOF, "newPinCode": PIN_CODE})
    _check(call, body)
    _set(call, body["newPinCode"])
    return empty()


@routes.on("DELETE", "/auth/pin-code", "pinCode.delete")
def reset_pin_code(call: Call) -> Response:
    """Take the code away; every session is locked again."""
    _check(call, call.json(_PROOF))
    _set(call, None)
    call.state.sessions.lock_all(call.caller.id)
    return empty()


@routes.on("POST", "/auth/session/unlock")
def unlock_auth_session(call: Call) -> Response:
    """Show locked assets to this session; only the code does it, not the password."""
    body = call.json(_PROOF)
    session_id = _session_id(call)
    _check(call, {"pinCode": body.get("pinCode")})
    call.state.sessions.unlock(session_id)
    return empty()


@routes.on("POST", "/auth/session/lock")
def lock_auth_session(call: Call) -> Response:
    call.state.sessions.lock(_session_id(call))
    return empty()


def _session_id(call: Call) -> str:
    session_id = call.caller.session_id
    if session_id is None:
        raise RefusalError(400, "This endpoint can only be used with a session token")
    return session_id


def _set(call: Call, pin_code: str | None) -> None:
    caller = call.caller
    kept = None if pin_code is None else users.secret_hash(caller.id, pin_code)
    call.state.users.change(caller.id, pin_code=kept)


def _check(call: Call, proof: dict[str, Any]) -> None:
    """Raise the 400 of who proves by neither password nor code that the account is his."""
    caller = call.caller
    if caller.user["pin_code"] is None:
        raise RefusalError(400, "User does not have a PIN code")
    checks = (
        ("password", "password", "Wrong password"),
        ("pinCode", "pin_code", "Wrong PIN code"),
    )
    for name, column, refusal in checks:
        if proof.get(name):
            if not call.state.users.has_secret(caller.id, column, proof[name]):
                raise RefusalError(400, refusal)
            return
    raise RefusalError(400, "Either password or pinCode is required")
