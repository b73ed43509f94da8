"""The timeline by month."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, json_answer, no_access
from immichkit.testing.auth import check_elevated
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state.albums import MEMBERS
from immichkit.testing.state.timeline import month_of
from immichkit.testing.validation import Check, Complaint, Path, optional

if TYPE_CHECKING:
    from starlette.responses import Response

# What a link that hides metadata does not give away.
_PLACES: Final = {"city", "country", "latitude", "longitude"}

routes: Final = Routes()


@routes.on("GET", "/timeline/buckets", "asset.read")
def get_time_buckets(call: Call) -> Response:
    filters = call.query(_FILTERS)
    return json_answer(call.state.timeline.buckets(filters, _owner_ids(call, filters)))


@routes.on("GET", "/timeline/bucket", "asset.read")
def get_time_bucket(call: Call) -> Response:
    """A month in columns; any day but its first names an empty one."""
    filters = call.query({**_FILTERS, "timeBucket": validation.text()})
    owner_ids = _owner_ids(call, filters)
    month = month_of(filters["timeBucket"])
    if month is None:
        # v3.1 hands the unreadable date to its database.
        raise RefusalError(500, "Failed to get time bucket")
    columns = call.state.timeline.bucket(filters, owner_ids, month, call.caller.id)
    if call.caller.link is not None and not call.caller.link.show_metadata:
        columns = {name: values for name, values in columns.items() if name not in _PLACES}
    return json_answer(columns)


def _owner_ids(call: Call, filters: dict[str, Any]) -> list[str] | None:
    """Whose assets are looked at, None for all; raises the answer to who may not look."""
    caller, visibility = call.caller, filters.get("visibility")
    if visibility == "locked":
        check_elevated(caller)
        if filters.get("userId", caller.id) != caller.id:
            raise RefusalError(400, "You may not access another user's locked timeline")
    user_id = filters.get("userId")
    album_id = filters.get("albumId")
    if album_id is None:
        user_id = user_id or caller.id
    elif not call.state.albums.accessible(caller, [album_id], MEMBERS):
        raise no_access("album.read")
    # A guest comes in the name of the link's owner, but sees nothing of his timeline.
    if user_id is not None and caller.link is not None:
        raise no_access("timeline.read")
    if user_id is not None and user_id != caller.id:
        if call.state.partners.get(user_id, caller.id) is None:
            raise no_access("timeline.read")
        if visibility == "archive":
            raise no_access("archive.read")
    tag_id = filters.get("tagId")
    is_guest = caller.link is not None
    if tag_id is not None and (is_guest or not call.state.tags.owned(caller, [tag_id])):
        raise no_access("tag.read")
    if filters.get("withPartners"):
        _check_partners(filters)
    if user_id is None:
        return None
    is_mixed = filters.get("withPartners", False)
    return [user_id, *(call.state.partners.in_timeline_of(caller.id) if is_mixed else ())]


def _check_partners(filters: dict[str, Any]) -> None:
    # With no visibility named the archive would be in it, which is not shared.
    is_archive = filters.get("visibility", "archive") == "archive"
    if is_archive or "isFavorite" in filters or filters.get("isTrashed"):
        raise RefusalError(
            400,
            "withPartners is only supported for non-archived, non-trashed, non-favorited, "
            "non-locked assets",
        )


_EDGES: Final[dict[str, Check]] = {
    "west": validation.number(minimum=-180, maximum=180),
    "south": validation.number(minimum=-90, maximum=90),
    "east": validation.number(minimum=-180, maximum=180),
    "north": validation.number(minimum=-90, maximum=90),
}
_BOX: Final = validation.shape(_EDGES)


def _box(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """The edges of a box as west, south, east, north."""
    text = validation.text()(value, path, complaints)
    if not isinstance(text, str):
        return text
    parts = [validation.read_number(part) for part in text.split(",")]
    if len(parts) != len(_EDGES):
        message = "bbox must have 4 comma-separated numbers: west,south,east,north"
        return validation.complain(complaints, "custom", path, message)
    if any(map(math.isnan, parts)):
        message = "bbox parts must be valid numbers"
        return validation.complain(complaints, "custom", path, message)
    before = len(complaints)
    box = _BOX(dict(zip(_EDGES, parts, strict=True)), path, complaints)
    if len(complaints) == before and box["north"] < box["south"]:
        message = "North latitude must be greater than or equal to south latitude"
        return validation.complain(complaints, "custom", (*path, "north"), message)
    return tuple(parts)


# In the order in which the server complains about them.
_FILTERS: Final[dict[str, Check]] = {
    "userId": optional(validation.uuid4),
    "albumId": optional(validation.uuid4),
    "personId": optional(validation.uuid4),
    "tagId": optional(validation.uuid4),
    "isFavorite": optional(validation.text_boolean),
    "isTrashed": optional(validation.text_boolean),
    "withStacked": optional(validation.text_boolean),
    "withPartners": optional(validation.text_boolean),
    "order": optional(validation.one_of("asc", "desc")),
    "orderBy": optional(validation.one_of("takenAt", "createdAt")),
    "visibility": optional(validation.VISIBILITY),
    "withCoordinates": optional(validation.text_boolean),
    "bbox": optional(_box),
}
