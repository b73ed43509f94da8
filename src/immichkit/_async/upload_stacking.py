"""Stacks of what an upload found or brought to the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from immichkit_api import operations

from immichkit._async.applying import apply_steps
from immichkit._async.client import AsyncClient
from immichkit._async.processing import AsyncProcessing
from immichkit._async.stack_reading import read_stacks
from immichkit._runtime import AsyncRuntime
from immichkit.apply_report import ApplyReport
from immichkit.errors import ImmichError
from immichkit.processing import has_metadata
from immichkit.stack_planning import StackRules, plan_stacks
from immichkit.stack_steps import steps_of
from immichkit.stacking.planning import group_assets
from immichkit.stacks import StackAsset, Stacks
from immichkit.steps import Step

__all__ = ["stack_uploaded"]

_PATIENCE: Final = 120.0
"""Seconds to wait for the server to read the dates in new files."""


async def stack_uploaded(
    client: AsyncClient, criteria: Any, ids: Sequence[str], new: Sequence[str], *, limit: int
) -> ApplyReport:
    """What became of each stack that ``criteria`` make of the assets; ``new`` came just now."""
    if new and not client.settings.dry_run:
        processing = AsyncProcessing(client, list(new), is_done=has_metadata)
        await processing.run(_PATIENCE, watch_queues=False)
    requests = [operations.assets.get_asset_info(id_) for id_ in ids]
    assets: list[StackAsset] = []
    async for outcome in client.execute_many(requests, limit=limit):
        if outcome.ok and not outcome.value.is_trashed:
            assets.append(StackAsset.of(outcome.value))
        elif not isinstance(outcome.error, ImmichError | None):
            raise outcome.error
    stacks = await read_stacks(client)
    steps = await AsyncRuntime.blocking(_steps, assets, criteria, stacks)
    return await apply_steps(client, steps, limit=limit)


def _steps(assets: list[StackAsset], criteria: Any, stacks: Stacks) -> list[Step]:
    groups = group_assets(assets, criteria)
    return steps_of(plan_stacks(groups, stacks, assets, StackRules()), stacks)
