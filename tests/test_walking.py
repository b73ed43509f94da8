"""What is found on the disk, and what is left out."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from local_photos import photos

from immichkit.local.files import LocalFiles, walked
from immichkit.walking import Selection

NAMES = st.text(st.characters(exclude_characters="/\0"), min_size=1, max_size=8)


def found(*sources: LocalFiles, recursive: bool = True, **rules: object) -> list[str]:
    selection = Selection(**rules)  # type: ignore[arg-type]  # as the test says
    folders = walked(sources, selection, recursive=recursive)
    return [f"{files.below}/{name}" for files in folders for name in files.names]


@given(NAMES)
def test_nothing_is_hidden_that_is_named(name: str) -> None:
    assert Selection().why_not(name, is_folder=False, is_named=True) is None


@given(st.lists(NAMES, min_size=1, max_size=3))
def test_excluding_everything_excludes_everything(parts: list[str]) -> None:
    assert Selection(exclude=["*"]).why_not("/".join(parts), is_folder=False, is_named=True)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({}, ["/a.jpg", "sub/b.jpg", "sub/c.png", "sub/deep/a.jpg"]),
        ({"exclude": "/a.jpg"}, ["sub/b.jpg", "sub/c.png", "sub/deep/a.jpg"]),
        ({"exclude": ["a.jpg"]}, ["sub/b.jpg", "sub/c.png"]),
        ({"exclude": ["deep/"]}, ["/a.jpg", "sub/b.jpg", "sub/c.png"]),
        ({"exclude": ["*.jpg", "!b.jpg"]}, ["sub/b.jpg", "sub/c.png"]),
        ({"include": "*.png"}, ["sub/c.png"]),
        ({"include": "sub/", "exclude": "deep"}, ["sub/b.jpg", "sub/c.png"]),
        ({"recursive": False}, ["/a.jpg"]),
    ],
)
def test_patterns_mean_what_they_mean_to_git(
    rules: dict[str, object], expected: list[str], tmp_path: Path
) -> None:
    photos(tmp_path, "a.jpg", "sub/b.jpg", "sub/c.png", "sub/deep/a.jpg")
    assert found(tmp_path, **rules) == expected  # type: ignore[arg-type]  # by name


def test_hidden_and_system_files_are_left_out(tmp_path: Path) -> None:
    photos(tmp_path, ".a/b.jpg", "@eaDir/b.jpg", "#recycle/b.jpg", "Thumbs.db", "._c.jpg", ".d.jpg")
    assert found(tmp_path) == []
    assert found(tmp_path, include_hidden=True) == ["/.d.jpg", ".a/b.jpg"]


def test_what_is_left_out_is_told(tmp_path: Path) -> None:
    photos(tmp_path, ".a.jpg", "@eaDir/b.jpg")
    (files,) = walked([tmp_path], Selection())
    assert dict(files.left_out) == {
        tmp_path / ".a.jpg": "hidden",
        tmp_path / "@eaDir": "a system's own",
    }


def test_loops_of_links_end(tmp_path: Path) -> None:
    photos(tmp_path, "a/b.jpg")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    assert found(tmp_path) == ["a/b.jpg"]


def test_link_that_leads_nowhere_is_a_failure(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").symlink_to(tmp_path / "none.jpg")
    (files,) = walked([tmp_path], Selection())
    assert [path.name for path, _ in files.failed] == ["a.jpg"]


def test_pipe_is_no_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    (files,) = walked([tmp_path], Selection())
    assert files.left_out == ((tmp_path / "a.jpg", "not a file"),)


def test_patterns_are_resolved(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "b/c.jpg", "b/d.png")
    assert found(f"{tmp_path}/**/*.jpg") == ["/a.jpg", "/c.jpg"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("*.jpg", ["a.jpg"]),
        ("*", ["a.jpg", "sub/b.jpg", "sub/deep/c.jpg"]),
        ("**", ["a.jpg", "sub/b.jpg", "sub/deep/c.jpg"]),
        ("**/*.jpg", ["a.jpg", "sub/b.jpg", "sub/deep/c.jpg"]),
        ("**/deep/?.jpg", ["sub/deep/c.jpg"]),
        ("s*/[a-b].jpg", ["sub/b.jpg"]),
        (".h*/*.jpg", [".hidden/d.jpg"]),
        ("@eaDir/*.jpg", ["@eaDir/e.jpg"]),
        ("a.jpg/*", []),
    ],
)
def test_pattern_stands_for_nothing_hidden_and_never_goes_in_circles(
    tmp_path: Path, pattern: str, expected: list[str]
) -> None:
    photos(tmp_path, "a.jpg", "sub/b.jpg", "sub/deep/c.jpg", ".hidden/d.jpg", "@eaDir/e.jpg")
    for number in range(3):
        (tmp_path / "sub" / f"up{number}").symlink_to(tmp_path)
    files = list(walked([f"{tmp_path}/{pattern}"], Selection()))
    names = [(each.folder / name).relative_to(tmp_path) for each in files for name in each.names]
    assert sorted(path.as_posix() for path in names) == expected


def test_pattern_without_a_match_is_a_failure(tmp_path: Path) -> None:
    (files,) = walked([tmp_path / "*.jpg"], Selection())
    assert [path.name for path, _ in files.failed] == ["*.jpg"]


def test_relative_pattern_is_seen_from_the_working_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos(tmp_path, "sub/b.jpg")
    monkeypatch.chdir(tmp_path)
    assert [files.folder for files in walked(["**/*.jpg"], Selection())] == [Path("sub")]


def test_name_that_looks_like_a_pattern_is_a_name(tmp_path: Path) -> None:
    photos(tmp_path, "a[1].jpg", "a1.jpg")
    assert found(tmp_path / "a[1].jpg") == ["/a[1].jpg"]


def test_folder_that_is_made_meanwhile_is_left_alone(tmp_path: Path) -> None:
    photos(tmp_path, "a.jpg", "z/b.jpg")
    done = tmp_path / "z" / "done"
    walk = walked([tmp_path], Selection(), without=done)
    assert next(walk).names == ("a.jpg",)
    photos(done, "a.jpg", "deep/a.jpg")
    assert [files.folder for files in walk] == [tmp_path / "z"]


def test_name_that_begins_with_a_tilde_is_no_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(photos(tmp_path, "~$a.jpg"))
    assert found("~$a.jpg") == ["/~$a.jpg"]
