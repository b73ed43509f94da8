"""Many files at once: how they are best shared out, and archives of them."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, json_answer, no_access
from immichkit.testing.archives import ArchiveAnswer
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state.albums import MEMBERS
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from starlette.responses import Response

    from immichkit.testing.state.database import Row

_DEFAULT_SIZE: Final = 4 * 1024**3
# What no file system takes in a name.
_UNFIT: Final = re.compile(r'[/?<>\\:*|"\x00-\x1f\x80-\x9f]')

routes: Final = Routes()


@routes.on("POST", "/download/info", "asset.download")
def get_download_info(call: Call) -> Response:
    """The assets in groups, each of which ends with the one that makes it too large."""
    body = call.json(
        {
            "assetIds": optional(validation.array(validation.uuid4)),
            "albumId": optional(validation.uuid4),
            "userId": optional(validation.uuid4),
            "archiveSize": optional(validation.integer(minimum=1)),
        }
    )
    found = _asked_for(call, body)
    moving = {row["live_photo_video_id"] for row in found if row["live_photo_video_id"]}
    found += call.state.downloads.of_assets(moving)
    limit = body.get("archiveSize", _DEFAULT_SIZE)
    groups: list[dict[str, Any]] = []
    group: dict[str, Any] = {"size": 0, "assetIds": []}
    for row in found:
        group["assetIds"].append(row["id"])
        group["size"] += row["file_size"]
        if group["size"] > limit:
            groups.append(group)
            group = {"size": 0, "assetIds": []}
    if group["assetIds"]:
        groups.append(group)
    total = sum(group["size"] for group in groups)
    return json_answer({"totalSize": total, "archives": groups}, 201)


@routes.on("POST", "/download/archive", "asset.download")
def download_archive(call: Call) -> Response:
    body = call.json(
        {
            "assetIds": validation.array(validation.uuid4),
            "edited": optional(validation.boolean),
        }
    )
    asset_ids: list[str] = body["assetIds"]
    _check(call, asset_ids)
    if not asset_ids:
        raise RefusalError(500, "Failed to download archive")
    rows = call.state.downloads.of_assets(asset_ids, with_trash=True)
    by_id = {row["id"]: row for row in rows}
    return ArchiveAnswer(list(_named(call, [by_id[asset_id] for asset_id in asset_ids])))


def _asked_for(call: Call, body: dict[str, Any]) -> list[Row]:
    state, caller = call.state, call.caller
    if "assetIds" in body:
        _check(call, body["assetIds"])
        return state.downloads.of_assets(body["assetIds"])
    if "albumId" in body:
        album_id = body["albumId"]
        is_refused = caller.link is not None and not caller.link.allow_download
        if is_refused or not state.albums.accessible(caller, [album_id], MEMBERS):
            raise no_access("album.download")
        return state.downloads.of_album(album_id)
    if "userId" in body:
        is_known = body["userId"] == caller.id or state.partners.get(body["userId"], caller.id)
        # A guest comes in the name of the link's owner, but sees nothing of his timeline.
        if caller.link is not None or not is_known:
            raise no_access("timeline.download")
        return state.downloads.of_user(body["userId"])
    raise RefusalError(400, "assetIds, albumId, or userId is required")


def _check(call: Call, asset_ids: list[str]) -> None:
    if call.state.assets.downloadable(call.caller, asset_ids) < set(asset_ids):
        raise no_access("asset.download")


def _named(call: Call, rows: list[Row]) -> Iterator[tuple[Path, str]]:
    """The files with the names of their assets, of which a repeated one gets a number."""
    taken: dict[str, int] = {}
    for row in rows:
        name = _UNFIT.sub("", row["original_file_name"]) or "unnamed"
        number = taken[name] = taken.get(name, -1) + 1
        if number:
            stem, extension = posixpath.splitext(name)
            name = f"{stem}+{number}{extension}"
        yield call.state.blobs.path(row["original_path"]), name
