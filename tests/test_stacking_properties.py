"""What holds of stacks whatever the assets and the criteria."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from stacking_examples import both, either, expression, groups, no, regex, split, within

from immichkit import group_assets

CRITERIA: list[Any] = [
    None,
    "raw+jpeg",
    "burst",
    "edited",
    "live",
    [split("_")],
    [within(1000)],
    [split("~", "."), within(500), {"key": "fileCreatedAt", "delta": {"milliseconds": 2000}}],
    [regex(r"(\d+)", 1, promote_index=0, promote_keys=["2", "", "1"]), {"key": "localDateTime"}],
    expression(both(either(regex("^IMG_"), split("_")), within(1000), no({"key": "isFavorite"}))),
    expression(either(both(regex("^B"), within(300)), both(within(1500), split(".")))),
    expression(either(both(split("_"), within(1000), no({"key": "isFavorite"})), split("_"))),
    groups("AND", split("_"), within(1000)),
    groups("OR", split("_"), within(1000)),
    json.dumps(groups("XOR", split("."), {"key": "isFavorite"})),
]
PROMOTED = ["", "edit,biggestNumber", "sequence", ",edit", "1,2", "sequence:IMG_,biggestSize"]
NAMES = st.builds(
    "{}{}{}".format,
    st.sampled_from(["IMG_1", "IMG_2", "B_1", "B", "", "IMG_1_BURST20240405"]),
    st.sampled_from(["", "", "~2", "~10", "_edit", ".x", "|"]),
    st.sampled_from([".jpg", ".JPG", ".dng", ""]),
)
TIMES = st.one_of(
    st.none(),
    st.integers(0, 60).map(lambda tenths: f"2024-04-05T06:07:{tenths / 10:06.3f}Z"),
    st.sampled_from(
        ["1969-12-31T23:59:59.5Z", "1970-01-01T00:00:00.5Z", "2024-04-05T08:07:01+02:00"]
    ),
)
ASSETS = st.lists(
    st.fixed_dictionaries(
        {"originalFileName": NAMES, "localDateTime": TIMES, "fileCreatedAt": TIMES},
        optional={"isFavorite": st.booleans()},
    ),
    max_size=14,
).map(lambda found: [{"id": f"{number:02}", **fields} for number, fields in enumerate(found)])


def stacks_of(assets: Sequence[Any], criteria: Any, names: str) -> list[tuple[str, ...]]:
    return [stack.asset_ids for stack in group_assets(assets, criteria, names)]


@given(ASSETS, st.sampled_from(CRITERIA), st.sampled_from(PROMOTED))
def test_no_asset_is_in_two_stacks(assets: Any, criteria: Any, names: str) -> None:
    members = [one for stack in stacks_of(assets, criteria, names) for one in stack]
    assert len(members) == len(set(members))
    assert set(members) <= {asset["id"] for asset in assets}


@given(ASSETS, st.sampled_from(CRITERIA), st.sampled_from(PROMOTED))
def test_every_stack_has_two_assets_and_a_reason(assets: Any, criteria: Any, names: str) -> None:
    for stack in group_assets(assets, criteria, names):
        assert len(stack.asset_ids) > 1
        assert stack.reason.isprintable()


@given(ASSETS, st.sampled_from(CRITERIA), st.sampled_from(PROMOTED), st.randoms())
def test_order_does_not_say_who_belongs_together(
    assets: Any, criteria: Any, names: str, chance: Any
) -> None:
    before = {frozenset(stack) for stack in stacks_of(assets, criteria, names)}
    chance.shuffle(assets)
    assert {frozenset(stack) for stack in stacks_of(assets, criteria, names)} == before


@given(ASSETS, st.sampled_from(CRITERIA), st.sampled_from(PROMOTED))
def test_stack_alone_is_the_same_stack(assets: Any, criteria: Any, names: str) -> None:
    for stack in stacks_of(assets, criteria, names):
        alone = [asset for asset in assets if asset["id"] in stack]
        assert [set(again) for again in stacks_of(alone, criteria, names)] == [set(stack)]


@given(ASSETS, st.sampled_from(CRITERIA), st.sampled_from(PROMOTED))
def test_same_assets_make_the_same_stacks(assets: Any, criteria: Any, names: str) -> None:
    assert stacks_of(assets, criteria, names) == stacks_of(assets, criteria, names)
