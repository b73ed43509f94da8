"""Patterns such as ``photos/**/*.jpg``, as the paths that they match."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections.abc import Iterator
from pathlib import Path

from immichkit.walking import is_system

__all__ = ["matches"]


def matches(pattern: Path) -> Iterator[Path]:
    """What there is of the pattern, in the order of the names, folder by folder.

    As in a shell, ``**`` stands for any folders, and nothing stands for what is hidden; here nor
    for what a system made for itself. Unlike glob, no link makes ``**`` go in circles: with two of
    them that would not end.
    """
    start = Path(pattern.anchor)
    yield from _below(start, pattern.parts[1:] if pattern.anchor else pattern.parts)


def _below(folder: Path, parts: tuple[str, ...]) -> Iterator[Path]:
    if not parts:
        yield folder
        return
    part, *rest = parts
    if part == "**":
        for each in _folders(folder, set()):
            # At the end it means whatever is there, and folders are walked anyway.
            yield from _below(each, tuple(rest)) if rest else _meant(each, "*")
        return
    if not glob.has_magic(part):
        if os.path.lexists(folder / part):
            yield from _below(folder / part, tuple(rest))
        return
    for path in _meant(folder, part):
        if not rest or path.is_dir():
            yield from _below(path, tuple(rest))


def _folders(folder: Path, entered: set[tuple[int, int]]) -> Iterator[Path]:
    """The folder and those below it, each once."""
    try:
        found = folder.stat()
    except OSError:
        return
    if (key := (found.st_dev, found.st_ino)) in entered:
        return
    entered.add(key)
    yield folder
    for path in _meant(folder, "*"):
        if path.is_dir():
            yield from _folders(path, entered)


def _meant(folder: Path, part: str) -> Iterator[Path]:
    """What of a folder's entries a part of a pattern stands for."""
    try:
        names = sorted(os.listdir(folder))  # noqa: PTH208  # names, not paths
    except OSError:
        return
    for name in fnmatch.filter(names, part):
        path = folder / name
        if name.startswith(".") and not part.startswith("."):
            continue
        if not is_system(name, is_folder=path.is_dir()):
            yield path
