"""What a journal may ask for, and how its ways back become requests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs
import msgspec
from immichkit_api import operations
from immichkit_api.models import AlbumUserRole, AssetOrder, PeopleUpdateItem, PersonResponseDto
from immichkit_api.types import UNSET, Request, UnsetType

from immichkit.album_steps import CHANGE, FORGET, MEMBERS
from immichkit.errors import JournalError
from immichkit.merges import CHANGE_PEOPLE, UNMERGE
from immichkit.stack_steps import STACKS, StacksBefore
from immichkit.steps import Undo
from immichkit.trashing import TRASH_AGAIN

__all__ = [
    "LOOKING",
    "OPERATIONS",
    "AlbumFields",
    "AlbumName",
    "AlbumRoles",
    "Looking",
    "MergedPerson",
    "PeopleFields",
    "TrashAgain",
    "arguments_of",
    "check",
    "request_of",
]

OPERATIONS: Final = frozenset(
    {
        "albums.add_assets_to_album",
        "albums.remove_asset_from_album",
        "assets.update_assets",
        "shared_links.remove_shared_link_assets",
        "tags.untag_assets",
        "trash.restore_assets",
    }
)
"""The operations that a way back can consist of; no file makes this package call any other."""


@attrs.frozen
class Looking:
    """A way back that looks at the server first: what it takes, and what it may send."""

    arguments: type
    sends: tuple[str, ...]


class AlbumFields(msgspec.Struct, forbid_unknown_fields=True):
    """What fields of an album were."""

    id: str
    album_name: str | UnsetType = UNSET
    album_thumbnail_asset_id: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    is_activity_enabled: bool | UnsetType = UNSET
    order: AssetOrder | UnsetType = UNSET


class AlbumName(msgspec.Struct):
    """What an album that was made is called."""

    name: str


class AlbumRoles(msgspec.Struct):
    """What users were in an album, by their ids; None for those who were not in it."""

    id: str
    roles: dict[str, AlbumUserRole | None]


class PeopleFields(msgspec.Struct):
    """What fields of people were."""

    people: list[PeopleUpdateItem]


class MergedPerson(msgspec.Struct):
    """Somebody who went into another, and the faces that were his."""

    person: PersonResponseDto
    face_ids: list[str]


class TrashAgain(msgspec.Struct, forbid_unknown_fields=True):
    """Assets that were restored."""

    ids: list[str]


LOOKING: Final[Mapping[str, Looking]] = {
    CHANGE: Looking(AlbumFields, ("albums.get_all_albums", "albums.update_album_info")),
    FORGET: Looking(
        AlbumName, ("albums.delete_album", "albums.get_all_albums", "search.search_assets")
    ),
    MEMBERS: Looking(
        AlbumRoles,
        (
            "albums.add_users_to_album",
            "albums.get_album_info",
            "albums.remove_user_from_album",
            "albums.update_album_user",
        ),
    ),
    CHANGE_PEOPLE: Looking(
        PeopleFields, ("people.get_all_people", "people.get_person", "people.update_people")
    ),
    UNMERGE: Looking(
        MergedPerson,
        (
            "faces.reassign_faces_by_id",
            "people.create_person",
            "people.get_all_people",
            "people.get_person",
        ),
    ),
    TRASH_AGAIN: Looking(TrashAgain, (TRASH_AGAIN, "server.get_server_features")),
    STACKS: Looking(
        StacksBefore,
        (
            "assets.get_asset_info",
            "search.search_assets",
            "stacks.create_stack",
            "stacks.delete_stack",
            "stacks.remove_asset_from_stack",
            "stacks.search_stacks",
            "stacks.update_stack",
        ),
    ),
}
"""By what a journal calls them."""


def check(undos: Iterable[Undo]) -> None:
    """Raise `JournalError` if one of ``undos`` is no way back, or lacks what it takes."""
    for undo in undos:
        convert = arguments_of if undo.call in LOOKING else request_of
        convert(undo)


def arguments_of(undo: Undo) -> Any:
    """What ``undo`` takes that looks at the server first; `JournalError` if it does not have it."""
    try:
        return msgspec.convert(undo.arguments, LOOKING[undo.call].arguments)
    except msgspec.ValidationError as error:
        raise _wrong(undo, error) from None


def request_of(undo: Undo) -> Request[Any]:
    """The request that ``undo`` stands for; `JournalError` if it stands for none."""
    if undo.call not in OPERATIONS:
        raise JournalError(f"The journal asks for {undo.call}, which is no way back.")
    group, _, name = undo.call.partition(".")
    try:
        request: Request[Any] = getattr(getattr(operations, group), name)(**undo.arguments)
    except (TypeError, ValueError) as error:
        raise _wrong(undo, error) from None
    return request


def _wrong(undo: Undo, error: Exception) -> JournalError:
    return JournalError(f"The journal's arguments for {undo.call} are wrong: {error}")
