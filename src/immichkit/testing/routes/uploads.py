"""Taking in photos and videos."""

from __future__ import annotations

import asyncio
import base64
import binascii
import functools
import json
import re
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import bodies, media, multipart, validation
from immichkit.testing.answers import RefusalError, json_answer
from immichkit.testing.multipart import Form
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state.assets import DuplicateError, NewAsset
from immichkit.testing.validation import Complaint, Path, optional

if TYPE_CHECKING:
    from starlette.responses import Response

_BASE64_LENGTH: Final = 28
_MAX_BATCH: Final = 65_000
_HEX: Final = re.compile(r"(?:[0-9a-fA-F]{2})*")

routes: Final = Routes()


@routes.streaming("POST", "/assets", "asset.upload")
async def upload_asset(call: Call) -> Response:
    """Store a file; 200 instead of 201 if the caller has its bytes already."""
    request, state = call.request, call.state
    stated = request.headers.get("x-immich-checksum")
    if stated:
        known = await asyncio.to_thread(
            state.assets.by_checksum, call.caller.id, checksum_of(stated)
        )
        if known is not None:
            # v3.1 does not look at the body then, whatever it holds.
            return json_answer({"status": "duplicate", "id": known["id"]})
    if bodies.media_type(request) == "multipart/form-data":
        form = await multipart.receive(request, state.blobs, functools.partial(_accept, call))
        fields = form.texts
    else:
        form, fields = Form(), await bodies.read(request)
    # In a thread and to its end, even if the client leaves now: half an asset helps nobody.
    return await asyncio.shield(asyncio.to_thread(_store, call, form, fields))


def _accept(call: Call, field: str, name: str) -> None:
    """Refuse a file by the extension of its name, or any file if a link takes none."""
    link = call.caller.link
    if link is not None and not link.allow_upload:
        raise RefusalError(401, "Unauthorized")
    taken = media.is_asset(name) if field == "assetData" else media.is_sidecar(name)
    if not taken:
        raise RefusalError(400, f"Unsupported file type {name}")


def _store(call: Call, form: Form, fields: Any) -> Response:
    try:
        return _stored(call, form, fields)
    finally:
        multipart.discard(form, call.state.blobs)


def _stored(call: Call, form: Form, fields: Any) -> Response:
    state, owner = call.state, call.caller.user
    body = validation.read(_UPLOAD, fields)
    file = form.files.get("assetData")
    if file is None:
        raise RefusalError(400, "File is required")
    quota = owner["quota_size"]
    if quota is not None and owner["quota_usage"] + file.size > quota:
        raise RefusalError(400, "Quota has been exceeded!")
    if "livePhotoVideoId" in body:
        hide_motion_part(call, body["livePhotoVideoId"])
    metadata = [(item["key"], json.dumps(item["value"])) for item in body.get("metadata", ())]
    if len(dict(metadata)) < len(metadata):
        # v3.1 runs into its database's constraint here.
        raise RefusalError(500, "Failed to upload asset")
    name = file.stored_name
    extension = media.extension_of(file.known_as)
    path = f"/data/upload/{owner['id']}/{name[:2]}/{name[2:4]}/{name}{extension}"
    sidecar = form.files.get("sidecarData")
    new = NewAsset(
        owner_id=owner["id"],
        original_path=path,
        file_name=body.get("filename") or file.file_name,
        checksum=file.sha1.digest(),
        size=file.size,
        file_created_at=body["fileCreatedAt"],
        file_modified_at=body["fileModifiedAt"],
        duration=body.get("duration") or None,
        is_favorite=body.get("isFavorite", False),
        visibility=body.get("visibility", "timeline"),
        live_photo_video_id=body.get("livePhotoVideoId"),
        sidecar_path=None if sidecar is None else f"{path}.xmp",
        metadata=metadata,
    )
    known = state.assets.by_checksum(new.owner_id, new.checksum)
    if known is not None:
        return _duplicate(call, known["id"])
    state.blobs.keep(name, new.original_path)
    if sidecar is not None:
        state.blobs.keep(sidecar.stored_name, f"{path}.xmp")
    try:
        asset_id = state.assets.add(new)
    except BaseException as error:
        state.blobs.remove(new.original_path)
        state.blobs.remove(f"{path}.xmp")
        if not isinstance(error, DuplicateError):
            raise
        # The same bytes came by another request meanwhile.
        return _duplicate(call, error.asset_id)
    state.users.use_quota(new.owner_id, new.size)
    _show(call, asset_id)
    state.readings.promise(asset_id)
    call.jobs.append(functools.partial(state.readings.work, [asset_id]))
    return json_answer({"id": asset_id, "status": "created"}, 201)


