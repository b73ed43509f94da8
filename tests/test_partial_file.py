"""Files that appear only when they are whole."""

from __future__ import annotations

import base64
import errno
import hashlib
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from immichkit.downloads import Beginning
from immichkit.local import partial_file
from immichkit.local.destination import Destination
from immichkit.local.partial_file import PartialFile


def add(part: PartialFile, chunk: bytes) -> None:
    part.write(chunk)
    part.digest(chunk)


def test_file_appears_at_the_end_only(tmp_path: Path) -> None:
    target = tmp_path / "a.jpg"
    with PartialFile(target) as part:
        add(part, b"jp")
        add(part, b"eg")
        assert not target.exists()
        assert (tmp_path / "a.jpg.part").exists()
        saved = part.commit()
    assert target.read_bytes() == b"jpeg"
    assert (saved.size, saved.path) == (4, target)
    assert saved.sha1 == base64.b64encode(hashlib.sha1(b"jpeg").digest()).decode()
    assert list(tmp_path.iterdir()) == [target]


def test_file_that_is_given_up_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(LookupError), PartialFile(tmp_path / "a.jpg") as part:
        add(part, b"jp")
        raise LookupError
    assert not list(tmp_path.iterdir())


def test_two_writers_never_share_a_part(tmp_path: Path) -> None:
    with PartialFile(tmp_path / "a.jpg") as one:
        with pytest.raises(FileExistsError, match="being written"):
            PartialFile(tmp_path / "a.jpg")
        with PartialFile(tmp_path / "a.jpg", "rename") as two:
            add(two, b"two")
            assert two.commit().path.name == "a (1).jpg"
        add(one, b"one")
        assert one.commit().path.name == "a.jpg"


@pytest.mark.skipif(not hasattr(os, "posix_fadvise"), reason="not on this system")
@pytest.mark.parametrize("is_read_again", [False, True])
def test_large_file_is_on_its_way_to_the_disk_before_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_read_again: bool
) -> None:
    advised: list[tuple[int, int]] = []

    def advise(_: int, offset: int, length: int, advice: int) -> None:
        assert advice == os.POSIX_FADV_DONTNEED
        advised.append((offset, offset + length))
        raise OSError(errno.EINVAL, "not on this disk")  # must not matter

    monkeypatch.setattr(os, "posix_fadvise", advise)
    monkeypatch.setattr(partial_file, "_STRETCH", 16 << 10)
    monkeypatch.setattr(partial_file, "_KEPT", 32 << 10)
    kibibyte = random.Random(1).randbytes(1 << 10)
    with PartialFile(tmp_path / "a.mp4") as part:
        part.is_read_again = is_read_again
        for _ in range(70):
            add(part, kibibyte)
        saved = part.commit()
    ends = [end >> 10 for _, end in advised]
    begins = [begin >> 10 for begin, _ in advised]
    assert ends == [16, 32, 48, 64]
    assert begins == ([0, 16, 32, 48] if is_read_again else [0, 0, 0, 16])
    assert saved.path.read_bytes() == kibibyte * 70


