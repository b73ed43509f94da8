"""What happens to a local file once the server surely has it: deleted or moved away."""

from __future__ import annotations

import errno
import os
import shutil
from itertools import count
from pathlib import Path
from typing import Literal

import attrs

from immichkit.filenames import numbered
from immichkit.local.hashing import hash_file, identity
from immichkit.local.partial_file import PartialFile, taken
from immichkit.uploads import Candidate

__all__ = ["FileChangedError", "leave", "leave_sidecar"]

_CHUNK = 1 << 20


class FileChangedError(Exception):
    """The file is not what was uploaded any more, so it stays."""


def leave(file: Candidate, after: Literal["delete"] | Path, *, pretend: bool) -> Path | None:
    """Delete the file, or move it into the folder ``after``; where it is then, if anywhere.

    With ``pretend`` nothing happens but the checks. Raises `FileChangedError` if the file is not
    what was hashed any more, and `OSError` if it cannot go; it is where it was then.
    """
    _check(file)
    if isinstance(after, str):
        if not pretend:
            file.path.unlink()
        return None
    target = after.expanduser() / file.below / file.path.name
    return _free(target) if pretend else _moved(file.path, target)


def leave_sidecar(
    file: Candidate, moved_to: Path | None, *, was_sent: bool, pretend: bool = False
) -> bool:
    """Send the sidecar after its photo, which has been moved or, without ``moved_to``, deleted.

    It stays if a photo that stays needs it. It also stays, and False is returned, if it would be
    lost, for the server did not take it.
    """
    sidecar = file.sidecar
    if sidecar is None or not taken(sidecar) or any(taken(path) for path in file.sharers):
        return True
    if moved_to is None and not was_sent:
        return False
    if not pretend:
        if moved_to is None:
            sidecar.unlink()
        else:
            _moved(sidecar, moved_to.with_name(_renamed(sidecar, file.path, moved_to)))
    return True


def _check(file: Candidate) -> None:
    now, known = identity(file.path), file.identity
    if known is None or attrs.evolve(now, ctime_ns=known.ctime_ns) != known:
        raise FileChangedError(f"{file.path} has changed since it was hashed")
    if file.is_from_cache or now != known:
        # A cache is good enough to skip an upload, not to delete the only copy. And the ctime
        # alone also changes when another name of the same file goes.
        sha1 = file.sha1
        if not hash_file(file, None, lambda _: None, lambda: False) or file.sha1 != sha1:
            raise FileChangedError(f"{file.path} has changed since it was hashed")


def _free(target: Path) -> Path:
    """``target``, or the next name beside it that is not taken."""
    free = target
    for number in count(1):
        if not taken(free):
            break
        free = target.with_name(numbered(target.name, number))
    return free


def _renamed(sidecar: Path, path: Path, moved_to: Path) -> str:
    """The sidecar's name that belongs to the photo's new one."""
    if moved_to.name == path.name:
        return sidecar.name
    whole = sidecar.stem.casefold() == path.name.casefold()
    return (moved_to.name if whole else moved_to.stem) + sidecar.suffix


def _moved(path: Path, target: Path) -> Path:
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
            return _moved_without_link(path, free)
        path.unlink()
        return free


def _moved_without_link(path: Path, target: Path) -> Path:
    try:
        path.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
    else:
        return target
    with PartialFile(target, overwrite="rename") as part:
        with path.open("rb", buffering=0) as source:
            while chunk := source.read(_CHUNK):
                part.write(chunk)
        saved = part.commit(path.stat().st_mtime)
    shutil.copystat(path, saved.path)
    path.unlink()
    return saved.path
