"""Shared links: made by those who own something, used by those who were given a key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import sqlite3
import time
from email.utils import formatdate
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, unquote

from immichkit.testing import times, validation, views
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.auth import cookie
from immichkit.testing.routing import Call, Routes
from immichkit.testing.validation import Check, nullable, optional

if TYPE_CHECKING:
    from starlette.responses import Response

    from immichkit.testing.state.database import Row

_COOKIE: Final = "immich_shared_link_token"
_LIFETIME: Final = 86_400
_OWNERS: Final = ("owner",)

routes: Final = Routes()


@routes.on("GET", "/shared-links", "sharedLink.read")
def get_all_shared_links(call: Call) -> Response:
    """The caller's links, expired ones too, each with no more than the first of its assets."""
    query = call.query({"albumId": optional(validation.uuid4), "id": optional(validation.uuid4)})
    links = call.state.shared_links.all_of(
        call.caller.id, link_id=query.get("id"), album_id=query.get("albumId")
    )
    return json_answer([_listed(call, link) for link in links])


@routes.on("POST", "/shared-links", "sharedLink.create")
def create_shared_link(call: Call) -> Response:
    body = call.json(
        {
            "type": validation.one_of("ALBUM", "INDIVIDUAL"),
            "assetIds": optional(validation.array(validation.uuid4)),
            "albumId": optional(validation.uuid4),
            **_CHANGES,
        }
    )
    caller, album_id, asset_ids = call.caller, body.get("albumId"), body.get("assetIds", [])
    if body["type"] == "ALBUM":
        if album_id is None:
            raise RefusalError(400, "Invalid albumId")
        if not call.state.albums.accessible(caller, [album_id], _OWNERS):
            raise no_access("album.share")
    else:
        if not asset_ids:
            raise RefusalError(400, "Invalid assetIds")
        if call.state.assets.shareable(caller, asset_ids) != set(asset_ids):
            raise no_access("asset.share")
    if len(set(asset_ids)) < len(asset_ids):
        # v3.1's database has room for each asset once.
        raise RefusalError(500, "Failed to create shared link")
    shows_metadata = body.get("showMetadata", True)
    try:
        link_id = call.state.shared_links.add(
            caller.id,
            asset_ids,
            type=body["type"],
            album_id=album_id,
            description=body.get("description") or None,
            password=body.get("password"),
            slug=body.get("slug") or None,
            expires_at=body.get("expiresAt"),
            allow_upload=body.get("allowUpload", True),
            # Without metadata there is nothing to download either.
            allow_download=shows_metadata and body.get("allowDownload", True),
            show_metadata=shows_metadata,
        )
    except sqlite3.IntegrityError:
        raise RefusalError(400, "Failed to save shared link") from None
    return json_answer(_changed(call, link_id), 201)


@routes.on("POST", "/shared-links/login")
def shared_link_login(call: Call) -> Response:
    """The link for its password, and a cookie that stands for that."""
    password = call.json({"password": validation.text()})["password"]
    link = _own(call)
    if not link["password"]:
        raise RefusalError(400, "Shared link is not password protected")
    if not hmac.compare_digest(link["password"].encode(), password.encode()):
        raise RefusalError(401, "Invalid password")
    tokens = list(dict.fromkeys([*_tokens(call), _token(link)]))
    response = json_answer(_whole(call, link), 201)
    expires = formatdate(time.time() + _LIFETIME, usegmt=True)
    response.headers.append(
        "set-cookie",
        f"{_COOKIE}={quote(','.join(tokens), safe='')}; Max-Age={_LIFETIME}; Path=/; "
        f"Expires={expires}; HttpOnly; SameSite=Lax",
    )
    return response


@routes.on("GET", "/shared-links/me")
def get_my_shared_link(call: Call) -> Response:
    """The link that the caller comes by; the only place where its password counts, as in v3.1."""
    link = _own(call)
    if link["password"] and _token(link) not in _tokens(call):
        raise RefusalError(401, "Password required")
    return json_answer(_whole(call, link))


@routes.on("GET", "/shared-links/{id}", "sharedLink.read")
def get_shared_link_by_id(call: Call) -> Response:
    return json_answer(_whole(call, _link(call, call.id())))


@routes.on("PATCH", "/shared-links/{id}", "sharedLink.update")
def update_shared_link(call: Call) -> Response:
    """Change what is named, and erase the slug if it is not, as v3.1 does."""
    link_id = call.id()
    body = call.json(_CHANGES)
    _link(call, link_id)
    columns = {_COLUMNS[name]: value for name, value in body.items()}
    columns["slug"] = body.get("slug") or None
    try:
        call.state.shared_links.change(link_id, **columns)
    except sqlite3.IntegrityError:
        raise RefusalError(400, "Failed to save shared link") from None
    return json_answer(_changed(call, link_id))


@routes.on("DELETE", "/shared-links/{id}", "sharedLink.delete")
def remove_shared_link(call: Call) -> Response:
    link_id: str = _link(call, call.id())["id"]
    call.state.shared_links.delete(link_id)
    return empty()


