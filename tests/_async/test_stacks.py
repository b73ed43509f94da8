"""Stacks: planned, applied, taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from immichkit import (
    AsyncImmich,
    AsyncJournal,
    CriteriaError,
    JournalError,
    NotFoundError,
    PartialFailureError,
    RequestEvent,
    StackPlan,
)
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio

PAIRS = ["A.jpg", "A.dng", "B.jpg", "B.dng", "C.jpg"]


def seeded(server: ImmichServer, *names: str) -> list[str]:
    return server.seed(SeedAsset(name=name) for name in names)


async def stacks(immich: AsyncImmich) -> list[list[str]]:
    """The file names in each stack, that of the one that stands for it first."""
    found = (await immich.stacks.fetch_all()).values()
    return sorted([asset.original_file_name for asset in stack.assets] for stack in found)


async def test_a_plan_says_what_why_and_for_whom(server: ImmichServer) -> None:
    ids = seeded(server, *PAIRS)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.stacks.plan()
    assert plan.counts == {"create": 2}
    assert "create A.jpg, A.dng: same originalFileName" in str(plan)
    assert plan.explain(ids[1]) in map(str, plan.create)
    assert "says nothing" in plan.explain(ids[4])
    assert StackPlan.from_dict(json.loads(json.dumps(plan.to_dict()))) == plan


async def test_a_plan_writes_nothing(server: ImmichServer) -> None:
    seeded(server, *PAIRS)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        server.forget_requests()
        await immich.stacks.plan(reset_stacks=True)
        assert await stacks(immich) == []
    assert {(seen.method, seen.path) for seen in server.requests} == {
        ("GET", "/api/users/me"),
        ("POST", "/api/search/metadata"),
        ("GET", "/api/stacks"),
    }


async def test_applying_makes_the_stacks_and_tells_of_each(server: ImmichServer) -> None:
    seeded(server, *PAIRS)
    told: list[tuple[int, int | None]] = []
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.stacks.plan()
        report = await immich.stacks.apply(
            plan, on_progress=lambda now: told.append((now.done, now.total))
        )
        assert await stacks(immich) == [["A.jpg", "A.dng"], ["B.jpg", "B.dng"]]
    assert sorted(result.about for result in report.done) == [
        "create A.jpg, A.dng",
        "create B.jpg, B.dng",
    ]
    assert len(report.ids) == 4
    assert sorted(told) == [(1, 2), (2, 2)]


async def test_another_asset_comes_to_stand_for_a_stack_in_one_request(
    server: ImmichServer,
) -> None:
    jpg, dng = seeded(server, "A.jpg", "A.dng")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        stack = await immich.stacks.stack_assets([dng, jpg])
        plan = await immich.stacks.plan()
        assert [entry.asset_ids for entry in plan.change] == [(jpg, dng)]
        await immich.stacks.apply(plan)
        assert list(await immich.stacks.fetch_all()) == [stack.id]
        assert await stacks(immich) == [["A.jpg", "A.dng"]]


async def test_a_plan_for_somebody_else_is_refused(server: ImmichServer) -> None:
    seeded(server, *PAIRS)
    other = server.add_user()
    async with (
        AsyncImmich(server.url, api_key=server.api_key) as immich,
        AsyncImmich(server.url, api_key=other.api_key) as theirs,
    ):
        plan = StackPlan.from_dict((await immich.stacks.plan()).to_dict())
        with pytest.raises(ValueError, match="for another user, or on another server"):
            await theirs.stacks.apply(plan)
        fix = await immich.trash.plan_fix()
        with pytest.raises(ValueError, match="for another user, or on another server"):
            await theirs.trash.apply(fix)
        with pytest.raises(TypeError, match=r"what trash\.plan_fix\(\) returned"):
            await immich.trash.apply(plan)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "wrong",
    [
        {"action": "remove"},
        {"asset_ids": []},
        {"asset_ids": ["a", "a"]},
        {"action": "delete"},
        {"stack_ids": ["s"]},
        {"asset_ids": "all"},
    ],
    ids=str,
)
def test_a_plan_that_somebody_spoilt_is_none(wrong: dict[str, Any]) -> None:
    entry = {"action": "create", "asset_ids": ["a", "b"], "why": "", **wrong}
    with pytest.raises(ValueError, match="This is no plan"):
        StackPlan.from_dict({"plan": "stacks", "version": 1, "entries": [entry]})


async def test_no_less_than_one_at_a_time(server: ImmichServer) -> None:
    seeded(server, *PAIRS)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        with pytest.raises(ValueError, match="limit"):
            await immich.stacks.apply(await immich.stacks.plan(), limit=0)
        assert await stacks(immich) == []


async def test_a_plan_applied_twice_writes_once(server: ImmichServer) -> None:
    seeded(server, *PAIRS)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.stacks.plan()
        await immich.stacks.apply(plan)
        server.forget_requests()
        assert (await immich.stacks.apply(plan)).counts == {"unchanged": 2}
    assert [
        seen for seen in server.requests if seen.path == "/api/stacks" and seen.method != "GET"
    ] == []


async def test_stacks_that_may_not_be_replaced_are_kept(server: ImmichServer) -> None:
    jpg, _, _, dng, _ = seeded(server, *PAIRS)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets([jpg, dng])
        plan = await immich.stacks.plan(replace_stacks=False)
        assert plan.is_empty
        assert "not to be replaced" in plan.keep[0].why
        assert not (await immich.stacks.plan()).is_empty


async def test_reset_dissolves_what_the_criteria_do_not_make(server: ImmichServer) -> None:
    *_, first, second = seeded(server, "A.jpg", "A.dng", "Y.jpg", "Z.jpg")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets([first, second])
        assert (await immich.stacks.plan()).delete == []
        plan = await immich.stacks.plan(reset_stacks=True)
        assert plan.counts == {"create": 1, "delete": 1}
        await immich.stacks.apply(plan)
        assert await stacks(immich) == [["A.jpg", "A.dng"]]


async def test_a_stack_of_one_goes_only_if_asked_for(server: ImmichServer) -> None:
    first, second = seeded(server, "Y.jpg", "Z.jpg")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        stack = await immich.stacks.stack_assets([first, second])
        await immich.stacks.remove_asset_from_stack(stack.id, second)
        assert (await immich.stacks.plan()).is_empty
        await immich.stacks.apply(await immich.stacks.plan(remove_single_asset_stacks=True))
        assert await stacks(immich) == []


async def test_a_stack_that_somebody_changed_since_is_left_alone(server: ImmichServer) -> None:
    jpg, *_, other = seeded(server, *PAIRS)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.stacks.plan()
        await immich.stacks.stack_assets([jpg, other])
        report = await immich.stacks.apply(plan)
        assert report.counts == {"skipped": 1, "done": 1}
        assert "make a new plan" in (report.skipped[0].reason or "")
        assert ["A.jpg", "C.jpg"] in await stacks(immich)


async def test_one_failure_stops_no_other(server: ImmichServer) -> None:
    seeded(server, *PAIRS)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.stacks.plan()
        await immich.assets.delete_assets(ids=list(plan.create[0].asset_ids), force=True)
        server.settle()
        report = await immich.stacks.apply(plan)
        assert report.counts == {"failed": 1, "done": 1}
        assert isinstance(report.failed[0].error, NotFoundError)
        with pytest.raises(PartialFailureError, match=f"1 of 2: {plan.create[0].about}: failed"):
            report.raise_for_failures()


@pytest.mark.parametrize(
    "criteria",
    ['[{"key": ', '[{"key": "originalFileName", "splt": {}}]', [{"key": "nope"}], b"raw+jpeg"],
)
async def test_wrong_criteria_ask_the_server_nothing(server: ImmichServer, criteria: Any) -> None:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        with pytest.raises(CriteriaError):
            await immich.stacks.plan(criteria)
        with pytest.raises(CriteriaError):
            await immich.trash.plan_fix(criteria)
        with pytest.raises(TypeError, match="parent_filename_promote is a text"):
            await immich.stacks.plan(parent_filename_promote=5)  # type: ignore[arg-type]  # wrong
    assert server.requests == []


async def test_a_plan_says_if_a_stack_would_be_unusually_large(server: ImmichServer) -> None:
    seeded(server, *(f"{number}.jpg" for number in range(20)), "a~1.jpg", "a~2.jpg")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        (note,) = (await immich.stacks.plan([{"key": "isFavorite"}])).notes
        assert "1 stack would have more than 10 assets, the largest 22 of the 22" in note
        assert "same isFavorite" in note
        plan = await immich.stacks.plan()
        assert plan.create
        assert plan.notes == ()


async def test_what_was_deleted_since_the_plan_is_named(server: ImmichServer) -> None:
    gone, *_ = seeded(server, "A.jpg", "A.dng", "B.jpg", "B.dng")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.stacks.plan()
        await immich.assets.delete_assets(ids=[gone], force=True)
        report = await immich.stacks.apply(plan)
    assert report.counts == {"failed": 1, "done": 1}
    assert report.failed[0].reason == "not on the server any more: A.jpg: make a new plan"
    assert {one.reason for one in report.failed[0].ids} == {report.failed[0].reason}


async def test_dry_run_holds_the_stacks_back_and_writes_no_journal(
    server: ImmichServer, tmp_path: Path
) -> None:
    seeded(server, *PAIRS)
    journal = tmp_path / "undo.jsonl"
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        dry = immich.with_options(dry_run=True)
        report = await dry.stacks.apply(await dry.stacks.plan(), journal=journal)
        assert report.dry_run
        assert len(report.done) == len(dry.dry_run_log) == 2
        assert await stacks(immich) == []
    assert not journal.exists()


async def test_stack_assets_takes_each_once_and_needs_two(server: ImmichServer) -> None:
    first, second = seeded(server, "Y.jpg", "Z.jpg")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        stack = await immich.stacks.stack_assets([first, second, first])
        assert stack.primary_asset_id == first
        with pytest.raises(ValueError, match="two assets or more, not 1"):
            await immich.stacks.stack_assets([first, first])
        with pytest.raises(TypeError, match="asset_ids must be a list of ids"):
            await immich.stacks.stack_assets(first)
        await immich.stacks.delete(stack.id, reason="done with it")
        assert await immich.stacks.fetch_all() == {}


async def test_a_journal_takes_back_what_was_applied_the_last_first(
    server: ImmichServer, tmp_path: Path
) -> None:
    jpg, _, _, dng, _ = seeded(server, *PAIRS)
    undo = AsyncJournal(tmp_path / "undo.jsonl")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets([jpg, dng])
        await immich.stacks.apply(await immich.stacks.plan(), journal=undo.path)
        await immich.stacks.apply(
            await immich.stacks.plan("edited", reset_stacks=True), journal=undo.path
        )
        assert len(await undo.steps()) == 2
        assert (await undo.undo(immich)).ok
        assert await stacks(immich) == [["A.jpg", "B.dng"]]
        assert await undo.steps() == []


async def test_who_joined_a_stack_since_stays_in_it(server: ImmichServer, tmp_path: Path) -> None:
    jpg, _, other = seeded(server, "A.jpg", "A.dng", "Z.jpg")
    journal = tmp_path / "undo.jsonl"
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.apply(await immich.stacks.plan(), journal=journal)
        await immich.stacks.stack_assets([jpg, other])
        assert (await AsyncJournal(journal).undo(immich)).ok
        assert await stacks(immich) == [["Z.jpg"]]


async def test_what_was_deleted_since_does_not_keep_the_rest_of_its_stack_apart(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = seeded(server, "W.jpg", "X.jpg", "Y.jpg", "Z.jpg", "V.jpg")
    journal = tmp_path / "undo.jsonl"
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.stack_assets(ids[:3])
        await immich.stacks.stack_assets(ids[3:])
        await immich.stacks.apply(await immich.stacks.plan(reset_stacks=True), journal=journal)
        await immich.assets.delete_assets(ids=[ids[0], ids[3]], force=True)
        server.settle()
        assert (await AsyncJournal(journal).undo(immich)).ok
        assert await stacks(immich) == [["X.jpg", "Y.jpg"]]


async def test_a_journal_is_one_users_on_one_server(server: ImmichServer, tmp_path: Path) -> None:
    seeded(server, *PAIRS)
    undo = AsyncJournal(tmp_path / "undo.jsonl")
    with ImmichServer() as another:
        async with (
            AsyncImmich(server.url, api_key=server.api_key) as immich,
            AsyncImmich(another.url, api_key=another.api_key) as elsewhere,
        ):
            seeded(another, *PAIRS)
            await immich.stacks.apply(await immich.stacks.plan(), journal=undo.path)
            content = undo.path.read_bytes()
            with pytest.raises(JournalError, match="another user or server"):
                await elsewhere.stacks.apply(await elsewhere.stacks.plan(), journal=undo.path)
            assert await stacks(elsewhere) == []
            for client in (elsewhere, elsewhere.with_options(dry_run=True)):
                with pytest.raises(JournalError, match="another user or server"):
                    await undo.undo(client)
            assert undo.path.read_bytes() == content
            assert (await undo.undo(immich)).ok


async def test_an_undo_in_dry_run_writes_nothing(server: ImmichServer, tmp_path: Path) -> None:
    seeded(server, *PAIRS)
    undo = AsyncJournal(tmp_path / "undo.jsonl")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.stacks.apply(await immich.stacks.plan(), journal=undo.path)
        content = undo.path.read_bytes()
        report = await undo.undo(immich.with_options(dry_run=True))
        assert report.dry_run
        assert len(report.done) == len(await stacks(immich)) == 2
    assert undo.path.read_bytes() == content


async def test_nothing_is_sent_if_the_journal_cannot_be_written(
    server: ImmichServer, tmp_path: Path
) -> None:
    seeded(server, *PAIRS)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        plan = await immich.stacks.plan()
        with pytest.raises(JournalError, match="nothing more was sent") as caught:
            await immich.stacks.apply(plan, journal=tmp_path / "missing" / "undo.jsonl")
        assert await stacks(immich) == []
    assert [result.status for result in caught.value.report.results] == ["interrupted"] * 2  # type: ignore[attr-defined]


async def test_a_file_that_is_no_journal_is_refused(server: ImmichServer, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("buy milk\n")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        with pytest.raises(JournalError, match="no journal"):
            await AsyncJournal(file).undo(immich)
        with pytest.raises(JournalError, match="cannot be read"):
            await AsyncJournal(tmp_path / "nothing").undo(immich)
    assert file.read_text() == "buy milk\n"


async def test_an_upload_stacks_its_files(server: ImmichServer, tmp_path: Path) -> None:
    for name, content in (("A.jpg", b"one"), ("A.dng", b"two"), ("B.jpg", b"three")):
        (tmp_path / name).write_bytes(content)
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        report = await immich.assets.upload(
            tmp_path, stack="raw+jpeg", hash_cache=False, after="delete"
        )
        assert report.stacks is not None
        assert report.stacks.ok
        assert await stacks(immich) == [["A.jpg", "A.dng"]]
    assert [result.local for result in report.results] == ["deleted"] * 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("operation", ["assets.get_asset_info", "stacks.create_stack"])
async def test_an_upload_that_ends_while_stacking_tells_of_its_files(
    server: ImmichServer, tmp_path: Path, operation: str
) -> None:
    for name, content in (("A.jpg", b"one"), ("A.dng", b"two")):
        (tmp_path / name).write_bytes(content)

    class End(BaseException):
        """What ends a program, as Ctrl-C does."""

    def end(event: RequestEvent) -> None:
        if event.operation == operation:
            raise End

    options: dict[str, Any] = {"api_key": server.api_key, "on_request": end}
    async with AsyncImmich(server.url, **options) as immich:
        with pytest.raises((End, BaseExceptionGroup)) as caught:
            await immich.assets.upload(tmp_path, stack="raw+jpeg", hash_cache=False)
    assert caught.value.__dict__["report"].counts == {"created": 2}


async def test_wrong_criteria_stop_an_upload_before_it_begins(
    server: ImmichServer, tmp_path: Path
) -> None:
    (tmp_path / "A.jpg").write_bytes(b"one")
    wrong: list[Any] = ["no such preset", '[{"key": "nope"}]', [{"key": "type", "splt": 1}]]
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        for criteria in wrong:
            with pytest.raises(CriteriaError):
                await immich.assets.upload(tmp_path, stack=criteria, hash_cache=False)
    assert server.requests == []
