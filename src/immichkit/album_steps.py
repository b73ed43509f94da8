"""What changes albums, with the way back of each change."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from immichkit_api import operations
from immichkit_api.models import (
    AlbumResponseDto,
    AlbumUserAddDto,
    AlbumUserRole,
    BulkIdErrorReason,
)
from immichkit_api.types import UNSET, Request

from immichkit.steps import Step, Undo

__all__ = [
    "CHANGE",
    "FORGET",
    "MEMBERS",
    "add_step",
    "create_step",
    "members_back",
    "remove_step",
    "share_step",
    "unshare_step",
    "update_step",
]

CHANGE: Final = "change_album"
FORGET: Final = "forget_album"
MEMBERS: Final = "change_members"
"""What a journal calls the ways back that look at an album first."""


def create_step(about: str, name: str) -> Step:
    """What makes an album of a ``name`` that none of the caller's has."""
    return Step(
        about=about,
        ids=(),
        requests=(operations.albums.create_album(album_name=name),),
        undo=(Undo(FORGET, {"name": name}),),
    )


def add_step(about: str, album_id: str, ids: Sequence[str], inside: Collection[str] | None) -> Step:
    """What puts assets into an album; ``inside`` are those that are in it, if they are known."""
    new = [one for one in ids if inside is not None and one not in inside]
    back = Undo("albums.remove_asset_from_album", {"id": album_id, "ids": new})
    return Step(
        about=about,
        ids=tuple(ids),
        requests=(operations.albums.add_assets_to_album(album_id, ids=list(ids)),),
        undo=(back,) if new else (),
        settled=frozenset({BulkIdErrorReason.DUPLICATE.value}),
    )


def remove_step(
    about: str,
    album_id: str,
    ids: Sequence[str],
    inside: Collection[str] | None,
    cover: str | None,
) -> Step:
    """What takes assets out of an album, whose cover may be among them."""
    gone = [one for one in ids if inside is not None and one in inside]
    undo: list[Undo] = []
    if gone:
        undo.append(Undo("albums.add_assets_to_album", {"id": album_id, "ids": gone}))
    if cover in gone:
        back = {"id": album_id, "album_thumbnail_asset_id": cover}
        undo.append(Undo(CHANGE, back))
    return Step(
        about=about,
        ids=tuple(ids),
        requests=(operations.albums.remove_asset_from_album(album_id, ids=list(ids)),),
        undo=tuple(undo),
        settled=frozenset({BulkIdErrorReason.NOT_FOUND.value}),
    )


def update_step(album: AlbumResponseDto, changes: Mapping[str, Any]) -> Step:
    """What changes fields of an album, by the names of the operation's arguments."""
    before = {name: getattr(album, name) for name in changes}
    back = {name: value for name, value in before.items() if value not in {None, UNSET}}
    return Step(
        about=f"change {', '.join(changes)} of the album {album.album_name!r}",
        ids=(album.id,),
        requests=(operations.albums.update_album_info(album.id, **changes),),
        undo=(Undo(CHANGE, msgspec.to_builtins({"id": album.id, **back})),) if back else (),
    )


def share_step(album: AlbumResponseDto, roles: Mapping[str, AlbumUserRole]) -> Step:
    """What gives users these roles, by their ids; those who have them already are left alone.

    Raises `ValueError` if the owner is among them, or somebody is to become one.
    """
    has = _roles(album)
    requests: list[Request[Any]] = []
    new: list[AlbumUserAddDto] = []
    for user_id, role in roles.items():
        if role is AlbumUserRole.OWNER or has.get(user_id) is AlbumUserRole.OWNER:
            raise ValueError("The owner of an album stays its owner: share it as editor or viewer.")
        if user_id not in has:
            new.append(AlbumUserAddDto(user_id=user_id, role=role))
        elif has[user_id] is not role:
            requests.append(operations.albums.update_album_user(album.id, user_id, role=role))
    if new:
        requests.append(operations.albums.add_users_to_album(album.id, album_users=new))
    return Step(
        about=f"share the album {album.album_name!r}",
        ids=tuple(roles),
        requests=tuple(requests),
        undo=_as_before(album, (one for one in roles if has.get(one) is not roles[one])),
        reason="they have these roles already",
    )


def unshare_step(album: AlbumResponseDto, user_ids: Iterable[str]) -> Step:
    """What puts users out of an album; those who are not in it are left alone.

    Raises `ValueError` if the owner is among them.
    """
    has = _roles(album)
    ids = tuple(dict.fromkeys(user_ids))
    inside = [user_id for user_id in ids if user_id in has]
    if any(has[user_id] is AlbumUserRole.OWNER for user_id in inside):
        raise ValueError("The owner of an album stays in it: delete the album instead.")
    return Step(
        about=f"share the album {album.album_name!r} no more",
        ids=ids,
        requests=tuple(
            operations.albums.remove_user_from_album(album.id, user_id) for user_id in inside
        ),
        undo=_as_before(album, inside),
        reason="they are not in it",
    )


def members_back(album: AlbumResponseDto, roles: Mapping[str, AlbumUserRole | None]) -> list[Step]:
    """What gives users of an album the ``roles`` that they had, by their ids; None for no role."""
    had = {user_id: role for user_id, role in roles.items() if role is not None}
    others = [user_id for user_id in roles if user_id not in had]
    return [share_step(album, had), unshare_step(album, others)]


def _roles(album: AlbumResponseDto) -> dict[str, AlbumUserRole]:
    return {member.user.id: member.role for member in album.album_users}


def _as_before(album: AlbumResponseDto, user_ids: Iterable[str]) -> tuple[Undo, ...]:
    has = _roles(album)
    roles = {one: has[one].value if one in has else None for one in user_ids}
    return (Undo(MEMBERS, {"id": album.id, "roles": roles}),) if roles else ()
