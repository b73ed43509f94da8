"""What the events of the sync stream say of rows; the order of the fields is the server's."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

from immichkit.testing import times

if TYPE_CHECKING:
    from immichkit.testing.state.database import Row


def _z_or_none(moment: int | None) -> str | None:
    return None if moment is None else times.to_z(moment)


def user(row: Row) -> dict[str, Any]:
    """A user as everybody sees him."""
    return {**_user(row), "hasProfileImage": bool(row["profile_image_path"])}


def auth_user(row: Row) -> dict[str, Any]:
    """A user as only he sees himself."""
    return {
        **_user(row),
        "isAdmin": bool(row["is_admin"]),
        "pinCode": row["pin_code"],
        "oauthId": row["oauth_id"],
        "storageLabel": row["storage_label"],
        "quotaSizeInBytes": row["quota_size"],
        "quotaUsageInBytes": row["quota_usage"],
        "hasProfileImage": bool(row["profile_image_path"]),
    }


def _user(row: Row) -> dict[str, Any]:
    return {
        "id": row["id"],
        "name": row["name"],
        "email": row["email"],
        "avatarColor": row["avatar_color"],
        "deletedAt": _z_or_none(row["deleted_at"]),
        "profileChangedAt": times.to_z(row["profile_changed_at"]),
    }


def partner(row: Row) -> dict[str, Any]:
    """Who shares with whom."""
    return {
        "sharedById": row["shared_by_id"],
        "sharedWithId": row["shared_with_id"],
        "inTimeline": bool(row["in_timeline"]),
    }


def asset(row: Row) -> dict[str, Any]:
    """An asset, as a favorite if ``is_favorite`` says so."""
    thumbhash = row["thumbhash"]
    return {
        "id": row["id"],
        "ownerId": row["owner_id"],
        "originalFileName": row["original_file_name"],
        "fileCreatedAt": times.to_z(row["file_created_at"]),
        "fileModifiedAt": times.to_z(row["file_modified_at"]),
        "createdAt": times.to_z(row["created_at"]),
        "localDateTime": times.to_z(row["local_date_time"]),
        "type": row["type"],
        "deletedAt": _z_or_none(row["deleted_at"]),
        "isFavorite": bool(row["is_favorite"]),
        "visibility": row["visibility"],
        "duration": row["duration"],
        "livePhotoVideoId": row["live_photo_video_id"],
        "stackId": row["stack_id"],
        "libraryId": None,
        "width": row["width"],
        "height": row["height"],
        "isEdited": bool(row["is_edited"]),
        "checksum": base64.b64encode(row["checksum"]).decode(),
        "thumbhash": thumbhash,
    }


def exif(row: Row) -> dict[str, Any]:
    """What is known of an asset's making."""
    return {
        "assetId": row["asset_id"],
        "description": row["description"],
        "exifImageWidth": row["exif_image_width"],
        "exifImageHeight": row["exif_image_height"],
        "fileSizeInByte": row["file_size"],
        "orientation": row["orientation"],
        "dateTimeOriginal": _z_or_none(row["date_time_original"]),
        "modifyDate": _z_or_none(row["modify_date"]),
        "timeZone": row["time_zone"],
        "latitude": row["latitude"],
        "longitude": row["longitude"],
        "projectionType": row["projection_type"],
        "city": row["city"],
        "state": row["state"],
        "country": row["country"],
        "make": row["make"],
        "model": row["model"],
        "lensModel": row["lens_model"],
        "fNumber": row["f_number"],
        "focalLength": row["focal_length"],
        "iso": row["iso"],
        "exposureTime": row["exposure_time"],
        "profileDescription": None,
        "rating": row["rating"],
        "fps": row["fps"],
    }


def stack(row: Row) -> dict[str, Any]:
    """A stack, without its members: they name it."""
    return {
        "id": row["id"],
        "createdAt": times.to_z(row["created_at"]),
        "updatedAt": times.to_z(row["updated_at"]),
        "primaryAssetId": row["primary_asset_id"],
        "ownerId": row["owner_id"],
    }


