"""Albums, their assets and their members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.routes.album_users import ROLE
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state.albums import EDITORS, MEMBERS
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from starlette.responses import Response

_OWNERS: Final = ("owner",)

routes: Final = Routes()


@routes.on("GET", "/albums", "album.read")
def get_all_albums(call: Call) -> Response:
    query = call.query(
        {
            "id": optional(validation.uuid4),
            "name": optional(validation.text()),
            "isOwned": optional(validation.text_boolean),
            "isShared": optional(validation.text_boolean),
            "assetId": optional(validation.uuid4),
        }
    )
    albums = call.state.albums
    albums.mend_thumbnails()
    found = albums.all_of(
        call.caller,
        album_id=query.get("id"),
        name=query.get("name") or None,
        is_owned=query.get("isOwned"),
        is_shared=query.get("isShared"),
        asset_id=query.get("assetId"),
    )
    return json_answer([albums.read_view(album, call.caller) for album in found])


@routes.on("POST", "/albums", "album.create")
def create_album(call: Call) -> Response:
    """A new album; assets that are not the caller's are left out without a word, as in v3.1."""
    member = validation.shape({"userId": validation.uuid4, "role": ROLE})
    body = call.json(
        {
            "albumName": validation.text(),
            "description": optional(validation.text()),
            "albumUsers": optional(validation.array(member)),
            "assetIds": optional(validation.array(validation.uuid4)),
        }
    )
    caller = call.caller
    others = [
        (one["userId"], one["role"])
        for one in body.get("albumUsers", ())
        if one["userId"] != caller.id
    ]
    if any(call.state.users.get(user_id) is None for user_id, _role in others):
        raise RefusalError(400, "Invalid user")
    if any(role == "owner" for _user_id, role in others):
        # v3.1's database has room for one owner only.
        raise RefusalError(500, "Failed to create album")
    assets = call.state.assets
    own = assets.shareable(caller, body.get("assetIds", ()))
    album_id = call.state.albums.add(
        caller.id,
        body["albumName"],
        body.get("description", ""),
        assets.by_last_change(own),
        others,
    )
    return json_answer(call.state.albums.changed_view(album_id, caller), 201)


@routes.on("GET", "/albums/statistics", "album.statistics")
def get_album_statistics(call: Call) -> Response:
    albums, caller = call.state.albums, call.caller
    return json_answer(
        {
            "owned": len(albums.all_of(caller, is_owned=True)),
            "shared": len(albums.all_of(caller, is_shared=True)),
            "notShared": len(albums.all_of(caller, is_owned=True, is_shared=False)),
        }
    )


@routes.on("PUT", "/albums/assets", "albumAsset.create")
def add_assets_to_albums(call: Call) -> Response:
    """One verdict for everything: ``duplicate`` also where an album is not there."""
    body = call.json(
        {
            "albumIds": validation.array(validation.uuid4),
            "assetIds": validation.array(validation.uuid4),
        }
    )
    albums, assets = call.state.albums, call.state.assets
    album_ids = albums.accessible(call.caller, body["albumIds"], EDITORS)
    allowed = assets.shareable(call.caller, body["assetIds"])
    if not album_ids or not allowed:
        return json_answer({"success": False, "error": "no_permission"})
    is_changed = False
    for album_id in album_ids:
        new = assets.by_last_change(allowed - albums.contained(album_id, body["assetIds"]))
        if new:
            _put(call, album_id, new)
            is_changed = True
    return json_answer(
        {"success": True} if is_changed else {"success": False, "error": "duplicate"}
    )


@routes.on("GET", "/albums/{id}", "album.read")
def get_album_info(call: Call) -> Response:
    album_id = _accessible(call, MEMBERS, "album.read")
    albums = call.state.albums
    albums.mend_thumbnails()
    album = albums.get(album_id)
    if album is None:
        raise RefusalError(400, "Album not found")
    view = albums.read_view(album, call.caller)
    if view["shared"]:
        view["contributorCounts"] = albums.contributors(album_id)
    return json_answer(view)


