"""A file that appears under its name only when every byte of it is safely there."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Self

from immichkit_api.types import Overwrite, SavedFile

from immichkit.filenames import numbered

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # its absence is asked for below

__all__ = ["PartialFile", "existing", "taken"]

_in_use: set[Path] = set()
"""The partial files that this process is writing: two threads must never share one."""
_in_use_lock = threading.Lock()


class PartialFile:
    """One file on its way: bytes go to ``target`` + ".part", which `commit` renames to ``target``.

    ``target`` is a file. ``overwrite`` says what happens if it is there: "error" raises
    `FileExistsError`, "rename" takes the next free name, such as ``photo (1).jpg``, "replace"
    puts the new file in its place. A file that somebody else is writing counts as there.
    ``discard`` leaves nothing behind; a part that an earlier process left is written over.
    """

    def __init__(self, target: Path, overwrite: Overwrite = "error") -> None:
        self._overwrite = overwrite
        self._asked_for = target
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self.size = 0
        self.target, self._part, self._file = self._claim()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.discard()

    def write(self, chunk: bytes) -> None:
        """Add ``chunk`` at the end."""
        self._file.write(chunk)
        self._sha1.update(chunk)
        self.size += len(chunk)

    def commit(self) -> SavedFile:
        """Put the file in its place, on the disk and not only in memory, and say what it is."""
        self._file.flush()
        os.fsync(self._file.fileno())
        while not self._put_in_place():
            if self._overwrite != "rename":
                self.discard()
                raise FileExistsError(f"{self.target} came into being while it was downloaded.")
            self.target = next(free for free in _names(self._asked_for) if not taken(free))
        self._release()
        _sync_folder(self.target.parent)
        return SavedFile(path=self.target, size=self.size, sha1=_base64(self._sha1.digest()))

    def discard(self) -> None:
        """Take the partial file away, if it was not committed."""
        if not self._file.closed:
            # An open file cannot be removed on Windows, a closed one could be somebody else's.
            if os.name != "nt":
                self._part.unlink(missing_ok=True)
            self._release()
            if os.name == "nt":
                self._part.unlink(missing_ok=True)

    def _claim(self) -> tuple[Path, Path, IO[bytes]]:
        """The first name that may be written to, with its partial file open and locked."""
        for target in _names(self._asked_for):
            if self._overwrite != "replace" and taken(target):
                if self._overwrite == "rename":
                    continue
                raise FileExistsError(f"{target} is there already.")
            part = target.with_name(target.name + ".part")
            if (file := _open_alone(part)) is not None:
                return target, part, file
            if self._overwrite != "rename":
                raise FileExistsError(f"{target} is just being written by somebody else.")
        raise AssertionError("There is always a next name.")

    def _put_in_place(self) -> bool:
        """Rename the part; False if the name is taken and must not be."""
        if self._overwrite == "replace":
            self._close_on_windows()
            self._part.replace(self.target)
            return True
        try:
            # Unlike a rename, a link fails if the name was taken a moment ago.
            os.link(self._part, self.target)
        except FileExistsError:
            return False
        except (OSError, NotImplementedError):  # exFAT, some network shares
            if taken(self.target):
                return False
            self._close_on_windows()
            self._part.rename(self.target)
        else:
            self._close_on_windows()
            self._part.unlink()
        return True

    def _close_on_windows(self) -> None:
        if os.name == "nt":
            self._file.close()

    def _release(self) -> None:
        self._file.close()
        with _in_use_lock:
            _in_use.discard(self._part.absolute())


def taken(path: Path) -> bool:
    """Whether the name is taken, be it by a link that leads nowhere."""
    return os.path.lexists(path)


def existing(path: Path) -> SavedFile:
    """What is at ``path`` already, read once through for its SHA-1."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False)).digest()
        return SavedFile(path=path, size=file.tell(), sha1=_base64(digest), written=False)


def _names(target: Path) -> Iterator[Path]:
    yield target
    number = 0
    while True:
        number += 1
        yield target.with_name(numbered(target.name, number))


def _open_alone(part: Path) -> IO[bytes] | None:
    """``part``, empty and for nobody else to write; None if somebody does already."""
    key = part.absolute()
    with _in_use_lock:
        if key in _in_use:
            return None
        _in_use.add(key)
    try:
        file = os.fdopen(os.open(part, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)), "wb")
        if _locked(file) and _is_at(part, file):
            file.truncate(0)
            return file
        file.close()
    except BaseException:
        with _in_use_lock:
            _in_use.discard(key)
        raise
    with _in_use_lock:
        _in_use.discard(key)
    return None


def _locked(file: IO[bytes]) -> bool:
    """Whether no other process writes to ``file``, as far as this system can tell."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:  # a network share without locks
        return True
    return True


def _is_at(part: Path, file: IO[bytes]) -> bool:
    """Whether ``file`` is still what ``part`` names: another process may just have renamed it."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), part.stat())
    return False


def _sync_folder(folder: Path) -> None:
    """Make the new name last through a power cut, where a folder can be synced at all."""
    if os.name == "nt":
        return
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()
