"""What is written to a journal is on the disk before anything else happens."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from immichkit.local.journal import JournalFile
from immichkit.steps import Step, Undo

STEP = Step(about="trash a", ids=("a",), undo=(Undo("trash.restore_assets", {"ids": ["a"]}),))


def test_a_way_back_is_on_the_disk_before_it_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = JournalFile(tmp_path / "undo.jsonl")
    file.open("9f241101-e2bb-4255-8caf-4136c566a962")
    settled: list[bytes] = []

    def fsync(descriptor: int) -> None:
        assert os.fstat(descriptor).st_ino == file.path.stat().st_ino
        settled.append(file.path.read_bytes())

    monkeypatch.setattr(os, "fsync", fsync)
    file.add(STEP)
    file.close()
    assert settled == [file.path.read_bytes()]
    assert [step.about for step in file.steps()] == ["trash a"]
