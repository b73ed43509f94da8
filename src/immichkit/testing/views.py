"""Assets as the server's JSON describes them."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import media, times
from immichkit.testing.state import users

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from immichkit.testing.state.database import Row


def exif(row: Row) -> dict[str, Any]:
    """What is known of the asset's making."""
    taken, modified = row["date_time_original"], row["modify_date"]
    return {
        "make": row["make"],
        "model": row["model"],
        "exifImageWidth": row["exif_image_width"],
        "exifImageHeight": row["exif_image_height"],
        "fileSizeInByte": row["file_size"],
        "orientation": row["orientation"],
        "dateTimeOriginal": None if taken is None else times.to_offset(taken),
        "modifyDate": None if modified is None else times.to_offset(modified),
        "timeZone": row["time_zone"],
        "lensModel": row["lens_model"],
        "fNumber": row["f_number"],
        "focalLength": row["focal_length"],
        "iso": row["iso"],
        "exposureTime": row["exposure_time"],
        "latitude": row["latitude"],
        "longitude": row["longitude"],
        "city": row["city"],
        "state": row["state"],
        "country": row["country"],
        "description": row["description"],
        "projectionType": row["projection_type"],
        "rating": row["rating"],
    }


def asset(row: Row, *, with_exif: bool) -> dict[str, Any]:
    """The asset as a search finds it, or with its EXIF as a change answers it."""
    view = {
        "id": row["id"],
        "createdAt": times.to_z(row["created_at"]),
        "ownerId": row["owner_id"],
        "libraryId": None,
        "type": row["type"],
        "originalPath": row["original_path"],
        "originalFileName": row["original_file_name"],
        "originalMimeType": media.mime_type(row["original_file_name"]),
        "thumbhash": row["thumbhash"],
        "fileCreatedAt": times.to_z(row["file_created_at"]),
        "fileModifiedAt": times.to_z(row["file_modified_at"]),
        "localDateTime": times.to_z(row["local_date_time"]),
        "updatedAt": times.to_z(row["updated_at"]),
        "isFavorite": bool(row["is_favorite"]),
        "isArchived": row["visibility"] == "archive",
        "isTrashed": row["deleted_at"] is not None,
        "visibility": row["visibility"],
        "duration": row["duration"],
        "livePhotoVideoId": row["live_photo_video_id"],
        "people": [],
        "checksum": base64.b64encode(row["checksum"]).decode(),
        "isOffline": False,
        "hasMetadata": True,
        "duplicateId": row["duplicate_id"],
        "resized": True,
        "width": row["width"],
        "height": row["height"],
        "isEdited": bool(row["is_edited"]),
    }
    if with_exif:
        view["exifInfo"] = exif(row)
    return view


def seen_asset(row: Row, viewer_id: str, *, with_exif: bool) -> dict[str, Any]:
    """The asset as somebody sees it: what others like best, v3.1 keeps to itself."""
    view = asset(row, with_exif=with_exif)
    view["isFavorite"] = view["isFavorite"] and row["owner_id"] == viewer_id
    return view


def nested_asset(row: Row, viewer_id: str, *, with_exif: bool = True) -> dict[str, Any]:
    """The asset inside of something else: its dates are to the microsecond then."""
    view = seen_asset(row, viewer_id, with_exif=with_exif)
    for name, column in _NESTED_DATES.items():
        view[name] = times.to_offset(row[column])
    return view


def bare_asset(row: Row, *, is_nested: bool = False) -> dict[str, Any]:
    """The asset as a shared link shows it that keeps the metadata to itself."""
    whole = asset(row, with_exif=False)
    if is_nested:
        whole["localDateTime"] = times.to_offset(row["local_date_time"])
    return {**{name: whole[name] for name in _BARE}, "hasMetadata": False}


def asset_alone(
    row: Row,
    owner: Row,
    viewer_id: str,
    *,
    tags: Sequence[Mapping[str, Any]],
    stack: Mapping[str, Any] | None,
    people: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """The asset as it is described when it is asked for by its id."""
    return {
        **seen_asset(row, viewer_id, with_exif=True),
        "owner": users.public(owner),
        "tags": tags,
        "stack": stack,
        "people": people,
    }


_BARE: Final = (
    "id",
    "type",
    "originalMimeType",
    "thumbhash",
    "localDateTime",
    "duration",
    "livePhotoVideoId",
    "width",
    "height",
)
_NESTED_DATES: Final = {
    "createdAt": "created_at",
    "fileCreatedAt": "file_created_at",
    "fileModifiedAt": "file_modified_at",
    "localDateTime": "local_date_time",
    "updatedAt": "updated_at",
}
