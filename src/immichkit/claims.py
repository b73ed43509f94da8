"""Equal files in one run: the first one decides for all."""

from __future__ import annotations

import threading
from typing import Literal

from immichkit.upload_report import UploadResult
from immichkit.uploads import Candidate

__all__ = ["Claims"]


class Claims:
    """Who sends which bytes; safe to use from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # By SHA-1: what became of it, or those who wait for the one who is sending. It stays to
        # the end, and so is nothing that is not kept anyway.
        self._entries: dict[bytes, UploadResult | list[Candidate]] = {}

    def take(self, file: Candidate, unit: Candidate) -> UploadResult | Literal["lead", "wait"]:
        """Whether to send the file, or what became of one of the same bytes.

        "wait": another one is being sent, and ``unit`` comes back later.
        """
        with self._lock:
            entry = self._entries.get(file.sha1)
            if isinstance(entry, UploadResult):
                return entry
            if entry is None:
                self._entries[file.sha1] = []
                return "lead"
            entry.append(unit)
            return "wait"

    def release(self, sha1: bytes, twin: UploadResult | None) -> list[Candidate]:
        """Settle these bytes, or let another try; those who waited and can go on."""
        with self._lock:
            waiting = self._entries.pop(sha1, [])
            if twin is not None:
                self._entries[sha1] = twin
            return waiting if isinstance(waiting, list) else []
