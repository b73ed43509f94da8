"""A file that appears under its name only when every byte of it is safely there."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import threading
from collections.abc import Callable, Iterator
from io import BufferedRandom
from pathlib import Path
from typing import Self, TypeVar

from immichkit_api.types import Overwrite, SavedFile

from immichkit.downloads import Beginning
from immichkit.filenames import numbered

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]  # its absence is asked for below

__all__ = ["PartialFile", "existing", "left_over", "taken", "tidy"]

R = TypeVar("R")

_LONGEST = 255
"""Bytes of a file name."""
_ROOMY = _LONGEST - len(".part.json")

_STRETCH = 16 << 20
"""Bytes that are sent on to the disk at once, while the next ones come."""
_KEPT = 2 * _STRETCH
"""Bytes before them that are let go of, should they be on the disk by now."""

_in_use: set[Path] = set()
"""The partial files that this process is writing: two threads must never share one."""
_in_use_lock = threading.Lock()


class PartialFile:
    """One file on its way: bytes go to ``target`` + ".part", which `commit` renames to ``target``.

    ``target`` is a file. ``overwrite`` says what happens if it is there: "error" raises
    `FileExistsError`, "rename" takes the next free name, such as ``photo (1).jpg``, "replace"
    puts the new file in its place. A file that somebody else is writing counts as there.

    What an earlier process left is continued if it came from ``source``: ``beginning`` then says
    of which file, and ``size`` how many of its bytes are here. Else it is written over. The
    beginning is kept in a file of its own, ``target`` + ".part.json", for as long as the part is.

    What is written does not stay in the system's cache, unless ``is_read_again`` is set.
    """

    def __init__(
        self, target: Path, overwrite: Overwrite = "error", *, source: str | None = None
    ) -> None:
        self._overwrite = overwrite
        self._asked_for = target
        self._sha1 = hashlib.sha1(usedforsecurity=False)
        self.size = self._sent_on = 0
        self.is_read_again = False
        # For all but the bytes: a task that is cancelled leaves while its thread may be at work.
        self._lock = threading.RLock()
        self.beginning: Beginning | None = None
        self.target, self._part, self._file = self._claim()
        self._state = _part_of(self.target)[1]
        try:
            self._take_up(source)
        except BaseException:
            self._release()
            raise
        self.resumed_from = self.size

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    @property
    def sha1(self) -> str:
        """That of the bytes that are here, in base64."""
        return _base64(self._sha1.digest())

    def begin(self, beginning: Beginning | None) -> None:
        """Start from the first byte; ``beginning`` is kept for who comes back for the rest."""
        with self._lock:
            self._file.seek(0)  # first: it fails if the part was left, and is somebody else's now
            # In this order, so that no state ever speaks of the bytes of another file.
            self._state.unlink(missing_ok=True)
            self._file.truncate()
            self._sha1 = hashlib.sha1(usedforsecurity=False)
            self.size = self.resumed_from = self._sent_on = 0
            self.beginning = beginning
            if beginning is not None:
                self._state.write_bytes(beginning.encoded())

    def write(self, chunk: bytes) -> None:
        """Add ``chunk`` at the end; `digest` has to be told of it too."""
        self._file.write(chunk)
        self.size += len(chunk)
        if self.size - self._sent_on >= _STRETCH:
            begin = self._sent_on if self.is_read_again else max(0, self._sent_on - _KEPT)
            _send_on(self._file, begin, self.size)
            self._sent_on = self.size

    def digest(self, chunk: bytes) -> None:
        """Count ``chunk``, the next of those that are written, in the SHA-1."""
        # On its own: the disk and the arithmetic can then take place at the same time.
        self._sha1.update(chunk)

    def step_back(self, offset: int) -> None:
        """Forget what lies behind ``offset``, read the rest once for its SHA-1."""
        with self._lock:
            self._file.seek(0)
            self._file.truncate(offset)
            self._sha1 = hashlib.file_digest(
                self._file, lambda: hashlib.sha1(usedforsecurity=False)
            )
            self.size = self._sent_on = offset

    def inspect(self, check: Callable[[Path, str], R]) -> R:
        """What ``check`` finds in the file, whose SHA-1 it is told, before it takes its name."""
        self._file.flush()
        return check(self._part, self.sha1)

    def commit(self, modified_at: float | None = None) -> SavedFile:
        """Put the file in its place, on the disk and not only in memory, and say what it is.

        It is dated ``modified_at``, in seconds since 1970.
        """
        with self._lock:
            self._file.flush()
            if modified_at is not None:
                os.utime(self._part, (modified_at, modified_at))
            os.fsync(self._file.fileno())
            while not self._put_in_place():
                if self._overwrite != "rename":
                    self.leave()
                    raise FileExistsError(f"{self.target} came into being while it was downloaded.")
                self.target = next(free for free in _names(self._asked_for) if not taken(free))
            self._state.unlink(missing_ok=True)
            self._release()
            _sync_folder(self.target.parent)
            return SavedFile(
                path=self.target, size=self.size, sha1=self.sha1, resumed_from=self.resumed_from
            )

    def leave(self) -> None:
        """Keep what is here for another time, if it was not committed and can be continued."""
        with self._lock:
            if self._file.closed:
                return
            if self.beginning is None or self.size == 0:
                self.discard()
                return
            # A full disk was reported by write already; what is on it will be read again.
            with contextlib.suppress(OSError):
                self._file.flush()
            self._release()

    def discard(self) -> None:
        """Take the partial file away, if it was not committed."""
        with self._lock:
            if not self._file.closed:
                self._state.unlink(missing_ok=True)
                # An open file cannot be removed on Windows, a closed one could be somebody else's.
                if os.name != "nt":
                    self._part.unlink(missing_ok=True)
                self._release()
                if os.name == "nt":
                    self._part.unlink(missing_ok=True)

    def _take_up(self, source: str | None) -> None:
        """Continue what is on the disk, if it is a part of what ``source`` has; else empty it."""
        found = None
        if source is not None:
            with contextlib.suppress(FileNotFoundError):
                found = Beginning.decoded(self._state.read_bytes())
        here = os.fstat(self._file.fileno()).st_size
        if found is None or found.source != source or not (offset := found.offset(here)):
            self.begin(None)
            return
        self.step_back(offset)
        self.beginning = found

    def _claim(self) -> tuple[Path, Path, BufferedRandom]:
        """The first name that may be written to, with its partial file open and locked."""
        for target in _names(self._asked_for):
            if self._overwrite != "replace" and taken(target):
                tidy(target)
                if self._overwrite == "rename":
                    continue
                raise FileExistsError(f"{target} is there already.")
            part, _ = _part_of(target)
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
            # Whoever finds the file now may have tidied up already.
            self._part.unlink(missing_ok=True)
        return True

    def _close_on_windows(self) -> None:
        if os.name == "nt":
            self._file.close()

    def _release(self) -> None:
        with contextlib.suppress(OSError):  # of a full disk, which write has told of
            self._file.close()
        with _in_use_lock:
            _in_use.discard(self._part.absolute())


def taken(path: Path) -> bool:
    """Whether the name is taken, be it by a link that leads nowhere."""
    return os.path.lexists(path)


def tidy(target: Path) -> None:
    """Take away what is left beside a finished file if a process was killed as it finished it."""
    part, state = _part_of(target)
    with contextlib.suppress(OSError):
        if not taken(part):
            state.unlink(missing_ok=True)
        elif os.name != "nt" and part.samefile(target):
            state.unlink(missing_ok=True)
            part.unlink(missing_ok=True)


def left_over(target: Path, overwrite: Overwrite, source: str) -> PartialFile | None:
    """The part of ``target`` that an earlier call left, if it came from ``source``."""
    names = (name for name in _names(target) if overwrite != "rename" or not taken(name))
    _, state = _part_of(next(names))
    with contextlib.suppress(OSError):
        found = Beginning.decoded(state.read_bytes())
        if found is not None and found.source == source:
            return PartialFile(target, overwrite, source=source)
    return None


def existing(path: Path) -> SavedFile:
    """What is at ``path`` already, read once through for its SHA-1."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, lambda: hashlib.sha1(usedforsecurity=False)).digest()
        return SavedFile(path=path, size=file.tell(), sha1=_base64(digest), written=False)


