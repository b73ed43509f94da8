"""Edits of photos: what is cut off, how it is turned, which way it is mirrored."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import media, validation
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state.edits import whole_size
from immichkit.testing.validation import Check, Complaint, Path

if TYPE_CHECKING:
    from starlette.responses import Response

    from immichkit.testing.state.database import Row

_ANGLES: Final = (0, 90, 180, 270)
# Their formats the server cannot write.
_UNTOUCHABLE: Final = {".gif": "GIF", ".svg": "SVG"}

routes: Final = Routes()


@routes.on("GET", "/assets/{id}/edits", "asset.edit.get")
def get_asset_edits(call: Call) -> Response:
    asset_id = call.id()
    if asset_id not in call.state.assets.visible(call.caller, [asset_id]):
        raise no_access("asset.read")
    return _answer(call, asset_id)


@routes.on("PUT", "/assets/{id}/edits", "asset.edit.create")
def edit_asset(call: Call) -> Response:
    """Replace the edits; the asset changes its size once the answer is out."""
    asset_id = call.id()
    edits = call.json({"edits": _edits})["edits"]
    call.state.readings.finish([asset_id])
    asset = call.state.assets.get(asset_id)
    if asset is None or asset_id not in call.state.assets.owned(call.caller, [asset_id]):
        raise no_access("asset.edit.create")
    _check_editable(asset)
    _check_crop(asset, edits)
    call.state.edits.replace(asset_id, edits)
    call.jobs.append(lambda: call.state.edits.apply(asset_id))
    return _answer(call, asset_id)


@routes.on("DELETE", "/assets/{id}/edits", "asset.edit.delete")
def remove_asset_edits(call: Call) -> Response:
    asset_id = call.id()
    if asset_id not in call.state.assets.owned(call.caller, [asset_id]):
        raise no_access("asset.edit.delete")
    call.state.edits.replace(asset_id, ())
    call.jobs.append(lambda: call.state.edits.apply(asset_id))
    return empty()


def _answer(call: Call, asset_id: str) -> Response:
    return json_answer({"assetId": asset_id, "edits": call.state.edits.of_asset(asset_id)})


def _check_editable(asset: Row) -> None:
    if asset["type"] != "IMAGE":
        raise RefusalError(400, "Only images can be edited")
    if asset["live_photo_video_id"] is not None:
        raise RefusalError(400, "Editing live photos is not supported")
    if asset["projection_type"] == "EQUIRECTANGULAR":
        raise RefusalError(400, "Editing panorama images is not supported")
    extension = media.extension_of(asset["original_path"]).lower()
    if extension in _UNTOUCHABLE:
        raise RefusalError(400, f"Editing {_UNTOUCHABLE[extension]} images is not supported")
    if not all(whole_size(asset)):
        raise RefusalError(400, "Asset dimensions are not available for editing")


def _check_crop(asset: Row, edits: list[dict[str, Any]]) -> None:
    crop = next((edit for edit in edits if edit["action"] == "crop"), None)
    if crop is None:
        return
    if crop is not edits[0]:
        raise RefusalError(400, "Crop action must be the first edit action")
    width, height = whole_size(asset)
    area = crop["parameters"]
    is_wide = area["x"] + area["width"] > (width or 0)
    if is_wide or area["y"] + area["height"] > (height or 0):
        raise RefusalError(400, "Crop parameters are out of bounds")


def _angle(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    checked = validation.number()(value, path, complaints)
    if checked in _ANGLES or not isinstance(checked, int | float):
        return checked
    message = "Angle must be one of the following values: 0, 90, 180, 270"
    return validation.complain(complaints, "custom", path, message)


_PARAMETERS: Final[dict[str, dict[str, Check]]] = {
    "crop": {
        "x": validation.integer(minimum=0),
        "y": validation.integer(minimum=0),
        "width": validation.integer(minimum=1),
        "height": validation.integer(minimum=1),
    },
    "rotate": {"angle": _angle},
    "mirror": {"axis": validation.one_of("horizontal", "vertical")},
}
_ACTION: Final = validation.one_of(*_PARAMETERS)


def _parameters(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """The parameters of whichever action they fit, the first that does."""
    attempts: list[list[Complaint]] = []
    for fields in _PARAMETERS.values():
        attempt: list[Complaint] = []
        checked = validation.shape(fields)(value, (), attempt)
        if not attempt:
            return checked
        attempts.append(attempt)
    # Complaints of one's own taste only speak for the shape that was meant.
    meant = [attempt for attempt in attempts if all(one["code"] == "custom" for one in attempt)]
    if len(meant) == 1:
        complaints.extend({**one, "path": [*path, *one["path"]]} for one in meant[0])
        return value
    keys = "; ".join(f"{name}: [{', '.join(fields)}]" for name, fields in _PARAMETERS.items())
    message = f"Invalid parameters for action, expected keys by action: {keys}"
    return validation.complain(complaints, "invalid_union", path, message, errors=attempts)


def _edit(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """One edit, whose parameters are those of its action."""
    before = len(complaints)
    checked = validation.shape({"action": _ACTION, "parameters": _parameters})(
        value, path, complaints
    )
    new = complaints[before:]
    if any(complaint["code"] != "custom" for complaint in new):
        return checked
    fields = _PARAMETERS[checked["action"]]
    wrong: list[Complaint] = []
    validation.shape(fields)(value["parameters"], (), wrong)
    if wrong:
        message = (
            f"Invalid parameters for action '{checked['action']}', "
            f"expecting keys: {', '.join(fields)}"
        )
        return validation.complain(complaints, "custom", (*path, "parameters"), message)
    return checked


def _edits(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """At least one edit, none of which is done twice; only mirroring may go both ways."""
    before = len(complaints)
    edits = validation.array(_edit, minimum=1)(value, path, complaints)
    if len(complaints) > before:
        return edits
    keys = [
        json.dumps(edit["parameters"]) if edit["action"] == "mirror" else edit["action"]
        for edit in edits
    ]
    if len(set(keys)) < len(keys):
        message = "Duplicate edit actions are not allowed"
        return validation.complain(complaints, "custom", path, message)
    return edits
