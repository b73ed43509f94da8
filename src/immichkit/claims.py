"""Equal files in one run: the first one decides for all."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Literal

import attrs

from immichkit.uploads import Candidate

__all__ = ["Claims", "Twin"]


@attrs.frozen
class Twin:
    """A file of the same bytes whose matter is settled."""

    path: Path
    asset_id: str | None
    is_trashed: bool


class Claims:
    """Who sends which bytes; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # By SHA-1: a settled twin, or those who wait for the one who is sending.
        self._entries: dict[bytes, Twin | list[Candidate]] = {}

    def take(self, file: Candidate, unit: Candidate) -> Twin | Literal["lead", "wait"]:
        """Whether to send the file, or the twin that was. "wait": ``unit`` comes back later."""
        with self._lock:
            entry = self._entries.get(file.sha1)
            if isinstance(entry, Twin):
                return entry
            if entry is None:
                self._entries[file.sha1] = []
                return "lead"
            entry.append(unit)
            return "wait"

    def release(self, sha1: bytes, twin: Twin | None) -> list[Candidate]:
        """Settle these bytes, or let another try; those who waited and can go on."""
        with self._lock:
            waiting = self._entries.pop(sha1, [])
            if twin is not None:
                self._entries[sha1] = twin
            return waiting if isinstance(waiting, list) else []
