"""What happens to a local file once the server surely has it: deleted or moved away."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Collection
from itertools import count
from pathlib import Path
from typing import Literal

import attrs

from immichkit.filenames import numbered
from immichkit.local.hashing import InterruptedReadError, hash_file, identity
from immichkit.local.partial_file import PartialFile, taken
from immichkit.uploads import Candidate

__all__ = ["FileChangedError", "Foretold", "leave", "leave_sidecar"]

_CHUNK = 1 << 20


class FileChangedError(Exception):
    """The file is not what was uploaded any more, so it stays."""


@attrs.frozen
class Foretold:
    """What dry run has let go so far: where files would be, and where none would be any more."""

    _taken: set[Path] = attrs.field(factory=set, init=False)
    _gone: set[Path] = attrs.field(factory=set, init=False)

    def has_lost(self, path: Path) -> bool:
        """Whether what is at ``path``, no link, would have left."""
        return path in self._gone

    def let_go(self, path: Path, target: Path | None) -> Path | None:
        """Where the file at ``path`` would be then; without ``target`` it would be deleted."""
        self._gone.add(_own(path))
        if target is None:
            return None
        free = _free(target, self._taken)
        self._taken.add(free)
        return free


def leave(
    file: Candidate,
    after: Literal["delete"] | Path,
    *,
    is_over: Callable[[], bool],
    foretold: Foretold | None = None,
) -> Path | None:
    """Delete the file, or move it into the folder ``after``; where it is then, if anywhere.

    In dry run, whose ``foretold`` is given, nothing happens but the checks. Raises
    `FileChangedError` if the file is not what was hashed any more, `InterruptedReadError` if the
    run ``is_over`` before it goes, and `OSError` if it cannot go; it is where it was then.
    """
    _check(file, is_over, foretold)
    target = None if isinstance(after, str) else after / file.below / file.path.name
    if foretold is not None:
        return foretold.let_go(file.path, target)
    if is_over():
        raise InterruptedReadError
    if target is not None:
        return _moved(file.path, target, is_over)
    file.path.unlink()
    return None


def leave_sidecar(
    file: Candidate, moved_to: Path | None, *, was_sent: bool, foretold: Foretold | None = None
) -> str | None:
    """Send the sidecar after its photo, which has been moved or, without ``moved_to``, deleted.

    It stays if a photo that stays needs it. It also stays, and the reason is returned, if it would
    be lost, for the server did not take it, or not as it is now.
    """
    sidecar = file.sidecar
    if sidecar is None or not taken(sidecar):
        return None
    if any(
        taken(path) and not (foretold and foretold.has_lost(_own(path))) for path in file.sharers
    ):
        return None
    if moved_to is None and not was_sent:
        return "the server had the photo already, and takes a sidecar only along with one"
    if foretold is not None:
        return None
    if moved_to is not None:
        name = _renamed(sidecar, file.path, moved_to)
        _moved(sidecar, moved_to.with_name(name), lambda: False)
        return None
    now = hashlib.sha1(sidecar.read_bytes(), usedforsecurity=False).digest()
    if now != file.sidecar_sha1:
        return "it changed after it was sent"
    sidecar.unlink()
    return None


def _check(file: Candidate, is_over: Callable[[], bool], foretold: Foretold | None) -> None:
    leads_to = Path(os.path.realpath(file.path)) if file.path.is_symlink() else None
    if leads_to is not None and (
        not taken(leads_to) or (foretold is not None and foretold.has_lost(leads_to))
    ):
        raise FileChangedError(f"{file.path} leads to {leads_to}, which is there no more")
    now, known = identity(file.path), file.identity
    if known is None or attrs.evolve(now, ctime_ns=known.ctime_ns) != known:
        raise FileChangedError(f"{file.path} has changed since it was hashed")
    if file.is_from_cache or now != known:
        # A cache is good enough to skip an upload, not to delete the only copy. And the ctime
        # alone also changes when another name of the same file goes.
        sha1 = file.sha1
        if not hash_file(file, None, lambda _: None, is_over) or file.sha1 != sha1:
            raise FileChangedError(f"{file.path} has changed since it was hashed")


def _own(path: Path) -> Path:
    """The one way to ``path`` without links; what is there can be a link."""
    return Path(os.path.realpath(path.parent), path.name)


def _free(target: Path, also_taken: Collection[Path] = ()) -> Path:
    """``target``, or the next name beside it that is not taken."""
    free = target
    for number in count(1):
        if not taken(free) and free not in also_taken:
            break
        free = target.with_name(numbered(target.name, number))
    return free


def _renamed(sidecar: Path, path: Path, moved_to: Path) -> str:
    """The sidecar's name that belongs to the photo's new one."""
    if moved_to.name == path.name:
        return sidecar.name
    whole = sidecar.stem.casefold() == path.name.casefold()
    return (moved_to.name if whole else moved_to.stem) + sidecar.suffix


def _moved(path: Path, target: Path, is_over: Callable[[], bool]) -> Path:
    """Where the file is now: at ``target``, or at the next name beside it that is not taken."""
    target.parent.mkdir(parents=True, exist_ok=True)
    # A link leads to the same file from wherever it is then; that file stays.
    leads_to = path.resolve() if path.is_symlink() else None
    while True:
        free = _free(target)
        try:
            if leads_to is not None:
                free.symlink_to(leads_to)
            else:
                # Unlike a rename, a link fails if the name was taken a moment ago.
                os.link(path, free)
        except FileExistsError:
            continue
        except (OSError, NotImplementedError):  # another disk, exFAT, some network shares
            if leads_to is not None:
                raise
            return _moved_without_link(path, free, is_over)
        path.unlink()
        return free


def _moved_without_link(path: Path, target: Path, is_over: Callable[[], bool]) -> Path:
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        return target
    before = identity(path)
    with PartialFile(target, overwrite="rename") as part:
        with path.open("rb", buffering=0) as source:
            while chunk := source.read(_CHUNK):
                if is_over():
                    raise InterruptedReadError
                part.write(chunk)
        saved = part.commit(path.stat().st_mtime)
    shutil.copystat(path, saved.path)
    if identity(path) != before:
        saved.path.unlink()
        raise FileChangedError(f"{path} has changed while it was moved")
    path.unlink()
    return saved.path
