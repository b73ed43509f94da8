"""What to ask a sync stream for: what a server would refuse is refused before it is sent."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from immichkit_api import facts
from immichkit_api.models import SyncRequestType

from immichkit.availability import release_key
from immichkit.errors import NotOnThisServerError, PermissionDeniedError
from immichkit.options import kind_of

__all__ = ["advised", "checked_types", "depends_on_version", "refusal"]

REPLACED = {
    "AlbumAssetsV1": "AlbumAssetsV2",
    "AssetFacesV1": "AssetFacesV2",
    "AssetsV1": "AssetsV2",
    "PartnerAssetsV1": "PartnerAssetsV2",
}
"""What v3.1 answers with 400 although its contract has it, and what it wants instead."""

SINCE = {
    "AlbumAssetsV2": "3.0.0",
    "AlbumsV2": "3.0.0",
    "AssetOcrV1": "3.0.0",
    "AssetsV2": "3.0.0",
    "PartnerAssetsV2": "3.0.0",
}
"""The releases that brought what the oldest known one lacks."""

_OPERATION = "sync.get_sync_stream"


def checked_types(types: Iterable[str]) -> list[SyncRequestType]:
    """``types`` as a list of members.

    Raises for what no server answers: `NotOnThisServerError` for a type that was replaced,
    `ValueError` for none at all, and for two that get in each other's way.
    """
    if isinstance(types, str) or not isinstance(types, Iterable):
        raise TypeError(f"types must be a list of SyncRequestType, not {kind_of(types)}.")
    asked = [SyncRequestType(kind) for kind in types]
    if not asked:
        raise ValueError("types is empty: name what to be told of, such as AssetsV2.")
    if old := [kind.value for kind in asked if kind in REPLACED]:
        raise NotOnThisServerError(
            f"Servers of this release no longer sync {' and '.join(old)}: ask for "
            f"{' and '.join(REPLACED[kind] for kind in old)} instead. Nothing was sent.",
            operation=_OPERATION,
            lacking=tuple(old),
        )
    if {SyncRequestType.ALBUMS_V1, SyncRequestType.ALBUMS_V2} <= set(asked):
        # Whichever comes first takes the deletes of both: they have one type, and one ack.
        raise ValueError("AlbumsV1 and AlbumsV2 share their deletes: ask for AlbumsV2 alone.")
    return asked


def depends_on_version(types: Iterable[SyncRequestType]) -> bool:
    """Whether some supported server may lack one of ``types``."""
    oldest = release_key(facts.SUPPORTED_FROM)
    return any(
        not kind.is_known or release_key(SINCE.get(kind, facts.SUPPORTED_FROM)) > oldest
        for kind in types
    )


def refusal(types: Iterable[SyncRequestType], version: str) -> NotOnThisServerError | None:
    """The error for what of ``types`` a server of ``version`` lacks; None if it has all.

    A type that this package does not know may be one of a server newer than any that it knows.
    """
    release = release_key(version)
    is_new = release > release_key(facts.SERVER_VERSION)
    lacking = [kind for kind in types if not kind.is_known and not is_new]
    if lacking:
        known = [kind.value for kind in SyncRequestType if kind not in REPLACED]
        likely = get_close_matches(lacking[0], known, n=1)
        advice = f" Did you mean {likely[0]}?" if likely else ""
        return NotOnThisServerError(
            f"{' and '.join(lacking)}: a server of v{version} syncs no such type.{advice} "
            "Nothing was sent.",
            operation=_OPERATION,
            lacking=tuple(lacking),
            server_version=version,
        )
    lacking = [kind for kind in types if release_key(SINCE.get(kind, "0.0.0")) > release]
    if not lacking:
        return None
    needs = max((SINCE[kind] for kind in lacking), key=release_key)
    return NotOnThisServerError(
        f"Sync of {' and '.join(lacking)} needs v{needs}, the server is v{version}. Upgrade the "
        "server, or do without. Nothing was sent.",
        operation=_OPERATION,
        lacking=tuple(lacking),
        needs=needs,
        server_version=version,
    )


def advised(error: PermissionDeniedError) -> PermissionDeniedError:
    """``error``, by which the server refuses an API key, with advice that leads on."""
    if "API key" in error.message or (error.permission or "").startswith("sync"):
        text = (
            f"{error.method} {error.path} ({error.operation}) was answered with "
            f"{error.status_code}: {error.message}. Sync remembers how far each session has come, "
            "so it needs one, and no API key will do: sign in with Immich.sign_in(…), or give the "
            "access_token=… of a session."
        )
        error.args = (text,)
    return error
