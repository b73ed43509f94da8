from __future__ import annotations

import json
import sqlite3
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immichkit.duplicate_groups import DuplicateGroup, same_name_and_time
from immichkit.duplicates import DuplicatePlan, Keep, plan_duplicates
from immichkit.keeping import candidates_of

NOON = "2024-05-01T12:00:00.000Z"
RULES = ["suggested", "largest", "oldest", "newest", "most_metadata", "favorite", "raw", "in_album"]


def asset(id: str, **fields: Any) -> dict[str, Any]:
    size = fields.pop("size", 1)
    exif = {"fileSizeInByte": size, **fields.pop("exif", {})}
    plain = {
        "id": id,
        "originalFileName": f"{id}.jpg",
        "ownerId": "me",
        "checksum": f"sum of {id}",
        "localDateTime": NOON,
        "createdAt": NOON,
        "visibility": "timeline",
        "isFavorite": False,
    }
    return {**plain, "exifInfo": exif, **fields}


def group(*assets: dict[str, Any], suggested: tuple[str, ...] = ()) -> DuplicateGroup:
    ids = tuple(one["id"] for one in assets)
    return DuplicateGroup(assets=assets, asset_ids=ids, duplicate_id="g", suggested=suggested)


def kept(keep: Keep, *assets: dict[str, Any], **more: Any) -> tuple[str, ...]:
    suggested = more.pop("suggested", ())
    plan = plan_duplicates([group(*assets, suggested=suggested)], keep, **more)
    return plan.entries[0].keep


def test_the_largest_file_stays() -> None:
    assert kept("largest", asset("a", size=1), asset("b", size=2)) == ("b",)


def test_of_equal_files_the_one_with_more_pixels_stays() -> None:
    assert kept("largest", asset("a", width=2, height=3), asset("b", width=3, height=3)) == ("b",)


def test_the_oldest_and_the_newest_go_by_when_they_were_taken() -> None:
    pair = asset("a", size=9), asset("b", localDateTime="2023-01-01T00:00:00.000Z")
    assert kept("oldest", *pair) == ("b",)
    assert kept("newest", *pair) == ("a",)


def test_the_one_with_most_metadata_stays() -> None:
    assert kept("most_metadata", asset("a", size=9), asset("b", exif={"make": "x"})) == ("b",)


def test_a_favorite_stays() -> None:
    assert kept("favorite", asset("a", size=9), asset("b", isFavorite=True)) == ("b",)


def test_a_raw_file_stays() -> None:
    assert kept("raw", asset("a", size=9), asset("b", originalFileName="b.DNG")) == ("b",)


def test_what_is_in_an_album_stays() -> None:
    assert kept("in_album", asset("a", size=9), asset("b"), in_albums={"b"}) == ("b",)


def test_the_servers_suggestion_stays() -> None:
    assert kept("suggested", asset("a", size=9), asset("b"), suggested=("b",)) == ("b",)


def test_the_first_rule_that_decides_counts() -> None:
    assets = asset("a", size=9), asset("b", isFavorite=True), asset("c", isFavorite=True, size=2)
    assert kept(["favorite", "largest"], *assets) == ("c",)


def test_a_function_may_return_an_id_an_asset_or_several() -> None:
    pair = asset("a"), asset("b"), asset("c")
    assert kept(lambda _: "b", *pair) == ("b",)
    assert kept(lambda group: group.assets[2], *pair) == ("c",)
    assert kept(lambda group: group.asset_ids[:2], *pair) == ("a", "b")
    assert kept(lambda group: ["c", "a", "c"], *pair) == ("c", "a")  # the first one inherits


def test_a_function_that_returns_nothing_leaves_the_group_alone() -> None:
    plan = plan_duplicates([group(asset("a"), asset("b"))], lambda _: None)
    assert (plan.trash_ids, plan.counts) == ([], {"keep": 1})


def test_a_function_that_returns_a_stranger_is_an_error() -> None:
    with pytest.raises(ValueError, match="'x', which is not in"):
        plan_duplicates([group(asset("a"), asset("b"))], lambda _: "x")


def test_an_unknown_rule_is_named_with_those_that_there_are() -> None:
    with pytest.raises(ValueError, match=r"'suggested', 'largest', .* not 'biggest'"):
        plan_duplicates([], "biggest")  # type: ignore[arg-type]


def test_the_only_live_photo_stays_beside_the_one_that_was_chosen() -> None:
    assets = asset("a", size=9), asset("b", livePhotoVideoId="v"), asset("c")
    plan = plan_duplicates([group(*assets)], "largest")
    assert plan.entries[0].keep == ("a", "b")
    assert plan.trash_ids == ["c"]
    assert "b.jpg is a live photo" in plan.entries[0].why


