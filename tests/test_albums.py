"""What folders become, which album is meant, and what a plan says of it."""

from __future__ import annotations

import datetime
import random
from pathlib import Path, PurePosixPath
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from immichkit import operations
from immichkit.album_steps import (
    CHANGE,
    add_step,
    members_back,
    remove_step,
    share_step,
    unshare_step,
    update_step,
)
from immichkit.albums import AlbumPlan, FolderAlbums, by_name, equal_named, plan_albums
from immichkit.batches import in_batches, told_apart
from immichkit.models import (
    AlbumResponseDto,
    AlbumUserResponseDto,
    AlbumUserRole,
    UserAvatarColor,
    UserResponseDto,
)
from immichkit.steps import Step
from immichkit.undoing import arguments_of

NAMES = st.text("abc", min_size=1, max_size=2)
IDS = st.integers(0, 30).map(lambda number: f"{number:08}-0000-4000-8000-000000000000")


def album(id: str, name: str, day: int = 1) -> AlbumResponseDto:
    moment = datetime.datetime(2026, 1, day, tzinfo=datetime.UTC)
    return AlbumResponseDto(
        album_name=name,
        album_thumbnail_asset_id=None,
        album_users=[],
        asset_count=0,
        created_at=moment,
        description="",
        has_shared_link=False,
        id=id,
        is_activity_enabled=True,
        shared=False,
        updated_at=moment,
    )


@pytest.mark.parametrize(
    ("options", "path", "name"),
    [
        ({}, "/p/2026/Kyoto/a.jpg", "2026"),
        ({}, "/p/a.jpg", None),
        ({}, "/pictures/2026/a.jpg", None),
        ({"levels": 2}, "/p/2026/Kyoto/temples/a.jpg", "2026 / Kyoto"),
        ({"levels": 2}, "/p/2026/a.jpg", "2026"),
        ({"levels": -1}, "/p/2026/Kyoto/a.jpg", "Kyoto"),
        ({"levels": -2, "separator": "-"}, "/p/2026/Kyoto/temples/a.jpg", "Kyoto-temples"),
        ({"levels": None}, "/p/2026/Kyoto/temples/a.jpg", "2026 / Kyoto / temples"),
        ({"name": lambda folder: folder.name.upper()}, "/p/2026/Kyoto/a.jpg", "KYOTO"),
        ({"name": lambda folder: None}, "/p/2026/Kyoto/a.jpg", None),
        ({"name": lambda folder: folder.name}, "/p/a.jpg", None),
    ],
)
def test_what_an_album_is_called(options: dict[str, Any], path: str, name: str | None) -> None:
    assert FolderAlbums(roots="/p", **options).album_of(path) == name


@pytest.mark.parametrize("roots", [["/p", "/p/raw/"], ["/p/raw", Path("/p")]])
def test_the_inner_of_two_roots_counts(roots: list[str | Path]) -> None:
    folders = FolderAlbums(roots=roots)
    assert folders.album_of("/p/raw/Kyoto/a.dng") == "Kyoto"
    assert folders.album_of("/p/jpeg/Kyoto/a.jpg") == "jpeg"


def test_what_makes_no_sense_is_refused() -> None:
    with pytest.raises(ValueError, match="no root"):
        FolderAlbums(roots=[])
    with pytest.raises(ValueError, match="levels=0"):
        FolderAlbums(roots="/p", levels=0)


def test_the_oldest_of_a_name_comes_first() -> None:
    albums = [album("3", "A", 3), album("1", "A", 1), album("2", "A", 1), album("0", "B")]
    assert {name: [one.id for one in same] for name, same in by_name(albums).items()} == {
        "A": ["1", "2", "3"],
        "B": ["0"],
    }


def test_a_letter_that_is_written_in_another_way_is_the_same() -> None:
    assert list(equal_named([album("1", "Nin\u0303o"), album("2", "Ni\u00f1o")])) == ["Ni\u00f1o"]
    assert FolderAlbums(roots="/p").album_of("/p/Nin\u0303o/a.jpg") == "Ni\u00f1o"


def test_equal_names_are_equal_to_the_letter() -> None:
    found = equal_named([album("2", "A", 2), album("1", "A", 1), album("3", "a"), album("4", "B")])
    assert {name: [one.id for one in albums] for name, albums in found.items()} == {"A": ["1", "2"]}


@given(
    st.dictionaries(NAMES, st.dictionaries(IDS, st.just("x.jpg"), min_size=1), max_size=4),
    st.dictionaries(NAMES, st.frozensets(IDS), max_size=4),
)
def test_a_plan_adds_what_is_missing_and_nothing_else(
    wanted: dict[str, dict[str, str]], there: dict[str, frozenset[str]]
) -> None:
    existing = {name: album(f"album {name}", name) for name in there}
    members = {f"album {name}": ids for name, ids in there.items()}
    plan = plan_albums(wanted, existing, members)
    assert {entry.album_name for entry in plan.of("create")} == wanted.keys() - there.keys()
    for name, assets in wanted.items():
        added = [one for e in plan.of("add") if e.album_name == name for one in e.asset_ids]
        assert sorted(added) == sorted(assets.keys() - there.get(name, frozenset()))
    full = {f"album {n}": {*there.get(n, ()), *assets} for n, assets in wanted.items()}
    after = {name: album(f"album {name}", name) for name in wanted}
    assert plan_albums(wanted, after, full).is_empty
    owned = attrs.evolve(plan, user_id="me")
    assert AlbumPlan.from_dict(owned.to_dict()) == owned


