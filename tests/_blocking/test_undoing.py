# Written by scripts/mirror from tests/_async/test_undoing.py; edits are lost.
"""What an undo tells of each id, and what goes on where one way back cannot be taken."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from immichkit import ApplyReport, Immich, Journal
from immichkit.local.journal import JournalFile
from immichkit.steps import Step, Undo
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key, retry=None) as immich:
        yield immich


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "undo.jsonl")


def contents(immich: Immich, album_id: str) -> set[str]:
    return {asset.id for asset in immich.albums.iter_assets(album_id)}


def gone(immich: Immich, server: ImmichServer, asset_id: str) -> None:
    immich.assets.delete_assets(ids=[asset_id], force=True)
    server.settle()


def statuses(report: ApplyReport) -> dict[str, str]:
    return {one.id: one.status for one in report.ids}


def write(journal: Journal, server: ImmichServer, *undo: Undo) -> None:
    """Add to a journal what no apply would."""
    file = JournalFile(journal.path)
    file.open(server.admin.id)
    file.add(Step(about="something odd", ids=(), undo=undo))
    file.close()


@pytest.mark.parametrize("deed", ["trash", "add", "remove"])
def test_what_went_back_is_done_beside_what_is_gone(
    server: ImmichServer, immich: Immich, journal: Journal, deed: str
) -> None:
    ids = server.seed(3)
    album = immich.albums.get_or_create("Trip")
    path = journal.path
    if deed == "trash":
        immich.assets.trash(ids, journal=path)
    elif deed == "add":
        immich.albums.add_assets(album.id, ids, journal=path)
    else:
        immich.albums.add_assets(album.id, ids)
        immich.albums.remove_assets(album.id, ids, journal=path)
    gone(immich, server, ids[0])
    report = journal.undo(immich)
    expected = "unchanged" if deed == "add" else "skipped"
    assert statuses(report) == {ids[0]: expected, ids[1]: "done", ids[2]: "done"}
    assert len(report.done) == 1
    assert next(one for one in report.ids if one.id == ids[0]).reason
    assert journal.steps() == []


def test_a_way_back_that_is_refused_keeps_back_no_other(
    server: ImmichServer, immich: Immich, journal: Journal
) -> None:
    ids = server.seed(4)
    album = immich.albums.get_or_create("Trip")
    immich.albums.add_assets(album.id, ids[:2], journal=journal.path)
    immich.assets.trash(ids[2:], journal=journal.path)
    write(journal, server, Undo("tags.untag_assets", {"id": "x", "ids": [ids[0]]}))
    for _ in range(2):
        report = journal.undo(immich)
        assert [one.about for one in report.failed] == ["undo: something odd"]
        assert journal.steps() == ["something odd"]
    assert contents(immich, album.id) == set()
    assert [asset.id for asset in immich.trash.iter_assets()] == []


@pytest.mark.parametrize(
    "undo",
    [
        Undo("change_members", {"id": "x", "roles": {}}),
        Undo("change_album", {"id": "x", "description": "old"}),
        Undo("tags.untag_assets", {"id": "x", "ids": []}),
    ],
)
def test_a_way_back_that_cannot_be_read_keeps_back_no_other(
    server: ImmichServer, immich: Immich, journal: Journal, undo: Undo
) -> None:
    ids = server.seed(2)
    immich.assets.trash(ids[:1], journal=journal.path)
    write(journal, server, undo)
    immich.assets.trash(ids[1:], journal=journal.path)
    report = journal.undo(immich)
    assert report.counts == {"done": 2, "failed": 1}
    assert [asset.id for asset in immich.trash.iter_assets()] == []


def test_what_was_before_a_failure_of_the_same_album_waits_for_it(
    server: ImmichServer, immich: Immich, journal: Journal
) -> None:
    ids = server.seed(2)
    plan = immich.albums.plan_from_folders("/data")
    immich.albums.apply(plan, journal=journal.path)
    (album,) = immich.albums.get_all_albums()
    server.fail_next(status=500, method="DELETE", path="/albums/{id}/assets")
    report = journal.undo(immich)
    assert report.counts == {"failed": 1, "skipped": 1}
    assert "has to wait" in (report.skipped[0].reason or "")
    assert contents(immich, album.id) == set(ids)
    (journal.undo(immich)).raise_for_failures()
    assert immich.albums.get_all_albums() == []


def test_the_parts_of_a_step_go_back_though_one_is_refused(
    server: ImmichServer, immich: Immich, journal: Journal
) -> None:
    (asset_id,) = server.seed(1)
    immich.assets.trash([asset_id])
    calls = (
        Undo("shared_links.remove_shared_link_assets", {"id": "x", "asset_ids": [asset_id]}),
        Undo("trash.restore_assets", {"ids": [asset_id]}),
        Undo("assets.update_assets", {"ids": [asset_id], "is_favorite": True}),
    )
    write(journal, server, *calls)
    report = journal.undo(immich)
    assert (report.counts, len(report.ids)) == ({"failed": 1}, 1)
    asset = immich.assets.get_asset_info(asset_id)
    assert (asset.is_trashed, asset.is_favorite) == (False, True)


@pytest.mark.parametrize("kind", ["add", "remove", "hide", "show"])
def test_what_is_no_id_fails_alone_and_is_in_no_journal(
    server: ImmichServer, immich: Immich, journal: Journal, kind: str
) -> None:
    (asset_id,) = server.seed(1)
    album = immich.albums.get_or_create("Trip")
    if kind == "remove":
        immich.albums.add_assets(album.id, [asset_id])
    person = immich.people.create_person(name="Ann", is_hidden=kind == "show")
    good = asset_id if kind in {"add", "remove"} else person.id
    ids = [good, "x", "00000000-0000-1000-8000-000000000000", good, "x"]
    if kind == "add":
        report = immich.albums.add_assets(album.id, ids, journal=journal.path)
    elif kind == "remove":
        report = immich.albums.remove_assets(album.id, ids, journal=journal.path)
    else:
        change = immich.people.hide if kind == "hide" else immich.people.show
        report = change(ids, journal=journal.path)
    assert sorted((one.id, one.status) for one in report.ids) == sorted(
        [(good, "done"), (good, "skipped"), ("x", "failed"), ("x", "skipped"), (ids[2], "failed")]
    )
    assert {one.reason for one in report.ids if one.status == "failed"} == {"it is no id"}
    assert '"x"' not in journal.path.read_text("utf-8")
    (journal.undo(immich)).raise_for_failures()


def test_a_journal_of_an_apply_with_nothing_to_do_can_be_undone(
    server: ImmichServer, immich: Immich, tmp_path: Path
) -> None:
    album = immich.albums.get_or_create("Trip")
    duplicates, stacks = immich.duplicates.plan(), immich.stacks.plan()
    paths = [tmp_path / str(number) for number in range(8)]
    immich.duplicates.apply(duplicates, journal=paths[0])
    immich.stacks.apply(stacks, journal=paths[1])
    immich.albums.add_assets(album.id, [], journal=paths[2])
    immich.people.hide([], journal=paths[3])
    immich.assets.trash([], journal=paths[4])
    immich.trash.restore([], journal=paths[5])
    immich.trash.apply(immich.trash.plan_fix(), journal=paths[6])
    immich.people.apply(immich.people.plan_merges(), journal=paths[7])
    for path in paths:
        assert (Journal(path).undo(immich)).results == []
