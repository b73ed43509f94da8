"""Finding assets by what is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation, views
from immichkit.testing.answers import RefusalError, json_answer, no_access
from immichkit.testing.routes.uploads import checksum_of
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state.albums import MEMBERS
from immichkit.testing.validation import Check, nullable, optional

if TYPE_CHECKING:
    from starlette.responses import Response

_DEFAULT_SIZE: Final = 250

routes: Final = Routes()


@routes.on("POST", "/search/metadata", "asset.read")
def search_assets(call: Call) -> Response:
    """A page of what matches; ``total`` counts only this page, as in v3.1."""
    filters = call.json(_METADATA)
    _check_locked(filters)
    if "checksum" in filters:
        filters["checksum"] = checksum_of(filters["checksum"]) if filters["checksum"] else None
    owner_id = _owner(call, filters)
    page, size = filters.get("page", 1), filters.get("size", _DEFAULT_SIZE)
    rows, has_more = call.state.search.page(filters, owner_id, page=page, size=size)
    with_exif = filters.get("withExif", False)
    return json_answer(
        {
            "albums": {"total": 0, "count": 0, "items": [], "facets": []},
            "assets": {
                "total": len(rows),
                "count": len(rows),
                "items": [views.asset(row, with_exif=with_exif) for row in rows],
                "facets": [],
                "nextPage": str(page + 1) if has_more else None,
            },
        }
    )


@routes.on("POST", "/search/statistics", "asset.statistics")
def search_asset_statistics(call: Call) -> Response:
    filters = call.json({**_BASE, "description": optional(validation.text(strip=True))})
    _check_locked(filters)
    return json_answer({"total": call.state.search.count(filters, call.caller.id)})


def _check_locked(filters: dict[str, Any]) -> None:
    # No session of this server can be unlocked, and a key never could.
    if filters.get("visibility") == "locked":
        raise RefusalError(401, "Elevated permission is required")


def _owner(call: Call, filters: dict[str, Any]) -> str | None:
    """Whose assets are looked through: the caller's, or everyone's in the albums asked for."""
    albums = filters.get("albumIds")
    if not albums:
        return call.caller.id
    if call.state.albums.accessible(call.caller, albums, MEMBERS) != set(albums):
        raise no_access("album.read")
    return None


# In the order in which the server complains about them.
_BASE: Final[dict[str, Check]] = {
    "libraryId": nullable(validation.uuid4),
    "type": optional(validation.one_of("IMAGE", "VIDEO", "AUDIO", "OTHER")),
    "isEncoded": optional(validation.boolean),
    "isFavorite": optional(validation.boolean),
    "isMotion": optional(validation.boolean),
    "isOffline": optional(validation.boolean),
    "visibility": optional(validation.VISIBILITY),
    "createdBefore": optional(validation.instant),
    "createdAfter": optional(validation.instant),
    "updatedBefore": optional(validation.instant),
    "updatedAfter": optional(validation.instant),
    "trashedBefore": optional(validation.instant),
    "trashedAfter": optional(validation.instant),
    "takenBefore": optional(validation.instant),
    "takenAfter": optional(validation.instant),
    "city": nullable(validation.text()),
    "state": nullable(validation.text()),
    "country": nullable(validation.text()),
    "make": nullable(validation.text()),
    "model": nullable(validation.text()),
    "lensModel": nullable(validation.text()),
    "isNotInAlbum": optional(validation.boolean),
    "personIds": optional(validation.array(validation.uuid4)),
    "tagIds": nullable(validation.array(validation.uuid4)),
    "albumIds": optional(validation.array(validation.uuid4)),
    "rating": nullable(validation.integer(minimum=1, maximum=5)),
    "ocr": optional(validation.text()),
}
_METADATA: Final[dict[str, Check]] = {
    **_BASE,
    "withDeleted": optional(validation.boolean),
    "withExif": optional(validation.boolean),
    "size": optional(validation.integer(minimum=1, maximum=1000)),
    "withStacked": optional(validation.boolean),
    "withPeople": optional(validation.boolean),
    "id": optional(validation.uuid4),
    "description": optional(validation.text(strip=True)),
    "checksum": optional(validation.text()),
    "originalFileName": optional(validation.text(strip=True)),
    "originalPath": optional(validation.text()),
    "previewPath": optional(validation.text()),
    "thumbnailPath": optional(validation.text()),
    "encodedVideoPath": optional(validation.text()),
    "order": optional(validation.one_of("asc", "desc")),
    "page": optional(validation.integer(minimum=1)),
}
