"""Files that leave once they are on the server: never over another one, never in halves."""

from __future__ import annotations

import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from local_photos import photos

from immichkit.local.hashing import hash_file
from immichkit.local.leaving import FileChangedError, leave, leave_sidecar
from immichkit.uploads import Candidate

MEMORY = Path("/dev/shm")  # another disk, where there is one


def hashed(path: Path, sidecar: Path | None = None) -> Candidate:
    file = Candidate(index=0, path=path, below="", sidecar=sidecar)
    assert hash_file(file, None, lambda _: None, lambda: False)
    return file


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    if not MEMORY.is_dir() or MEMORY.stat().st_dev == tmp_path.stat().st_dev:
        pytest.skip("needs two disks")
    folder = Path(tempfile.mkdtemp(dir=MEMORY))
    yield folder
    shutil.rmtree(folder)


def test_files_that_move_at_once_never_take_each_others_name(tmp_path: Path) -> None:
    count, done = 50, tmp_path / "done"
    for number in range(count):
        photos(tmp_path / "one" / str(number), "a.jpg")
        photos(tmp_path / "two" / str(number), "a.jpg")
    contents = {path.read_bytes() for path in tmp_path.rglob("*.jpg")}
    ready = threading.Barrier(2)

    def move(folder: Path) -> None:
        for number in range(count):
            file = hashed(folder / str(number) / "a.jpg")
            ready.wait()
            leave(file, done, pretend=False)

    names = ["one", "two"]
    threads = [threading.Thread(target=move, args=(tmp_path / name,)) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {path.read_bytes() for path in done.iterdir()} == contents
    assert len(list(tmp_path.rglob("*.jpg"))) == 2 * count


def test_file_moves_to_another_disk(tmp_path: Path, elsewhere: Path) -> None:
    folder = photos(tmp_path, "a.jpg", "a.jpg.xmp")
    os.utime(folder / "a.jpg", (1_000_000_000, 1_000_000_000))
    content = (folder / "a.jpg").read_bytes()
    (elsewhere / "a.jpg").write_bytes(b"another")
    (elsewhere / "a (1).jpg.part").write_bytes(b"of a move that was killed")
    file = hashed(folder / "a.jpg", folder / "a.jpg.xmp")
    moved_to = leave(file, elsewhere, pretend=False)
    leave_sidecar(file, moved_to, was_sent=True)
    target = elsewhere / "a (1).jpg"
    assert moved_to == target
    assert target.read_bytes() == content
    assert target.stat().st_mtime == 1_000_000_000
    assert sorted(path.name for path in elsewhere.iterdir()) == [
        *("a (1).jpg", "a (1).jpg.xmp", "a.jpg")
    ]
    assert list(tmp_path.iterdir()) == []


def test_file_stays_where_it_cannot_be_moved(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "done")
    with pytest.raises(OSError, match="done"):
        leave(hashed(tmp_path / "a.jpg"), tmp_path / "done", pretend=False)
    assert (tmp_path / "a.jpg").exists()


def test_file_that_has_changed_stays(tmp_path: Path) -> None:
    file = hashed(photos(tmp_path, "a.jpg") / "a.jpg")
    (tmp_path / "a.jpg").write_bytes(b"edited")
    with pytest.raises(FileChangedError):
        leave(file, "delete", pretend=False)
    assert (tmp_path / "a.jpg").read_bytes() == b"edited"
