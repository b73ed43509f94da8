"""What happens to a local file once the server surely has it: deleted or moved away."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import Literal

from immichkit.filenames import numbered
from immichkit.local.hashing import hash_file, is_unchanged
from immichkit.local.partial_file import taken
from immichkit.uploads import Candidate

__all__ = ["FileChangedError", "leave"]


class FileChangedError(Exception):
    """The file is not what was uploaded any more, so it stays."""


def leave(
    file: Candidate, after: Literal["delete"] | Path, *, sidecar_was_sent: bool, pretend: bool
) -> Path | None:
    """Delete the file, or move it into the folder ``after``; where it is then, if anywhere.

    Its sidecar goes with it, unless a photo that stays needs it, or the server did not take it
    and it would be lost. With ``pretend`` nothing happens but the checks. Raises
    `FileChangedError` if the file is not what was hashed any more.
    """
    _check(file)
    target = None if isinstance(after, str) else _free(after.expanduser() / file.below, file.path)
    if pretend:
        return target
    _go(file.path, target)
    sidecar = file.sidecar
    if sidecar is None or not taken(sidecar) or any(taken(path) for path in file.sharers):
        return target
    if target is not None:
        _go(sidecar, _free(target.parent, _renamed(sidecar, file.path, target)))
    elif sidecar_was_sent:
        _go(sidecar, None)
    return target


def _check(file: Candidate) -> None:
    if not is_unchanged(file):
        raise FileChangedError(f"{file.path} has changed since it was hashed")
    if file.is_from_cache:
        # A cache is good enough to skip an upload, not to delete the only copy.
        known = file.sha1
        hash_file(file, None, lambda _: None, lambda: False)
        if file.sha1 != known:
            raise FileChangedError(f"{file.path} has changed since it was hashed")


def _free(folder: Path, path: Path) -> Path:
    """A name in ``folder`` that is not taken."""
    target = folder / path.name
    for number in count(1):
        if not taken(target):
            break
        target = folder / numbered(path.name, number)
    return target


def _renamed(sidecar: Path, path: Path, target: Path) -> Path:
    """The sidecar under the name that belongs to the photo's new one."""
    if target.name == path.name:
        return sidecar
    whole = sidecar.stem.casefold() == path.name.casefold()
    return sidecar.with_name((target.name if whole else target.stem) + sidecar.suffix)


def _go(path: Path, target: Path | None) -> None:
    if target is None:
        path.unlink()
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(path, target)
