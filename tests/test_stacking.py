"""Stacks from models, rows and mappings; criteria by name, and the errors of wrong ones."""

from __future__ import annotations

import json
import sqlite3
import sys
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from stacking_examples import both, either, expression, groups, no, regex, split, within

from immichkit import CriteriaError, StackGroup, group_assets
from immichkit.models import AssetVisibility, SyncAssetV2

START = datetime(2024, 4, 5, 6, 7, 8, tzinfo=UTC)
NAMES = ["IMG_1.dng", "IMG_1.jpg", "IMG_2.jpg"]
TEXT = "2024-04-05T06:07:08.000Z"


def stacked(assets: Any, criteria: Any = None, **options: Any) -> list[tuple[str, ...]]:
    return [stack.asset_ids for stack in group_assets(assets, criteria, **options)]


def plain(name: str, **fields: Any) -> dict[str, Any]:
    return {"id": name, "originalFileName": name, "localDateTime": TEXT, **fields}


def model(name: str, **fields: Any) -> SyncAssetV2:
    given: dict[str, Any] = dict.fromkeys(SyncAssetV2.__struct_fields__)
    given |= {"id": name, "original_file_name": name, "local_date_time": START}
    return SyncAssetV2(**given | fields)


def row(name: str, **fields: Any) -> Any:
    columns = {"id": name, "original_file_name": name, "local_date_time": TEXT, **fields}
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    wanted = ", ".join(f"? as {column}" for column in columns)
    found = connection.execute(f"select {wanted}", list(columns.values())).fetchone()
    connection.close()
    return found


@pytest.mark.parametrize(
    "make",
    [
        plain,
        model,
        row,
        lambda name: dict(row(name)),
        lambda name: SimpleNamespace(**dict(row(name))),
    ],
    ids=["mapping", "model", "row", "snake_case", "object"],
)
def test_assets_may_be_of_any_kind(make: Any) -> None:
    assert stacked(map(make, NAMES)) == [("IMG_1.jpg", "IMG_1.dng")]


def test_assets_may_be_of_several_kinds() -> None:
    assert stacked([plain(NAMES[0]), model(NAMES[1]), row(NAMES[2])]) == [
        ("IMG_1.jpg", "IMG_1.dng")
    ]


def test_stack_says_why() -> None:
    (stack,) = group_assets(map(plain, NAMES))
    assert stack == StackGroup(
        ("IMG_1.jpg", "IMG_1.dng"), "same originalFileName, localDateTime within 1000 ms: IMG_1"
    )


def test_asset_that_is_given_twice_counts_once() -> None:
    assert stacked([plain("A.jpg"), plain("A.jpg")]) == []
    twice = [plain("A.jpg"), plain("A.dng"), plain("A.jpg")]
    assert stacked(twice) == [("A.jpg", "A.dng")]


@pytest.mark.parametrize("make", [model, row], ids=["model", "row"])
def test_sync_stream_has_other_words_for_some_flags(make: Any) -> None:
    assets = [
        make("a.jpg", deleted_at=None, visibility=AssetVisibility.ARCHIVE.value),
        make("b.jpg", deleted_at=TEXT, visibility=AssetVisibility.ARCHIVE.value),
        make("c.jpg", deleted_at=TEXT, visibility=AssetVisibility.TIMELINE.value),
    ]
    assert stacked(assets, expression({"key": "isArchived"})) == [("a.jpg", "b.jpg")]
    assert stacked(assets, expression({"key": "isTrashed"})) == [("b.jpg", "c.jpg")]


def test_sizes_are_found_in_exif_and_in_a_joined_row() -> None:
    promote = {"parent_filename_promote": "biggestSize"}
    nested = [
        plain("A.jpg", exifInfo={"fileSizeInByte": 1}),
        plain("A~2.jpg", exifInfo={"fileSizeInByte": 2}),
    ]
    assert stacked(nested, **promote) == [("A~2.jpg", "A.jpg")]
    joined = [row("A.jpg", file_size_in_byte=2), row("A~2.jpg", file_size_in_byte=1)]
    assert stacked(joined, **promote) == [("A.jpg", "A~2.jpg")]