@pytest.mark.skipif(sys.platform == "win32", reason="locks of another kind")
def test_two_processes_never_share_a_part(tmp_path: Path) -> None:
    with PartialFile(tmp_path / "a.jpg") as part:
        add(part, b"mine")
        other = (
            "import sys, pathlib; from immichkit.local.partial_file import PartialFile;"
            "PartialFile(pathlib.Path(sys.argv[1]))"
        )
        done = subprocess.run(
            [sys.executable, "-c", other, str(tmp_path / "a.jpg")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert "being written" in done.stderr
        assert part.commit().path.read_bytes() == b"mine"


@pytest.mark.parametrize("overwrite", ["error", "rename"])
def test_file_that_came_into_being_meanwhile_is_kept(tmp_path: Path, overwrite: str) -> None:
    target = tmp_path / "a.jpg"
    part = PartialFile(target, overwrite)  # type: ignore[arg-type]  # one of the literals
    add(part, b"new")
    target.write_bytes(b"theirs")
    if overwrite == "error":
        with pytest.raises(FileExistsError, match="came into being"):
            part.commit()
        assert list(tmp_path.iterdir()) == [target]
    else:
        assert part.commit().path.name == "a (1).jpg"
    assert target.read_bytes() == b"theirs"


def test_link_to_nowhere_counts_as_there(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to(tmp_path / "none")
    with pytest.raises(FileExistsError):
        PartialFile(tmp_path / "a.jpg")


def test_folder_without_permission_is_the_computers_own_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="Not a directory|No such file"):
        PartialFile(tmp_path / "none" / "a.jpg")


def test_destination_understands_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    place = Destination("~/photos/", "error", fallback="x")
    assert place.settled() is None
    assert place.file == tmp_path / "photos" / "x"


BEGUN = Beginning(source="http://photos.test/x", validator='W/"1"', size=8)


def leave_half(target: Path) -> None:
    with PartialFile(target) as part:
        part.begin(BEGUN)
        add(part, b"half")


def test_part_that_can_be_continued_is_left_and_taken_up(tmp_path: Path) -> None:
    leave_half(tmp_path / "a.jpg")
    with PartialFile(tmp_path / "a.jpg", source=BEGUN.source) as part:
        assert (part.size, part.resumed_from, part.beginning) == (4, 4, BEGUN)
        add(part, b"rest")
        saved = part.commit(1_000_000_000.0)
    assert saved.sha1 == base64.b64encode(hashlib.sha1(b"halfrest").digest()).decode()
    assert saved.path.read_bytes() == b"halfrest"
    assert saved.path.stat().st_mtime == 1_000_000_000
    assert list(tmp_path.iterdir()) == [tmp_path / "a.jpg"]


@pytest.mark.parametrize("source", [None, "http://photos.test/y"])
def test_part_of_something_else_is_emptied(source: str | None, tmp_path: Path) -> None:
    leave_half(tmp_path / "a.jpg")
    with PartialFile(tmp_path / "a.jpg", source=source) as part:
        assert (part.size, part.beginning) == (0, None)
    assert not list(tmp_path.iterdir())


def test_part_that_cannot_be_continued_is_not_left(tmp_path: Path) -> None:
    with PartialFile(tmp_path / "a.jpg") as part:
        part.begin(None)
        add(part, b"half")
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform == "win32", reason="links of another kind")
def test_finished_file_of_a_killed_process_is_not_emptied_with_its_part(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"whole")
    (tmp_path / "a.jpg.part").hardlink_to(tmp_path / "a.jpg")
    with PartialFile(tmp_path / "a.jpg", "replace") as part:
        add(part, b"new")
        assert (tmp_path / "a.jpg").read_bytes() == b"whole"
        part.commit()
    assert (tmp_path / "a.jpg").read_bytes() == b"new"


def test_new_file_has_the_rights_of_any_other(tmp_path: Path) -> None:
    (tmp_path / "plain").touch()
    with PartialFile(tmp_path / "a.jpg") as part:
        part.commit()
    assert (tmp_path / "a.jpg").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.skipif(sys.platform == "win32", reason="links of another kind")
@pytest.mark.parametrize("overwrite", ["skip", "rename"])
def test_what_a_killed_process_left_beside_its_file_goes(overwrite: str, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"whole")
    (tmp_path / "a.jpg.part").hardlink_to(tmp_path / "a.jpg")
    (tmp_path / "a.jpg.part.json").write_bytes(BEGUN.encoded())
    place = Destination(tmp_path / "a.jpg", overwrite, fallback="a.jpg")  # type: ignore[arg-type]  # a literal
    opened = place.open({}, BEGUN.source)
    if isinstance(opened, PartialFile):
        opened.discard()
    assert [path.name for path in tmp_path.iterdir()] == ["a.jpg"]
    assert (tmp_path / "a.jpg").read_bytes() == b"whole"


def test_part_of_another_download_stays_beside_a_file(tmp_path: Path) -> None:
    leave_half(tmp_path / "a.jpg")
    (tmp_path / "a.jpg").write_bytes(b"somebody's")
    with pytest.raises(FileExistsError):
        PartialFile(tmp_path / "a.jpg")
    assert (tmp_path / "a.jpg.part").read_bytes() == b"half"


@pytest.mark.parametrize("name", ["y" * 252 + ".jp", "é" * 127 + "j", "z" * 246])
def test_longest_name_has_a_part_that_can_be_continued(tmp_path: Path, name: str) -> None:
    target, neighbour = tmp_path / name, tmp_path / f"{name[:-1]}x"
    beginning = Beginning(source="here", validator="1", size=4)
    with PartialFile(target, source="here") as part, PartialFile(neighbour) as other:
        part.begin(beginning)
        add(part, b"jp")
        add(other, b"else")
        other.commit()
    with PartialFile(target, source="here") as part:
        assert part.beginning == beginning
        assert part.size == 2
        add(part, b"eg")
        part.commit()
    assert target.read_bytes() == b"jpeg"
    assert sorted(tmp_path.iterdir()) == sorted([target, neighbour])