def album(row: Row) -> dict[str, Any]:
    """An album, without its members and assets."""
    return {
        "id": row["id"],
        "name": row["name"],
        "description": row["description"],
        "createdAt": times.to_z(row["created_at"]),
        "updatedAt": times.to_z(row["updated_at"]),
        "thumbnailAssetId": row["thumbnail_asset_id"],
        "isActivityEnabled": bool(row["is_activity_enabled"]),
        "order": row["sort_order"],
    }


def owned_album(row: Row) -> dict[str, Any]:
    """An album as before there were several kinds of members."""
    return {**album(row), "ownerId": row["album_owner_id"]}


def album_user(row: Row) -> dict[str, Any]:
    """A member of an album."""
    return {"albumId": row["album_id"], "userId": row["user_id"], "role": row["role"]}


def album_asset(row: Row) -> dict[str, Any]:
    """That an asset is in an album."""
    return {"assetId": row["asset_id"], "albumId": row["album_id"]}


def ocr(row: Row) -> dict[str, Any]:
    """A text in a picture."""
    return {
        "id": row["id"],
        "assetId": row["asset_id"],
        **{name: row[name] for name in ("x1", "y1", "x2", "y2", "x3", "y3", "x4", "y4")},
        "text": row["text"],
        "boxScore": row["box_score"],
        "textScore": row["text_score"],
        "isVisible": bool(row["is_visible"]),
    }


def memory(row: Row) -> dict[str, Any]:
    """A memory, without its assets."""
    return {
        "id": row["id"],
        "createdAt": times.to_z(row["created_at"]),
        "updatedAt": times.to_z(row["updated_at"]),
        "deletedAt": _z_or_none(row["deleted_at"]),
        "ownerId": row["owner_id"],
        "type": row["type"],
        "data": json.loads(row["data"]),
        "isSaved": bool(row["is_saved"]),
        "memoryAt": times.to_z(row["memory_at"]),
        "seenAt": _z_or_none(row["seen_at"]),
        "showAt": _z_or_none(row["show_at"]),
        "hideAt": _z_or_none(row["hide_at"]),
    }


def memory_asset(row: Row) -> dict[str, Any]:
    """That an asset is in a memory."""
    return {"memoryId": row["memory_id"], "assetId": row["asset_id"]}


def person(row: Row) -> dict[str, Any]:
    """A person, whose birthday is a date-time here."""
    born = row["birth_date"]
    return {
        "id": row["id"],
        "createdAt": times.to_z(row["created_at"]),
        "updatedAt": times.to_z(row["updated_at"]),
        "ownerId": row["owner_id"],
        "name": row["name"],
        "birthDate": None if born is None else f"{born}T00:00:00.000Z",
        "isHidden": bool(row["is_hidden"]),
        "isFavorite": bool(row["is_favorite"]),
        "color": row["color"],
        "faceAssetId": row["face_id"],
    }


def face(row: Row) -> dict[str, Any]:
    """A face in a picture."""
    return {
        "id": row["id"],
        "assetId": row["asset_id"],
        "personId": row["person_id"],
        "imageWidth": row["image_width"],
        "imageHeight": row["image_height"],
        "boundingBoxX1": row["x1"],
        "boundingBoxY1": row["y1"],
        "boundingBoxX2": row["x2"],
        "boundingBoxY2": row["y2"],
        "sourceType": row["source_type"],
        "isVisible": bool(row["is_visible"]),
        "deletedAt": _z_or_none(row["deleted_at"]),
    }


def user_metadata(row: Row) -> dict[str, Any]:
    """What a user has chosen."""
    return {"userId": row["user_id"], "key": row["key"], "value": json.loads(row["value"])}


def asset_metadata(row: Row) -> dict[str, Any]:
    """What a client has stored with an asset."""
    return {"assetId": row["asset_id"], "key": row["key"], "value": json.loads(row["value"])}


def asset_edit(row: Row) -> dict[str, Any]:
    """One step of how a photo is edited."""
    return {
        "id": row["id"],
        "assetId": row["asset_id"],
        "sequence": row["position"],
        "action": row["action"],
        "parameters": json.loads(row["parameters"]),
    }