def test_a_plan_reads_well() -> None:
    wanted = {"Kyoto": {"1": "a.jpg", "2": "b.jpg"}}
    plan = plan_albums(wanted, {}, {})
    assert str(plan).splitlines() == [
        "Albums: 1 to create, 1 to add",
        "  create the album 'Kyoto': no album of yours has that name",
        "  add 2 to the album 'Kyoto' (a.jpg, b.jpg): their folder belongs to it",
    ]
    assert plan.explain("1") == str(plan.entries[1])


def test_a_plan_goes_in_batches() -> None:
    wanted = {"Kyoto": {f"{n:04}": f"{n}.jpg" for n in range(2500)}}
    plan = plan_albums(wanted, {}, {})
    assert [len(entry.asset_ids) for entry in plan.of("add")] == [1000, 1000, 500]


def test_the_files_of_a_folder_keep_their_order() -> None:
    files = [("/p/A/b.jpg", "1"), ("/p/A/a.jpg", "2"), ("/p/B/c.jpg", "3"), ("/p/B/a.jpg", "2")]
    grouped = FolderAlbums(roots=PurePosixPath("/p")).grouped(files)
    assert grouped == {"A": {"2": "a.jpg", "1": "b.jpg"}, "B": {"2": "a.jpg", "3": "c.jpg"}}
    assert list(grouped["A"]) == ["2", "1"]


@given(
    st.lists(st.tuples(st.lists(NAMES, max_size=3).map("/".join), IDS)),
    st.none() | st.integers(-3, 3).filter(bool),
    st.randoms(),
)
def test_albums_do_not_hang_on_the_order_of_files(
    named: list[tuple[str, str]], levels: int | None, order: random.Random
) -> None:
    files = [(f"/p/{folder}/x.jpg", id_) for folder, id_ in named]
    folders = FolderAlbums(roots="/p", levels=levels)
    grouped = folders.grouped(files)
    assert {id_ for ids in grouped.values() for id_ in ids} == {
        id_ for folder, id_ in named if folder
    }
    order.shuffle(files)
    assert folders.grouped(files) == grouped


def test_a_root_that_holds_nothing_is_told() -> None:
    folders = FolderAlbums(roots=["/mnt/photo", "/x"])
    (note,) = folders.left_out([("/mnt/photos/A/a.jpg", "1")])
    assert "below /mnt/photo or /x: not /mnt/photos/A/a.jpg" in note
    assert folders.left_out([]) == ("There are no files to make albums of.",)


def test_only_what_is_changed_is_changed_back() -> None:
    added = add_step("add", "album", ["1", "2"], {"1"})
    assert [undo.arguments["ids"] for undo in added.undo] == [["2"]]
    assert add_step("add", "album", ["1"], {"1"}).undo == ()
    removed = remove_step("remove", "album", ["1", "2"], {"1"}, "1")
    assert [undo.call for undo in removed.undo] == [
        "albums.add_assets_to_album",
        CHANGE,
    ]
    assert remove_step("remove", "album", ["2"], {"1"}, "1").undo == ()


def test_a_field_that_cannot_be_emptied_again_has_no_way_back() -> None:
    (back,) = update_step(album("1", "A"), {"album_name": "B"}).undo
    assert back.arguments == {"id": "1", "album_name": "A"}
    assert update_step(album("1", "A"), {"album_thumbnail_asset_id": "2"}).undo == ()


USERS = st.sampled_from([f"{n:08}-0000-4000-8000-000000000000" for n in range(4)])
ROLES = st.dictionaries(USERS, st.sampled_from([AlbumUserRole.EDITOR, AlbumUserRole.VIEWER]))
ALBUM_ID = "00000000-0000-4000-9000-000000000000"


def shared(roles: dict[str, AlbumUserRole]) -> AlbumResponseDto:
    found = album(ALBUM_ID, "A")
    for user_id, role in roles.items():
        user = UserResponseDto(
            avatar_color=UserAvatarColor.BLUE,
            email="",
            id=user_id,
            name="",
            profile_changed_at=found.created_at,
            profile_image_path="",
        )
        found.album_users.append(AlbumUserResponseDto(role=role, user=user))
    return found


def after(roles: dict[str, AlbumUserRole], *steps: Step) -> dict[str, AlbumUserRole]:
    """The roles when the requests of ``steps`` were answered as v3.1 does."""
    now = dict(roles)
    for request in [request for step in steps for request in step.requests]:
        user_id = request.path.rpartition("/")[2]
        if request.operation is operations.albums.ADD_USERS_TO_ALBUM:
            assert request.body["albumUsers"]
            for one in request.body["albumUsers"]:
                now.setdefault(one.user_id, one.role)
        elif request.operation is operations.albums.UPDATE_ALBUM_USER:
            now[user_id] = request.body["role"]
        else:
            del now[user_id]
    return now


@given(ROLES, ROLES, st.lists(USERS))
def test_sharing_gives_the_roles_wanted_and_goes_back(
    before: dict[str, AlbumUserRole], wanted: dict[str, AlbumUserRole], out: list[str]
) -> None:
    step = share_step(shared(before), wanted)
    now = after(before, step)
    assert now == before | wanted
    assert bool(step.requests) == bool(step.undo) == (now != before)
    unshared = unshare_step(shared(now), out)
    later = after(now, unshared)
    assert later == {user: role for user, role in now.items() if user not in out}
    for undo in [*unshared.undo, *step.undo]:
        later = after(later, *members_back(shared(later), arguments_of(undo).roles))
    assert later == before


@given(st.lists(IDS))
def test_every_id_goes_out_once(ids: list[str]) -> None:
    given = told_apart("ids", [*ids, "x"])
    once = given.once
    assert sorted(once + given.again) == sorted(ids)
    assert (len(once), given.strange) == (len(set(ids)), ["x"])
    assert [one for batch in in_batches(once, 7) for one in batch] == once
    assert all(batch for batch in in_batches(once, 7))
