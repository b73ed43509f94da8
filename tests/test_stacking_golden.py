"""The stacks of immich-stack, case by case."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from immichkit import CriteriaError, group_assets

FOLDER = Path(__file__).parent / "stacking"
CASES = [json.loads(line) for line in (FOLDER / "cases.jsonl").read_text("utf-8").splitlines()]
PLAIN = json.loads((FOLDER / "plain.json").read_text("utf-8"))
GIVEN_UP = [case for case in CASES if case["error"]]
STACKED = [case for case in CASES if not case["error"]]


def named(case: dict[str, Any]) -> str:
    return str(case["name"])


@pytest.mark.parametrize("case", STACKED, ids=named)
def test_stacks_are_those_of_immich_stack(case: dict[str, Any]) -> None:
    found = group_assets(case["assets"], case["criteria"], **case["options"])
    wanted = PLAIN[case["name"]] if "quirks" in case else case["stacks"]
    assert sorted(list(stack.asset_ids) for stack in found) == wanted


@pytest.mark.parametrize("case", GIVEN_UP, ids=named)
def test_what_immich_stack_gives_up_is_an_error(case: dict[str, Any]) -> None:
    with pytest.raises(CriteriaError):
        group_assets(case["assets"], case["criteria"], **case["options"])


def test_every_quirk_has_its_plain_result() -> None:
    assert [case["name"] for case in CASES if "quirks" in case] == list(PLAIN)
