"""SHA-1 of files, and whether they are still what was hashed."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from immichkit.local.hash_cache import HashCache
from immichkit.uploads import Candidate, Identity

__all__ = ["InterruptedReadError", "SentFile", "hash_file", "identity", "is_unchanged"]

_CHUNK: Final = 1 << 20
_SETTLED: Final = 2_000_000_000
"""Nanoseconds: a file that was written within them could change again without a new time."""


class InterruptedReadError(Exception):
    """Reading was given up because the run is over."""


class SentFile(io.FileIO):
    """A file that is being sent: tells how much was read, and stops when the run is over."""

    def __init__(
        self, path: Path, told: Callable[[int], object], is_over: Callable[[], bool]
    ) -> None:
        super().__init__(path)
        self._told = told
        self._is_over = is_over

    def read(self, size: int | None = -1, /) -> bytes:
        """The next bytes; raises `InterruptedReadError` when the run is over."""
        if self._is_over():
            raise InterruptedReadError
        chunk = super().read(size)
        self._told(len(chunk))
        return chunk


def identity(path: Path) -> Identity:
    """What tells this state of the file from another."""
    found = path.stat()
    return Identity(
        size=found.st_size,
        mtime_ns=found.st_mtime_ns,
        inode=found.st_ino,
        ctime_ns=found.st_ctime_ns,
    )


def is_unchanged(file: Candidate) -> bool:
    """Whether the file is still what was hashed, as far as can be seen without reading it."""
    try:
        return identity(file.path) == file.identity
    except OSError:
        return False


def hash_file(
    file: Candidate,
    cache: HashCache | None,
    told: Callable[[int], object],
    is_over: Callable[[], bool],
) -> bool:
    """Set the file's SHA-1 and identity; False if it does not stand still long enough.

    Raises `OSError` if it cannot be read.
    """
    for _ in range(3):
        begun = time.time_ns()
        before = identity(file.path)
        sha1 = None if cache is None else cache.get(file.path, before)
        file.is_from_cache = sha1 is not None
        if sha1 is None:
            sha1 = _sha1(file.path, told, is_over)
            if identity(file.path) != before:
                continue
            if cache is not None and before.mtime_ns < begun - _SETTLED:
                cache.put(file.path, before, sha1)
        file.sha1, file.identity = sha1, before
        return True
    return False


def _sha1(path: Path, told: Callable[[int], object], is_over: Callable[[], bool]) -> bytes:
    digest = hashlib.sha1(usedforsecurity=False)
    with path.open("rb", buffering=0) as file:
        while chunk := file.read(_CHUNK):
            if is_over():
                raise InterruptedReadError
            digest.update(chunk)
            told(len(chunk))
    return digest.digest()
