"""Putting one asset where another is."""

from __future__ import annotations

import functools
import shutil
from typing import TYPE_CHECKING, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, empty, no_access
from immichkit.testing.routing import Call, Routes
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from starlette.responses import Response

    from immichkit.testing.state.database import Row

routes: Final = Routes()


@routes.on("PUT", "/assets/copy", "asset.copy")
def copy_asset(call: Call) -> Response:
    """Put one asset where another is: into its albums and its stack, and among the favorites."""
    what = ("sharedLinks", "albums", "sidecar", "stack", "favorite")
    ids = {"sourceId": validation.uuid4, "targetId": validation.uuid4}
    body = call.json({**ids, **dict.fromkeys(what, optional(validation.boolean))})
    assets, source_id, target_id = call.state.assets, body["sourceId"], body["targetId"]
    if assets.owned(call.caller, [source_id, target_id]) != {source_id, target_id}:
        raise no_access("asset.copy")
    source, target = assets.get(source_id), assets.get(target_id)
    if source is None or target is None:
        raise RefusalError(400, "Both assets must exist")
    if source_id == target_id:
        raise RefusalError(400, "Source and target id must be distinct")
    if body.get("albums", True):
        call.state.albums.copy_membership(source_id, target_id)
    if body.get("sharedLinks", True):
        call.state.shared_links.copy(source_id, target_id)
    if body.get("stack", True):
        call.state.stacks.copy(source, target)
    if body.get("favorite", True):
        assets.change([target_id], asset={"is_favorite": source["is_favorite"]})
    if body.get("sidecar", True) and source["sidecar_path"] is not None:
        _copy_sidecar(call, source, target)
    return empty()


def _copy_sidecar(call: Call, source: Row, target: Row) -> None:
    """Lay one asset's sidecar beside another, which is looked into anew once the answer is out."""
    path, blobs = f"{target['original_path']}.xmp", call.state.blobs
    try:
        shutil.copyfile(blobs.path(source["sidecar_path"]), blobs.path(path))
    except OSError:
        # The file was lost behind the server's back.
        return
    call.state.assets.change([target["id"]], asset={"sidecar_path": path})
    call.state.readings.promise(target["id"], source="copy")
    call.jobs.append(functools.partial(call.state.readings.work, [target["id"]]))
