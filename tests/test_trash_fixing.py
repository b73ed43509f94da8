"""What follows into the trash, and what does not."""

from __future__ import annotations

import time

from immichkit.stacks import StackAsset
from immichkit.trash_fixing import TrashEntry, TrashPlan, fixing_steps, plan_trash

WHEN = "2026-05-01T12:00:00"


def asset(asset_id: str, name: str, *, is_trashed: bool = False) -> StackAsset:
    return StackAsset(
        id=asset_id,
        original_file_name=name,
        original_path=name,
        local_date_time=WHEN,
        file_created_at=WHEN,
        file_modified_at=WHEN,
        updated_at=WHEN,
        type="IMAGE",
        checksum=asset_id,
        duration=None,
        owner_id="me",
        has_metadata=True,
        is_archived=False,
        is_favorite=False,
        is_offline=False,
        is_trashed=is_trashed,
        visibility="timeline",
    )


def chain(length: int) -> TrashPlan:
    """Each of the assets belongs to the one before it, the first of which is in the trash."""
    assets = [asset(str(one), f"{one}.jpg", is_trashed=one == 0) for one in range(length)]
    pairs = [((str(one), str(one + 1)), "with") for one in reversed(range(length - 1))]
    return plan_trash(pairs, assets)


def test_what_follows_is_followed() -> None:
    plan = chain(4)
    assert [entry.asset_ids for entry in plan.trash] == [("1",), ("2",), ("3",)]
    assert plan.trash[0].why == "with 0.jpg, in the trash"
    assert plan.trash[1].why == "with 1.jpg, to be trashed, too"


def test_what_follows_waits_for_what_it_follows() -> None:
    (step,) = fixing_steps(chain(4), {"0"})
    assert step.ids == ("1",)
    assert [one.ids for one in step.then] == [("2",), ("3",)]


def test_nothing_of_a_chain_follows_what_is_restored() -> None:
    (step,) = fixing_steps(chain(4), set())
    assert {step.status, *(one.status for one in step.then)} == {"skipped"}


def test_a_long_chain_takes_no_square_of_time() -> None:
    began = time.process_time()
    assert len(chain(20_000).trash) == 19_999
    assert time.process_time() - began < 10


def test_who_leaves_takes_the_last_copy_along() -> None:
    assets = [
        asset("gone", "A.jpg", is_trashed=True),
        asset("copy", "A.jpg"),
        asset("raw", "A.dng"),
        asset("other", "B.jpg", is_trashed=True),
    ]
    together = [(["gone", "raw"], "with"), (["other", "copy"], "with")]
    plan = plan_trash(together, assets)
    assert [entry.asset_ids for entry in plan.trash] == [("copy",), ("raw",)]
    assert plan_trash(together[:1], assets).is_empty


def test_what_follows_goes_in_batches() -> None:
    ids = tuple(f"a{number}" for number in range(2500))
    entry = TrashEntry(action="trash", asset_ids=ids, why="with z", trashed=("z",))
    (step,) = fixing_steps(TrashPlan(entries=(entry,)), {"z"})
    assert [len(request.body["ids"]) for request in step.requests] == [1000, 1000, 500]
    assert [len(undo.arguments["ids"]) for undo in step.undo] == [1000, 1000, 500]
    assert step.ids == ids
