"""Where a download goes: a file that the caller names, or a folder and the server's name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import get_args

from immichkit_api.types import Overwrite, SavedFile

from immichkit.filenames import suggested
from immichkit.local.partial_file import PartialFile, existing, left_over, taken, tidy

__all__ = ["Destination", "check_folder", "write_whole"]


class Destination:
    """A file or a folder to save to; a folder is one that exists, or whose name ends in a slash.

    In a folder, the file is called what the answer's headers say, or else ``fallback``.
    """

    def __init__(self, target: str | PathLike[str], overwrite: Overwrite, *, fallback: str) -> None:
        if overwrite not in get_args(Overwrite):
            raise ValueError(f"overwrite is one of {get_args(Overwrite)}, not {overwrite!r}.")
        if not isinstance(target, str | PathLike) or isinstance(os.fspath(target), bytes):
            raise TypeError(f"The target is a path or a text, not {type(target).__name__}.")
        text = os.fspath(target)
        if not text:
            raise ValueError("The target is empty. The current folder is '.'.")
        self._path = Path(text).expanduser()
        self._is_folder = text.endswith(("/", os.sep)) or self._path.is_dir()
        self._overwrite: Overwrite = overwrite
        self._fallback = fallback

    @property
    def file(self) -> Path:
        """The file, if the answer's headers do not name it."""
        return self._path / self._fallback if self._is_folder else self._path

    def settled(self) -> SavedFile | None:
        """The file found, if it is to be left alone; None if there is something to download.

        Raises the `OSError` that could only come later, with the bytes already on their way.
        Nothing is made before they are: what the server refuses leaves no folder behind.
        """
        check_folder(self.file.parent)
        return None if self._is_folder else self._left_alone(self._path)

    def left_over(self, source: str) -> PartialFile | None:
        """What an earlier call left of the same file; None in a folder, where the name is unknown.

        The name comes with the answer's headers, and `open` finds the part then.
        """
        return None if self._is_folder else left_over(self._path, self._overwrite, source)

    def open(self, headers: Mapping[str, str], source: str | None) -> PartialFile | SavedFile:
        """The file to write the body of an answer to, or the one found, if it is left alone.

        What an earlier call left of it is in it, if it came from ``source``.
        """
        path = self._path
        disposition = headers.get("content-disposition", "")
        kind = headers.get("content-type", "")
        name = suggested(disposition, kind, self._fallback)
        if self._is_folder:
            path /= name
        elif not path.suffix and Path(name).suffix and not taken(path):
            # Path("backup/") has lost its slash: every file would be written to this one name.
            raise ValueError(
                f"There is no folder {path}, and as the name of a file it lacks the ending of "
                f"{name}. Make the folder first, or give a text that ends in a slash: "
                f"{str(path) + '/'!r}."
            )
        path.parent.mkdir(parents=True, exist_ok=True)
        found = self._left_alone(path)
        # With "skip" a file may have come into being since: it is left alone, too.
        overwrite: Overwrite = "error" if self._overwrite == "skip" else self._overwrite
        return found or PartialFile(path, overwrite, source=source)

    def _left_alone(self, path: Path) -> SavedFile | None:
        if not taken(path):
            return None
        tidy(path)
        if self._overwrite == "skip":
            return existing(path)
        if self._overwrite == "error":
            raise FileExistsError(
                f"{path} is there already. overwrite= says what to do: 'skip', 'replace', 'rename'."
            )
        return None


def check_folder(folder: Path) -> None:
    """Raise `NotADirectoryError` if there is no folder and none can be made, for a file's sake."""
    found = next((path for path in (folder, *folder.parents) if taken(path)), folder)
    if not found.is_dir():
        raise NotADirectoryError(f"{found} is no folder: nothing can be saved below it.")


def write_whole(path: Path, content: bytes, overwrite: Overwrite) -> SavedFile:
    """Save bytes that are all here, in a folder that is made if need be."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with PartialFile(path, overwrite) as part:
        part.write(content)
        part.digest(content)
        return part.commit()
