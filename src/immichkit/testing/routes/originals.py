"""The stored files themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from immichkit.testing import files, media, validation
from immichkit.testing.answers import RefusalError
from immichkit.testing.files import StoredFile
from immichkit.testing.routing import Call, Routes

if TYPE_CHECKING:
    from starlette.responses import Response

routes: Final = Routes()


@routes.on("GET", "/assets/{id}/original", "asset.download")
def download_asset(call: Call) -> Response:
    """The file as it was uploaded, or edited; whatever goes wrong is a 404, as in v3.1.

    Who comes by a link always gets the edited one.
    """
    asset_id = call.id()
    query = call.query({"edited": validation.optional(validation.text_boolean)})
    asset = call.state.assets.get(asset_id)
    if asset is None or asset_id not in call.state.assets.downloadable(call.caller, [asset_id]):
        raise RefusalError(404, "Not Found")
    path: str = asset["original_path"]
    stem, _ = media.split(asset["original_file_name"])
    is_wanted = query.get("edited", False) or call.caller.link is not None
    edited = call.state.edits.picture(asset) if is_wanted else None
    if edited is not None:
        made_at = edited.stat().st_mtime_ns // 1000
        made = StoredFile(edited, f"{stem}.jpeg", "image/jpeg", made_at)
        return files.answer(made, call.request.headers)
    file = StoredFile(
        path=call.state.blobs.path(path),
        name=stem + media.extension_of(path),
        content_type=media.mime_type(path),
        modified_at=asset["stored_modified_at"],
    )
    try:
        return files.answer(file, call.request.headers)
    except OSError:
        raise RefusalError(404, "Not Found") from None
