"""Duplicate groups: what is in them, whom to keep, and how they are resolved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times, validation, views
from immichkit.testing.answers import empty, json_answer, no_access
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import tags
from immichkit.testing.state.albums import EDITORS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from immichkit.testing.state.database import Row

routes: Final = Routes()

_VISIBILITIES: Final = ("archive", "timeline")
_IDS: Final = validation.array(validation.uuid4)
_GROUP: Final = validation.shape(
    {"duplicateId": validation.uuid4, "keepAssetIds": _IDS, "trashAssetIds": _IDS}
)


@routes.on("GET", "/duplicates", "duplicate.read")
def get_asset_duplicates(call: Call) -> Response:
    """All groups; those of only one are ended first, as in v3.1."""
    duplicates = call.state.duplicates
    duplicates.end_single(call.caller.id)
    return json_answer(
        [
            {
                "duplicateId": duplicate_id,
                "assets": [_view(call, row) for row in rows],
                "suggestedKeepAssetIds": [_suggested(rows)],
            }
            for duplicate_id, rows in duplicates.all_of(call.caller.id).items()
        ]
    )


@routes.on("POST", "/duplicates/resolve", "duplicate.delete")
def resolve_duplicates(call: Call) -> Response:
    """What became of each group; one that is not the caller's makes all of it fail."""
    groups = call.json({"groups": validation.array(_GROUP, minimum=1)})["groups"]
    _check_access(call, [group["duplicateId"] for group in groups])
    return json_answer([_resolve(call, group) for group in groups])


@routes.on("DELETE", "/duplicates", "duplicate.delete")
def delete_duplicates(call: Call) -> Response:
    ids = validation.read(validation.IDS, call.body)["ids"]
    _check_access(call, ids)
    call.state.duplicates.dismiss(call.caller.id, ids)
    return empty()


@routes.on("DELETE", "/duplicates/{id}", "duplicate.delete")
def delete_duplicate(call: Call) -> Response:
    duplicate_id = call.id()
    _check_access(call, [duplicate_id])
    call.state.duplicates.dismiss(call.caller.id, [duplicate_id])
    return empty()


def _check_access(call: Call, duplicate_ids: Sequence[str]) -> None:
    if call.state.duplicates.owned(call.caller, duplicate_ids) != set(duplicate_ids):
        raise no_access("duplicate.delete")


def _view(call: Call, row: Row) -> dict[str, Any]:
    own = call.state.tags.of_asset(row["id"])
    return {
        **views.nested_asset(row, call.caller.id),
        "tags": [tags.view(tag, is_nested=True) for tag in own],
    }


def _suggested(rows: Sequence[Row]) -> str:
    """The largest file's id; of several the one of which most is known, of those the last."""

    def worth(row: Row) -> tuple[int, int]:
        return row["file_size"], sum(map(bool, views.exif(row).values()))

    best: str = max(reversed(rows), key=worth)["id"]
    return best


def _resolve(call: Call, group: dict[str, Any]) -> dict[str, Any]:
    duplicates, assets = call.state.duplicates, call.state.assets
    result = {"id": group["duplicateId"], "success": False}
    rows = duplicates.members(group["duplicateId"])
    if not rows:
        return {**result, "error": "not_found"}
    keep = [row for row in rows if row["id"] in group["keepAssetIds"]]
    trash = [row for row in rows if row["id"] in group["trashAssetIds"]]
    for row in rows:
        if row in keep and row in trash:
            message = "An asset cannot be in both keepAssetIds and trashAssetIds"
            return {**result, "error": "validation", "errorMessage": message}
        if row not in keep and row not in trash:
            message = "Every asset must be in either keepAssetIds or trashAssetIds"
            return {**result, "error": "validation", "errorMessage": message}
    keep_ids = assets.by_last_change(row["id"] for row in keep)
    trash_ids = assets.by_last_change(row["id"] for row in trash)
    if assets.owned(call.caller, trash_ids) != set(trash_ids):
        message = "No permission to delete assets"
        return {**result, "error": "no_permission", "errorMessage": message}
    merged = _merge(call, keep[0]["id"], rows) if len(keep) == 1 and trash else {}
    duplicates.assign(keep_ids, None, **merged)
    duplicates.assign(trash_ids, None, deleted_at=times.now(), status="trashed")
    return {**result, "success": True}


def _merge(call: Call, kept_id: str, rows: Sequence[Row]) -> dict[str, Any]:
    """Give the one that is kept what the others had; the columns that are still to be set."""
    albums, ids = call.state.albums, [row["id"] for row in rows]
    in_albums = {album["id"] for one in ids for album in albums.all_of(call.caller, asset_id=one)}
    for album_id in albums.accessible(call.caller, in_albums, EDITORS):
        albums.put_assets(album_id, [kept_id])
    call.state.tags.tag(
        {tag["id"] for one in ids for tag in call.state.tags.of_asset(one)}, [kept_id]
    )
    exif: dict[str, Any] = {}
    rating = max(row["rating"] or 0 for row in rows)
    if rating > 0:
        exif["rating"] = rating
    lines = dict.fromkeys(
        line.strip() for row in rows for line in row["description"].split("\n") if line.strip()
    )
    if lines:
        exif["description"] = "\n".join(lines)
    places = [{row[name] for row in rows} - {None} for name in ("latitude", "longitude")]
    if all(len(values) == 1 for values in places):
        exif["latitude"], exif["longitude"] = (values.pop() for values in places)
    call.state.assets.change([kept_id], exif=exif)
    shown = {row["visibility"] for row in rows}
    return {
        "is_favorite": any(row["is_favorite"] for row in rows),
        "visibility": next(one for one in _VISIBILITIES if one in shown),
    }
