"""The file of a journal."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from immichkit import AsyncJournal, Journal, permissions
from immichkit._blocking.ways_back import WAYS_BACK
from immichkit.album_steps import FORGET
from immichkit.errors import JournalError
from immichkit.local.journal import JournalFile
from immichkit.steps import Step, Undo
from immichkit.testing import ImmichServer
from immichkit.undoing import LOOKING, check, request_of

STEP = Step(about="trash a", ids=("a",), undo=(Undo("trash.restore_assets", {"ids": ["a"]}),))
USER = "9f241101-e2bb-4255-8caf-4136c566a962"
ID = "3b241101-e2bb-4255-8caf-4136c566a962"


def journal(path: Path, *steps: Step) -> JournalFile:
    file = JournalFile(path)
    file.open(USER)
    for step in steps:
        file.add(step)
    file.close()
    return JournalFile(path)


def test_what_is_added_is_there_until_it_is_crossed_out(tmp_path: Path) -> None:
    file = journal(tmp_path / "undo.jsonl", STEP, STEP)
    first, second = file.steps()
    assert first.undo == STEP.undo
    file.cross_out([first.key])
    file.close()
    assert [step.key for step in file.steps()] == [second.key]


@pytest.mark.skipif(sys.platform == "win32", reason="no modes there")
def test_nobody_else_reads_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "undo.jsonl"
    journal(path)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes there")
def test_a_pipe_is_no_journal(tmp_path: Path) -> None:
    path = tmp_path / "undo.jsonl"
    os.mkfifo(path)
    for attempt in (JournalFile(path).steps, lambda: JournalFile(path).open(USER)):
        with pytest.raises(JournalError, match="regular file|seekable"):
            attempt()


def test_two_runs_can_be_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "undo.jsonl"
    journal(path, STEP)
    first, second = journal(path, STEP).steps()
    assert first.run != second.run


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_last_line_that_was_cut_short_counts_for_nothing(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "undo.jsonl"
    journal(path, STEP, STEP)
    path.write_bytes(path.read_bytes()[:-cut])
    assert len(journal(path, STEP).steps()) == 2


def test_a_journal_that_was_cut_in_its_first_line_begins_anew(tmp_path: Path) -> None:
    path = tmp_path / "undo.jsonl"
    path.write_bytes(b'{"immichkit_')
    assert len(journal(path, STEP).steps()) == 1


@pytest.mark.parametrize("cut", range(1, 40, 3))
def test_a_journal_that_was_cut_before_it_was_anybodys_is_claimed(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "undo.jsonl"
    journal(path)
    path.write_bytes(path.read_bytes()[:-cut])
    assert len(journal(path, STEP).steps()) == 1
    with pytest.raises(JournalError, match="another user or server"):
        JournalFile(path).open("somebody else")


@pytest.mark.skipif(sys.platform == "win32", reason="no locks there")
def test_one_run_at_a_time_writes_to_a_journal(tmp_path: Path) -> None:
    path = tmp_path / "undo.jsonl"
    first = JournalFile(path)
    first.open(USER)
    with pytest.raises(JournalError, match="another run is writing to it"):
        JournalFile(path).open(USER)
    first.add(STEP)
    first.close()
    assert len(journal(path, STEP).steps()) == 2


def test_damage_in_the_middle_is_named(tmp_path: Path) -> None:
    path = tmp_path / "undo.jsonl"
    file = journal(path, STEP, STEP)
    path.write_bytes(path.read_bytes().replace(b'"about"', b'"abou', 1))
    with pytest.raises(JournalError, match="damaged in line 3"):
        file.steps()


def test_what_is_no_journal_is_never_written_to(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("buy milk\n")
    with pytest.raises(JournalError, match="no journal"):
        journal(path)
    assert path.read_text() == "buy milk\n"


def test_a_way_back_becomes_a_request() -> None:
    request = request_of(Undo("trash.restore_assets", {"ids": [ID]}))
    assert request.operation.name == "trash.restore_assets"
    assert request.body == {"ids": [ID]}


@pytest.mark.parametrize(
    "undo",
    [
        Undo("assets.delete_assets", {"ids": [ID], "force": True}),
        Undo("trash.empty_trash", {}),
        Undo("assets.update_asset", {"id": ID, "rating": 2}),
        Undo("faces.reassign_faces_by_id", {"id": ID, "face_id": ID}),
        Undo("tags.tag_assets", {"id": ID, "ids": [ID]}),
        Undo("os.system", {"command": "true"}),
        Undo("trash.restore_assets", {"asset_ids": [ID]}),
        Undo("trash.restore_assets", {"ids": "all"}),
    ],
    ids=str,
)
def test_a_journal_asks_for_no_more_than_a_way_back(undo: Undo) -> None:
    with pytest.raises(JournalError):
        request_of(undo)
    with pytest.raises(JournalError):
        check([undo])


@pytest.mark.parametrize("arguments", [{}, {"id": 1, "name": 2}], ids=["nothing", "numbers"])
@pytest.mark.parametrize("call", sorted(LOOKING))
def test_a_way_back_without_what_it_takes_is_none(call: str, arguments: dict[str, int]) -> None:
    with pytest.raises(JournalError, match=f"arguments for {call} are wrong"):
        check([Undo(call, arguments)])


def test_every_way_back_that_looks_first_says_what_it_takes() -> None:
    assert LOOKING.keys() == WAYS_BACK.keys()


def test_nothing_is_undone_by_a_journal_that_somebody_changed(tmp_path: Path) -> None:
    server = ImmichServer()
    wrong = Step(about="make an album", ids=(), undo=(Undo(FORGET, {}),))
    file = JournalFile(tmp_path / "undo.jsonl")
    file.open(server.admin.id)
    file.add(wrong)
    file.add(STEP)
    file.close()
    with pytest.raises(JournalError, match="arguments for forget_album are wrong"):
        Journal(file.path).undo(server.client())
    assert server.requests == []


def test_an_undo_needs_what_its_journal_names(tmp_path: Path) -> None:
    path = journal(tmp_path / "undo.jsonl", STEP).path
    assert permissions(Journal(path).undo) == ["asset.delete", "user.read"]
    assert permissions(AsyncJournal(path).undo) == ["asset.delete", "user.read"]
    # Without a journal it is all that any may name.
    assert set(permissions(Journal.undo)) > {"album.delete", "asset.delete", "stack.create"}
    with pytest.raises(JournalError, match="cannot be read"):
        permissions(Journal(tmp_path / "nothing").undo)
