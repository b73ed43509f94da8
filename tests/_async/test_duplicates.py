"""Duplicates: found, planned, looked at once more and resolved."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import Answers, json

from immichkit import ApplyProgress, AsyncImmich, AsyncJournal, AsyncLibraryMirror, DuplicatePlan
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio


@pytest.fixture
async def immich(server: ImmichServer) -> AsyncIterator[AsyncImmich]:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
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


async def test_the_smaller_file_is_trashed_and_bequeaths_what_it_had(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    facts = {"is_favorite": True, "tags": ["t"], "albums": ["A"], "rating": 3, "description": "d"}
    large, other = seed(server, small("x", **facts))
    plan = await immich.duplicates.plan("largest")
    report = await immich.duplicates.apply(plan)
    assert report.counts == {"done": 1}
    assert [one.id for one in report.ids] == [large, other]
    kept = await immich.assets.get_asset_info(large)
    assert (kept.is_trashed, kept.is_favorite) == (False, True)
    assert kept.exif_info
    assert (kept.exif_info.rating, kept.exif_info.description) == (3, "d")
    assert [tag.value for tag in kept.tags or ()] == ["t"]
    assert [album.album_name for album in await immich.albums.get_all_albums(asset_id=large)]
    assert (await immich.assets.get_asset_info(other)).is_trashed


async def test_applying_a_plan_twice_changes_nothing_more(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    seed(server, small("x"))
    plan = await immich.duplicates.plan()
    await immich.duplicates.apply(plan)
    assert (await immich.duplicates.apply(plan)).counts == {"unchanged": 1}
    assert (await immich.duplicates.plan()).is_empty


async def test_several_that_stay_leave_their_albums_to_the_first(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    first, second, third = seed(server, small("x"), small("y", albums=["A"], is_favorite=True))
    plan = await immich.duplicates.plan(lambda _: [first, second])
    await immich.duplicates.apply(plan)
    assert (await immich.assets.get_asset_info(first)).is_favorite
    assert not (await immich.assets.get_asset_info(second)).is_favorite
    assert len(await immich.albums.get_all_albums(asset_id=first)) == 1
    assert (await immich.assets.get_asset_info(third)).is_trashed


async def test_a_shared_link_shows_the_one_that_stays(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    large, other = seed(server, small("x"))
    link = await immich.shared_links.create_shared_link(type="INDIVIDUAL", asset_ids=[other])
    await immich.duplicates.apply(await immich.duplicates.plan())
    shown = await immich.shared_links.get_shared_link_by_id(link.id)
    assert [asset.id for asset in shown.assets] == [large]


CHANGES: dict[str, tuple[int, str]] = {
    "trash": (0, "has been trashed"),
    "dismiss": (0, "has left the group"),
    "stack": (1, "has been stacked"),
    "hide": (1, "has become locked"),
    "delete": (0, "is not there any more"),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_group_that_has_changed_is_not_touched(
    immich: AsyncImmich, server: ImmichServer, change: str
) -> None:
    index, why = CHANGES[change]
    ids = seed(server, small("x"))
    plan = await immich.duplicates.plan("largest")
    one, other = ids[index], ids[1 - index]
    match change:
        case "trash":
            await immich.assets.delete_assets(ids=[one])
        case "dismiss":
            await immich.assets.update_assets(ids=[one], duplicate_id=None)
        case "stack":
            more = server.seed([SeedAsset(name="more.jpg")])
            await immich.stacks.create_stack(asset_ids=[one, *more])
        case "hide":
            await immich.assets.update_assets(ids=[one], visibility="locked")
        case _:
            await immich.assets.delete_assets(ids=[one], force=True)
            server.settle()
    (result,) = (await immich.duplicates.apply(plan)).results
    assert result.status == "skipped"
    if change != "hide":
        assert why in (result.reason or "")
    assert not (await immich.assets.get_asset_info(other)).is_trashed


async def test_many_groups_go_in_a_few_requests_with_a_result_each(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    for number in range(120):
        seed(server, small(f"x{number}"), group=f"g{number}")
    plan = await immich.duplicates.plan("largest")
    server.forget_requests()
    seen: list[int] = []

    async def tell(now: ApplyProgress) -> None:
        seen.append(now.done)

    report = await immich.duplicates.apply(plan, on_progress=tell)
    assert report.counts == {"done": 120}
    sent = [one for one in server.requests if one.path.endswith("/duplicates/resolve")]
    assert len(sent) == 3
    assert seen[-1] == 120


async def test_one_refused_group_stops_no_other(immich: AsyncImmich, server: ImmichServer) -> None:
    seed(server, small("x"), group="one")
    seed(server, small("y"), group="two")
    plan = await immich.duplicates.plan("largest")
    server.fail_next(400, path="/duplicates/resolve", message="Not found or no access")
    assert (await immich.duplicates.apply(plan)).counts == {"done": 2}


async def test_groups_by_name_and_time_are_resolved_too(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    pair = server.seed(
        [
            SeedAsset(name="a.jpg", content=b"a" * 20),
            SeedAsset(name="a.jpg", content=b"a", description="d"),
        ]
    )
    server.seed([SeedAsset(name="b.jpg")])
    groups = await immich.duplicates.find_by_name_and_time()
    assert [set(group.asset_ids) for group in groups] == [set(pair)]
    plan = await immich.duplicates.plan("largest", groups=groups)
    assert (await immich.duplicates.apply(plan)).counts == {"done": 1}
    kept = await immich.assets.get_asset_info(pair[0])
    assert kept.exif_info
    assert kept.exif_info.description == "d"
    assert (await immich.assets.get_asset_info(pair[1])).is_trashed
    assert kept.duplicate_id is None


async def test_groups_are_found_among_given_assets(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    ids = server.seed([SeedAsset(name="a.jpg"), SeedAsset(name="a.jpg")])
    (group,) = await immich.duplicates.find_by_name_and_time(immich.search.iter_assets())
    assert set(group.asset_ids) == set(ids)


async def test_groups_are_found_in_a_mirror(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path
) -> None:
    ids = server.seed([SeedAsset(name="a.jpg"), SeedAsset(name="a.jpg"), SeedAsset(name="b.jpg")])
    mirror = AsyncLibraryMirror(tmp_path / "library.db")
    async with AsyncImmich(server.url, access_token=server.sign_in()) as session:
        await mirror.update(session)
    (group,) = await immich.duplicates.find_by_name_and_time(mirror)
    assert set(group.asset_ids) == set(ids[:2])
    (again,) = await immich.duplicates.find_by_name_and_time(mirror.assets())
    assert again.asset_ids == group.asset_ids
    await mirror.close()


async def test_an_edited_plan_that_would_trash_all_is_not_applied(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    ids = seed(server, small("x"))
    edited = (await immich.duplicates.plan("largest")).to_dict()
    (entry,) = edited["entries"]
    for keep, why in (([], "keeps nothing"), (["x"], "does not say what becomes of each")):
        edited["entries"] = [{**entry, "keep": keep, "trash": ids}]
        (result,) = (await immich.duplicates.apply(DuplicatePlan.from_dict(edited))).results
        assert result.status == "skipped"
        assert why in (result.reason or "")


async def test_a_live_photo_is_looked_at_once_more(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    _, other = seed(server, small("x"))
    plan = await immich.duplicates.plan("largest")
    (video,) = server.seed([SeedAsset(name="x.mp4")])
    await immich.assets.update_asset(other, live_photo_video_id=video)
    (result,) = (await immich.duplicates.apply(plan)).results
    assert (result.status, result.reason) == ("skipped", "one 1.jpg is half of a live photo")


async def test_what_was_interrupted_goes_on_where_it_was(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    pairs = [
        server.seed([SeedAsset(name=f"{name}.jpg"), SeedAsset(name=f"{name}.jpg")])
        for name in "abc"
    ]
    groups = await immich.duplicates.find_by_name_and_time()
    plan = await immich.duplicates.plan(lambda group: group.asset_ids[0], groups=groups)
    for path in ("/assets", "/duplicates/resolve"):
        with server.fail_next(500, times=None, path=path):
            report = await immich.duplicates.apply(plan)
            assert report.counts == {"failed": 3}
    assert (await immich.duplicates.apply(plan)).counts == {"done": 3}
    left = {asset.id async for asset in immich.search.iter_assets()}
    assert left == {min(pair) for pair in pairs}
    assert await immich.duplicates.get_asset_duplicates() == []


@pytest.mark.parametrize("carried_out", [False, True])
async def test_a_lost_answer_is_no_loss(
    immich: AsyncImmich, server: ImmichServer, *, carried_out: bool
) -> None:
    gone = [seed(server, small(name), group=name)[1] for name in ("x", "y")]
    plan = await immich.duplicates.plan("largest")
    server.drop(carried_out=carried_out, path="/duplicates/resolve")
    report = await immich.duplicates.apply(plan)
    assert report.counts == ({"unchanged": 2} if carried_out else {"done": 2})
    for one in gone:
        assert (await immich.assets.get_asset_info(one)).is_trashed


async def test_in_album_asks_for_the_albums(immich: AsyncImmich, server: ImmichServer) -> None:
    _, other = seed(server, small("x", albums=["A"]))
    plan = await immich.duplicates.plan("in_album")
    assert plan.resolve[0].keep == (other,)


async def state_of(immich: AsyncImmich, ids: list[str]) -> list[Any]:
    found: list[Any] = []
    for one in ids:
        asset = await immich.assets.get_asset_info(one)
        albums = {album.id for album in await immich.albums.get_all_albums(asset_id=one)}
        tags = {tag.id for tag in asset.tags or ()}
        asset.tags, asset.updated_at = [], asset.created_at
        found.append((asset, tags, albums))
    return found


async def test_a_journal_takes_it_back(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path
) -> None:
    facts = {"is_favorite": True, "tags": ["t"], "albums": ["A"], "rating": 3, "description": "d"}
    ids = seed(server, small("x", **facts), small("y", visibility="archive"))
    link = await immich.shared_links.create_shared_link(type="INDIVIDUAL", asset_ids=[ids[1]])
    before = await state_of(immich, ids)
    plan = await immich.duplicates.plan("largest")
    await immich.duplicates.apply(plan, journal=tmp_path / "undo.jsonl")
    assert await state_of(immich, ids) != before
    (await AsyncJournal(tmp_path / "undo.jsonl").undo(immich)).raise_for_failures()
    assert await state_of(immich, ids) == before
    shown = await immich.shared_links.get_shared_link_by_id(link.id)
    assert [asset.id for asset in shown.assets] == [ids[1]]


async def test_a_journal_takes_back_what_several_that_stay_got(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path
) -> None:
    ids = seed(server, small("x"), small("y", albums=["A"], is_favorite=True))
    before = await state_of(immich, ids)
    plan = await immich.duplicates.plan(lambda _: ids[:2])
    await immich.duplicates.apply(plan, journal=tmp_path / "undo.jsonl")
    (await AsyncJournal(tmp_path / "undo.jsonl").undo(immich)).raise_for_failures()
    assert await state_of(immich, ids) == before


async def test_a_journal_takes_back_groups_that_the_server_did_not_know(
    immich: AsyncImmich, server: ImmichServer, tmp_path: Path
) -> None:
    ids = server.seed([SeedAsset(name="a.jpg", tags=[tag]) for tag in ("x", "y")])
    before = await state_of(immich, ids)
    groups = await immich.duplicates.find_by_name_and_time()
    plan = await immich.duplicates.plan(groups=groups)
    await immich.duplicates.apply(plan, journal=tmp_path / "undo.jsonl")
    (await AsyncJournal(tmp_path / "undo.jsonl").undo(immich)).raise_for_failures()
    assert await state_of(immich, ids) == before


async def test_dry_run_plans_and_applies_without_a_write(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    ids = seed(server, small("x"))
    dry = immich.with_options(dry_run=True)
    plan = await dry.duplicates.plan("largest")
    report = await dry.duplicates.apply(plan)
    assert (report.dry_run, report.counts) == (True, {"done": 1})
    assert [one.operation.name for one in dry.dry_run_log] == ["duplicates.resolve_duplicates"]
    assert not (await immich.assets.get_asset_info(ids[1])).is_trashed


async def test_without_a_trash_nothing_is_sent_unless_it_is_meant(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    seed(server, small("x"))
    plan = await immich.duplicates.plan()
    features = (await immich.request("GET", "/server/features")).json()
    me = (await immich.request("GET", "/users/me")).json()
    answers = Answers(json(200, me), json(200, {**features, "trash": False}))
    pool = httpx.AsyncClient(transport=httpx.MockTransport(answers))
    without = AsyncImmich("http://photos.test", api_key="k", http_client=pool)
    with pytest.raises(ValueError, match="1 asset would be deleted for good"):
        await without.duplicates.apply(plan)
    assert len(answers.asked) == 2


async def test_an_empty_plan_asks_for_nothing_but_the_features(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    server.forget_requests()
    report = await immich.duplicates.apply(DuplicatePlan(entries=()))
    assert report.results == []
    assert len(server.requests) == 1


async def test_what_cannot_be_told_of_progress_writes_nothing(
    immich: AsyncImmich, server: ImmichServer
) -> None:
    ids = seed(server, small("x"))
    plan = await immich.duplicates.plan("largest")
    with pytest.raises(TypeError, match="on_progress must be a function, not int"):
        await immich.duplicates.apply(plan, on_progress=5)  # type: ignore[arg-type]
    assert not (await immich.assets.get_asset_info(ids[1])).is_trashed
