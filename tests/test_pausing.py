"""Which queues are to stand still, and who lets them go on."""

from __future__ import annotations

import msgspec
import pytest
from exchanges import load
from hypothesis import given
from hypothesis import strategies as st
from immichkit_api.models import QueueName, QueueResponseDto

from immichkit.pausing import Pauses, to_be_paused, to_be_resumed


def queues() -> list[QueueResponseDto]:
    (recorded,) = [one for one in load() if one.note == "queues"]
    return msgspec.json.decode(recorded.content, type=list[QueueResponseDto])


def test_only_what_runs_is_to_be_paused() -> None:
    found = queues()
    found[0].is_paused = True
    wanted = to_be_paused(found, None)
    assert len(wanted) == len(found) - 2
    assert not {QueueName.BACKGROUND_TASK, found[0].name} & set(wanted)


def test_a_queue_that_this_release_does_not_know_is_paused_too() -> None:
    found = queues()
    found[0].name = QueueName("cooking")
    assert to_be_paused(found, ["cooking"]) == [QueueName("cooking")]
    assert QueueName("cooking") in to_be_paused(found, None)


def test_what_others_of_this_process_hold_is_held_as_well() -> None:
    found = queues()
    found[0].is_paused = found[1].is_paused = True
    wanted = to_be_paused(found, None, {found[0].name})
    assert found[0].name in wanted
    assert found[1].name not in wanted


def test_only_what_stands_still_is_to_be_resumed() -> None:
    found = queues()
    found[2].is_paused = found[4].is_paused = True
    assert to_be_resumed(found, None) == [found[2].name, found[4].name]
    assert to_be_resumed(found, [found[0].name, found[4].name]) == [found[4].name]
    with pytest.raises(ValueError, match="no queue cooking"):
        to_be_resumed(found, ["cooking"])


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from(["a", "b"])), max_size=30))
def test_whoever_leaves_last_lets_a_queue_go_on(moves: list[tuple[int, str]]) -> None:
    """Contexts that come and go in any order: a queue is held until nobody is inside."""
    pauses, inside = Pauses(), dict[int, str]()
    ocr = QueueName.OCR
    for context, server in [*moves, *((number, "a") for number in range(4))]:
        if context in inside:
            left = inside.pop(context)
            with pauses.leave(left, [ocr]) as last:
                assert last == ([] if left in inside.values() else [ocr])
                assert pauses.held(left) == {ocr}
        else:
            inside[context] = server
            pauses.enter(server, ocr)
        for one in ("a", "b"):
            assert pauses.held(one) == ({ocr} if one in inside.values() else set())


def test_who_comes_while_the_last_one_leaves_lets_it_go_on_once_more() -> None:
    pauses, ocr = Pauses(), QueueName.OCR
    pauses.enter("a", ocr)
    with pauses.leave("a", [ocr]) as last:
        assert last == [ocr]
        assert pauses.held("a") == {ocr}
        pauses.enter("a", ocr)
        with pauses.leave("a", [ocr]) as again:
            assert again == [ocr]
    assert pauses.held("a") == set()
