# Written by scripts/mirror from src/immichkit/_async/albums.py; edits are lost.
"""Albums: what is in them, who sees them, and making them of folders."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from os import PathLike
from pathlib import Path, PurePath
from typing import Any

from immichkit_api import operations
from immichkit_api.groups.albums import AlbumsApi
from immichkit_api.models import AlbumResponseDto
from immichkit_api.models.album_user_role import AlbumUserRoleLike
from immichkit_api.models.asset_order import AssetOrderLike
from immichkit_api.types import UNSET, UnsetType

from immichkit._blocking.album_contents import holds_nothing, ids_in, owned_albums
from immichkit._blocking.album_members import changed, share, unshare
from immichkit._blocking.album_plans import apply_albums, plan_folders
from immichkit._blocking.applying import apply_steps, check_plan
from immichkit._blocking.client import Client
from immichkit._blocking.search import AssetIterator
from immichkit._runtime import Runtime, Source
from immichkit.album_steps import add_step, remove_step, update_step
from immichkit.albums import (
    AlbumPlan,
    FolderAlbums,
    FolderName,
    by_age,
    by_name,
    equal_named,
    letters,
)
from immichkit.apply_report import ApplyReport, OnApplyProgress
from immichkit.batches import LIMIT, in_batches, told_apart
from immichkit.needs import needs
from immichkit.options import check_several, check_type
from immichkit.paging import LARGEST_PAGE
from immichkit.records import OnBadRecord
from immichkit.steps import left_out

__all__ = ["Albums"]


def _names_addresses(given: Mapping[str, Any]) -> bool:
    users = given["users"]
    return isinstance(users, Collection) and any("@" in user for user in users)


class Albums(AlbumsApi):
    """Albums: their assets, their members and what members may do."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._client = client
        self._making = Runtime.lock()

    @needs("search.search_assets")
    @needs("stacks.search_stacks", when="with_stacks")
    def iter_assets(
        self,
        album_id: str,
        *,
        page_size: int = LARGEST_PAGE,
        with_stacks: bool = False,
        on_bad_record: OnBadRecord = "raise",
    ) -> AssetIterator:
        """Every asset in an album, whoever's it is, exactly once, the newest photo first.

        The options are those of `search.iter_assets`.

        ``POST /search/metadata`` · needs asset.read
        """
        return AssetIterator(
            self._client,
            {"album_ids": [album_id]},
            page_size=page_size,
            with_stacks=with_stacks,
            on_bad_record=on_bad_record,
        )

    @needs("albums.get_all_albums", "albums.create_album")
    def get_or_create(self, name: str, *, description: str | None = None) -> AlbumResponseDto:
        """The album of that very name, made with ``description`` if there is none.

        Of several it is the oldest. It is your own: what somebody else shares with you under that
        name is not meant, as it may be a stranger's. Tasks that ask at the same moment get the same
        one; two programs may both make one.

        ``GET /albums``, ``POST /albums`` · needs album.read, album.create
        """
        check_type("name", name, str, "the name of an album")
        if not name:
            raise ValueError("name is empty: an album that is found by its name needs one.")
        with self._making:
            owned = by_name(owned_albums(self._client))
            if found := owned.get(letters(name)):
                return found[0]
            text = UNSET if description is None else description
            request = operations.albums.create_album(album_name=name, description=text)
            return self._client.execute(request)

    @needs("albums.add_assets_to_album")
    @needs("search.search_assets", "users.get_my_user", when="journal")
    def add_assets(
        self,
        album_id: str,
        ids: Iterable[str],
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Put any number of assets into an album; ``ids`` of the report tells of each.

        What is in it already is ``unchanged``, what came before in ``ids`` ``skipped``. With
        ``journal`` a `Journal` can take out again what was put in.

        ``PUT /albums/{id}/assets`` · needs albumAsset.create; asset.read, user.read with a
        journal
        """
        given = told_apart("ids", ids)
        inside = self._inside(album_id, given.once, journal)
        about = f"add assets to the album {album_id}"
        steps = [add_step(about, album_id, batch, inside) for batch in in_batches(given.once)]
        steps += left_out(about, given)
        return apply_steps(
            self._client, steps, journal=journal, limit=limit, on_progress=on_progress
        )

    @needs("albums.remove_asset_from_album")
    @needs("search.search_assets", "albums.get_album_info", "users.get_my_user", when="journal")
    def remove_assets(
        self,
        album_id: str,
        ids: Iterable[str],
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Take any number of assets out of an album; ``ids`` of the report tells of each.

        They stay in the library. What is not in the album is ``unchanged``. With ``journal`` a
        `Journal` can put them back, except what only another member may.

        ``DELETE /albums/{id}/assets`` · needs albumAsset.delete; asset.read, album.read,
        user.read with a journal
        """
        given = told_apart("ids", ids)
        inside = self._inside(album_id, given.once, journal)
        cover = None
        if inside:
            album = self._client.execute(operations.albums.get_album_info(album_id))
            cover = album.album_thumbnail_asset_id
        about = f"remove assets from the album {album_id}"
        steps = [
            remove_step(about, album_id, batch, inside, cover) for batch in in_batches(given.once)
        ]
        steps += left_out(about, given)
        return apply_steps(
            self._client, steps, journal=journal, limit=limit, on_progress=on_progress
        )

    @needs("albums.update_album_info")
    @needs("albums.get_album_info", "users.get_my_user", when="journal")
    def update(
        self,
        album_id: str,
        *,
        album_name: str | UnsetType = UNSET,
        description: str | UnsetType = UNSET,
        album_thumbnail_asset_id: str | UnsetType = UNSET,
        order: AssetOrderLike | UnsetType = UNSET,
        is_activity_enabled: bool | UnsetType = UNSET,
        journal: str | PathLike[str] | None = None,
    ) -> AlbumResponseDto:
        """The album with some fields changed; with ``journal`` a `Journal` can change them back.

        ``PATCH /albums/{id}`` · needs album.update; album.read, user.read with a journal
        """
        fields: dict[str, Any] = {
            "album_name": album_name,
            "description": description,
            "album_thumbnail_asset_id": album_thumbnail_asset_id,
            "order": order,
            "is_activity_enabled": is_activity_enabled,
        }
        changes = {name: value for name, value in fields.items() if value is not UNSET}
        if journal is None:
            request = operations.albums.update_album_info(album_id, **changes)
            return self._client.execute(request)
        return changed(
            self._client, album_id, lambda album: update_step(album, changes), journal=journal
        )

    @needs("albums.get_album_info", "albums.add_users_to_album", "albums.update_album_user")
    @needs("users.search_users", when=_names_addresses)
    @needs("users.get_my_user", when="journal")
    def share(
        self,
        album_id: str,
        users: Mapping[str, AlbumUserRoleLike] | Iterable[str],
        *,
        role: AlbumUserRoleLike = "viewer",
        journal: str | PathLike[str] | None = None,
    ) -> AlbumResponseDto:
        """The album, which is now shared with ``users``: each has the role given, or ``role``.

        ``users`` are ids or e-mail addresses, or a mapping from them to roles. Who is in the album
        already gets the new role, which the server's own operation does not do. Raises `ValueError`
        for an address that nobody has and for the owner, and then changes nothing.

        ``PUT /albums/{id}/users`` · needs albumUser.create, albumUser.update, album.read; user.read
        for addresses, or with a journal
        """
        return share(self._client, album_id, users, role, journal=journal)

    @needs("albums.get_album_info", "albums.remove_user_from_album")
    @needs("users.search_users", when=_names_addresses)
    @needs("users.get_my_user", when="journal")
    def unshare(
        self,
        album_id: str,
        users: Iterable[str],
        *,
        journal: str | PathLike[str] | None = None,
    ) -> AlbumResponseDto:
        """The album, which ``users``, by id or e-mail address, see no more.

        What they put into it stays in it. With ``journal`` a `Journal` can let them in again.

        ``DELETE /albums/{id}/user/{userId}`` · needs albumUser.delete, album.read; user.read for
        addresses, or with a journal
        """
        return unshare(self._client, album_id, users, journal=journal)

    @needs("albums.get_all_albums", "search.search_assets")
    def find_empty(self) -> list[AlbumResponseDto]:
        """Your albums that hold nothing at all, the oldest first.

        An album whose assets are all in the trash is not among them: the server counts none in it,
        but they come back with their album.

        ``GET /albums`` · needs album.read, asset.read
        """
        albums = by_age(owned_albums(self._client))

        def is_empty(album: AlbumResponseDto) -> bool:
            return holds_nothing(self._client, album)

        verdicts = Runtime.map(is_empty, albums, limit=LIMIT)
        return [album for album, empty in zip(albums, verdicts, strict=True) if empty]

    @needs("albums.get_all_albums")
    def find_equal_named(self) -> dict[str, list[AlbumResponseDto]]:
        """Your albums whose name another of yours has, by that name, the oldest first.

        ``GET /albums`` · needs album.read
        """
        return equal_named(owned_albums(self._client))

    @needs("albums.get_all_albums", "search.search_assets", "users.get_my_user")
    def plan_from_folders(
        self,
        roots: str | PurePath | Iterable[str | PurePath],
        *,
        levels: int | None = 1,
        separator: str = " / ",
        name: FolderName | None = None,
        assets: Source[Any] | None = None,
    ) -> AlbumPlan:
        """Albums called after the folders in which files lie; nothing is made yet.

        ``roots`` are the folders below which that begins, as the server sees them: that of an
        external library, or of a storage template. An album is called after the first ``levels``
        folders below, after the last ones if that is negative, after all of them if it is None;
        ``separator`` stands between them. Or ``name`` makes the name, of the folder below its root,
        and None for no album. What lies in a root itself is in no album.

        The files are those of all your assets, or of ``assets``; never what is in the trash, nor
        the videos of live photos. Results of `assets.upload` or `assets.audit` as ``assets`` stand
        for the files on this computer, and ``roots`` for its folders. Of your albums of one name
        the oldest is meant. What is in an album stays in it.

        ``POST /search/metadata`` · needs asset.read, album.read, user.read
        """
        folders = FolderAlbums(
            roots=_also_here(roots), levels=levels, separator=separator, name=name
        )
        return plan_folders(self._client, folders, assets)

    @needs("albums.get_all_albums", "albums.create_album", "albums.add_assets_to_album")
    @needs("users.get_my_user")
    @needs("search.search_assets", when="journal")
    def apply(
        self,
        plan: AlbumPlan,
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Make albums and put assets into them as ``plan`` says; what became of each entry.

        An album that was made since by somebody else is taken. With ``journal`` a `Journal` takes
        out what was put in, and deletes the albums made, if they are empty then.
        Raises `ValueError` for a plan that was made for another user or server.

        ``PUT /albums/{id}/assets`` · needs album.read, album.create, albumAsset.create, user.read;
        asset.read with a journal
        """
        check_plan(self._client, plan, AlbumPlan, "albums.plan_from_folders")
        return apply_albums(
            self._client, plan, journal=journal, limit=limit, on_progress=on_progress
        )

    def _inside(
        self, album_id: str, ids: Sequence[str], journal: str | PathLike[str] | None
    ) -> set[str] | None:
        """What is in the album, as far as a journal has to know it."""
        if journal is None or not ids or self._client.settings.dry_run:
            return None
        return ids_in(self._client, album_id)


def _also_here(roots: str | PurePath | Iterable[str | PurePath]) -> list[str | PurePath]:
    """Folders as they were named, and as they lie on this computer, if they are on it."""
    if isinstance(roots, str | PurePath):
        roots = [roots]
    check_several("roots", roots, "folders")
    several = list(roots)
    for root in several:
        check_type("A folder of roots", root, (str, PurePath), "a text or a path")
    return several + [Path(root).expanduser().absolute() for root in several]
