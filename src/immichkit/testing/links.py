"""Coming by a shared link: its key or slug, and how little it opens."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Final

from immichkit.testing.answers import RefusalError

if TYPE_CHECKING:
    from starlette.requests import Request

    from immichkit.testing.releases import Release
    from immichkit.testing.state import Caller, State

_HEX_LENGTH: Final = 100

# All else is closed to who comes by a link.
OPEN_TO_LINKS: Final = frozenset(
    {
        "downloadArchive",
        "downloadAsset",
        "endSession",
        "getAlbumInfo",
        "getAlbumMapMarkers",
        "getAssetInfo",
        "getDownloadInfo",
        "getMainPlaylist",
        "getMediaPlaylist",
        "getMySharedLink",
        "getSegment",
        "getTimeBucket",
        "getTimeBuckets",
        "playAssetVideo",
        "searchAssets",
        "sharedLinkLogin",
        "uploadAsset",
        "viewAsset",
    }
)


def link_caller(request: Request, state: State) -> Caller | None:
    """Who comes by a link, None if nobody says so; raises the 401 of a link that is no good."""
    headers, query = request.headers, request.query_params
    key = headers.get("x-immich-share-key") or query.get("key")
    if key:
        caller = state.shared_links.by_key(_decoded(key))
        if caller is None:
            raise RefusalError(401, "Invalid share key")
        return caller
    slug = headers.get("x-immich-share-slug") or query.get("slug")
    if slug:
        caller = state.shared_links.by_slug(slug)
        if caller is None:
            raise RefusalError(401, "Invalid share slug")
        return caller
    return None


def is_page_of_no_link(path: str, state: State) -> bool:
    """Whether the path is that of a link's web page, and the link is no good."""
    match path.split("/"):
        case ["", "share", key]:
            return state.shared_links.by_key(_decoded(key)) is None
        case ["", "s", slug]:
            return state.shared_links.by_slug(slug) is None
    return False


def check_link(caller: Caller, operation: str, release: Release) -> None:
    """Raise the 403 of what no link opens, in this release of the server."""
    is_open = operation in OPEN_TO_LINKS and release.takes(operation, "key")
    if caller.link is not None and not is_open:
        raise RefusalError(403, "Forbidden")


def _decoded(key: str) -> bytes:
    """The key's bytes from hex or base64; what is neither gives none, as no key has."""
    try:
        if len(key) == _HEX_LENGTH:
            return bytes.fromhex(key)
        padded = key.replace("+", "-").replace("/", "_").rstrip("=")
        return base64.urlsafe_b64decode(padded + "=" * (-len(padded) % 4))
    except (ValueError, binascii.Error):
        return b""
