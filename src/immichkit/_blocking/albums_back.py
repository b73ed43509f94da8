# Written by scripts/mirror from src/immichkit/_async/albums_back.py; edits are lost.
"""Ways back for albums, which look at them first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec
from immichkit_api import operations
from immichkit_api.models import AlbumResponseDto

from immichkit._blocking.album_contents import holds_nothing, owned_albums
from immichkit._blocking.client import Client
from immichkit.album_steps import members_back
from immichkit.errors import NotFoundError
from immichkit.steps import Step
from immichkit.undoing import AlbumFields, AlbumName, AlbumRoles

__all__ = ["change_back", "forget_albums", "put_members_back"]


def forget_albums(client: Client, made: Sequence[AlbumName]) -> list[Step]:
    """Delete the albums of each ``name`` that are as they were made: with nothing in them.

    None had that name then, so those that were made later than as many are somebody's own.
    """
    owned = sorted(owned_albums(client), key=lambda album: album.created_at)
    steps: list[Step] = []
    for name, count in Counter(one.name for one in made).items():
        for album in [one for one in owned if one.album_name == name][:count]:
            about = f"undo: create the album {name!r}"
            if why := _why_it_stays(client, album):
                steps.append(Step(about=about, ids=(album.id,), status="skipped", reason=why))
            else:
                request = operations.albums.delete_album(album.id)
                steps.append(Step(about=about, ids=(album.id,), requests=(request,)))
    return steps


def _why_it_stays(client: Client, album: AlbumResponseDto) -> str | None:
    if album.description or album.shared or album.has_shared_link:
        return "it was described or shared since"
    if not holds_nothing(client, album):
        return "it holds assets that were not put there by what is undone"
    return None


def change_back(client: Client, before: Sequence[AlbumFields]) -> list[Step]:
    """Give albums the fields that they had; not a cover that is not in the album any more."""
    steps: list[Step] = []
    for one in before:
        fields = msgspec.to_builtins(one)
        album_id = fields.pop("id")
        about = f"undo: change {', '.join(fields)} of the album {album_id}"
        cover = fields.get("album_thumbnail_asset_id")
        if cover is not None:
            holding = client.execute(operations.albums.get_all_albums(asset_id=cover))
            if album_id not in {album.id for album in holding}:
                del fields["album_thumbnail_asset_id"]
                why = "the former cover is not in the album any more"
                steps.append(Step(about=about, ids=(cover,), status="skipped", reason=why))
        if fields:
            request = operations.albums.update_album_info(album_id, **fields)
            steps.append(Step(about=about, ids=(album_id,), requests=(request,)))
    return steps


def put_members_back(client: Client, before: Sequence[AlbumRoles]) -> list[Step]:
    """Give the users of albums the ``roles`` that they had; None for those who had none."""
    steps: list[Step] = []
    for one in before:
        try:
            album = client.execute(operations.albums.get_album_info(one.id))
        except NotFoundError:
            about, why = f"undo: share the album {one.id}", "it is gone"
            steps.append(Step(about=about, ids=(one.id,), status="skipped", reason=why))
        else:
            steps += [step for step in members_back(album, one.roles) if step.ids]
    return steps