def _part_of(target: Path) -> tuple[Path, Path]:
    """The partial file beside ``target``, and the one that says what it is a part of."""
    name = target.name
    whole = os.fsencode(name)
    if _ROOMY < len(whole) <= _LONGEST:
        # Cut short it could be another's: its SHA-1 tells them apart, at every call the same.
        mark = hashlib.sha1(whole, usedforsecurity=False).hexdigest()
        name = whole[: _ROOMY - len(mark)].decode(errors="ignore") + mark
    return target.with_name(f"{name}.part"), target.with_name(f"{name}.part.json")


def _names(target: Path) -> Iterator[Path]:
    yield target
    number = 0
    while True:
        number += 1
        yield target.with_name(numbered(target.name, number))


def _open_alone(part: Path) -> BufferedRandom | None:
    """``part``, made if need be, for nobody else to write; None if somebody does already."""
    key = part.absolute()
    with _in_use_lock:
        if key in _in_use:
            return None
        _in_use.add(key)
    try:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        file = os.fdopen(os.open(part, flags, 0o666), "r+b")
        if _locked(file) and _is_at(part, file):
            return file if _is_only_a_part(file) else _made_anew(part, file, flags)
        file.close()
    except BaseException:
        with _in_use_lock:
            _in_use.discard(key)
        raise
    with _in_use_lock:
        _in_use.discard(key)
    return None


def _locked(file: BufferedRandom) -> bool:
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


def _is_at(part: Path, file: BufferedRandom) -> bool:
    """Whether ``file`` is still what ``part`` names: another process may just have renamed it."""
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file.fileno()), part.stat())
    return False


def _is_only_a_part(file: BufferedRandom) -> bool:
    """Whether no finished file has the same bytes.

    It has if a process was killed after linking the whole part to its name: emptying the part
    would empty the file.
    """
    return os.name == "nt" or os.fstat(file.fileno()).st_nlink <= 1


def _made_anew(part: Path, file: BufferedRandom, flags: int) -> BufferedRandom | None:
    """``part`` as a file of its own, in place of a second name for a finished one."""
    part.unlink()
    file.close()
    new = os.fdopen(os.open(part, flags | os.O_EXCL, 0o666), "r+b")
    if _locked(new) and _is_at(part, new):
        return new
    new.close()
    return None


def _send_on(file: BufferedRandom, begin: int, end: int) -> None:
    """Let the disk begin with these bytes, and forget those of them that it has already.

    The fsync at the end then has next to nothing to wait for, and a large file pushes nothing else
    out of the memory: that makes it twice as fast.
    """
    # Linux starts to write what it cannot forget yet, and does not wait for it.
    if hasattr(os, "posix_fadvise"):
        with contextlib.suppress(OSError):
            os.posix_fadvise(file.fileno(), begin, end - begin, os.POSIX_FADV_DONTNEED)


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
