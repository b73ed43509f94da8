# Written by scripts/mirror from tests/_async/test_duplicates.py; edits are lost.
"""Duplicates: found, planned, looked at once more and resolved."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import Answers, json

from immichkit import ApplyProgress, DuplicatePlan, Immich, Journal, LibraryMirror
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key) as immich:
        yield immich


def seed(server: ImmichServer, *others: dict[str, Any], group: str = "one") -> list[str]:
    """A group: a large file, and a smaller one for each of ``others``."""
    facts: list[dict[str, Any]] = [{"content": group.encode() * 100}, *others]
    return server.seed(
        [
            SeedAsset(name=f"{group} {index}.jpg", duplicate=group, **more)
            for index, more in enumerate(facts)
        ]
    )


def small(content: str, **facts: Any) -> dict[str, Any]:
    return {"content": content.encode(), **facts}


def test_the_smaller_file_is_trashed_and_bequeaths_what_it_had(
    immich: Immich, server: ImmichServer
) -> None:
    facts = {"is_favorite": True, "tags": ["t"], "albums": ["A"], "rating": 3, "description": "d"}
    large, other = seed(server, small("x", **facts))
    plan = immich.duplicates.plan("largest")
    report = immich.duplicates.apply(plan)
    assert report.counts == {"done": 1}
    assert [one.id for one in report.ids] == [large, other]
    kept = immich.assets.get_asset_info(large)
    assert (kept.is_trashed, kept.is_favorite) == (False, True)
    assert kept.exif_info
    assert (kept.exif_info.rating, kept.exif_info.description) == (3, "d")
    assert [tag.value for tag in kept.tags or ()] == ["t"]
    assert [album.album_name for album in immich.albums.get_all_albums(asset_id=large)]
    assert (immich.assets.get_asset_info(other)).is_trashed


def test_applying_a_plan_twice_changes_nothing_more(immich: Immich, server: ImmichServer) -> None:
    seed(server, small("x"))
    plan = immich.duplicates.plan()
    immich.duplicates.apply(plan)
    assert (immich.duplicates.apply(plan)).counts == {"unchanged": 1}
    assert (immich.duplicates.plan()).is_empty


def test_several_that_stay_leave_their_albums_to_the_first(
    immich: Immich, server: ImmichServer
) -> None:
    first, second, third = seed(server, small("x"), small("y", albums=["A"], is_favorite=True))
    plan = immich.duplicates.plan(lambda _: [first, second])
    immich.duplicates.apply(plan)
    assert (immich.assets.get_asset_info(first)).is_favorite
    assert not (immich.assets.get_asset_info(second)).is_favorite
    assert len(immich.albums.get_all_albums(asset_id=first)) == 1
    assert (immich.assets.get_asset_info(third)).is_trashed


def test_a_shared_link_shows_the_one_that_stays(immich: Immich, server: ImmichServer) -> None:
    large, other = seed(server, small("x"))
    link = immich.shared_links.create_shared_link(type="INDIVIDUAL", asset_ids=[other])
    immich.duplicates.apply(immich.duplicates.plan())
    shown = immich.shared_links.get_shared_link_by_id(link.id)
    assert [asset.id for asset in shown.assets] == [large]


CHANGES: dict[str, tuple[int, str]] = {
    "trash": (0, "has been trashed"),
    "dismiss": (0, "has left the group"),
    "stack": (1, "has been stacked"),
    "hide": (1, "has become locked"),
    "delete": (0, "is not there any more"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_group_that_has_changed_is_not_touched(
    immich: Immich, server: ImmichServer, change: str
) -> None:
    index, why = CHANGES[change]
    ids = seed(server, small("x"))
    plan = immich.duplicates.plan("largest")
    one, other = ids[index], ids[1 - index]
    match change:
        case "trash":
            immich.assets.delete_assets(ids=[one])
        case "dismiss":
            immich.assets.update_assets(ids=[one], duplicate_id=None)
        case "stack":
            more = server.seed([SeedAsset(name="more.jpg")])
            immich.stacks.create_stack(asset_ids=[one, *more])
        case "hide":
            immich.assets.update_assets(ids=[one], visibility="locked")
        case _:
            immich.assets.delete_assets(ids=[one], force=True)
            server.settle()
    (result,) = (immich.duplicates.apply(plan)).results
    assert result.status == "skipped"
    if change != "hide":
        assert why in (result.reason or "")
    assert not (immich.assets.get_asset_info(other)).is_trashed


def test_many_groups_go_in_a_few_requests_with_a_result_each(
    immich: Immich, server: ImmichServer
) -> None:
    for number in range(120):
        seed(server, small(f"x{number}"), group=f"g{number}")
    plan = immich.duplicates.plan("largest")
    server.forget_requests()
    seen: list[int] = []

    def tell(now: ApplyProgress) -> None:
        seen.append(now.done)

    report = immich.duplicates.apply(plan, on_progress=tell)
    assert report.counts == {"done": 120}
    sent = [one for one in server.requests if one.path.endswith("/duplicates/resolve")]
    assert len(sent) == 3
    assert seen[-1] == 120


def test_one_refused_group_stops_no_other(immich: Immich, server: ImmichServer) -> None:
    seed(server, small("x"), group="one")
    seed(server, small("y"), group="two")
    plan = immich.duplicates.plan("largest")
    server.fail_next(400, path="/duplicates/resolve", message="Not found or no access")
    assert (immich.duplicates.apply(plan)).counts == {"done": 2}


def test_groups_by_name_and_time_are_resolved_too(immich: Immich, server: ImmichServer) -> None:
    pair = server.seed(
        [
            SeedAsset(name="a.jpg", content=b"a" * 20),
            SeedAsset(name="a.jpg", content=b"a", description="d"),
        ]
    )
    server.seed([SeedAsset(name="b.jpg")])
    groups = immich.duplicates.find_by_name_and_time()
    assert [set(group.asset_ids) for group in groups] == [set(pair)]
    plan = immich.duplicates.plan("largest", groups=groups)
    assert (immich.duplicates.apply(plan)).counts == {"done": 1}
    kept = immich.assets.get_asset_info(pair[0])
    assert kept.exif_info
    assert kept.exif_info.description == "d"
    assert (immich.assets.get_asset_info(pair[1])).is_trashed
    assert kept.duplicate_id is None


def test_groups_are_found_among_given_assets(immich: Immich, server: ImmichServer) -> None:
    ids = server.seed([SeedAsset(name="a.jpg"), SeedAsset(name="a.jpg")])
    (group,) = immich.duplicates.find_by_name_and_time(immich.search.iter_assets())
    assert set(group.asset_ids) == set(ids)


def test_groups_are_found_in_a_mirror(immich: Immich, server: ImmichServer, tmp_path: Path) -> None:
    ids = server.seed([SeedAsset(name="a.jpg"), SeedAsset(name="a.jpg"), SeedAsset(name="b.jpg")])
    mirror = LibraryMirror(tmp_path / "library.db")
    with Immich(server.url, access_token=server.sign_in()) as session:
        mirror.update(session)
    (group,) = immich.duplicates.find_by_name_and_time(mirror)
    assert set(group.asset_ids) == set(ids[:2])
    (again,) = immich.duplicates.find_by_name_and_time(mirror.assets())
    assert again.asset_ids == group.asset_ids
    mirror.close()


def test_an_edited_plan_that_would_trash_all_is_not_applied(
    immich: Immich, server: ImmichServer
) -> None:
    ids = seed(server, small("x"))
    edited = (immich.duplicates.plan("largest")).to_dict()
    (entry,) = edited["entries"]
    for keep, why in (([], "keeps nothing"), (["x"], "does not say what becomes of each")):
        edited["entries"] = [{**entry, "keep": keep, "trash": ids}]
        (result,) = (immich.duplicates.apply(DuplicatePlan.from_dict(edited))).results
        assert result.status == "skipped"
        assert why in (result.reason or "")


def test_a_live_photo_is_looked_at_once_more(immich: Immich, server: ImmichServer) -> None:
    _, other = seed(server, small("x"))
    plan = immich.duplicates.plan("largest")
    (video,) = server.seed([SeedAsset(name="x.mp4")])
    immich.assets.update_asset(other, live_photo_video_id=video)
    (result,) = (immich.duplicates.apply(plan)).results
    assert (result.status, result.reason) == ("skipped", "one 1.jpg is half of a live photo")


def test_what_was_interrupted_goes_on_where_it_was(immich: Immich, server: ImmichServer) -> None:
    pairs = [
        server.seed([SeedAsset(name=f"{name}.jpg"), SeedAsset(name=f"{name}.jpg")])
        for name in "abc"
    ]
    groups = immich.duplicates.find_by_name_and_time()
    plan = immich.duplicates.plan(lambda group: group.asset_ids[0], groups=groups)
    for path in ("/assets", "/duplicates/resolve"):
        with server.fail_next(500, times=None, path=path):
            report = immich.duplicates.apply(plan)
            assert report.counts == {"failed": 3}
    assert (immich.duplicates.apply(plan)).counts == {"done": 3}
    left = {asset.id for asset in immich.search.iter_assets()}
    assert left == {min(pair) for pair in pairs}
    assert immich.duplicates.get_asset_duplicates() == []


@pytest.mark.parametrize("carried_out", [False, True])
def test_a_lost_answer_is_no_loss(
    immich: Immich, server: ImmichServer, *, carried_out: bool
) -> None:
    gone = [seed(server, small(name), group=name)[1] for name in ("x", "y")]
    plan = immich.duplicates.plan("largest")
    server.drop(carried_out=carried_out, path="/duplicates/resolve")
    report = immich.duplicates.apply(plan)
    assert report.counts == ({"unchanged": 2} if carried_out else {"done": 2})
    for one in gone:
        assert (immich.assets.get_asset_info(one)).is_trashed


def test_in_album_asks_for_the_albums(immich: Immich, server: ImmichServer) -> None:
    _, other = seed(server, small("x", albums=["A"]))
    plan = immich.duplicates.plan("in_album")
    assert plan.resolve[0].keep == (other,)


def state_of(immich: Immich, ids: list[str]) -> list[Any]:
    found: list[Any] = []
    for one in ids:
        asset = immich.assets.get_asset_info(one)
        albums = {album.id for album in immich.albums.get_all_albums(asset_id=one)}
        tags = {tag.id for tag in asset.tags or ()}
        asset.tags, asset.updated_at = [], asset.created_at
        found.append((asset, tags, albums))
    return found


def test_a_journal_takes_it_back(immich: Immich, server: ImmichServer, tmp_path: Path) -> None:
    facts = {"is_favorite": True, "tags": ["t"], "albums": ["A"], "rating": 3, "description": "d"}
    ids = seed(server, small("x", **facts), small("y", visibility="archive"))
    link = immich.shared_links.create_shared_link(type="INDIVIDUAL", asset_ids=[ids[1]])
    before = state_of(immich, ids)
    plan = immich.duplicates.plan("largest")
    immich.duplicates.apply(plan, journal=tmp_path / "undo.jsonl")
    assert state_of(immich, ids) != before
    (Journal(tmp_path / "undo.jsonl").undo(immich)).raise_for_failures()
    assert state_of(immich, ids) == before
    shown = immich.shared_links.get_shared_link_by_id(link.id)
    assert [asset.id for asset in shown.assets] == [ids[1]]


def test_a_journal_takes_back_what_several_that_stay_got(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    ids = seed(server, small("x"), small("y", albums=["A"], is_favorite=True))
    before = state_of(immich, ids)
    plan = immich.duplicates.plan(lambda _: ids[:2])
    immich.duplicates.apply(plan, journal=tmp_path / "undo.jsonl")
    (Journal(tmp_path / "undo.jsonl").undo(immich)).raise_for_failures()
    assert state_of(immich, ids) == before


def test_a_journal_takes_back_groups_that_the_server_did_not_know(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    ids = server.seed([SeedAsset(name="a.jpg", tags=[tag]) for tag in ("x", "y")])
    before = state_of(immich, ids)
    groups = immich.duplicates.find_by_name_and_time()
    plan = immich.duplicates.plan(groups=groups)
    immich.duplicates.apply(plan, journal=tmp_path / "undo.jsonl")
    (Journal(tmp_path / "undo.jsonl").undo(immich)).raise_for_failures()
    assert state_of(immich, ids) == before


def test_dry_run_plans_and_applies_without_a_write(immich: Immich, server: ImmichServer) -> None:
    ids = seed(server, small("x"))
    dry = immich.with_options(dry_run=True)
    plan = dry.duplicates.plan("largest")
    report = dry.duplicates.apply(plan)
    assert (report.dry_run, report.counts) == (True, {"done": 1})
    assert [one.operation.name for one in dry.dry_run_log] == ["duplicates.resolve_duplicates"]
    assert not (immich.assets.get_asset_info(ids[1])).is_trashed


def test_without_a_trash_nothing_is_sent_unless_it_is_meant(
    immich: Immich, server: ImmichServer
) -> None:
    seed(server, small("x"))
    plan = immich.duplicates.plan()
    features = (immich.request("GET", "/server/features")).json()
    me = (immich.request("GET", "/users/me")).json()
    answers = Answers(json(200, me), json(200, {**features, "trash": False}))
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    without = Immich("http://photos.test", api_key="k", http_client=pool)
    with pytest.raises(ValueError, match="1 asset would be deleted for good"):
        without.duplicates.apply(plan)
    assert len(answers.asked) == 2


def test_an_empty_plan_asks_for_nothing_but_the_features(
    immich: Immich, server: ImmichServer
) -> None:
    server.forget_requests()
    report = immich.duplicates.apply(DuplicatePlan(entries=()))
    assert report.results == []
    assert len(server.requests) == 1


def test_what_cannot_be_told_of_progress_writes_nothing(
    immich: Immich, server: ImmichServer
) -> None:
    ids = seed(server, small("x"))
    plan = immich.duplicates.plan("largest")
    with pytest.raises(TypeError, match="on_progress must be a function, not int"):
        immich.duplicates.apply(plan, on_progress=5)  # type: ignore[arg-type]
    assert not (immich.assets.get_asset_info(ids[1])).is_trashed
