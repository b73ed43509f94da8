"""Who an album is shared with, and as what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state.albums import EDITORS
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from starlette.responses import Response

ROLE: Final = validation.one_of("editor", "owner", "viewer")

routes: Final = Routes()


@routes.on("PUT", "/albums/{id}/users", "albumUser.create")
def add_users_to_album(call: Call) -> Response:
    """Let users in; one who is in it already keeps his role."""
    album_id = call.id()
    member = validation.shape({"userId": validation.uuid4, "role": optional(ROLE)})
    body = call.json({"albumUsers": validation.array(member, minimum=1)})
    _check_may_share(call, album_id)
    albums = call.state.albums
    for one in body["albumUsers"]:
        role = one.get("role", "editor")
        if role == "owner":
            raise RefusalError(400, "Cannot add another owner")
        if call.state.users.get(one["userId"]) is None:
            raise RefusalError(400, "Invalid user")
        albums.put_member(album_id, one["userId"], role)
    return json_answer(albums.changed_view(album_id, call.caller))


@routes.on("PUT", "/albums/{id}/user/{userId}", "albumUser.update")
def update_album_user(call: Call) -> Response:
    """Give a member another role; for somebody else nothing happens, as in v3.1."""
    album_id, user_id = call.id(), call.parameters["userId"]
    role = call.json({"role": ROLE})["role"]
    _check_may_share(call, album_id)
    albums = call.state.albums
    if albums.role_of(album_id, user_id) == "owner":
        raise RefusalError(400, "User is owner")
    if role == "owner":
        # v3.1's database has room for one owner only.
        raise RefusalError(500, "Failed to update album user")
    albums.set_role(album_id, user_id, role)
    return empty()


@routes.on("DELETE", "/albums/{id}/user/{userId}", "albumUser.delete")
def remove_user_from_album(call: Call) -> Response:
    """Put a member out, or leave as ``me``."""
    album_id, user_id = call.id(), call.parameters["userId"]
    if user_id == "me":
        user_id = call.caller.id
    albums = call.state.albums
    if albums.get(album_id) is None:
        raise RefusalError(400, "Album not found")
    role = albums.role_of(album_id, user_id)
    if role is None:
        raise RefusalError(400, "Album not shared with user")
    if role == "owner":
        raise RefusalError(400, "Cannot remove the last album owner")
    if user_id != call.caller.id:
        _check_may_share(call, album_id)
    albums.remove_member(album_id, user_id)
    return empty()


def _check_may_share(call: Call, album_id: str) -> None:
    if not call.state.albums.accessible(call.caller, [album_id], EDITORS):
        raise no_access("album.share")
