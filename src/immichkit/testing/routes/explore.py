"""Looking around: what there is to search for, places, folders."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times, validation, views
from immichkit.testing.answers import json_answer, no_access
from immichkit.testing.reading import places
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import people, tags
from immichkit.testing.state.albums import MEMBERS
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from immichkit.testing.state.database import Row

# What suggestions are asked for by, and where it is kept.
_COLUMNS: Final = {
    "country": "country",
    "state": "state",
    "city": "city",
    "camera-make": "make",
    "camera-model": "model",
    "camera-lens-model": "lens_model",
}
# Which other properties narrow the suggestions down.
_NARROWED_BY: Final = {
    "country": (),
    "state": ("country",),
    "city": ("country", "state"),
    "camera-make": ("model", "lensModel"),
    "camera-model": ("make", "lensModel"),
    "camera-lens-model": ("make", "model"),
}
_MANY: Final = 12

routes: Final = Routes()


@routes.on("GET", "/search/suggestions", "asset.read")
def get_search_suggestions(call: Call) -> Response:
    names = ("country", "state", "make", "model", "lensModel")
    query = call.query(
        {
            "type": validation.one_of(*_COLUMNS),
            **dict.fromkeys(names, optional(validation.text())),
            "includeNull": optional(validation.text_boolean),
        }
    )
    narrowed = {
        "lens_model" if name == "lensModel" else name: query[name]
        for name in _NARROWED_BY[query["type"]]
        if query.get(name)
    }
    column = _COLUMNS[query["type"]]
    found: list[str | None] = [*call.state.explore.values(_owner_ids(call), column, narrowed)]
    return json_answer([*found, None] if query.get("includeNull") else found)


@routes.on("GET", "/search/cities", "asset.read")
def get_assets_by_city(call: Call) -> Response:
    """A photo of each city; v3.1 forgets to say which of them are favorites."""
    rows = call.state.explore.one_of_each_city(_owner_ids(call))
    return json_answer([{**views.asset(row, with_exif=True), "isFavorite": False} for row in rows])


@routes.on("GET", "/search/explore", "asset.read")
def get_explore_data(call: Call) -> Response:
    """Cities with five photos or more, and what came last; unordered, as in v3.1."""
    explore, user_id = call.state.explore, call.caller.id
    cities, recent = explore.big_cities(user_id, _MANY), explore.recent(user_id, _MANY)
    return json_answer(
        [
            {
                "fieldName": "exifInfo.city",
                "items": [{"value": row["city"], "data": _whole(call, row)} for row in cities],
            },
            {
                "fieldName": "createdAt",
                "items": [
                    {"value": times.to_z(row["created_at"]), "data": _whole(call, row)}
                    for row in recent
                ],
            },
        ]
    )


@routes.on("GET", "/map/markers", "map.read")
def get_map_markers(call: Call) -> Response:
    flag, instant = optional(validation.text_boolean), optional(validation.instant)
    query = call.query(
        {
            "isArchived": flag,
            "isFavorite": flag,
            "fileCreatedAfter": instant,
            "fileCreatedBefore": instant,
            "withPartners": flag,
            "withSharedAlbums": flag,
        }
    )
    owner_ids = [call.caller.id]
    if query.get("withPartners"):
        owner_ids += [giver["id"] for giver in call.state.partners.givers(call.caller.id)]
    return _markers(call.state.explore.located(call.caller.id, owner_ids, query))


@routes.on("GET", "/albums/{id}/map-markers", "album.read")
def get_album_map_markers(call: Call) -> Response:
    album_id = call.id()
    if not call.state.albums.accessible(call.caller, [album_id], MEMBERS):
        raise no_access("album.read")
    if call.caller.link is not None and not call.caller.link.show_metadata:
        return json_answer([])
    return _markers(call.state.explore.located_in_album(album_id))


@routes.on("GET", "/map/reverse-geocode", "map.search")
def reverse_geocode(call: Call) -> Response:
    """The city of a place, as far as this server knows cities."""
    where = call.query(
        {
            "lat": validation.text_number(minimum=-90, maximum=90),
            "lon": validation.text_number(minimum=-180, maximum=180),
        }
    )
    place = places.nearest(where["lat"], where["lon"])
    if place is None:
        return json_answer([{"country": None, "state": None, "city": None}])
    return json_answer([{"country": place.country, "state": place.state, "city": place.city}])


@routes.on("GET", "/view/folder/unique-paths", "folder.read")
def get_unique_original_paths(call: Call) -> Response:
    return json_answer(call.state.explore.folders(call.caller.id))


@routes.on("GET", "/view/folder", "folder.read")
def get_assets_by_original_path(call: Call) -> Response:
    """What lies in the folder itself, by its file names on the server."""
    folder = call.query({"path": validation.text()})["path"]
    rows = call.state.explore.in_folder(call.caller.id, folder.removesuffix("/"))
    return json_answer([views.seen_asset(row, call.caller.id, with_exif=True) for row in rows])


def _markers(rows: Sequence[Row]) -> Response:
    names = {"id": "id", "lat": "latitude", "lon": "longitude"}
    names |= {name: name for name in ("city", "state", "country")}
    return json_answer([{name: row[column] for name, column in names.items()} for row in rows])


def _owner_ids(call: Call) -> list[str]:
    return [call.caller.id, *call.state.partners.in_timeline_of(call.caller.id)]


def _whole(call: Call, row: Row) -> dict[str, Any]:
    state, view = call.state, views.seen_asset(row, call.caller.id, with_exif=True)
    view["tags"] = [tags.view(tag, is_nested=True) for tag in state.tags.of_asset(row["id"])]
    shown = state.people.of_asset(row["id"])
    return {**view, "people": [people.view(person, is_nested=True) for person in shown]}
