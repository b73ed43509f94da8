"""Patterns such as ``photos/**/*.jpg``, as the paths that they match."""

from __future__ import annotations

import fnmatch
import glob
import os
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from immichkit.walking import is_system

__all__ = ["is_linked_folder", "leads_to_folder", "matches"]


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
        for each in _folders(folder):
            # At the end it means whatever is there, and folders are walked anyway.
            yield from _below(each, tuple(rest)) if rest else _meant(each, "*")
        return
    if not glob.has_magic(part):
        if os.path.lexists(folder / part):
            yield from _below(folder / part, tuple(rest))
        return
    for path in _meant(folder, part):
        if not rest or leads_to_folder(path):
            yield from _below(path, tuple(rest))


def _folders(root: Path) -> Iterator[Path]:
    """The folder and those below it, each once; last of all what only links lead to."""
    entered: set[tuple[int, int]] = set()
    waiting, links = [root], deque[Path]()
    while waiting or links:
        folder = waiting.pop() if waiting else links.popleft()
        try:
            found = folder.stat()
        except OSError:
            continue
        if (key := (found.st_dev, found.st_ino)) in entered:
            continue
        entered.add(key)
        yield folder
        below = [path for path in _meant(folder, "*") if leads_to_folder(path)]
        links += filter(is_linked_folder, below)
        waiting += [path for path in reversed(below) if not is_linked_folder(path)]


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
        if not is_system(name, is_folder=leads_to_folder(path)):
            yield path


def leads_to_folder(path: Path) -> bool:
    """Whether there is a folder, as far as anybody may see."""
    return os.path.isdir(path)  # noqa: PTH112  # Path's may raise


def is_linked_folder(path: Path) -> bool:
    """Whether it is a link, and to a folder."""
    return os.path.islink(path) and leads_to_folder(path)  # noqa: PTH114  # Path's may raise
