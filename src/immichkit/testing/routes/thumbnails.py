"""Small pictures, films to play, and the users' own pictures."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from starlette.responses import Response

from immichkit.testing import files, media, multipart, times, validation
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.files import StoredFile
from immichkit.testing.routing import Call, Routes
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from pathlib import Path

_SIZE: Final = validation.one_of("original", "fullsize", "preview", "thumbnail")
_SHOWN_BY_BROWSERS: Final = {".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp"}
_PROFILE_KINDS: Final = {
    *(".avif", ".dng", ".heic", ".heif", ".jpeg", ".jpg", ".png", ".svg", ".webp"),
}

routes: Final = Routes()


@routes.streaming("GET", "/assets/{id}/thumbnail", "asset.view")
async def view_asset(call: Call) -> Response:
    """A small picture of the asset, which is made now if nobody asked for it before."""
    # Not in the handlers' own threads, which a page full of thumbnails would keep busy.
    return await asyncio.to_thread(_viewed, call)


def _viewed(call: Call) -> Response:
    asset_id = call.id()
    query = call.query({"size": optional(_SIZE), "edited": optional(validation.text_boolean)})
    size = query.get("size", "thumbnail")
    if size == "original":
        return _redirect(call, "original")
    state = call.state
    asset = state.assets.get(asset_id)
    if asset is None or asset_id not in state.assets.visible(call.caller, [asset_id]):
        raise no_access("asset.view")
    link = call.caller.link
    is_wanted = query.get("edited", False) or link is not None
    edited = state.edits.picture(asset) if is_wanted else None
    if size == "fullsize" and edited is None:
        extension = media.extension_of(asset["original_path"]).lower()
        if extension in _SHOWN_BY_BROWSERS:
            return _redirect(call, "original")
        return _redirect(call, call.request.url.path, size="preview")
    path = edited if size == "fullsize" else state.thumbnails.of_asset(asset, size, edited)
    if path is None:
        raise RefusalError(404, "Asset media not found")
    is_nameless = link is not None and not link.show_metadata
    stem = asset_id if is_nameless else media.split(asset["original_file_name"])[0]
    return _sent(call, path, f"{stem}_{size}{path.suffix}")


@routes.on("GET", "/assets/{id}/video/playback", "asset.view")
def play_asset_video(call: Call) -> Response:
    """The film as it was uploaded; whatever goes wrong is a 404, as in v3.1."""
    asset_id = call.id()
    state = call.state
    asset = state.assets.get(asset_id)
    is_film = asset is not None and asset["type"] == "VIDEO"
    if asset is None or not is_film or not state.assets.visible(call.caller, [asset_id]):
        raise RefusalError(404, "Not Found")
    path = state.blobs.path(asset["original_path"])
    return _sent(call, path, None, modified_at=asset["stored_modified_at"])


@routes.on("GET", "/assets/{id}/video/stream/main.m3u8", "asset.view")
def get_main_playlist(call: Call) -> Response:
    """Always refused: this server transcodes nothing."""
    call.id()
    # Already labelled as the playlist that it would have been.
    raise RefusalError(
        400,
        "Real-time transcoding is not enabled",
        headers={
            "cache-control": "no-cache",
            "content-type": "application/vnd.apple.mpegurl; charset=utf-8",
        },
    )


@routes.streaming("POST", "/users/profile-image", "userProfileImage.update")
async def create_profile_image(call: Call) -> Response:
    form = await multipart.receive(call.request, call.state.blobs, _accept, fields={"file"})
    try:
        return await asyncio.to_thread(_pictured, call, form)
    finally:
        multipart.discard(form, call.state.blobs)


def _accept(_field: str, name: str) -> None:
    if media.extension_of(name).lower() not in _PROFILE_KINDS:
        raise RefusalError(400, f"Unsupported file type {name}")


def _pictured(call: Call, form: multipart.Form) -> Response:
    file, state, caller = form.files.get("file"), call.state, call.caller
    if file is None:
        # v3.1 does not look whether one came.
        raise RefusalError(500, "Failed to create profile image")
    uploaded = state.blobs.incoming(file.stored_name)
    path = state.thumbnails.of_user(caller.id, uploaded, file.file_name)
    if path is None:
        raise RefusalError(400, "Unable to process profile image")
    user = state.users.change(caller.id, profile_image_path=path, profile_changed_at=times.now())
    if caller.user["profile_image_path"]:
        state.blobs.remove(caller.user["profile_image_path"])
    view = {
        "userId": caller.id,
        "profileImagePath": path,
        "profileChangedAt": times.to_z(user["profile_changed_at"]),
    }
    return json_answer(view, 201)


@routes.on("DELETE", "/users/profile-image", "userProfileImage.delete")
def delete_profile_image(call: Call) -> Response:
    path = call.caller.user["profile_image_path"]
    if not path:
        raise RefusalError(400, "Can't delete a missing profile Image")
    call.state.users.change(call.caller.id, profile_image_path="", profile_changed_at=times.now())
    call.state.blobs.remove(path)
    return empty()


@routes.on("GET", "/users/{id}/profile-image", "userProfileImage.read")
def get_profile_image(call: Call) -> Response:
    user = call.state.users.get(call.id())
    if user is None or not user["profile_image_path"]:
        raise RefusalError(404, "Not Found")
    path = call.state.blobs.path(user["profile_image_path"])
    return _sent(call, path, None, cache_control="public, max-age=0")


def _sent(
    call: Call,
    path: Path,
    name: str | None,
    *,
    modified_at: int | None = None,
    cache_control: str = files.CACHE_CONTROL,
) -> Response:
    try:
        changed = path.stat().st_mtime_ns // 1000 if modified_at is None else modified_at
        file = StoredFile(path, name, media.mime_type(path.name), changed, cache_control)
        return files.answer(file, call.request.headers)
    except OSError:
        raise RefusalError(404, "Not Found") from None


def _redirect(call: Call, path: str, *, size: str | None = None) -> Response:
    """To the same question without its size, or with another one."""
    query = [(name, value) for name, value in call.request.query_params.multi_items()]
    asked = [(name, value) for name, value in query if name != "size"]
    if size is not None:
        # In its old place, as in v3.1.
        asked = [(name, size if name == "size" else value) for name, value in query]
    location = f"{path}?{urlencode(asked)}"
    headers = {"location": location, "content-type": "text/plain; charset=utf-8"}
    return Response(f"Found. Redirecting to {location}", 302, headers=headers)