def test_times_of_models_are_compared_to_the_microsecond() -> None:
    assets = [model("A.jpg"), model("A.dng", local_date_time=START + timedelta(microseconds=1))]
    assert stacked(assets, [split("."), {"key": "localDateTime"}]) == []
    assert stacked(assets, [split("."), within(1)]) == [("A.jpg", "A.dng")]


def test_time_without_a_zone_is_in_utc() -> None:
    assets = [model("A.jpg"), model("A.dng", local_date_time=START.replace(tzinfo=None))]
    assert stacked(assets) == [("A.jpg", "A.dng")]


def test_first_time_that_an_asset_has_says_what_is_near() -> None:
    created = {"key": "fileCreatedAt", "delta": {"milliseconds": 1000}}
    assets = [
        plain("a.jpg", localDateTime="2024-04-05T06:07:01Z", fileCreatedAt=TEXT),
        plain("b.jpg", localDateTime="2024-04-05T06:07:05Z", fileCreatedAt=TEXT),
    ]
    assert stacked(assets, expression(both(no({"key": "isTrashed"}), within(1000)))) == []
    near = both(within(1000), no(both(created, {"key": "isTrashed"})))
    assert stacked(assets, expression(near)) == []
    near = both(no(both(created, {"key": "isTrashed"})), within(1000))
    assert stacked(assets, expression(near)) == [("a.jpg", "b.jpg")]


def test_what_matches_without_a_time_is_near_to_what_matches_by_it() -> None:
    times = ["08.0", "08.9", "09.1", "20.0"]
    assets = [
        plain(f"A~{number}.jpg", localDateTime=f"2024-04-05T06:07:{time}Z", isFavorite=number < 2)
        for number, time in enumerate(times)
    ]
    name = split("~")
    tree = both(name, within(1000), no({"key": "isFavorite"}))
    assert stacked(assets, expression(either(tree, name))) == [("A~2.jpg", "A~1.jpg", "A~0.jpg")]


@pytest.mark.parametrize("criteria", [[split("_")], (split("_"),), json.dumps([split("_")])])
def test_criteria_may_be_text_or_parsed(criteria: Any) -> None:
    assert stacked([plain("A_1.jpg"), plain("A_2.jpg")], criteria) == [("A_2.jpg", "A_1.jpg")]


def test_null_is_no_default() -> None:
    assert stacked([plain("A.jpg"), plain("A.dng")], "null") == []


@pytest.mark.parametrize(
    ("criteria", "place", "text"),
    [
        ('[{"key": "type"},\n {"key" "id"}]', "line 2, column 9", "Expecting ':' delimiter"),
        ("bursts", "line 1, column 1", "raw+jpeg, burst, edited, live"),
        ("   ", "line 1, column 4", "neither JSON nor a preset"),
        ('[{"key": NaN}]', "$", "no NaN"),
        ("3", "$", "a list or an object, not a number"),
        ("{}", "$", '"mode": "advanced"'),
        ('{"mode": "advanced"}', "$", "needs an expression or groups"),
        ('[{"key": 1}]', "$[0].key", "a text, not a number"),
        ('[{"split": {"index": 1.0}}]', "$[0].split.index", "with a fraction"),
        ('[{"split": {"index": true}}]', "$[0].split.index", "not true or false"),
        ('[{"split": {"delimiters": "~"}}]', "$[0].split.delimiters", "a list, not a text"),
        ('[{"delta": {"milliseconds": 9223372036854775808}}]', "$[0].delta.milliseconds", "large"),
        ('{"mode": "advanced", "groups": [{"operator": []}]}', "$.groups[0].operator", "a list"),
        (
            expression(both(within(1), no(regex("(")))),
            "$.expression.children[1].children[0].criteria.regex.key",
            "missing )",
        ),
        (groups("OR", regex("a", 1)), "$.groups[0].criteria[0]", "there is no group 1"),
        ([{"key": "fileSize"}], "$[0]", "there is no key 'fileSize'"),
        ([split("_", index=1)], "$[0]", "there is no part 1 in 'a'"),
        (expression({"operator": "and", "children": []}), "$.expression", "in capitals"),
        (expression({"operator": "AND", "children": []}), "$.expression", "AND needs children"),
        (expression(both(no(both()))), "$.expression.children[0].children[0]", "needs children"),
        (expression({"children": []}), "$.expression", "criteria or an operator"),
    ],
)
def test_wrong_criteria_name_the_place(criteria: Any, place: str, text: str) -> None:
    with pytest.raises(CriteriaError) as caught:
        group_assets([plain("a.jpg")], criteria)
    assert caught.value.place == place
    assert place in str(caught.value) or place == "$"
    assert text in str(caught.value)


