"""What lies where in a folder of downloads, written down as it comes."""

from __future__ import annotations

import itertools
import os
import stat
import threading
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import msgspec
from msgspec import Struct, structs

from immichkit.download_report import DownloadKind
from immichkit.downloads import Expected
from immichkit.filenames import numbered
from immichkit.layout import owner_of
from immichkit.local.partial_file import existing, tidy

__all__ = ["Entry", "Manifest"]

_NAME = ".immichkit-manifest.jsonl"

_COARSEST = 2.0
"""Seconds: what a file's date is rounded to on FAT."""


class Entry(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One file: whose it is, where below the folder, its size, its SHA-1 in base64.

    ``kind`` says what of the asset it is. ``modified`` is the date, in seconds since 1970, that
    the server gave it. With ``is_coming`` it is yet to get its name: whoever was killed before a
    second line said so may have given it or not.
    """

    id: str
    path: str
    size: int
    checksum: str
    kind: DownloadKind = "original"
    modified: float | None = None
    is_coming: bool = False

    @property
    def owner(self) -> str:
        """Whose file it is, as a key."""
        return owner_of(self.id, self.kind)


class Manifest:
    """A file of JSON lines, one for each file that came; of two for one file the later counts.

    Safe to use from many threads. A line that was cut short by a crash counts for nothing.
    """

    def __init__(self, folder: Path) -> None:
        self.name = _NAME
        self._folder = folder
        self._path = folder / _NAME
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._is_closed = False
        self.entries: dict[str, Entry] = {}
        if self._path.exists():
            self._read()

    def add(self, entry: Entry) -> None:
        """Write down ``entry``, unless it is there already."""
        with self._lock:
            if self._is_closed or self.entries.get(entry.owner) == entry:
                return
            if self._file is None:
                self._file = self._opened()
            self._file.write(msgspec.json.encode(entry) + b"\n")
            self._file.flush()
            self.entries[entry.owner] = entry

    def close(self) -> None:
        """Let go of the file, and write nothing more."""
        with self._lock:
            self._is_closed = True
            if self._file is not None:
                self._file.close()
                self._file = None

    def here(
        self, id_: str, kind: DownloadKind, path: PurePosixPath, expected: Expected
    ) -> Entry | None:
        """What is at ``path``, if it is the asset's file as the server has it; else None.

        The file is only read if its size and date do not say so already.
        """
        known, place = self.entries.get(owner_of(id_, kind)), self._folder / path
        try:
            found = place.stat()
        except OSError:
            return None
        if not stat.S_ISREG(found.st_mode):
            return None
        tidy(place)
        date = None if expected.modified_at is None else expected.modified_at.timestamp()
        is_ours = known is not None and known.path == str(path) and known.modified == date
        checksum = expected.checksum
        if known is not None and is_ours:
            checksum = checksum or known.checksum
            untouched = date is not None and abs(found.st_mtime - date) <= _COARSEST
            if untouched and known.size == found.st_size and known.checksum == checksum:
                return structs.replace(known, is_coming=False)
        if checksum is None:
            return None
        saved = existing(place)
        if saved.sha1 != checksum:
            return None
        return Entry(
            id=id_,
            path=str(path),
            size=saved.size,
            checksum=saved.sha1,
            kind=kind,
            modified=date,
        )

    def set_aside(self, id_: str, kind: DownloadKind, path: PurePosixPath) -> Path | None:
        """Where what is at ``path`` stays as well, unless it is what an earlier run put there."""
        known, place = self.entries.get(owner_of(id_, kind)), self._folder / path
        if not place.is_file():
            return None
        if known and known.path == str(path) and known.checksum == existing(place).sha1:
            return None
        first = f"{place.stem} (changed){place.suffix}"
        names = itertools.chain([first], (numbered(first, number) for number in itertools.count(2)))
        aside = next(one for one in map(place.with_name, names) if _is_free(one, place))
        if not aside.exists():
            _also(place, aside)
        return aside

    def _read(self) -> None:
        coming: dict[str, Entry] = {}
        for entry in filter(None, map(_entry, self._path.read_bytes().splitlines())):
            if entry.is_coming:
                coming[entry.owner] = entry
            else:
                coming.pop(entry.owner, None)
                self.entries[entry.owner] = entry
        for entry in coming.values():
            file = self._folder / entry.path
            if file.is_file() and existing(file).sha1 == entry.checksum:
                self.entries[entry.owner] = entry

    def _opened(self) -> BinaryIO:
        file = self._path.open("ab+")
        if file.seek(0, os.SEEK_END):
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                file.write(b"\n")
        return file


def _is_free(aside: Path, place: Path) -> bool:
    """Whether ``place`` may lie there too, or does so already since a run that was broken off."""
    return not os.path.lexists(aside) or (aside.is_file() and aside.samefile(place))


def _also(place: Path, aside: Path) -> None:
    """Give a file a second name, or that one only where the disk cannot."""
    try:
        aside.hardlink_to(place)
    except OSError:
        place.rename(aside)


def _entry(line: bytes) -> Entry | None:
    try:
        entry = msgspec.json.decode(line, type=Entry)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
    path = PurePosixPath(entry.path)
    # Whoever wrote it: nothing is saved outside of the folder.
    is_inside = not path.is_absolute() and ".." not in path.parts and path.parts
    return entry if is_inside and not {"\\", ":"} & set(entry.path) else None
