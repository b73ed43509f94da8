"""Plans of every kind: what was edited is read again, or refused."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import pytest

from immichkit.albums import AlbumEntry, AlbumPlan
from immichkit.duplicates import DuplicateEntry, DuplicatePlan
from immichkit.merges import MergeEntry, MergePlan
from immichkit.plans import Plan
from immichkit.stacks import StackEntry, StackPlan
from immichkit.trash_fixing import TrashEntry, TrashPlan

IDS = ("1", "2")
PLANS: list[Plan[Any]] = [
    AlbumPlan(entries=(AlbumEntry(action="add", asset_ids=IDS, why="", album_name="A"),)),
    DuplicatePlan(
        entries=(
            DuplicateEntry(
                action="resolve",
                asset_ids=IDS,
                why="",
                duplicate_id="g",
                keep=("1",),
                trash=("2",),
            ),
        )
    ),
    MergePlan(
        entries=(MergeEntry(action="merge", why="", into="1", others=("2",), names=("Ann", "Ann")),)
    ),
    StackPlan(entries=(StackEntry(action="create", asset_ids=IDS, why=""),)),
    TrashPlan(entries=(TrashEntry(action="trash", asset_ids=IDS, why="", trashed=("3",)),)),
]


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.kind)
def test_an_action_that_nobody_carries_out_is_refused(plan: Plan[Any]) -> None:
    data = plan.to_dict()
    assert type(plan).from_dict(data) == plan
    for action in ("remove", "", None):
        entry = {**data["entries"][0], "action": action}
        with pytest.raises(ValueError, match="This is no plan"):
            type(plan).from_dict({**data, "entries": [entry]})


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: plan.kind)
def test_a_plan_has_a_list_for_each_action(plan: Plan[Any]) -> None:
    (entry,) = plan.entries
    for action in get_args(get_type_hints(type(entry))["action"]):
        wanted = [entry] if action == entry.action else []
        assert getattr(plan, action) == wanted


def test_a_stack_by_hand_is_looked_at_too() -> None:
    wrong: Any = "remove"
    with pytest.raises(ValueError, match="nothing to remove about stacks"):
        StackEntry(action=wrong, asset_ids=IDS, why="")
