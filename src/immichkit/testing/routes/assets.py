"""Reading, changing and deleting assets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times, validation, views, zones
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.auth import check_elevated
from immichkit.testing.reading import places
from immichkit.testing.routes.uploads import hide_motion_part
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import people, tags
from immichkit.testing.validation import Check, Complaint, Path, nullable, optional

if TYPE_CHECKING:
    from starlette.responses import Response

_MINUTE: Final = 60_000_000
# From the year 1 to the year 9999; who shifts further ends up there.
_ALL_TIME: Final = 9999 * 366 * 24 * 60
_RATING: Final = validation.integer(minimum=-1, maximum=5)

routes: Final = Routes()


@routes.on("GET", "/assets/{id}", "asset.read")
def get_asset_info(call: Call) -> Response:
    asset_id = call.id()
    asset = call.state.assets.get(asset_id)
    if asset is None or asset_id not in call.state.assets.visible(call.caller, [asset_id]):
        raise no_access("asset.read")
    owner = call.state.users.get(asset["owner_id"])
    if owner is None:
        raise no_access("asset.read")
    link = call.caller.link
    if link is not None and not link.show_metadata:
        return json_answer(views.bare_asset(asset))
    own = [tags.view(tag, is_nested=True) for tag in call.state.tags.of_asset(asset_id)]
    stack = call.state.stacks.of_asset(asset)
    # Who is in a picture is shown to its owner alone.
    is_own = link is None and owner["id"] == call.caller.id
    shown = call.state.people.of_asset(asset_id) if is_own else []
    view = views.asset_alone(
        asset,
        owner,
        call.caller.id,
        tags=own,
        stack=stack,
        people=[people.view(person, is_nested=True) for person in shown],
    )
    if link is not None:
        del view["owner"]
    return json_answer(view)


@routes.on("GET", "/assets/statistics", "asset.statistics")
def get_asset_statistics(call: Call) -> Response:
    query = call.query(
        {
            "visibility": optional(validation.VISIBILITY),
            "isFavorite": optional(validation.text_boolean),
            "isTrashed": optional(validation.text_boolean),
        }
    )
    if query.get("visibility") == "locked":
        check_elevated(call.caller)
    counts = call.state.assets.count_by_type(
        call.caller.id,
        visibility=query.get("visibility"),
        is_favorite=query.get("isFavorite"),
        is_trashed=query.get("isTrashed", False),
    )
    return json_answer(
        {
            "images": counts.get("IMAGE", 0),
            "videos": counts.get("VIDEO", 0),
            "total": sum(counts.values()),
        }
    )


@routes.on("POST", "/assets/jobs", "job.create")
def run_asset_jobs(call: Call) -> Response:
    """Nothing more than the check: what the jobs would do is done already."""
    body = call.json(
        {
            "assetIds": validation.array(validation.uuid4),
            "name": validation.one_of(
                "refresh-faces", "refresh-metadata", "regenerate-thumbnail", "transcode-video"
            ),
        }
    )
    if call.state.assets.owned(call.caller, body["assetIds"]) != set(body["assetIds"]):
        raise no_access("asset.update")
    return empty()


@routes.on("GET", "/assets/{id}/ocr", "asset.read")
def get_asset_ocr(call: Call) -> Response:
    """The texts in the picture, none unless a test has put some in."""
    asset_id = call.id()
    if asset_id not in call.state.assets.visible(call.caller, [asset_id]):
        raise no_access("asset.read")
    return json_answer(call.state.texts.of(asset_id))


@routes.on("PUT", "/assets/{id}", "asset.update")
def update_asset(call: Call) -> Response:
    """Change one asset; what follows from a new date is not in the answer yet, as in v3.1."""
    asset_id = call.id()
    fields = {**_CHANGES, "livePhotoVideoId": nullable(validation.uuid4)}
    body = validation.read(_with_whole_place(fields), call.body)
    assets = call.state.assets
    call.state.readings.finish([asset_id])
    before = assets.get(asset_id)
    if before is None or asset_id not in assets.owned(call.caller, [asset_id]):
        raise no_access("asset.update")
    columns, exif = _asset_columns(body), _exif_columns(body, "Failed to update asset")
    if "livePhotoVideoId" in body:
        columns["live_photo_video_id"] = body["livePhotoVideoId"]
        if body["livePhotoVideoId"] is not None:
            hide_motion_part(call, body["livePhotoVideoId"])
        elif before["live_photo_video_id"] is not None:
            visible = {"visibility": body.get("visibility", before["visibility"])}
            assets.change([before["live_photo_video_id"]], asset=visible)
    assets.change([asset_id], asset=columns, exif=exif)
    changed = assets.get(asset_id)
    if changed is None:
        raise RefusalError(400, "Asset not found")
    response = json_answer(views.asset(changed, with_exif=True))
    if "latitude" in exif:
        _follow_place(call, [asset_id], exif)
    if {"date_time_original", "latitude"} & exif.keys():
        _follow_date(call, [asset_id])
    return response


@routes.on("PUT", "/assets", "asset.update")
def update_assets(call: Call) -> Response:
    """Change many assets alike, or none if one of them is not the caller's."""
    body = validation.read(_bulk, call.body)
    assets, ids = call.state.assets, list(dict.fromkeys(body["ids"]))
    if len(assets.owned(call.caller, ids)) < len(ids):
        raise no_access("asset.update")
    if not ids:
        return empty()
    call.state.readings.finish(ids)
    columns, exif = _asset_columns(body), _exif_columns(body, "Failed to update assets")
    if "timeZone" in body:
        exif["time_zone"] = body["timeZone"]
    if "duplicateId" in body:
        call.state.duplicates.assign(assets.by_last_change(ids), body["duplicateId"])
    if columns or exif:
        assets.change(ids, asset=columns, exif=exif)
    minutes = body.get("dateTimeRelative", 0)
    if minutes:
        assets.shift_dates(ids, min(max(minutes, -_ALL_TIME), _ALL_TIME) * _MINUTE)
    if "latitude" in exif:
        _follow_place(call, ids, exif)
    if minutes or {"time_zone", "date_time_original", "latitude"} & exif.keys():
        _follow_date(call, ids)
    if body.get("visibility") == "locked":
        call.state.albums.take_from_all(ids)
    return empty()