def test_criteria_that_do_not_fit_name_the_asset() -> None:
    with pytest.raises(CriteriaError, match=r"'b\.jpg' \(b\.jpg\).*not a time") as caught:
        group_assets([plain("a.jpg"), plain("b.jpg", localDateTime="yesterday")])
    assert (caught.value.place, caught.value.asset_id) == ("$[1]", "b.jpg")


def test_criteria_may_not_be_nested_without_end() -> None:
    node = split(".")
    for _ in range(300):
        node = both(node)
    with pytest.raises(CriteriaError, match="nested"):
        group_assets([], expression(node))
    with pytest.raises(CriteriaError, match="nested"):
        group_assets([], "[" * 100_000)


@pytest.mark.parametrize("given", [{"originalFileName": "a.jpg"}, {"id": 3}, None])
def test_asset_without_an_id_is_refused(given: Any) -> None:
    with pytest.raises(CriteriaError, match="given as asset 1, a .*, has no id"):
        group_assets([plain("a.jpg"), given])


def test_patterns_without_their_library_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "re2", None)
    with pytest.raises(CriteriaError, match=r'pip install "immichkit\[stacking\]"'):
        group_assets([], [regex("only asked for here")])
    for criteria in (None, "raw+jpeg", "edited", "live"):
        assert stacked(map(plain, NAMES), criteria) == [("IMG_1.jpg", "IMG_1.dng")]


def test_pattern_cannot_run_away() -> None:
    long = [plain(f"{'a' * 5000}{end}") for end in "!?"]
    assert stacked(long, [regex(r"^(a+)+$"), regex(r"^(a*)*!"), regex(r"(.*a){20}b")]) == []


def test_folder_of_thousands_is_one_stack() -> None:
    assets = [plain(f"{number}.jpg", originalPath="/photos/one") for number in range(8000)]
    by_folder = split("/", index=2, key="originalPath")
    (stack,) = group_assets(assets, groups("OR", by_folder, within(1000)), "")
    assert len(stack.asset_ids) == 8000


def test_a_regex_that_only_names_can_promote_by_finds_nothing_elsewhere() -> None:
    names = regex(r"([A-Z]+)_?(\d*)", 1, promote_index=2, promote_keys=["1", "2"])
    kinds = {"key": "type", "regex": {"key": "(IMAGE)", "promote_index": 1, "promote_keys": [""]}}
    photos = [plain("IMG_2.jpg", type="IMAGE"), plain("IMG_1.jpg", type="IMAGE")]
    assert stacked(photos, groups("OR", names)) == [("IMG_1.jpg", "IMG_2.jpg")]
    # immich-stack counts it as "", which is listed: so all are promoted, and all alike.
    assert stacked(photos, json.dumps(groups("OR", names, kinds))) == [("IMG_1.jpg", "IMG_2.jpg")]
    late = regex(r"([A-Z]+)_?(\d*)", 1, promote_index=2, promote_keys=["x", "2"])
    assert stacked(photos, groups("OR", late)) == [("IMG_2.jpg", "IMG_1.jpg")]
    assert stacked(photos, json.dumps(groups("OR", late, kinds))) == [("IMG_1.jpg", "IMG_2.jpg")]
