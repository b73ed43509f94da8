"""The files on this computer that a caller means: folders walked, patterns resolved."""

from __future__ import annotations

import glob
import itertools
import os
import stat
from collections.abc import Iterable, Iterator
from os import PathLike
from pathlib import Path
from typing import Final, Literal, TypeAlias

import attrs

from immichkit.local.destination import check_folder
from immichkit.local.patterns import is_linked_folder, leads_to_folder, matches
from immichkit.options import kind_of
from immichkit.walking import Selection

__all__ = ["FolderFiles", "LocalFiles", "check_apart", "checked", "expanded", "walked"]

LocalFiles: TypeAlias = "str | PathLike[str] | Iterable[str | PathLike[str]]"
"""A file, a folder, a pattern such as ``photos/*.jpg``, or any number of those."""

_APART: Final = "it lies in the folder that files are moved to"


@attrs.frozen(kw_only=True)
class FolderFiles:
    """Files of one folder that are looked at together.

    ``names`` are those that are meant, ``everything`` whatever lies in the folder; ``below`` is
    the folder's way from the root that was named, "" for the root itself. ``left_out`` and
    ``failed`` tell of entries that are not meant and of those that could not be looked at.
    ``is_linked`` tells of a folder that only a link inside of the root, or a pattern, led to.
    """

    folder: Path
    below: str = ""
    names: tuple[str, ...] = ()
    everything: frozenset[str] = frozenset()
    left_out: tuple[tuple[Path, str], ...] = ()
    failed: tuple[tuple[Path, Exception], ...] = ()
    is_linked: bool = False


def checked(sources: tuple[LocalFiles, ...]) -> tuple[LocalFiles, ...]:
    """``sources``; raises `TypeError` or `ValueError` for what can be seen to name no file."""
    for source in sources:
        _check(source)
    return sources


def expanded(path: str | PathLike[str]) -> Path:
    """The path, with ``~`` as the home folder; raises `ValueError` for one that nobody has."""
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{path}: {error}") from None


def check_apart(sources: Iterable[LocalFiles], after: Path) -> None:
    """Raise for an ``after`` that is no folder, and `ValueError` for a source that lies in it."""
    check_folder(after)
    for source in sources:
        if isinstance(source, str | PathLike) and _lies_in(_root(source), after):
            raise ValueError(
                f"{source} lies in {after}, the folder to move files to: what is there counts as "
                "uploaded. Give another folder as after."
            )


def walked(
    sources: Iterable[LocalFiles],
    selection: Selection,
    *,
    recursive: bool = True,
    without: Path | None = None,
) -> Iterator[FolderFiles]:
    """What is in ``sources``, folder by folder, each file once and in the same order every time.

    Links are followed, those to folders last of all, and no folder is entered twice, so that a
    link back up ends nowhere. The folder ``without`` is not entered, also if it is made meanwhile.
    """
    yield from _Walk(selection, recursive=recursive, without=without).all(sources)


class _Walk:
    def __init__(self, selection: Selection, *, recursive: bool, without: Path | None) -> None:
        self._entered: set[tuple[int, int]] = set()
        self._without = without
        self._selection = selection
        self._recursive = recursive
        self._named: set[tuple[tuple[int, int], str]] = set()
        self._links: list[tuple[Path, str]] = []

    def all(self, sources: Iterable[LocalFiles]) -> Iterator[FolderFiles]:
        pending: list[tuple[Path, bool]] = []
        for path, is_linked in _paths(sources):
            if leads_to_folder(path):
                yield from self._together(pending)
                pending = []
                if _lies_in(path, self._without):
                    yield FolderFiles(folder=path, left_out=((path, _APART),))
                elif is_linked:
                    self._links.append((path, ""))
                else:
                    yield from self._below(path, "", is_linked=False)
                continue
            # Neighbours that are named one after the other can belong together.
            if pending and (pending[-1][0].parent, pending[-1][1]) != (path.parent, is_linked):
                yield from self._together(pending)
                pending = []
            pending.append((path, is_linked))
        yield from self._together(pending)
        # What has a way of its own from a root has been reached by it before.
        for path, below in self._links:
            if not _lies_in(path, self._without):
                yield from self._below(path, below, is_linked=True)

    def _together(self, named: list[tuple[Path, bool]]) -> Iterator[FolderFiles]:
        """Files of one folder that were named themselves."""
        if not named:
            return
        paths = [path for path, _ in named]
        folder, is_linked = paths[0].parent, named[0][1]
        apart = _APART if _lies_in(folder, self._without) else None
        names: list[str] = []
        left_out: list[tuple[Path, str]] = []
        failed: list[tuple[Path, Exception]] = []
        try:
            key = _key(folder.stat())
        except (OSError, ValueError):
            key = (0, 0)
        for path in paths:
            if (key, path.name) in self._named or self._was_walked(key, path.name):
                continue
            self._named.add((key, path.name))
            why = apart or self._selection.why_not(path.name, is_folder=False, is_named=True)
            try:
                is_file = stat.S_ISREG(path.stat().st_mode)
            except (OSError, ValueError) as error:  # such as a name with a null in it
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
            is_linked=is_linked,
        )

    def _was_walked(self, folder: tuple[int, int], name: str) -> bool:
        return folder in self._entered and not self._selection.why_not(name, is_folder=False)

    def _below(self, root: Path, way: str, *, is_linked: bool) -> Iterator[FolderFiles]:
        waiting = [(root, way)]
        while waiting:
            folder, below = waiting.pop()
            try:
                key = _key(folder.stat())
                if key in self._entered or key == _key_of(self._without):
                    continue
                self._entered.add(key)
                with os.scandir(folder) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError as error:
                yield FolderFiles(folder=folder, below=below, failed=((folder, error),))
                continue
            files, folders = self._sorted_out(folder, below, found, key)
            if files.names or files.left_out or files.failed:
                yield attrs.evolve(files, is_linked=is_linked)
            if self._recursive:
                waiting += reversed(folders)

    def _sorted_out(
        self, folder: Path, below: str, found: list[os.DirEntry[str]], key: tuple[int, int]
    ) -> tuple[FolderFiles, list[tuple[Path, str]]]:
        names: list[str] = []
        folders: list[tuple[Path, str]] = []
        left_out: list[tuple[Path, str]] = []
        failed: list[tuple[Path, Exception]] = []
        for entry in found:
            relative = f"{below}/{entry.name}" if below else entry.name
            path = folder / entry.name
            kind, is_link = _kind(entry)
            is_folder = kind == "folder"
            if is_folder and not self._recursive:
                continue
            if why := self._selection.why_not(relative, is_folder=is_folder):
                left_out.append((path, why))
            elif isinstance(kind, OSError):
                failed.append((path, kind))
            elif is_folder:
                (self._links if is_link else folders).append((path, relative))
            elif kind == "file":
                if (key, entry.name) not in self._named:
                    names.append(entry.name)
            elif is_link:
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