@routes.on("DELETE", "/assets", "asset.delete")
def delete_assets(call: Call) -> Response:
    """Into the trash, or for good: that is promised here and done after the answer."""
    body = call.json(
        {
            "ids": validation.array(validation.uuid4),
            "force": optional(validation.boolean),
        }
    )
    assets, ids = call.state.assets, list(dict.fromkeys(body["ids"]))
    if len(assets.owned(call.caller, ids)) < len(ids):
        raise no_access("asset.delete")
    is_forced = body.get("force", False)
    status = "deleted" if is_forced else "trashed"
    assets.change(ids, asset={"deleted_at": times.now(), "status": status})
    if is_forced:
        call.jobs.append(call.state.purge)
    return empty()


def _rating(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    checked = _RATING(value, path, complaints)
    if checked != 0:
        return checked
    message = "Rating must be -1 (rejected), 1–5 (starred), or null (unrated); 0 is not valid"  # noqa: RUF001 - their dash
    return validation.complain(complaints, "custom", path, message)


def _with_whole_place(fields: dict[str, Check]) -> Check:
    """The fields, of which latitude and longitude come together or not at all."""
    check = validation.shape(fields)

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        body = check(value, path, complaints)
        if not complaints and ("latitude" in body) != ("longitude" in body):
            message = "Latitude and longitude must be provided together"
            return validation.complain(complaints, "custom", path, message)
        return body

    return checked


def _asset_columns(body: dict[str, Any]) -> dict[str, Any]:
    names = {"isFavorite": "is_favorite", "visibility": "visibility"}
    return {column: body[name] for name, column in names.items() if name in body}


def _exif_columns(body: dict[str, Any], failure: str) -> dict[str, Any]:
    names = ("latitude", "longitude", "rating", "description")
    columns = {name: body[name] for name in names if name in body}
    date = body.get("dateTimeOriginal")
    if date is not None:
        taken = times.from_any(date)
        if taken is None:
            # v3.1 hands the unreadable date to its database.
            raise RefusalError(500, failure)
        columns["date_time_original"] = taken
        zone = zones.of_date(date)
        if zone is not None:
            columns["time_zone"] = zone
    return columns


def _follow_place(call: Call, asset_ids: list[str], exif: dict[str, Any]) -> None:
    """Give the assets the names and the zone of the place where they are now."""
    place = places.nearest(exif["latitude"], exif["longitude"])
    named = {
        "city": place and place.city,
        "state": place and place.state,
        "country": place and place.country,
    }
    zone = {} if place is None else {"time_zone": place.zone}
    call.state.assets.change(asset_ids, exif={**named, **zone})


def _follow_date(call: Call, asset_ids: list[str]) -> None:
    """Move the assets to where they belong since their date or zone has changed."""
    for asset_id in asset_ids:
        asset = call.state.assets.get(asset_id)
        if asset is not None and asset["date_time_original"] is not None:
            taken: int = asset["date_time_original"]
            dates = {
                "file_created_at": taken,
                "local_date_time": zones.local(taken, asset["time_zone"]),
            }
            call.state.assets.change([asset_id], asset=dates)


_CHANGES: Final[dict[str, Check]] = {
    "isFavorite": optional(validation.boolean),
    "visibility": optional(validation.VISIBILITY),
    "dateTimeOriginal": optional(validation.text()),
    "latitude": optional(validation.number(minimum=-90, maximum=90)),
    "longitude": optional(validation.number(minimum=-180, maximum=180)),
    "rating": nullable(_rating),
    "description": optional(validation.text()),
}


def _bulk(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """Many assets' changes, whose date is either set or shifted."""
    body = _BULK_FIELDS(value, path, complaints)
    if not complaints and "dateTimeRelative" in body and "dateTimeOriginal" in body:
        message = "dateTimeRelative cannot exist alongside dateTimeOriginal"
        return validation.complain(complaints, "custom", path, message)
    return body


_BULK_FIELDS: Final = _with_whole_place(
    {
        **_CHANGES,
        "ids": validation.array(validation.uuid4),
        "duplicateId": nullable(validation.text()),
        "dateTimeRelative": optional(validation.integer()),
        "timeZone": optional(validation.text()),
    }
)
