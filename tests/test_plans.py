"""Plans of every kind: what was edited is read again, or refused."""

from __future__ import annotations

from typing import Any, get_args, get_type_hints

import attrs
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
    plan = attrs.evolve(plan, user_id="9f241101-e2bb-4255-8caf-4136c566a962")
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


NEW_ALBUM = AlbumEntry(action="create", album_name="Trip", asset_ids=(), why="it is wanted")
ALBUM_PLAN = AlbumPlan(entries=(NEW_ALBUM,), user_id="9f241101-e2bb-4255-8caf-4136c566a962")


@pytest.mark.parametrize("data", [None, 5, [], "{}", {}])
def test_what_is_no_plan_is_refused(data: Any) -> None:
    with pytest.raises(ValueError, match="This is no plan"):
        AlbumPlan.from_dict(data)


@pytest.mark.parametrize("change", [{}, {"user_id": None}])
def test_a_plan_that_says_not_whose_it_is_is_refused(change: dict[str, Any]) -> None:
    data = ALBUM_PLAN.to_dict()
    assert AlbumPlan.from_dict(data) == ALBUM_PLAN
    del data["user_id"]
    with pytest.raises(ValueError, match="does not say whose it is: its user_id is missing"):
        AlbumPlan.from_dict(data | change)


def test_a_plan_that_writes_nothing_may_be_nobodys() -> None:
    empty = AlbumPlan(entries=())
    assert AlbumPlan.from_dict(empty.to_dict()) == empty
