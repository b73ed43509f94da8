"""The stored files, under the names that the server would give them."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO

from immichkit.testing.state import seed_files
from immichkit.testing.state.database import new_id


class Blobs:
    """A folder of files: those that arrive in ``incoming``, those that are kept in ``upload``."""

    def __init__(self, folder: Path | None) -> None:
        self._temporary = folder is None
        self.folder = Path(tempfile.mkdtemp(prefix="immichkit-")) if folder is None else folder
        self._incoming = self.folder / "incoming"
        # What lies here was cut off by the end of an earlier server.
        shutil.rmtree(self._incoming, ignore_errors=True)
        self._incoming.mkdir(parents=True)

    def incoming(self, name: str) -> Path:
        """Where a file waits until the whole upload was accepted."""
        return self._incoming / name

    def create(self, name: str) -> BinaryIO:
        """A new file in ``incoming``, open for writing and unbuffered."""
        return self.incoming(name).open("xb", buffering=0)

    def keep(self, name: str, original_path: str) -> None:
        """Move a file from ``incoming`` to where `path` finds it."""
        target = self.path(original_path)
        target.parent.mkdir(parents=True, exist_ok=True)
        self.incoming(name).replace(target)

    def path(self, original_path: str) -> Path:
        """The file of an asset's ``originalPath`` (``/data/upload/…``) on this disk."""
        path = self._place(original_path)
        if seed_files.is_seeded(original_path) and not path.exists():
            self._make(path, seed_files.content_of(original_path))
        return path

    def remove(self, original_path: str) -> None:
        """Delete a kept file if it is there."""
        self._place(original_path).unlink(missing_ok=True)

    def _place(self, original_path: str) -> Path:
        return self.folder / original_path.removeprefix("/data/")

    def _make(self, path: Path, content: bytes) -> None:
        """Put a whole file there at once, whoever else does the same."""
        path.parent.mkdir(parents=True, exist_ok=True)
        name = new_id()
        with self.create(name) as file:
            file.write(content)
        self.incoming(name).replace(path)

    def close(self) -> None:
        """Delete the folder if it was made for this server only."""
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)
