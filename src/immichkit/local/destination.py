"""Where a download goes: a file that the caller names, or a folder and the server's name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from os import PathLike
from pathlib import Path

from immichkit_api.types import Overwrite, SavedFile

from immichkit.filenames import suggested
from immichkit.local.partial_file import PartialFile, existing, taken

__all__ = ["Destination"]


class Destination:
    """A file or a folder to save to; a folder is one that exists, or whose name ends in a slash.

    In a folder, the file is called what the answer's headers say, or else ``fallback``.
    """

    def __init__(self, target: str | PathLike[str], overwrite: Overwrite, *, fallback: str) -> None:
        text = os.fspath(target)
        self._path = Path(text).expanduser()
        self._is_folder = text.endswith(("/", os.sep)) or self._path.is_dir()
        self._overwrite: Overwrite = overwrite
        self._fallback = fallback

    def settled(self) -> SavedFile | None:
        """The file found, if it is to be left alone; None if there is something to download.

        Raises the `OSError` that could only come later, with the bytes already on their way.
        """
        if self._is_folder:
            self._path.mkdir(parents=True, exist_ok=True)
            return None
        if not self._path.parent.is_dir():
            raise FileNotFoundError(f"There is no folder {self._path.parent} to save into.")
        return self._left_alone(self._path)

    def open(self, headers: Mapping[str, str]) -> PartialFile | SavedFile:
        """The file to write the body of an answer to, or the one found, if it is left alone."""
        path = self._path
        if self._is_folder:
            disposition = headers.get("content-disposition", "")
            kind = headers.get("content-type", "")
            path /= suggested(disposition, kind, self._fallback)
        found = self._left_alone(path)
        # With "skip" a file may have come into being since: it is left alone, too.
        return found or PartialFile(path, "error" if self._overwrite == "skip" else self._overwrite)

    def _left_alone(self, path: Path) -> SavedFile | None:
        if not taken(path):
            return None
        if self._overwrite == "skip":
            return existing(path)
        if self._overwrite == "error":
            raise FileExistsError(
                f"{path} is there already. overwrite= says what to do: 'skip', 'replace', 'rename'."
            )
        return None