def _duplicate(call: Call, asset_id: str) -> Response:
    _show(call, asset_id)
    return json_answer({"status": "duplicate", "id": asset_id})


def _show(call: Call, asset_id: str) -> None:
    """Put what came through a link where the link leads."""
    if call.caller.link is not None:
        call.state.shared_links.take_in(call.caller.link, asset_id)


def hide_motion_part(call: Call, video_id: str) -> None:
    """Check the video that is to be the moving part of a photo, and take it off the timeline."""
    video = call.state.assets.get(video_id)
    if video is None:
        raise RefusalError(400, "Live photo video not found")
    if video["type"] != "VIDEO":
        raise RefusalError(400, "Live photo video must be a video")
    if video["owner_id"] != call.caller.id:
        raise RefusalError(400, "Live photo video does not belong to the user")
    if video["visibility"] == "timeline":
        call.state.assets.change([video_id], asset={"visibility": "hidden"})


@routes.on("POST", "/assets/bulk-upload-check", "asset.upload")
def check_bulk_upload(call: Call) -> Response:
    item = validation.shape({"id": validation.text(), "checksum": validation.text()})
    asked = call.json({"assets": validation.array(item)})["assets"]
    if not asked or len(asked) > _MAX_BATCH:
        # What v3.1's database makes of an empty list and of too many parameters.
        raise RefusalError(500, "Failed to check bulk upload")
    checksums = [checksum_of(one["checksum"]) for one in asked]
    known = call.state.assets.by_checksums(call.caller.id, checksums)
    results: list[dict[str, Any]] = []
    for one, checksum in zip(asked, checksums, strict=True):
        asset = known.get(checksum)
        if asset is None:
            results.append({"id": one["id"], "action": "accept"})
        else:
            results.append(
                {
                    "id": one["id"],
                    "action": "reject",
                    "reason": "duplicate",
                    "assetId": asset["id"],
                    "isTrashed": asset["deleted_at"] is not None,
                }
            )
    return json_answer({"results": results})


def checksum_of(text: str) -> bytes:
    """The bytes of a checksum in base64, if it has the length of one, else in hex.

    What is neither gives fewer bytes, perhaps none, and so belongs to no asset.
    """
    if len(text) == _BASE64_LENGTH:
        try:
            return base64.b64decode(text.replace("-", "+").replace("_", "/"))
        except binascii.Error:
            return b""
    match = _HEX.match(text)
    return b"" if match is None else bytes.fromhex(match[0])


def _metadata(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """A field that holds a list of keys and values as JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError:
            message = "Invalid input: expected JSON string, received string"
            return validation.complain(complaints, "custom", path, message)
    return _METADATA_ITEMS(value, path, complaints)


_METADATA_ITEMS: Final = validation.array(
    validation.shape({"key": validation.text(), "value": validation.record})
)
_UPLOAD: Final = validation.shape(
    {
        "fileCreatedAt": validation.instant,
        "fileModifiedAt": validation.instant,
        "duration": optional(validation.text_integer(minimum=0)),
        "filename": optional(validation.text()),
        "isFavorite": optional(validation.text_boolean),
        "visibility": optional(validation.VISIBILITY),
        "livePhotoVideoId": optional(validation.uuid4),
        "metadata": optional(_metadata),
    }
)