@routes.on("PATCH", "/albums/{id}", "album.update")
def update_album_info(call: Call) -> Response:
    album_id = call.id()
    body = call.json(
        {
            "albumName": optional(validation.text()),
            "description": optional(validation.text()),
            "albumThumbnailAssetId": optional(validation.uuid4),
            "isActivityEnabled": optional(validation.boolean),
            "order": optional(validation.one_of("asc", "desc")),
        }
    )
    _accessible(call, EDITORS, "album.update")
    albums, thumbnail = call.state.albums, body.get("albumThumbnailAssetId")
    if thumbnail is not None and not albums.contained(album_id, [thumbnail]):
        raise RefusalError(400, "Invalid album thumbnail")
    columns = {
        "albumName": "name",
        "description": "description",
        "albumThumbnailAssetId": "thumbnail_asset_id",
        "isActivityEnabled": "is_activity_enabled",
        "order": "sort_order",
    }
    albums.change(album_id, **{columns[name]: value for name, value in body.items()})
    return json_answer(albums.changed_view(album_id, call.caller))


@routes.on("DELETE", "/albums/{id}", "album.delete")
def delete_album(call: Call) -> Response:
    call.state.albums.delete(_accessible(call, _OWNERS, "album.delete"))
    return empty()


@routes.on("PUT", "/albums/{id}/assets", "albumAsset.create")
def add_assets_to_album(call: Call) -> Response:
    """Put assets in; each id gets its own verdict, a repeated one ``duplicate``."""
    album_id = call.id()
    ids: list[str] = validation.read(validation.IDS, call.body)["ids"]
    albums = call.state.albums
    if albums.get(album_id) is None:
        raise RefusalError(400, "Album not found")
    _accessible(call, EDITORS, "albumAsset.create")
    present = albums.contained(album_id, ids)
    allowed = call.state.assets.shareable(call.caller, ids)
    results: list[dict[str, Any]] = []
    new: list[str] = []
    for one in ids:
        if one in present:
            results.append({"id": one, "success": False, "error": "duplicate"})
        elif one not in allowed:
            results.append({"id": one, "success": False, "error": "no_permission"})
        else:
            present.add(one)
            new.append(one)
            results.append({"id": one, "success": True})
    if new:
        _put(call, album_id, new)
    return json_answer(results)


@routes.on("DELETE", "/albums/{id}/assets", "albumAsset.delete")
def remove_assets_from_album(call: Call) -> Response:
    """Take assets out; the owner takes out anybody's, an editor his own."""
    ids: list[str] = validation.read(validation.IDS, call.body)["ids"]
    album_id = _accessible(call, EDITORS, "albumAsset.delete")
    albums, caller = call.state.albums, call.caller
    present = albums.contained(album_id, ids)
    is_owner = albums.role_of(album_id, caller.id) == "owner"
    allowed = present if is_owner else call.state.assets.shareable(caller, present)
    results: list[dict[str, Any]] = []
    gone: list[str] = []
    for one in ids:
        if one not in present:
            results.append({"id": one, "success": False, "error": "not_found"})
        elif one not in allowed:
            results.append({"id": one, "success": False, "error": "no_permission"})
        else:
            present = present - {one}
            gone.append(one)
            results.append({"id": one, "success": True})
    albums.take_assets(album_id, gone)
    if gone:
        albums.mend_thumbnails()
    return json_answer(results)


def _accessible(call: Call, roles: tuple[str, ...], permission: str) -> str:
    """The album of the path, in which the caller must have one of the roles."""
    album_id = call.id()
    if album_id not in call.state.albums.accessible(call.caller, [album_id], roles):
        raise no_access(permission)
    return album_id


def _put(call: Call, album_id: str, asset_ids: list[str]) -> None:
    """Put assets in; the first becomes the thumbnail of an album without one."""
    albums = call.state.albums
    albums.put_assets(album_id, asset_ids)
    album = albums.get(album_id)
    if album is not None:
        albums.change(album_id, thumbnail_asset_id=album["thumbnail_asset_id"] or asset_ids[0])
