"""The file of a journal: the way back of each write, on the disk before the write is sent."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import BinaryIO, Final

import attrs
import msgspec

from immichkit.errors import JournalError
from immichkit.options import check_type
from immichkit.steps import Step, Undo

if sys.platform != "win32":
    import fcntl

__all__ = ["JournalFile", "JournalStep"]

_FIRST: Final = b'{"immichkit_journal":1}'
_LONGEST_FIRST: Final = len(_FIRST) + 1
_BLOCK: Final = 65536
_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)


@attrs.frozen(kw_only=True)
class JournalStep:
    """One step that was carried out, or was about to be, with its way back.

    ``run`` is the same for all steps of one run, which do not depend on each other.
    """

    key: str
    run: str
    about: str
    undo: tuple[Undo, ...] = ()
    permanent: str | None = None


@attrs.frozen(kw_only=True)
class _Line:
    """A line of the file: whose it is, a step, or the key of one that is over."""

    user: str | None = None
    step: JournalStep | None = None
    over: str | None = None


class JournalFile:
    """A file of JSON lines that is only ever added to; safe to use from many threads.

    It is the journal of one user of one server, whose id it holds, and of one run at a time. A last
    line that was cut short is one whose write was never sent, and counts for nothing.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        check_type("The path of a journal", path, (str, PathLike), "a text or a path")
        self.path = Path(path).expanduser()
        self._lock = threading.Lock()
        self._file: BinaryIO | None = None
        self._run = secrets.token_hex(8)

    def steps(self) -> list[JournalStep]:
        """The steps that have to be undone, the first one first.

        Raises `JournalError` if the file is not there, or is no journal.
        """
        steps: dict[str, JournalStep] = {}
        for number, text in enumerate(self._lines()[1:], 2):
            line = self._decoded(text, number)
            if line.step is not None:
                steps[line.step.key] = line.step
            if line.over is not None:
                steps.pop(line.over, None)
        return list(steps.values())

    def check_owner(self, user_id: str) -> None:
        """Raise `JournalError` if this is the journal of another user, or of another server's."""
        if (owner := self._owner()) not in {None, user_id}:
            raise JournalError(
                f"{self.path} is the journal of another user or server, so nothing was sent: it is "
                f"that of the user {owner}, not of {user_id}."
            )

    def open(self, user_id: str) -> None:
        """See to it that this is a journal of the user, and that no other run writes to it.

        Raises `JournalError` if it is another's, in use, no journal, or cannot be written.
        """
        self._write([])  # opens the file, and locks it
        try:
            self.check_owner(user_id)
        except JournalError:
            self.close()
            raise
        if self._owner() is None:
            self._write([_Line(user=user_id)])

    def add(self, step: Step) -> None:
        """Put the way back of ``step`` on the disk."""
        entry = JournalStep(
            key=secrets.token_hex(8),
            run=self._run,
            about=step.about,
            undo=step.undo,
            permanent=step.permanent,
        )
        self._write([_Line(step=entry)])

    def cross_out(self, keys: Sequence[str]) -> None:
        """Write down that these steps need no way back any more."""
        self._write([_Line(over=key) for key in keys])

    def close(self) -> None:
        """Let go of the file; what is added later opens it again."""
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None

    def _write(self, lines: Sequence[_Line]) -> None:
        content = b"".join(msgspec.json.encode(_plain(line)) + b"\n" for line in lines)
        with self._lock:
            try:
                if self._file is None:
                    self._file = self._opened()
                self._file.write(content)
                self._file.flush()
                os.fsync(self._file.fileno())
            except OSError as error:
                # Half a line may be in it: opened anew, that goes.
                if self._file is not None:
                    with suppress(OSError):
                        self._file.close()
                self._file = None
                raise JournalError(
                    f"The journal {self.path} cannot be written, so nothing more was sent: {error}"
                ) from error

    def _opened(self) -> BinaryIO:
        file = os.fdopen(os.open(self.path, _FLAGS, 0o600), "r+b")
        try:
            _check_kind(os.fstat(file.fileno()))
            _lock(file)
            self._check_first(file.readline(_LONGEST_FIRST))
            # A line that was cut short goes: what follows it must not be joined to it.
            file.seek(whole := _end_of_lines(file))
            file.truncate()
            if not whole:
                file.write(_FIRST + b"\n")
                _settle(self.path.parent)
        except BaseException:
            file.close()
            raise
        return file

    def _owner(self) -> str | None:
        try:
            _check_kind(self.path.stat())
            with self.path.open("rb") as file:
                first, second = file.readline(_LONGEST_FIRST), file.readline()
        except OSError as error:
            raise JournalError(f"The journal {self.path} cannot be read: {error}") from error
        self._check_first(first)
        return self._decoded(second, 2).user if second.endswith(b"\n") else None

    def _check_first(self, line: bytes) -> None:
        """Raise `JournalError` unless it is a journal's first line, or the beginning of it."""
        if line != _FIRST + b"\n" and not _FIRST.startswith(line):
            raise JournalError(f"{self.path} is no journal of this release.")

    def _decoded(self, text: bytes, number: int) -> _Line:
        try:
            return msgspec.json.decode(text, type=_Line)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise JournalError(
                f"{self.path} is damaged in line {number}, nothing was undone: {error}"
            ) from None

    def _lines(self) -> list[bytes]:
        """The whole lines, the first of which says that it is a journal."""
        try:
            _check_kind(self.path.stat())
            content = self.path.read_bytes()
        except OSError as error:
            raise JournalError(f"The journal {self.path} cannot be read: {error}") from error
        self._check_first(content[: content.find(b"\n") + 1] or content)
        return content.split(b"\n")[:-1]


def _end_of_lines(file: BinaryIO) -> int:
    """Where the last whole line ends; read from behind, for a journal may be long."""
    end = file.seek(0, os.SEEK_END)
    while end:
        start = max(0, end - _BLOCK)
        file.seek(start)
        if found := file.read(end - start).rfind(b"\n") + 1:
            return start + found
        end = start
    return 0


def _plain(line: _Line) -> dict[str, object]:
    return {name: value for name, value in msgspec.to_builtins(line).items() if value is not None}


def _check_kind(found: os.stat_result) -> None:
    """Raise `OSError` for a device or a pipe, which may never come to an end of what is read."""
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "it is no regular file")


def _lock(file: BinaryIO) -> None:
    """Keep other runs from writing to ``file``, as far as this system can."""
    if sys.platform == "win32":
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise BlockingIOError("another run is writing to it") from None
    except OSError:  # a network share without locks
        return


def _settle(folder: Path) -> None:
    """See to it that a new file's name is on the disk, where folders can be told to."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