def test_neither_half_of_a_live_photo_goes() -> None:
    assets = asset("a", size=9), asset("b", livePhotoVideoId="c"), asset("c")
    plan = plan_duplicates([group(*assets)], "largest")
    assert plan.trash_ids == []
    halves = plan_duplicates([group(*assets)], lambda _: "c")
    assert set(halves.entries[0].keep) == {"b", "c"}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"isTrashed": True}, "b.jpg is in the trash"),
        ({"stack": {"id": "s"}}, "b.jpg is in a stack"),
        ({"visibility": "locked"}, "b.jpg is locked"),
        ({"ownerId": "you"}, "somebody else owns it"),
    ],
)
def test_what_the_server_could_not_resolve_is_left_alone(fields: dict[str, Any], why: str) -> None:
    plan = plan_duplicates([group(asset("a"), asset("b", **fields))], "largest")
    assert plan.trash_ids == []
    assert plan.entries[0].why.endswith(why)


UNKNOWN = [
    ("largest", "exifInfo", "file size"),
    ("suggested", "exifInfo", "file size"),  # for lack of a suggestion
    ("oldest", "localDateTime", "date"),
    ("newest", "localDateTime", "date"),
    ("most_metadata", "exifInfo", "EXIF data"),
    ("favorite", "isFavorite", "favorite mark"),
    ("raw", "originalFileName", "file name"),
]


