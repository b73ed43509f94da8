# Written by scripts/mirror from src/immichkit/_async/upload_stacking.py; edits are lost.
"""Stacks of what an upload found or brought to the server."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from immichkit_api import operations

from immichkit._blocking.applying import apply_steps
from immichkit._blocking.client import Client
from immichkit._blocking.processing import Processing
from immichkit._blocking.stack_reading import read_stacks
from immichkit._runtime import Runtime
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


def stack_uploaded(
    client: Client, criteria: Any, ids: Sequence[str], new: Sequence[str], *, limit: int
) -> ApplyReport:
    """What became of each stack that ``criteria`` make of the assets; ``new`` came just now."""
    if new and not client.settings.dry_run:
        processing = Processing(client, list(new), is_done=has_metadata)
        processing.run(_PATIENCE, watch_queues=False)
    requests = [operations.assets.get_asset_info(id_) for id_ in ids]
    assets: list[StackAsset] = []
    for outcome in client.execute_many(requests, limit=limit):
        if outcome.ok and not outcome.value.is_trashed:
            assets.append(StackAsset.of(outcome.value))
        elif not isinstance(outcome.error, ImmichError | None):
            raise outcome.error
    stacks = read_stacks(client)
    steps = Runtime.blocking(_steps, assets, criteria, stacks)
    return apply_steps(client, steps, limit=limit)


def _steps(assets: list[StackAsset], criteria: Any, stacks: Stacks) -> list[Step]:
    groups = group_assets(assets, criteria)
    return steps_of(plan_stacks(groups, stacks, assets, StackRules()), stacks)
