"""What a sync hands on, acknowledges and waits for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sync_streams import COMPLETE, RESET, passed, stack_delete, user

from immichkit import SyncError, SyncEvent, SyncInterruptedError, SyncReport
from immichkit.sync.machine import Machine, ack_requests, newest


def steps(machine: Machine, *events: dict[str, Any]) -> list[tuple[str, int, list[str]]]:
    batch = [SyncEvent.from_dict(event) for event in events]
    return [(step.deed, len(step.events), step.acks) for step in machine.steps(batch)]


def test_batch_is_cut_into_runs_of_one_type() -> None:
    machine = Machine(can_reset=True)
    found = steps(machine, user(1), user(2), stack_delete(3), user(4))
    assert found == [
        ("apply", 2, ["UserV1|2"]),
        ("apply", 1, ["StackDeleteV1|3"]),
        ("apply", 1, ["UserV1|4"]),
    ]
    assert machine.report().counts == {"UserV1": 3, "StackDeleteV1": 1}


def test_ack_that_names_another_type_is_acknowledged_in_its_turn() -> None:
    found = steps(
        Machine(can_reset=True),
        user(1),
        passed("PartnerAssetBackfillV2", 2),
        passed("AlbumAssetUpdateV2", 3),
        passed("PartnerAssetBackfillV2", 4),
        user(5),
    )
    assert found[1] == (
        "pass",
        0,
        ["AlbumAssetUpdateV2|3|complete", "PartnerAssetBackfillV2|4|complete"],
    )
    assert [deed for deed, *_ in found] == ["apply", "pass", "apply"]


def test_complete_is_acknowledged_last_and_alone() -> None:
    machine = Machine(can_reset=False)
    found = steps(machine, user(1), COMPLETE)
    assert found == [("apply", 1, ["UserV1|1"]), ("complete", 0, [COMPLETE["ack"]])]
    machine.end_stream()
    assert machine.completed
    assert machine.report() == SyncReport({"UserV1": 1}, completed=True)


def test_reset_is_acknowledged_alone_and_asks_for_another_stream() -> None:
    machine = Machine(can_reset=True)
    assert steps(machine, RESET) == [("reset", 0, [RESET["ack"]])]
    machine.end_stream()
    assert not machine.completed
    assert machine.report().was_reset
    assert steps(machine, user(1), COMPLETE)[0] == ("apply", 1, ["UserV1|1"])


def test_nothing_is_done_behind_a_reset() -> None:
    assert len(steps(Machine(can_reset=True), RESET, user(1), COMPLETE)) == 1


def test_reset_that_nobody_can_be_told_of_is_refused_with_a_way_out() -> None:
    machine = Machine(can_reset=False)
    with pytest.raises(SyncError, match=r"no reset\(\).* reset=True"):
        steps(machine, RESET)
    assert not machine.report().was_reset


def test_server_that_always_resets_is_given_up() -> None:
    machine = Machine(can_reset=True)
    for _ in range(3):
        steps(machine, RESET)
        machine.end_stream()
    with pytest.raises(SyncError, match="4 times"):
        steps(machine, RESET)


def test_reset_by_the_caller_is_told_before_the_first_event() -> None:
    machine = Machine(can_reset=True, reset=True)
    assert machine.asks_reset
    assert steps(machine, user(1)) == [("reset", 0, []), ("apply", 1, ["UserV1|1"])]
    assert steps(machine, COMPLETE) == [("complete", 0, [COMPLETE["ack"]])]
    assert machine.report().was_reset


def test_reset_by_the_caller_needs_nobody_to_tell() -> None:
    machine = Machine(can_reset=False, reset=True)
    assert steps(machine, COMPLETE) == [("complete", 0, [COMPLETE["ack"]])]
    assert machine.report().was_reset


def test_caller_s_reset_is_asked_for_once() -> None:
    machine = Machine(can_reset=True, reset=True)
    steps(machine, RESET)
    machine.end_stream()
    assert not machine.asks_reset


def test_stream_without_an_end_was_interrupted() -> None:
    machine = Machine(can_reset=True)
    steps(machine, user(1))
    with pytest.raises(SyncInterruptedError, match="SyncCompleteV1"):
        machine.end_stream()


def test_step_that_was_not_finished_does_not_count() -> None:
    machine = Machine(can_reset=True)
    taken = machine.steps([SyncEvent.from_dict(user(1)), SyncEvent.from_dict(stack_delete(2))])
    next(taken)
    assert machine.report().counts == {}
    next(taken)
    assert machine.report().counts == {"UserV1": 1}


def test_newest_keeps_the_order_of_what_it_keeps() -> None:
    assert newest(["A|1", "B|1", "A|2|x", "C", "C|2"]) == ["B|1", "A|2|x", "C|2"]


KINDS = st.sampled_from(["AssetV2", "UserV1", "SyncResetV1", "PersonV1", "x"])
ACKS = st.lists(st.builds("{}|{}".format, KINDS, st.integers(0, 99)), max_size=30)


@given(ACKS)
def test_requests_leave_the_server_where_all_acks_one_by_one_would(acks: list[str]) -> None:
    requests = [*ack_requests(acks)]
    assert all(requests)
    assert checkpoints(requests) == checkpoints([[ack] for ack in acks])
    for request in requests:
        kinds = [ack.partition("|")[0] for ack in request]
        assert len(set(kinds)) == len(kinds)
        assert "SyncResetV1" not in kinds or len(kinds) == 1


def checkpoints(requests: list[list[str]]) -> dict[str, str]:
    """What a server remembers after such requests."""
    kept: dict[str, str] = {}
    for request in requests:
        for ack in request:
            kind = ack.partition("|")[0]
            if kind == "SyncResetV1":
                kept = {}
                break
            kept[kind] = ack
    return kept


def test_more_than_a_server_takes_goes_out_in_parts() -> None:
    acks = [f"Type{n}V1|{n}" for n in range(2500)]
    requests = [*ack_requests(acks)]
    assert [len(request) for request in requests] == [1000, 1000, 500]
    assert [ack for request in requests for ack in request] == acks


def test_report_is_plain_values_for_json() -> None:
    report = SyncReport({"UserV1": 1}, completed=True)
    assert report.to_dict() == {
        "counts": {"UserV1": 1},
        "completed": True,
        "was_reset": False,
        "bad_records": [],
    }
