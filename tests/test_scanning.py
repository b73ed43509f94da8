"""What is found on the disk and vanishes before it is looked at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from local_photos import photos

from immichkit.ledger import Ledger
from immichkit.local.scanning import Scan
from immichkit.pairing import Kinds
from immichkit.upload_report import UploadResult
from immichkit.uploads import Candidate, Tally, UploadOptions
from immichkit.walking import Selection


def begun(
    folder: Path, is_cut_off: Callable[[], bool] = lambda: False
) -> tuple[Iterator[Candidate], Ledger[UploadResult]]:
    """Everything of the first folder is found, but only its first file hashed; the rest waits."""
    ledger = Ledger(UploadResult)
    scan = Scan(
        sources=[folder],
        options=UploadOptions(selection=Selection()),
        kinds=Kinds([".jpg"], [".mp4"], [".xmp"]),
        ledger=ledger,
        tally=Tally(),
        is_over=lambda: False,
        is_cut_off=is_cut_off,
    )
    candidates = iter(scan)
    next(candidates)
    return candidates, ledger


def test_nothing_is_read_that_could_not_be_sent(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "b.jpg")
    cut_off: list[None] = []
    candidates, _ = begun(tmp_path, lambda: bool(cut_off))
    cut_off.append(None)
    assert [candidate.sha1 for candidate in candidates] == [b""]


def test_file_that_vanishes_before_it_is_read_is_a_failure_of_its_own(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "b.jpg", "c.jpg")
    candidates, ledger = begun(tmp_path)
    (tmp_path / "b.jpg").unlink()
    assert [candidate.path.name for candidate in candidates] == ["c.jpg"]
    failed = ledger.results()[1]
    assert (failed.path, failed.status) == (tmp_path / "b.jpg", "failed")
    assert isinstance(failed.error, FileNotFoundError)


def vanish(folder: Path) -> None:
    shutil.rmtree(folder)


def become_a_file(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.touch()


def become_a_loop(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.symlink_to(folder)


@pytest.mark.parametrize("change", [vanish, become_a_file, become_a_loop])
def test_folder_that_cannot_be_entered_any_more_is_a_failure_of_its_own(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    photos(tmp_path, "a.jpg", "deep/b.jpg", "further/c.jpg")
    candidates, ledger = begun(tmp_path)
    change(tmp_path / "deep")
    assert [candidate.path.name for candidate in candidates] == ["c.jpg"]
    [failed] = [result for result in ledger.results() if result.status == "failed"]
    assert failed.path == tmp_path / "deep"
    assert failed.reason
