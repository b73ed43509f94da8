# Written by scripts/mirror from src/immichkit/_async/stacks.py; edits are lost.
"""Stacks: planned by criteria, applied, and looked at."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from functools import partial
from os import PathLike
from typing import TYPE_CHECKING, Any

from immichkit_api import operations
from immichkit_api.groups.stacks import StacksApi
from immichkit_api.models import StackResponseDto

from immichkit._blocking.caller import my_id
from immichkit._blocking.client import Client
from immichkit._runtime import Runtime
from immichkit.batches import LIMIT, unique
from immichkit.errors import NotFoundError
from immichkit.needs import needs
from immichkit.stacking.promotion import DEFAULT_PARENT_EXTENSIONS, DEFAULT_PARENT_NAMES

if TYPE_CHECKING:
    from immichkit.apply_report import ApplyReport, OnApplyProgress
    from immichkit.stacks import StackPlan

__all__ = ["Stacks"]

logger = logging.getLogger("immichkit")


class Stacks(StacksApi):
    """Photos that belong together, one of which stands for all."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._client = client

    @needs(
        "assets.get_asset_info", "search.search_assets", "stacks.search_stacks", "users.get_my_user"
    )
    def plan(
        self,
        criteria: Any = None,
        *,
        replace_stacks: bool = True,
        reset_stacks: bool = False,
        remove_single_asset_stacks: bool = False,
        with_archived: bool = False,
        with_deleted: bool = False,
        parent_filename_promote: str | Iterable[str] = DEFAULT_PARENT_NAMES,
        parent_ext_promote: str | Iterable[str] = DEFAULT_PARENT_EXTENSIONS,
    ) -> StackPlan:
        """Which stacks the caller's assets make, compared with those that there are.

        ``criteria`` and what promotes a parent are those of `group_assets`. Looked at are the
        assets of the timeline, ``with_archived`` and ``with_deleted`` also those of the archive
        and in the trash; what is not looked at stays in the stack that it is in, but with
        ``reset_stacks``, which may dissolve that. What is archived stands for no stack with an
        asset of the timeline in it, what is in the trash for none with any other. Of something
        in the trash the server may not say in which stack it is: it stays there, and so does all
        that may be in that stack, if ``with_deleted`` is set.

        ``replace_stacks`` lets a group take its assets out of other stacks, ``reset_stacks``
        dissolves whatever the criteria do not make, ``remove_single_asset_stacks`` stacks of one.
        What is in the locked folder cannot be seen, and no undo puts it back into a stack that was
        dissolved: a note says so, as notes say if a stack would be unusually large. Nothing is
        written before the plan is given to `apply`; once applied, the next plan is empty. Raises
        `CriteriaError` if the criteria are wrong, or have a name that means nothing.

        ``POST /search/metadata`` · needs asset.read, stack.read, user.read
        """
        from immichkit._blocking.stack_reading import own_assets, read_stacks  # noqa: PLC0415
        from immichkit.stack_planning import StackRules, plan_stacks  # noqa: PLC0415
        from immichkit.stacking.names import entries  # noqa: PLC0415
        from immichkit.stacking.planning import group_assets  # noqa: PLC0415
        from immichkit.stacking.reading import read_criteria  # noqa: PLC0415

        # What is wrong with them is said before the server is asked.
        read_criteria(criteria, strictly=True)
        names = entries(parent_filename_promote, "parent_filename_promote")
        extensions = entries(parent_ext_promote, "parent_ext_promote")
        user_id = my_id(self._client)
        assets = own_assets(
            self._client,
            user_id,
            with_archived=with_archived,
            with_deleted=with_deleted,
            with_sizes=not {"biggestSize", "smallestSize"}.isdisjoint(names),
        )
        stacks = read_stacks(self._client)
        rules = StackRules(
            replace_stacks=replace_stacks,
            reset_stacks=reset_stacks,
            remove_single_asset_stacks=remove_single_asset_stacks,
        )
        groups = Runtime.blocking(group_assets, assets, criteria, names, extensions)
        planned = partial(plan_stacks, groups, assets=assets, rules=rules, user_id=user_id)
        plan = Runtime.blocking(planned, stacks)
        if plan.delete:
            # Only what is known to be in a stack that is dissolved can come back to it.
            stacks = read_stacks(self._client, with_hidden=True)
            plan = Runtime.blocking(planned, stacks)
        return plan

    @needs(
        "assets.get_asset_info", "search.search_assets", "stacks.search_stacks", "users.get_my_user"
    )
    @needs("stacks.create_stack", "stacks.delete_stack", "stacks.update_stack")
    def apply(
        self,
        plan: StackPlan,
        *,
        journal: str | PathLike[str] | None = None,
        limit: int = LIMIT,
        on_progress: OnApplyProgress | None = None,
    ) -> ApplyReport:
        """Write ``plan`` to the server; what became of each of its entries but those to keep.

        An asset is in its old stack until it is in the new one, whenever this is broken off; the
        same plan applied again goes on. A stack that somebody has changed since the plan was made
        is skipped, and so is one that an asset in the trash would come to stand for; what failed
        because assets are gone names them. ``journal`` is a file that gets the way back before
        anything is written: see `Journal`. At most ``limit`` stacks are dealt with at a time.
        Raises `ValueError` for a plan that was made for another user or server.

        ``POST /stacks`` · needs asset.read, user.read, stack.read, stack.create, stack.update,
        stack.delete
        """
        from immichkit._blocking.applying import apply_steps, check_plan  # noqa: PLC0415
        from immichkit._blocking.stack_reading import read_stacks  # noqa: PLC0415
        from immichkit.stack_steps import steps_of  # noqa: PLC0415
        from immichkit.stacks import StackPlan  # noqa: PLC0415

        check_plan(self._client, plan, StackPlan, "stacks.plan")
        stacks = read_stacks(self._client, with_hidden=bool(plan.delete))
        steps = Runtime.blocking(steps_of, plan, stacks)
        report = apply_steps(
            self._client, steps, journal=journal, limit=limit, on_progress=on_progress
        )
        return self._explained(plan, report)

    def _explained(self, plan: StackPlan, report: ApplyReport) -> ApplyReport:
        """``report``, which says of what failed because assets are gone which ones these are."""
        from immichkit.apply_report import naming_gone  # noqa: PLC0415

        missed = [result for result in report.failed if isinstance(result.error, NotFoundError)]
        ids = list(dict.fromkeys(one.id for result in missed for one in result.ids))
        outcomes = self._client.execute_many(operations.assets.get_asset_info(one) for one in ids)
        errors = [outcome.error for outcome in outcomes]
        names = {
            one: name
            for entry in plan.entries
            for one, name in zip(entry.asset_ids, entry.names, strict=False)
        }
        gone = {
            one: names.get(one, one)
            for one, error in zip(ids, errors, strict=True)
            if isinstance(error, NotFoundError)
        }
        return naming_gone(report, gone)

    @needs("stacks.search_stacks")
    def fetch_all(self) -> dict[str, StackResponseDto]:
        """The caller's stacks by id; what is in the trash, hidden or locked is left out of them.

        ``GET /stacks`` · needs stack.read
        """
        stacks = self._client.execute(operations.stacks.search_stacks())
        return {stack.id: stack for stack in stacks}

    @needs("stacks.create_stack")
    def stack_assets(self, asset_ids: Iterable[str]) -> StackResponseDto:
        """A new stack of the assets, for which the first one stands; a repeated id counts once.

        A stack that one of them stands for comes along whole. Raises `ValueError` for fewer than
        two assets.

        ``POST /stacks`` · needs stack.create
        """
        ids = unique("asset_ids", asset_ids)
        if len(ids) < 2:  # noqa: PLR2004
            raise ValueError(f"A stack has two assets or more, not {len(ids)}.")
        return self._client.execute(operations.stacks.create_stack(asset_ids=ids))

    @needs("stacks.delete_stack")
    def delete(self, stack_id: str, reason: str = "") -> None:
        """Dissolve a stack; its assets stay. ``reason`` is for the log.

        ``DELETE /stacks/{id}`` · needs stack.delete
        """
        logger.info("dissolving the stack %s%s%s", stack_id, ": " if reason else "", reason)
        self._client.execute(operations.stacks.delete_stack(stack_id))
