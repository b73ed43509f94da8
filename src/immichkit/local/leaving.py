"""What happens to a local file once the server surely has it: deleted or moved away."""

from __future__ import annotations

import errno
import os
import shutil
from itertools import count
from pathlib import Path
from typing import Literal

from immichkit.filenames import numbered
from immichkit.local.hashing import hash_file, is_unchanged
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


def leave_sidecar(file: Candidate, moved_to: Path | None, *, was_sent: bool) -> None:
    """Send the sidecar after its photo, which has been moved or, without ``moved_to``, deleted.

    It stays if a photo that stays needs it, or if it would be lost, for the server did not take it.
    """
    sidecar = file.sidecar
    if sidecar is None or not taken(sidecar) or any(taken(path) for path in file.sharers):
        return
    if moved_to is not None:
        _moved(sidecar, moved_to.with_name(_renamed(sidecar, file.path, moved_to)))
    elif was_sent:
        sidecar.unlink()


def _check(file: Candidate) -> None:
    if not is_unchanged(file):
        raise FileChangedError(f"{file.path} has changed since it was hashed")
    if file.is_from_cache:
        # A cache is good enough to skip an upload, not to delete the only copy.
        known = file.sha1
        hash_file(file, None, lambda _: None, lambda: False)
        if file.sha1 != known:
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
    while True:
        free = _free(target)
        try:
            # Unlike a rename, a link fails if the name was taken a moment ago.
            os.link(path, free, follow_symlinks=False)
        except FileExistsError:
            continue
        except (OSError, NotImplementedError):  # another disk, exFAT, some network shares
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