@pytest.mark.parametrize(("rule", "key", "fact"), UNKNOWN)
@pytest.mark.parametrize("whose", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("there", [True, False])
def test_what_is_not_known_decides_nothing(
    rule: Any, key: str, fact: str, whose: tuple[int, ...], *, there: bool
) -> None:
    pair = asset("a", size=9), asset("b")
    for place in whose:
        del pair[place][key]
        if there:
            pair[place][key] = None
    plan = plan_duplicates([group(*pair)], rule)
    (entry,) = plan.keep
    assert entry.is_undecided
    assert entry.why.endswith(f"the {fact} of each would decide, and is not known")
    assert plan.trash_ids == []
    assert plan.notes[1].startswith("Left alone, as what would decide is not known: 1 of 1 group.")
    assert "with_exif=True" in plan.notes[1]


def test_without_the_albums_it_is_not_known_what_is_in_one() -> None:
    (entry,) = plan_duplicates([group(asset("a", size=9), asset("b"))], "in_album").keep
    assert entry.is_undecided


@pytest.mark.parametrize("rule", RULES)
def test_no_tie_is_decided_by_a_size_that_is_not_known(rule: Any) -> None:
    pair = asset("a", exifInfo=None), asset("b", exifInfo=None)
    plan = plan_duplicates([group(*pair)], rule, in_albums=())
    assert (plan.trash_ids, plan.keep[0].is_undecided) == ([], True)


def test_a_rule_that_decides_needs_to_know_no_more() -> None:
    assert kept("favorite", asset("a", exifInfo=None), asset("b", isFavorite=True)) == ("b",)


def test_pixels_that_are_not_known_do_not_decide() -> None:
    pair = asset("a", exif={"make": "x"}), asset("b", width=3, height=3)
    assert kept("largest", *pair) == ("a",)


def test_live_photos_of_unknown_size_all_stay() -> None:
    live = [asset(one, exifInfo=None, livePhotoVideoId=f"v{one}") for one in "ab"]
    assert kept(lambda _: "c", asset("c"), *live) == ("c", "a", "b")


def test_what_is_known_from_elsewhere_decides() -> None:
    pair = group(asset("a", exifInfo=None), asset("b", exifInfo=None))
    known = candidates_of([asset("a", size=1), asset("b", size=2)])
    assert plan_duplicates([pair], "largest", known=known).trash_ids == ["a"]


@pytest.mark.parametrize("keep", [None, 5, b"largest", {"largest": 1}, [5], ["largest", None]])
def test_what_can_be_no_rule_is_named(keep: Any) -> None:
    with pytest.raises(TypeError, match="keep must be a rule, a list of rules or a function, not"):
        plan_duplicates([], keep)


@pytest.mark.parametrize("groups", ["x", [5], [None]])
def test_what_can_be_no_group_is_named(groups: Any) -> None:
    with pytest.raises(TypeError, match="groups must be a list of DuplicateGroup, not"):
        plan_duplicates(groups)


def test_an_async_function_cannot_choose() -> None:
    async def choose(group: DuplicateGroup) -> str:
        return group.asset_ids[0]

    with pytest.raises(TypeError, match="keep must be a plain function, and .*choose is async"):
        plan_duplicates([group(asset("a"), asset("b"))], choose)


def test_an_asset_is_planned_in_one_group_only() -> None:
    first, second = group(asset("a"), asset("b")), group(asset("b"), asset("c"))
    plan = plan_duplicates([first, second], "largest")
    assert plan.counts == {"resolve": 1, "keep": 1}


def test_a_plan_says_what_happens_to_whom_and_why() -> None:
    plan = plan_duplicates([group(asset("a", size=2_500_000), asset("b"))], "largest")
    reason = "the server takes them for the same picture; a.jpg stays, for it is the largest file"
    line = f"keep a.jpg, trash b.jpg: {reason} (2.5 MB)"
    assert str(plan).splitlines() == [
        "Duplicates: 1 to resolve",
        f"  {line}",
        "  1 of 2 assets goes into the trash.",
    ]
    assert plan.explain("b") == f"b is trashed: {line}"
    assert plan.explain("x") == "This plan says nothing about x."


def test_files_of_one_name_are_told_apart_by_their_ids() -> None:
    pair = [asset(name, originalFileName="a.jpg") for name in ("x", "y")]
    plan = plan_duplicates([group(*pair)], "largest")
    assert plan.entries[0].about == "keep a.jpg (x), trash a.jpg (y)"


def test_a_plan_survives_json() -> None:
    plan = plan_duplicates([group(asset("a"), asset("b"))], "largest")
    assert DuplicatePlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


def test_a_plan_says_beforehand_what_cannot_be_undone() -> None:
    pair = asset("a", size=9), asset("b", exif={"latitude": 1.0, "longitude": 2.0})
    (entry,) = plan_duplicates([group(*pair)], "largest").permanent
    assert entry.permanent == "a.jpg gets a place and keeps it"
    (entry,) = plan_duplicates([group(asset("a"), asset("b"))], has_trash=False).permanent
    assert entry.permanent == "this server has no trash, so they are deleted"


def test_equal_names_at_the_same_time_are_a_group() -> None:
    same = {"originalFileName": "x.jpg"}
    later = {**same, "localDateTime": "2024-05-01T12:00:00.001Z"}
    found = same_name_and_time(
        [asset("c", **same), asset("a", **same), asset("b", **later), asset("d")]
    )
    assert [one.asset_ids for one in found] == [("a", "c")]


def test_rows_are_taken_like_models() -> None:
    connection = sqlite3.connect(":memory:")
    connection.row_factory = sqlite3.Row
    columns = f"'x.jpg' as original_file_name, '{NOON}' as local_date_time, 'me' as owner_id"
    columns += ", 0 as is_favorite, ? as file_size_in_byte"
    select = f"select 'a' as id, {columns} union select 'b', {columns}"
    rows = connection.execute(select, (1, 2))
    (group,) = same_name_and_time(rows)
    connection.close()
    assert group.asset_ids == ("a", "b")
    assert plan_duplicates([group], "largest").trash_ids == ["a"]


def test_what_has_no_id_is_refused() -> None:
    with pytest.raises(TypeError, match="asset 0, a dict, has no id"):
        same_name_and_time([{"originalFileName": "x.jpg"}])
    with pytest.raises(TypeError, match="neither an asset nor the id of one: 7"):
        plan_duplicates([group(asset("a"), asset("b"))], lambda _: 7)


@pytest.mark.parametrize(
    "fields",
    [
        {"isTrashed": True},
        {"deletedAt": NOON},
        {"visibility": "hidden"},
        {"visibility": "locked"},
        {"ownerId": "you"},
        {"localDateTime": None},
    ],
)
def test_what_is_no_duplicate_by_name_and_time(fields: dict[str, Any]) -> None:
    same = {"originalFileName": "x.jpg"}
    assert same_name_and_time([asset("a", **same), asset("b", **same, **fields)]) == []


def test_the_moving_half_of_a_live_photo_is_no_duplicate() -> None:
    same = {"originalFileName": "x.mov"}
    still = asset("s", livePhotoVideoId="a")
    assert same_name_and_time([asset("a", **same), asset("b", **same), still]) == []


ASSETS = st.builds(
    lambda **fields: fields,
    size=st.integers(0, 2),
    isFavorite=st.booleans(),
    livePhotoVideoId=st.sampled_from([None, None, "0", "1", "2", "v", "w"]),
    originalFileName=st.sampled_from(["a.jpg", "b.dng"]),
    minutes=st.integers(0, 1),
)


def made(fields: dict[str, Any], id: str) -> dict[str, Any]:
    taken = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=fields.pop("minutes"))
    return asset(id, localDateTime=taken, **fields)


@given(st.lists(ASSETS, min_size=2, max_size=5), st.sampled_from(RULES), st.randoms())
def test_whatever_the_rule_something_stays_and_no_live_photo_is_torn_apart(
    many: list[dict[str, Any]], rule: Any, chance: Any
) -> None:
    assets = [made(dict(fields), str(index)) for index, fields in enumerate(many)]
    (entry,) = plan_duplicates([group(*assets)], rule, in_albums=()).entries
    assert entry.keep
    assert sorted([*entry.keep, *entry.trash]) == sorted(one["id"] for one in assets)
    moving = {one["id"]: one["livePhotoVideoId"] for one in assets}
    for gone in entry.trash:
        assert gone not in moving.values()
        assert moving[gone] not in moving
        assert not moving[gone] or any(moving[one] for one in entry.keep)
    chance.shuffle(assets)
    (again,) = plan_duplicates([group(*assets)], rule, in_albums=()).entries
    assert (set(again.keep), set(again.trash)) == (set(entry.keep), set(entry.trash))
