"""Finding assets by what is known of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation, views
from immichkit.testing.answers import RefusalError, json_answer, no_access
from immichkit.testing.auth import check_elevated
from immichkit.testing.routes.uploads import checksum_of
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import people
from immichkit.testing.state.albums import MEMBERS
from immichkit.testing.validation import Check, nullable, optional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from immichkit.testing.state.database import Row

_DEFAULT_SIZE: Final = 250

routes: Final = Routes()


@routes.on("POST", "/search/metadata", "asset.read")
def search_assets(call: Call) -> Response:
    """A page of what matches; ``total`` counts only this page, as in v3.1."""
    filters = call.json(_METADATA)
    _check_locked(call, filters)
    if "checksum" in filters:
        filters["checksum"] = checksum_of(filters["checksum"]) if filters["checksum"] else None
    albums = filters.get("albumIds")
    if call.caller.link is not None and not albums:
        message = "Shared link access is only allowed in combination with an albumIds filter"
        raise RefusalError(400, message)
    if albums and call.state.albums.accessible(call.caller, albums, MEMBERS) != set(albums):
        raise no_access("album.read")
    # In an album everybody's photos are found.
    owner_ids = None if albums else _owner_ids(call, filters)
    page, size = filters.get("page", 1), filters.get("size", _DEFAULT_SIZE)
    rows, has_more = call.state.search.page(filters, owner_ids, page=page, size=size)
    return json_answer(
        {
            "albums": {"total": 0, "count": 0, "items": [], "facets": []},
            "assets": {
                "total": len(rows),
                "count": len(rows),
                "items": _views(call, rows, filters),
                "facets": [],
                "nextPage": str(page + 1) if has_more else None,
            },
        }
    )


@routes.on("POST", "/search/statistics", "asset.statistics")
def search_asset_statistics(call: Call) -> Response:
    filters = call.json({**_BASE, "description": optional(validation.text(strip=True))})
    _check_locked(call, filters)
    return json_answer({"total": call.state.search.count(filters, _owner_ids(call, filters))})


@routes.on("POST", "/search/random", "asset.read")
def search_random(call: Call) -> Response:
    filters = call.json(_RANDOM)
    _check_locked(call, filters)
    size = filters.get("size", _DEFAULT_SIZE)
    rows = call.state.search.some(filters, _owner_ids(call, filters), size=size)
    return json_answer(_views(call, rows, filters))


@routes.on("POST", "/search/large-assets", "asset.read")
def search_large_assets(call: Call) -> Response:
    """The largest files, by filters in the query; those that are no text never pass, as in v3.1."""
    filters = call.query(_LARGE)
    _check_locked(call, filters)
    rows = call.state.search.largest(
        filters,
        _owner_ids(call, filters),
        larger_than=filters.get("minFileSize", 0),
        size=filters.get("size", _DEFAULT_SIZE),
    )
    return json_answer(_views(call, rows, {"withExif": True}))


@routes.on("POST", "/search/smart", "asset.read")
def search_smart(call: Call) -> Response:
    """Refused as by a server without machine learning."""
    body = {
        **_WITH_RESULTS,
        "query": optional(validation.text(strip=True)),
        "queryAssetId": optional(validation.uuid4),
        "language": optional(validation.text()),
        "page": optional(validation.integer(minimum=1)),
    }
    _check_locked(call, call.json(body))
    raise RefusalError(400, "Smart search is not enabled")


def _check_locked(call: Call, filters: dict[str, Any]) -> None:
    if filters.get("visibility") == "locked":
        check_elevated(call.caller)
    filters["withLocked"] = call.caller.is_elevated


def _owner_ids(call: Call, filters: dict[str, Any]) -> list[str]:
    """The caller and those whose photos are in his timeline, unless it is about locked ones."""
    if filters.get("visibility") == "locked":
        return [call.caller.id]
    return [call.caller.id, *call.state.partners.in_timeline_of(call.caller.id)]


def _views(call: Call, rows: Sequence[Row], wanted: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for row in rows:
        view = views.seen_asset(row, call.caller.id, with_exif=wanted.get("withExif", False))
        if wanted.get("withPeople") and row["owner_id"] == call.caller.id:
            shown = call.state.people.of_asset(row["id"])
            view["people"] = [people.view(person, is_nested=True) for person in shown]
        found.append(view)
    return found


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
_WITH_RESULTS: Final[dict[str, Check]] = {
    **_BASE,
    "withDeleted": optional(validation.boolean),
    "withExif": optional(validation.boolean),
    "size": optional(validation.integer(minimum=1, maximum=1000)),
}
_RANDOM: Final[dict[str, Check]] = {
    **_WITH_RESULTS,
    "withStacked": optional(validation.boolean),
    "withPeople": optional(validation.boolean),
}
_METADATA: Final[dict[str, Check]] = {
    **_RANDOM,
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
_LARGE: Final[dict[str, Check]] = {
    **_WITH_RESULTS,
    "size": optional(validation.text_integer(minimum=1, maximum=1000)),
    "minFileSize": optional(validation.text_integer(minimum=0)),
}
