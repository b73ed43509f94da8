"""Criteria that are misspelt, or have parts that would do nothing, are refused where they stand."""

from __future__ import annotations

import json
from typing import Any

import pytest
from stacking_examples import PATH, both, either, expression, groups, no, regex, split, within

from immichkit import CriteriaError, group_assets
from immichkit.stacking.presets import PRESETS
from immichkit.stacking.reading import read_criteria

NAME = "originalFileName"


def key(name: str, **parts: Any) -> dict[str, Any]:
    return {"key": name, **parts}


WRONG: list[tuple[Any, str, str]] = [
    ([key(NAME, splt={})], "$[0]", "'splt'; known are key, split, regex, delta"),
    ([within(1), key(NAME, Split={})], "$[1]", "there is no field 'Split'"),
    ([{"Key": NAME}], "$[0]", "there is no field 'Key'"),
    ([key(NAME, split={"delimiter": ["~"]})], "$[0].split", "known are delimiters, index"),
    ([key(NAME, split={})], "$[0].split", "it needs 'delimiters'"),
    ([key(NAME, split={"delimiters": []})], "$[0].split", "it needs 'delimiters'"),
    ([split("_", index=-1)], "$[0].split.index", "from 0"),
    ([key(NAME, regex={})], "$[0].regex", "it needs 'key'"),
    ([regex("")], "$[0].regex", "it needs 'key'"),
    ([regex("a", promoteIndex=1)], "$[0].regex", "'promoteIndex'; known are key, index"),
    ([regex("a", promote_keys=["b"])], "$[0].regex", "need a 'promote_index'"),
    ([regex("a", 0, promote_index=1)], "$[0]", "there is no group 1"),
    ([regex("(a)", -1)], "$[0]", "there is no group -1"),
    ([regex("(")], "$[0].regex.key", "missing )"),
    ([key("localDateTime", delta={})], "$[0].delta", "it needs 'milliseconds'"),
    ([key("localDateTime", delta={"seconds": 1})], "$[0].delta", "'seconds'; known are millisec"),
    ([within(-5)], "$[0].delta.milliseconds", "must not be negative"),
    ([split(".", key="localDateTime")], "$[0].split", "only for originalFileName, originalPath"),
    ([key(NAME, delta={"milliseconds": 1})], "$[0].delta", "does nothing for originalFileName"),
    ([regex("IMAGE", key="type")], "$[0].regex", "does nothing for type"),
    ([key("nope")], "$[0]", "there is no key 'nope'; known are originalFileName, originalPath"),
    ([{}], "$[0]", "there is no key ''"),
    ({"moed": "advanced"}, "$", "there is no field 'moed'; known are mode, groups, expression"),
    ({"mode": "legacy", "groups": []}, "$.mode", "there is no mode 'legacy'"),
    ({"mode": "advanced", "expresion": {}}, "$", "there is no field 'expresion'"),
    (groups("or", split("_")), "$.groups[0].operator", "in capitals; there is no 'or'"),
    (
        {"mode": "advanced", "groups": [{"operator": "AND", "criterion": []}]},
        "$.groups[0]",
        "'criterion'; known are operator, criteria",
    ),
    (groups("OR", split("_"), key(NAME, splt=1)), "$.groups[0].criteria[1]", "field 'splt'"),
    (groups("AND", key("nope")), "$.groups[0].criteria[0]", "no key 'nope'"),
    (
        expression(both(split("_"), {"operator": "NOT", "child": []})),
        "$.expression.children[1]",
        "'child'; known are operator, children, criteria",
    ),
    (
        expression(either(split("_"), no(key("nope")))),
        "$.expression.children[1].children[0].criteria",
        "there is no key 'nope'",
    ),
    (expression({"operator": "xor", "children": []}), "$.expression", "there is no 'xor'"),
    (
        expression({"operator": "AND", "criteria": split("_")}),
        "$.expression",
        "either criteria or an operator",
    ),
    (expression(regex("true", key="isFavorite")), "$.expression.criteria.regex", "does nothing"),
]


@pytest.mark.parametrize(("criteria", "place", "text"), WRONG)
def test_what_cannot_be_meant_is_refused_without_any_asset(
    criteria: Any, place: str, text: str
) -> None:
    with pytest.raises(CriteriaError) as caught:
        group_assets([], criteria)
    assert caught.value.place == place
    assert text in str(caught.value)


@pytest.mark.parametrize(("criteria", "place", "text"), WRONG)
def test_a_text_is_read_as_strictly_where_something_is_planned(
    criteria: Any, place: str, text: str
) -> None:
    with pytest.raises(CriteriaError) as caught:
        read_criteria(json.dumps(criteria), strictly=True)
    assert caught.value.place == place
    assert text in str(caught.value)


@pytest.mark.parametrize(
    ("criteria", "place", "text"),
    [
        (b"raw+jpeg", "$", "a list or an object, not bytes"),
        ([key(NAME, split={"delimiters": b"~"})], "$[0].split.delimiters", "a list, not bytes"),
    ],
)
def test_bytes_are_neither_a_text_nor_a_list(criteria: Any, place: str, text: str) -> None:
    with pytest.raises(CriteriaError, match=text) as caught:
        group_assets([], criteria)
    assert caught.value.place == place


@pytest.mark.parametrize(
    "criteria",
    [
        [key("isFavorite"), split("~", ".")],
        [key("updatedAt", delta={"milliseconds": 0}), key("localDateTime", delta=None)],
        [{**regex("a"), **split("_")}],
        [regex(r"(\d)", 1, PATH, promote_index=0, promote_keys=["1", ""])],
        groups("AND", regex("IMAGE", key="type"), within(1)),
        expression(both(regex("IMAGE", key="type"), regex("T15", key="localDateTime"))),
        [],
    ],
)
def test_what_has_a_meaning_is_taken(criteria: Any) -> None:
    assert read_criteria(criteria) == read_criteria(json.dumps(criteria), strictly=True)


@pytest.mark.parametrize("preset", [None, "", *PRESETS])
def test_presets_have_a_meaning(preset: str | None) -> None:
    assert read_criteria(preset, strictly=True).used()


def test_a_text_alone_is_read_as_immich_stack_reads_it() -> None:
    assets = [{"id": name, NAME: name} for name in ("A~1.jpg", "A~2.jpg")]
    text = '[{"KEY": "originalFileName", "Split": {"DELIMITERS": ["~"]}, "note": 1}]'
    assert [stack.asset_ids for stack in group_assets(assets, text)] == [("A~2.jpg", "A~1.jpg")]


@pytest.mark.parametrize("given", [5, None, b"edit", ["edit", 5]])
@pytest.mark.parametrize("argument", ["parent_filename_promote", "parent_ext_promote"])
def test_what_promotes_a_parent_is_named_if_it_is_no_text(argument: str, given: Any) -> None:
    with pytest.raises(TypeError, match=f"{argument} is a text with commas or a list of texts"):
        group_assets([], **{argument: given})
