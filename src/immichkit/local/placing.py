"""Which place each download gets in a folder, by what was written down and by what is there."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from immichkit.download_report import DownloadKind
from immichkit.downloads import Expected
from immichkit.layout import Places, owner_of
from immichkit.local.destination import check_folder
from immichkit.local.manifest import Manifest
from immichkit.local.partial_file import existing

__all__ = ["Placing"]


class Placing:
    """The places of one run: never a path that some other file has, ours or not.

    With each path goes whether a file is there that is ours, and so may be replaced.
    """

    def __init__(self, folder: Path) -> None:
        check_folder(folder)
        self._folder = folder
        self.manifest = Manifest(folder)
        known = {owner: entry.path for owner, entry in self.manifest.entries.items()}
        self._places = Places(known, reserved=[self.manifest.name])

    def place(
        self, id_: str, kind: DownloadKind, wanted: PurePosixPath, expected: Expected
    ) -> tuple[PurePosixPath, bool]:
        """Where a file goes that belongs at ``wanted``: there, or beside it with the id."""
        owner = owner_of(id_, kind)
        known = self.manifest.entries.get(owner)
        path, is_there = wanted, False
        for path in self._places.candidates(owner, wanted):
            is_there = os.path.lexists(self._folder / path)
            is_ours = known is not None and known.path == str(path)
            if not is_there or is_ours or self.manifest.here(id_, kind, path, expected):
                break
        self._places.take(owner, path)
        return path, is_there

    def fixed(
        self, id_: str, kind: DownloadKind, path: PurePosixPath, expected: Expected
    ) -> tuple[PurePosixPath, bool]:
        """The only place that a file can have; ours is it as long as nobody has changed it."""
        owner = owner_of(id_, kind)
        known, file = self.manifest.entries.get(owner), self._folder / path
        is_ours = self.manifest.here(id_, kind, path, expected) is not None
        if not is_ours and known is not None and known.path == str(path) and file.is_file():
            is_ours = existing(file).sha1 == known.checksum
        self._places.take(owner, path)
        return path, is_ours

    def known(self, id_: str, kind: DownloadKind) -> PurePosixPath | None:
        """Where an earlier run put a file."""
        entry = self.manifest.entries.get(owner_of(id_, kind))
        return None if entry is None else PurePosixPath(entry.path)
