"""Duplicates: finding them, deciding whom to keep, and resolving them by a plan."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Iterator
from functools import partial
from itertools import chain, islice
from os import PathLike
from typing import Any, Protocol, runtime_checkable

from immichkit_api import operations
from immichkit_api.groups.duplicates import AsyncDuplicatesApi

from immichkit._async.applying import check_plan
from immichkit._async.caller import my_id
from immichkit._async.client import AsyncClient
from immichkit._async.memberships import albums_by_asset
from immichkit._async.resolving import AsyncResolving
from immichkit._async.search import AsyncAssetIterator
from immichkit._async.trashing import has_trash
from immichkit._runtime import AsyncRuntime, AsyncSource
from immichkit.apply_report import ApplyReport, OnApplyProgress
from immichkit.batches import LIMIT
from immichkit.duplicate_groups import (
    DuplicateGroup,
    groups_in,
    known_groups,
    same_name_and_time,
    with_exif,
)
from immichkit.duplicates import DuplicatePlan, Keep, check_keep, checked_groups, plan_duplicates
from immichkit.errors import NotFoundError
from immichkit.keeping import Candidate, candidates_of
from immichkit.needs import needs
from immichkit.options import check_type
from immichkit.plans import counted

__all__ = ["AsyncDuplicates"]

_AT_ONCE = 8
_OWN = ("users.get_my_user", "search.search_assets", "stacks.search_stacks")


def _wants_albums(keep: Keep) -> bool:
    return not callable(keep) and "in_album" in keep


def _has_unknown(plan: DuplicatePlan | None) -> bool:
    """Whether the server has to be told of a group first."""
    return plan is None or any(not entry.is_known for entry in plan.resolve)


@runtime_checkable
class _Mirror(Protocol):
    def assets(self) -> AsyncSource[Any]: ...
    def exif_of(self, asset_ids: Iterable[str]) -> AsyncIterator[Any]: ...


class AsyncDuplicates(AsyncDuplicatesApi):
    """Assets that there is more than one of."""

    def __init__(self, client: AsyncClient) -> None:
        super().__init__(client)
        self._client = client

    @needs(*_OWN, when=lambda given: given.get("assets") is None)
    async def find_by_name_and_time(
        self, assets: AsyncSource[Any] | _Mirror | None = None
    ) -> list[DuplicateGroup]:
        """The groups of assets with one original file name and one local date-time.

        ``assets`` are models, rows or mappings, or a `LibraryMirror`; without them the server is
        asked for all of the user's own. What is in the trash, locked, or the moving half of a live
        photo is in no group, and a group is one owner's alone. Nothing is written; give the groups
        to `plan` to have them resolved.

        ``POST /search/metadata`` · needs asset.read, stack.read and user.read without ``assets``
        """
        if assets is None:
            return same_name_and_time(await self._own())
        if not isinstance(assets, _Mirror):
            return same_name_and_time([asset async for asset in AsyncRuntime.items(assets)])
        groups = same_name_and_time([asset async for asset in AsyncRuntime.items(assets.assets())])
        ids = [id_ for group in groups for id_ in group.asset_ids]
        return with_exif(groups, {one.asset_id: one async for one in assets.exif_of(ids)})

    @needs("duplicates.get_asset_duplicates")
    @needs(*_OWN, optional=True)
    async def fetch_groups(self) -> list[DuplicateGroup]:
        """The groups of assets that the server takes for the same picture.

        The server forgets groups of only one asset on this occasion; in dry run, where it must
        not, the groups are put together from all assets instead, without its suggestions.

        ``GET /duplicates`` · needs duplicate.read; in dry run asset.read, stack.read, user.read
        """
        return list(await self._groups())

    @needs("server.get_server_features")
    @needs("duplicates.get_asset_duplicates", when=lambda given: given.get("groups") is None)
    @needs("users.get_my_user", "assets.get_asset_info", when="groups")
    @needs(
        "albums.get_all_albums",
        "search.search_assets",
        when=lambda given: _wants_albums(given.get("keep", "")),
    )
    async def plan(
        self, keep: Keep = "suggested", *, groups: Iterable[DuplicateGroup] | None = None
    ) -> DuplicatePlan:
        """What to keep and what to trash of each group, and why; nothing is trashed yet.

        ``keep`` is ``"suggested"`` (by the server), ``"largest"``, ``"oldest"``, ``"newest"``,
        ``"most_metadata"``, ``"favorite"``, ``"raw"``, ``"in_album"``, or a list of these, of
        which the first that sets assets apart decides. Ties are decided the same way every time.
        A function is given each `DuplicateGroup` and returns the asset to keep, its id, or
        several; None leaves the group alone. ``groups`` are those of `find_by_name_and_time`, or
        the server's own if none are given.

        One of each group always stays, and no live photo loses a half. Where ``groups`` do not tell
        what would decide, such as the size of a file, the server is asked for each of those assets.
        A group of which it is not known then is left alone, and ``notes`` say so.

        ``GET /duplicates`` · needs duplicate.read; album.read and asset.read for ``"in_album"``;
        user.read and asset.read for ``groups``
        """
        check_keep(keep)
        given = None if groups is None else checked_groups(groups)
        owner_id = None
        if given is None:
            found = await self._groups()
        else:
            found, owner_id = iter(given), await my_id(self._client)
        first = list(islice(found, 1))
        planned = partial(
            plan_duplicates,
            keep=keep,
            in_albums=await self._in_albums() if _wants_albums(keep) and first else None,
            owner_id=owner_id,
            has_trash=await has_trash(self._client),
        )
        if callable(keep):
            # What a caller's own function does may have to be done in the caller's thread.
            return planned(chain(first, found))
        plan = await AsyncRuntime.blocking(planned, chain(first, found))
        if given is None or not (known := await self._looked_up(plan)):
            return plan
        return await AsyncRuntime.blocking(partial(planned, given, known=known))

    @needs("server.get_server_features", "assets.get_asset_info", "assets.copy_asset")
    @needs("shared_links.get_all_shared_links", "shared_links.get_shared_link_by_id")
    @needs("duplicates.resolve_duplicates", "users.get_my_user")
    @needs("assets.update_assets", when=lambda given: _has_unknown(given.get("plan")))
    @needs("albums.get_all_albums", "search.search_assets", when="journal")
    async def apply(
        self,
        plan: DuplicatePlan,
        *,
        permanently: bool = False,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Resolve the groups of ``plan``; what became of each.

        Right before a batch is written, its assets are looked at once more: a group of which an
        asset was changed, stacked, trashed or dismissed since is skipped. Where one stays, it gets
        the albums, tags, rating, description, place, favorite mark and archive state of the
        others, and their shared links; where several stay, the first gets albums, favorite mark
        and shared links. With ``journal`` the way back is written first. A server whose trash is
        switched off deletes for good, and is asked to only with ``permanently``. A plan that was
        made for another user or server raises `ValueError`.

        ``POST /duplicates/resolve`` · needs duplicate.delete, asset.read, asset.copy,
        sharedLink.read, user.read; asset.update for groups that the server did not know;
        album.read with a journal
        """
        check_type("permanently", permanently, bool, "True or False")
        await check_plan(self._client, plan, DuplicatePlan, "duplicates.plan")
        count, keeps = len(plan.trash_ids), await has_trash(self._client)
        if count and not keeps and not permanently:
            raise ValueError(
                f"The trash of this server is switched off: {counted(count, 'asset')} would be "
                "deleted for good. Say permanently=True if that is meant."
            )
        resolving = AsyncResolving(
            self._client,
            plan.entries,
            has_trash=keeps,
            journal=journal,
            limit=limit,
            on_progress=on_progress,
        )
        return await resolving.run()

    async def _looked_up(self, plan: DuplicatePlan) -> dict[str, Candidate]:
        """What the server knows of the assets of the groups that are not decided."""
        ids = [one for entry in plan.keep if entry.is_undecided for one in entry.asset_ids]
        requests = (operations.assets.get_asset_info(id_) for id_ in dict.fromkeys(ids))
        known: dict[str, Candidate] = {}
        async for outcome in self._client.execute_many(requests, limit=_AT_ONCE):
            if not isinstance(outcome.error, NotFoundError):
                known |= candidates_of([outcome.value])
        return known

    async def _own(self) -> list[Any]:
        """The user's assets outside of the trash."""
        owner_id = await my_id(self._client)
        found = AsyncAssetIterator(self._client, {"with_exif": True}, with_stacks=True)
        return [asset async for asset in found if asset.owner_id == owner_id]

    async def _groups(self) -> Iterator[DuplicateGroup]:
        """The server's groups, each read when it is its turn."""
        if self._client.settings.dry_run:
            return iter(known_groups(await self._own()))
        request = operations.duplicates.get_asset_duplicates()
        return groups_in(request.operation, (await self._client.send(request)).content)

    async def _in_albums(self) -> Collection[str]:
        """The ids of the assets in all albums that the user sees."""
        albums = await self._client.execute(operations.albums.get_all_albums())
        return (await albums_by_asset(self._client, albums)).keys()
