"""The files on this computer that a caller means: folders walked, patterns resolved."""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import TypeAlias

import attrs

from immichkit.local.patterns import matches
from immichkit.walking import Selection

__all__ = ["FolderFiles", "LocalFiles", "walked"]

LocalFiles: TypeAlias = "str | PathLike[str] | Iterable[str | PathLike[str]]"
"""A file, a folder, a pattern such as ``photos/*.jpg``, or any number of those."""


@attrs.frozen(kw_only=True)
class FolderFiles:
    """Files of one folder that are looked at together.

    ``names`` are those that are meant, ``everything`` whatever lies in the folder; ``below`` is
    the folder's way from the root that was named, "" for the root itself. ``left_out`` and
    ``failed`` tell of entries that are not meant and of those that could not be looked at.
    """

    folder: Path
    below: str = ""
    names: tuple[str, ...] = ()
    everything: frozenset[str] = frozenset()
    left_out: tuple[tuple[Path, str], ...] = ()
    failed: tuple[tuple[Path, OSError], ...] = ()


def walked(
    sources: Iterable[LocalFiles],
    selection: Selection,
    *,
    recursive: bool = True,
    without: Path | None = None,
) -> Iterator[FolderFiles]:
    """What is in ``sources``, folder by folder, each file once and in the same order every time.

    Links are followed, and no folder is entered twice, so that a link back up ends nowhere. The
    folder ``without`` is not entered.
    """
    walk = _Walk(selection, recursive=recursive)
    if without is not None and without.is_dir():
        walk.entered.add(_key(without.stat()))
    yield from walk.all(sources)


class _Walk:
    def __init__(self, selection: Selection, *, recursive: bool) -> None:
        self.entered: set[tuple[int, int]] = set()
        self._selection = selection
        self._recursive = recursive
        self._named: set[tuple[tuple[int, int], str]] = set()

    def all(self, sources: Iterable[LocalFiles]) -> Iterator[FolderFiles]:
        pending: list[Path] = []
        for path in _paths(sources):
            if path.is_dir():
                yield from self._together(pending)
                pending = []
                yield from self._below(path)
                continue
            # Neighbours that are named one after the other can belong together.
            if pending and pending[-1].parent != path.parent:
                yield from self._together(pending)
                pending = []
            pending.append(path)
        yield from self._together(pending)

    def _together(self, paths: list[Path]) -> Iterator[FolderFiles]:
        """Files of one folder that were named themselves."""
        if not paths:
            return
        folder = paths[0].parent
        names: list[str] = []
        left_out, failed = [], []
        try:
            key = _key(folder.stat())
        except OSError:
            key = (0, 0)
        for path in paths:
            if (key, path.name) in self._named or self._was_walked(key, path.name):
                continue
            self._named.add((key, path.name))
            why = self._selection.why_not(path.name, is_folder=False, is_named=True)
            try:
                is_file = stat.S_ISREG(path.stat().st_mode)
            except OSError as error:
                failed.append((path, error))
                continue
            if why or not is_file:
                left_out.append((path, why or "not a file"))
            else:
                names.append(path.name)
        yield FolderFiles(
            folder=folder,
            names=tuple(names),
            everything=frozenset(
                name
                for name in _listed(folder)
                if not self._selection.why_not(name, is_folder=False)
            ),
            left_out=tuple(left_out),
            failed=tuple(failed),
        )

    def _was_walked(self, folder: tuple[int, int], name: str) -> bool:
        return folder in self.entered and not self._selection.why_not(name, is_folder=False)

    def _below(self, root: Path) -> Iterator[FolderFiles]:
        waiting = [(root, "")]
        while waiting:
            folder, below = waiting.pop()
            try:
                key = _key(folder.stat())
                if key in self.entered:
                    continue
                self.entered.add(key)
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                yield FolderFiles(folder=folder, below=below, failed=((folder, error),))
                continue
            files, folders = self._sorted_out(folder, below, found, key)
            if files.names or files.left_out or files.failed:
                yield files
            if self._recursive:
                waiting += reversed(folders)

    def _sorted_out(
        self, folder: Path, below: str, found: list[os.DirEntry[str]], key: tuple[int, int]
    ) -> tuple[FolderFiles, list[tuple[Path, str]]]:
        names: list[str] = []
        folders: list[tuple[Path, str]] = []
        left_out, failed = [], []
        for entry in found:
            relative = f"{below}/{entry.name}" if below else entry.name
            path = folder / entry.name
            is_folder = entry.is_dir()
            if is_folder and not self._recursive:
                continue
            if why := self._selection.why_not(relative, is_folder=is_folder):
                left_out.append((path, why))
            elif is_folder:
                folders.append((path, relative))
            elif entry.is_file():
                if (key, entry.name) not in self._named:
                    names.append(entry.name)
            elif entry.is_symlink():
                failed.append((path, FileNotFoundError(f"{path} is a link that leads nowhere.")))
            else:
                left_out.append((path, "not a file"))
        files = FolderFiles(
            folder=folder,
            below=below,
            names=tuple(names),
            everything=frozenset(entry.name for entry in found),
            left_out=tuple(left_out),
            failed=tuple(failed),
        )
        return files, folders


def _paths(sources: Iterable[LocalFiles]) -> Iterator[Path]:
    for source in sources:
        if isinstance(source, str | PathLike):
            yield from _resolved(source)
        else:
            for one in source:
                yield from _resolved(one)


def _resolved(source: str | PathLike[str]) -> Iterator[Path]:
    """The path itself, or those that it matches if there is none of that name."""
    path = Path(source).expanduser()
    if glob.has_magic(str(path)) and not os.path.lexists(path):
        found = matches(path)
        yield next(found, path)
        yield from found
    else:
        yield path


def _key(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _listed(folder: Path) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208  # names, not paths
    except OSError:
        return frozenset()
