"""The trash, with iteration over what is in it."""

from __future__ import annotations

from os import PathLike
from typing import TYPE_CHECKING, Any

import attrs
from immichkit_api.groups.trash import AsyncTrashApi

from immichkit._async.caller import my_id
from immichkit._async.client import AsyncClient
from immichkit._async.search import AsyncAssetIterator, trashed
from immichkit._runtime import AsyncRuntime
from immichkit.batches import LIMIT
from immichkit.needs import needs
from immichkit.paging import LARGEST_PAGE
from immichkit.records import OnBadRecord

if TYPE_CHECKING:
    from immichkit._runtime import AsyncSource
    from immichkit.apply_report import ApplyReport, OnApplyProgress
    from immichkit.trash_fixing import TrashPlan

__all__ = ["AsyncTrash"]


class AsyncTrash(AsyncTrashApi):
    """Deleted assets that can still come back."""

    def __init__(self, client: AsyncClient) -> None:
        super().__init__(client)
        self._client = client

    @needs("search.search_assets")
    def iter_assets(
        self, *, page_size: int = LARGEST_PAGE, on_bad_record: OnBadRecord = "raise"
    ) -> AsyncAssetIterator:
        """Every asset in the trash, exactly once, the newest photo first."""
        return trashed(self._client, page_size=page_size, on_bad_record=on_bad_record)

    @needs("trash.restore_assets", "search.search_assets")
    @needs("assets.get_asset_info", optional=True)
    @needs("users.get_my_user", when="journal")
    async def restore(
        self,
        assets: AsyncSource[Any],
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Take any number of assets, or ids, out of the trash; what became of each, in their order.

        Assets are models, rows of a mirror or mappings. What is not in the trash is left as it is.
        One that is not there at all, or not yours, stops no other. The trash is looked at
        afterwards: what is still in it has failed, whatever the server said. With ``journal`` the
        way back is written first.

        ``POST /trash/restore/assets`` · needs asset.delete, asset.read; user.read with a journal
        """
        from immichkit._async.trashing import AsyncTrashing, ids_from  # noqa: PLC0415
        from immichkit.trashing import RESTORE  # noqa: PLC0415

        trashing = AsyncTrashing(
            self._client, RESTORE, journal=journal, limit=limit, on_progress=on_progress
        )
        return await trashing.run(await ids_from(assets))

    @needs("assets.get_asset_info", "search.search_assets", "stacks.search_stacks")
    @needs("users.get_my_user")
    async def plan_fix(self, criteria: Any = None, *, with_archived: bool = False) -> TrashPlan:
        """Which assets belong to others that are in the trash, and are to follow them there.

        These are the members of their stacks, and what ``criteria``, those of `group_assets`, put
        together with them, such as the raw file of a photo. Where all of a stack but the asset that
        stands for it is in the trash, the server does not say what was in it: the asset is found if
        it is the only one of which that may be so, or by ``criteria``; else a note says so.

        Where a photo of the same name and time is not in the trash, one of two copies was trashed,
        and nothing follows. Archived assets stay, but ``with_archived``. Read the plan before it is
        given to `apply`: who trashed the worse shots of a stack and kept the best finds that one in
        it. Raises `CriteriaError` if the criteria are wrong.

        ``POST /search/metadata`` · needs asset.read, stack.read, user.read
        """
        from immichkit._async.stack_reading import own_assets, read_stacks  # noqa: PLC0415
        from immichkit.stacking.planning import group_assets  # noqa: PLC0415
        from immichkit.stacking.reading import read_criteria  # noqa: PLC0415
        from immichkit.trash_fixing import plan_trash  # noqa: PLC0415

        # What is wrong with them is said before the server is asked.
        read_criteria(criteria, strictly=True)
        user_id = await my_id(self._client)
        found = await own_assets(self._client, user_id, with_archived=True, with_deleted=True)
        stacks = await read_stacks(self._client)

        def planned() -> TrashPlan:
            groups = group_assets(found, criteria)
            together = [(group.asset_ids, f"{group.reason}, as") for group in groups]
            plan = plan_trash(together, found, stacks=stacks, with_archived=with_archived)
            return attrs.evolve(plan, user_id=user_id)

        return await AsyncRuntime.blocking(planned)

    @needs("assets.delete_assets", "search.search_assets", "server.get_server_features")
    @needs("users.get_my_user")
    async def apply(
        self,
        plan: TrashPlan,
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Put what ``plan`` says into the trash; what became of each of its entries.

        The trash is looked at again first: nothing follows what is not there any more. Raises
        `ValueError` if the server keeps no trash, or for a plan that was made for another user or
        server. ``journal`` is a file that gets the way back before anything is written: see
        `Journal`.

        ``DELETE /assets`` · needs asset.delete, asset.read, user.read
        """
        from immichkit._async.applying import apply_steps, check_plan  # noqa: PLC0415
        from immichkit._async.trashing import has_trash  # noqa: PLC0415
        from immichkit.trash_fixing import TrashPlan, fixing_steps  # noqa: PLC0415

        await check_plan(self._client, plan, TrashPlan, "trash.plan_fix")

        if plan.trash and not await has_trash(self._client):
            raise ValueError("This server keeps no trash: what is trashed would be deleted.")
        in_trash = {asset.id async for asset in self.iter_assets()}
        steps = fixing_steps(plan, in_trash)
        return await apply_steps(
            self._client, steps, journal=journal, limit=limit, on_progress=on_progress
        )
