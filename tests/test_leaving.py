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

from immichkit.local.hashing import InterruptedReadError, hash_file
from immichkit.local.leaving import FileChangedError, Foretold, leave, leave_sidecar
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
            leave(file, done, is_over=lambda: False)

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
    moved_to = leave(file, elsewhere, is_over=lambda: False)
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
        leave(hashed(tmp_path / "a.jpg"), tmp_path / "done", is_over=lambda: False)
    assert (tmp_path / "a.jpg").exists()


def test_file_that_has_changed_stays(tmp_path: Path) -> None:
    file = hashed(photos(tmp_path, "a.jpg") / "a.jpg")
    (tmp_path / "a.jpg").write_bytes(b"edited")
    with pytest.raises(FileChangedError):
        leave(file, "delete", is_over=lambda: False)
    assert (tmp_path / "a.jpg").read_bytes() == b"edited"


@pytest.mark.parametrize("is_cached", [True, False])
def test_nothing_leaves_when_the_run_is_over(tmp_path: Path, is_cached: bool) -> None:
    file = hashed(photos(tmp_path, "a.jpg") / "a.jpg")
    file.is_from_cache = is_cached
    for after in ("delete", tmp_path / "done"):
        with pytest.raises(InterruptedReadError):
            leave(file, after, is_over=lambda: True)
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]


def test_move_to_another_disk_stops_when_the_run_is_over(tmp_path: Path, elsewhere: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x" * (3 << 20))
    asked = iter([False, False, True])  # before it goes, and for each chunk
    with pytest.raises(InterruptedReadError):
        leave(hashed(path), elsewhere, is_over=lambda: next(asked))
    assert path.stat().st_size == 3 << 20
    assert list(elsewhere.iterdir()) == []


def test_file_that_changes_while_it_moves_to_another_disk_stays(
    tmp_path: Path, elsewhere: Path
) -> None:
    path = photos(tmp_path, "a.jpg") / "a.jpg"
    asked = 0

    def edit() -> bool:
        nonlocal asked
        asked += 1
        if asked == 2:  # the chunk is read
            path.write_bytes(b"edited")
        return False

    with pytest.raises(FileChangedError, match="while it was moved"):
        leave(hashed(path), elsewhere, is_over=edit)
    assert path.read_bytes() == b"edited"
    assert list(elsewhere.iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
@pytest.mark.parametrize("is_dry", [True, False])
def test_link_stays_whose_file_has_left(tmp_path: Path, is_dry: bool) -> None:
    photos(tmp_path, "a.jpg")
    (tmp_path / "link.jpg").symlink_to("a.jpg")
    file, link = hashed(tmp_path / "a.jpg"), hashed(tmp_path / "link.jpg")
    foretold = Foretold() if is_dry else None
    leave(file, "delete", is_over=lambda: False, foretold=foretold)
    with pytest.raises(FileChangedError, match=r"leads to .*a\.jpg, which is there no more"):
        leave(link, "delete", is_over=lambda: False, foretold=foretold)
    assert (tmp_path / "link.jpg").is_symlink()