def _kind(entry: os.DirEntry[str]) -> tuple[Literal["folder", "file", "other"] | OSError, bool]:
    """What there is, or why nobody can tell, and whether it is a link that leads there."""
    is_link = False
    try:
        is_link = entry.is_symlink()
        return ("folder" if entry.is_dir() else "file" if entry.is_file() else "other"), is_link
    except OSError as error:  # such as of a link to itself
        return error, is_link


def _check(source: object) -> None:
    if isinstance(source, bytes) or not isinstance(source, str | PathLike | Iterable):
        raise TypeError(
            f"What to upload is a path, a pattern, or several of those, not {kind_of(source)}."
        )
    if isinstance(source, str) and not source:
        raise ValueError("The path to upload is empty. The current folder is '.'.")


def _paths(sources: Iterable[LocalFiles]) -> Iterator[tuple[Path, bool]]:
    """Each path, and whether it was reached through a link that nobody named."""
    for source in sources:
        if isinstance(source, str | PathLike):
            yield from _resolved(source)
        else:
            for one in source:
                _check(one)
                yield from _resolved(one)


def _resolved(source: str | PathLike[str]) -> Iterator[tuple[Path, bool]]:
    """The path itself, or those that it matches if there is none of that name."""
    path = _meant(source)
    if not glob.has_magic(str(path)) or os.path.lexists(path):
        yield path, False
        return
    found = matches(path)
    # What comes before the pattern was named.
    named = _first_magic(path)
    for one in itertools.chain([next(found, path)], found):
        ways = [one, *one.parents][: len(one.parts) - named]
        yield one, any(map(is_linked_folder, ways))


def _root(source: str | PathLike[str]) -> Path:
    """The folder that is named, or that what is named lies in."""
    path = _meant(source)
    if glob.has_magic(str(path)) and not os.path.lexists(path):
        return Path(*path.parts[: _first_magic(path)])
    return path if leads_to_folder(path) else path.parent


def _meant(source: str | PathLike[str]) -> Path:
    """The path, with ``~`` as the home folder; a name such as ``~$a.jpg`` is just a name."""
    return Path(os.path.expanduser(source))  # noqa: PTH111  # Path's raises for a name


def _first_magic(pattern: Path) -> int:
    return next(number for number, part in enumerate(pattern.parts) if glob.has_magic(part))


def _lies_in(folder: Path, other: Path | None) -> bool:
    """Whether ``folder`` is ``other``, or somewhere below it."""
    if (key := _key_of(other)) is None:
        return False
    try:
        real = Path(os.path.realpath(folder))
    except ValueError:  # a name with a null in it
        return False
    return any(_key_of(each) == key for each in (real, *real.parents))


def _key_of(folder: Path | None) -> tuple[int, int] | None:
    try:
        return None if folder is None else _key(folder.stat())
    except (OSError, ValueError):
        return None


def _key(found: os.stat_result) -> tuple[int, int]:
    return found.st_dev, found.st_ino


def _listed(folder: Path) -> frozenset[str]:
    try:
        return frozenset(os.listdir(folder))  # noqa: PTH208  # names, not paths
    except OSError:
        return frozenset()
