"""The sessions of the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import sessions
from immichkit.testing.state.sessions import Device
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from starlette.responses import Response

routes: Final = Routes()


@routes.on("GET", "/sessions", "session.read")
def get_sessions(call: Call) -> Response:
    caller = call.caller
    found = call.state.sessions.of(caller.id)
    return json_answer([sessions.view(session, caller.session_id) for session in found])


@routes.on("POST", "/sessions", "session.create")
def create_session(call: Call) -> Response:
    """A session inside the caller's, which ends with it."""
    body = call.json(
        {
            "duration": optional(validation.integer(minimum=1)),
            "deviceType": optional(validation.text()),
            "deviceOS": optional(validation.text()),
        }
    )
    caller = call.caller
    if caller.session_id is None:
        raise RefusalError(400, "This endpoint can only be used with a session token")
    device = Device(body.get("deviceType", ""), body.get("deviceOS", ""))
    session, token = call.state.sessions.add(
        caller.id, device, parent_id=caller.session_id, duration=body.get("duration")
    )
    return json_answer({**sessions.view(session), "token": token}, 201)


@routes.on("DELETE", "/sessions", "session.delete")
def delete_all_sessions(call: Call) -> Response:
    """End every session but the one that asks."""
    call.state.sessions.end_all(call.caller.id, but=call.caller.session_id)
    return empty()


@routes.on("PUT", "/sessions/{id}", "session.update")
def update_session(call: Call) -> Response:
    """Change a session; ``current`` is false in the answer even for one's own, as in v3.1."""
    session_id = call.id()
    body = call.json({"isPendingSyncReset": optional(validation.boolean)})
    _check_own(call, session_id, "session.update")
    if not body:
        raise RefusalError(400, "No fields to update")
    call.state.sessions.change(session_id, is_pending_sync_reset=body["isPendingSyncReset"])
    session = call.state.sessions.get(session_id)
    if session is None:
        raise no_access("session.update")
    return json_answer(sessions.view(session))


@routes.on("DELETE", "/sessions/{id}", "session.delete")
def delete_session(call: Call) -> Response:
    session_id = call.id()
    _check_own(call, session_id, "authDevice.delete")
    call.state.sessions.end(session_id)
    return empty()


@routes.on("POST", "/sessions/{id}/lock", "session.lock")
def lock_session(call: Call) -> Response:
    session_id = call.id()
    _check_own(call, session_id, "session.lock")
    call.state.sessions.lock(session_id)
    return empty()


def _check_own(call: Call, session_id: str, permission: str) -> None:
    session = call.state.sessions.get(session_id)
    if session is None or session["user_id"] != call.caller.id:
        raise no_access(permission)