@routes.on("PUT", "/shared-links/{id}/assets", "sharedLink.update")
def add_shared_link_assets(call: Call) -> Response:
    """Show more; each id gets its own verdict."""
    link_id = call.id()
    ids = _asset_ids(call)
    _check_is_of_assets(_link(call, link_id))
    links = call.state.shared_links
    present = links.contained(link_id, ids)
    allowed = call.state.assets.shareable(call.caller, set(ids) - present)
    results: list[dict[str, Any]] = []
    for one in ids:
        if one in present:
            results.append({"assetId": one, "success": False, "error": "duplicate"})
        elif one not in allowed:
            results.append({"assetId": one, "success": False, "error": "no_permission"})
        else:
            results.append({"assetId": one, "success": True})
    try:
        links.put_assets(link_id, [one["assetId"] for one in results if one["success"]])
    except sqlite3.IntegrityError:
        # An id that was new came twice.
        raise RefusalError(500, "Failed to add shared link assets") from None
    return json_answer(results)


@routes.on("DELETE", "/shared-links/{id}/assets", "sharedLink.update")
def remove_shared_link_assets(call: Call) -> Response:
    """Show less; each id gets its own verdict."""
    link_id = call.id()
    ids = _asset_ids(call)
    _check_is_of_assets(_link(call, link_id))
    present = call.state.shared_links.contained(link_id, ids)
    call.state.shared_links.take_assets(link_id, present)
    missing = {"success": False, "error": "not_found"}
    return json_answer(
        [{"assetId": one, **({"success": True} if one in present else missing)} for one in ids]
    )


def _link(call: Call, link_id: str) -> Row:
    link = call.state.shared_links.get(call.caller.id, link_id)
    if link is None:
        raise RefusalError(400, "Shared link not found")
    return link


def _own(call: Call) -> Row:
    """The link by which the caller comes."""
    if call.caller.link is None:
        raise RefusalError(403, "Forbidden")
    return _link(call, call.caller.link.id)


def _asset_ids(call: Call) -> list[str]:
    found: list[str] = call.json({"assetIds": validation.array(validation.uuid4)})["assetIds"]
    return found


def _check_is_of_assets(link: Row) -> None:
    if link["type"] != "INDIVIDUAL":
        raise RefusalError(400, "Invalid shared link type")


def _token(link: Row) -> str:
    """What the cookie holds for who knows the password."""
    known = f"{link['id']}-{link['password']}".encode()
    return base64.b64encode(hashlib.sha256(known).digest()).decode()


def _tokens(call: Call) -> list[str]:
    return list(filter(None, unquote(cookie(call.request, _COOKIE) or "").split(",")))


def _base(link: Row) -> dict[str, Any]:
    expires = link["expires_at"]
    return {
        "id": link["id"],
        "description": link["description"],
        "password": link["password"],
        "userId": link["user_id"],
        "key": base64.urlsafe_b64encode(link["key"]).rstrip(b"=").decode(),
        "type": link["type"],
        "createdAt": times.to_z(link["created_at"]),
        "expiresAt": None if expires is None else times.to_z(expires),
        "assets": [],
        "allowUpload": bool(link["allow_upload"]),
        "allowDownload": bool(link["allow_download"]),
        "showMetadata": bool(link["show_metadata"]),
        "slug": link["slug"],
    }


def _changed(call: Call, link_id: str) -> dict[str, Any]:
    """The link as a change of it is answered: without its album, its assets without EXIF."""
    link = _link(call, link_id)
    assets = call.state.shared_links.assets(link_id)
    return {**_base(link), "assets": [_without_exif(asset) for asset in assets]}


def _listed(call: Call, link: Row) -> dict[str, Any]:
    assets = call.state.shared_links.assets(link["id"])[:1]
    album = {} if link["album_id"] is None else {"album": _album(call, link["album_id"])}
    return {**_base(link), "assets": [_without_exif(asset) for asset in assets], **album}


def _whole(call: Call, link: Row) -> dict[str, Any]:
    """The link as it is answered by itself; to guests without what it keeps to itself."""
    assets = call.state.shared_links.assets(link["id"])
    if call.caller.link is not None and not call.caller.link.show_metadata:
        shown = [views.bare_asset(asset, is_nested=True) for asset in assets]
    else:
        shown = [views.nested_asset(asset, "") for asset in assets]
    view = {**_base(link), "assets": shown}
    if link["album_id"] is not None:
        dates = call.state.shared_links.album_dates(link["album_id"])
        view["album"] = {**_album(call, link["album_id"]), "assetCount": len(dates)}
        if dates:
            first, last = sorted((dates[0], dates[-1]))
            view["album"] |= {"startDate": times.to_offset(first), "endDate": times.to_offset(last)}
    return view


def _without_exif(asset: Row) -> dict[str, Any]:
    view = views.nested_asset(asset, "")
    del view["exifInfo"]
    return view


def _album(call: Call, album_id: str) -> dict[str, Any]:
    """The album without its members: v3.1 names none here, not even the owner."""
    album = call.state.albums.get(album_id)
    if album is None:
        raise RefusalError(400, "Shared link not found")
    return {
        **call.state.albums.base_view(album, call.caller),
        "createdAt": times.to_offset(album["created_at"]),
        "updatedAt": times.to_offset(album["updated_at"]),
        "albumUsers": [],
    }


_CHANGES: Final[dict[str, Check]] = {
    "description": nullable(validation.text()),
    "password": nullable(validation.text()),
    "slug": nullable(validation.text()),
    "expiresAt": nullable(validation.instant),
    "allowUpload": optional(validation.boolean),
    "allowDownload": optional(validation.boolean),
    "showMetadata": optional(validation.boolean),
}
_COLUMNS: Final = {
    "description": "description",
    "password": "password",
    "slug": "slug",
    "expiresAt": "expires_at",
    "allowUpload": "allow_upload",
    "allowDownload": "allow_download",
    "showMetadata": "show_metadata",
}
