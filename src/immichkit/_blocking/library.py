# Written by scripts/mirror from src/immichkit/_async/library.py; edits are lost.
"""A copy of the library in a SQLite file, kept current by sync."""

from __future__ import annotations

import logging
import os
import sqlite3
import time
from collections.abc import Generator
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from immichkit._blocking.immich import Immich
from immichkit._blocking.library_queries import LibraryQueries
from immichkit._blocking.library_sync import LibrarySync, library_counts
from immichkit._runtime import Runtime
from immichkit.errors import (
    MaintenanceError,
    MirrorError,
    RateLimitedError,
    ServerError,
    SyncInterruptedError,
    TransportError,
)
from immichkit.local.library.changes import LibraryChange
from immichkit.local.library.reading import Reader
from immichkit.local.library.reports import LibraryCheck, LibraryUpdate
from immichkit.local.library.store import Store
from immichkit.needs import needs
from immichkit.options import check_number
from immichkit.records import OnBadRecord

__all__ = ["LibraryMirror"]

logger = logging.getLogger("immichkit")

_LONGEST_PAUSE: Final = 300.0
_PASSING: Final = (
    SyncInterruptedError,
    TransportError,
    ServerError,
    MaintenanceError,
    RateLimitedError,
)
"""What following outlives: the server, or the way there, will be back."""


class LibraryMirror(LibraryQueries):
    """A SQLite copy of one user's library: assets with EXIF, albums, people, stacks and the rest.

    `update` brings the file at ``path`` to where the server is; it is made if it is not there. What
    is read is what the last events said, without asking the server. Any number of processes can
    read while one updates, and none sees a library that is half replaced.

    Close it, or use it in a context. The tables are described in docs/mirror.md.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        # What links lead to, so that all who mean this file wait for each other.
        self.path = Path(os.path.realpath(Path(path).expanduser()))
        self._store = Store(self.path)
        super().__init__(Reader(self.path))
        self._connection: sqlite3.Connection | None = None

    @needs("users.get_my_user", "sync.get_sync_ack", "sync.get_sync_stream", "sync.send_sync_ack")
    def update(
        self,
        immich: Immich,
        *,
        reset: bool = False,
        wait: float = 30.0,
        batch_size: int = 500,
        on_bad_record: OnBadRecord = "raise",
    ) -> LibraryUpdate:
        """Bring the mirror to where the server is, and say what that changed.

        ``immich`` needs a session, best one of its own: how far it has come is remembered with it.
        If it is another session than last time, if something else has synced in it, or if the
        server wants it, everything comes anew, and takes the place of the old when all is there.
        ``reset`` asks for that; now and then it is worth it, since a server can miss a change.

        An update that breaks off leaves a mirror that is behind, and the next goes on from there.
        Another process that updates is awaited for ``wait`` seconds, then a `MirrorError` is
        raised; so it is for the file of another user. With a dry-run client the events are
        counted, and nothing is written; where everything would come anew they often cannot be, and
        only ``was_reset`` tells.
        """
        check_number("wait", wait)
        sync = LibrarySync(immich, self._store, batch_size, on_bad_record)
        if sync.is_dry:
            return sync.count(reset=reset)
        if not self._locked(wait):
            raise MirrorError(
                f"Another process, or another part of this one, is updating {self.path}, and was "
                f"not done after {wait:g} s: try again later, or set wait."
            )
        return self._update(sync, reset=reset)

    @needs("users.get_my_user", "sync.get_sync_ack", "sync.get_sync_stream", "sync.send_sync_ack")
    def follow(
        self,
        immich: Immich,
        *,
        every: float = 30.0,
        since: int | None = None,
        batch_size: int = 500,
        on_bad_record: OnBadRecord = "raise",
    ) -> Generator[LibraryChange]:
        """Whatever changes in the library, as long as it is asked for, looked for every so often.

        ``every`` is in seconds. The changes come after the update that brought them, each thing
        once per update, also those that another process's update brought; filling the mirror for
        the first time is no change. ``since`` is the ``update`` of the last change that was dealt
        with, to go on where an earlier program stopped: the changes of that update come again, as
        some may not have been dealt with. Without it, whatever has changed since the mirror's last
        update comes, and what changes from then on.

        If the server cannot be reached, or fails, that is logged and tried again after 2, 4, 8
        seconds and so on, at most 300 or ``every``; anything else is raised. So are events that
        cannot be read, unless ``on_bad_record="collect"``, with which they are logged. Stop by
        leaving the loop.
        """
        check_number("every", every)
        seen = max((since or 0) - 1, 0)
        if since is None:
            seen = Runtime.blocking(self._reader.last_number)
        pause, patience = every, 1.0
        while True:
            try:
                if self._locked(0):
                    sync = LibrarySync(immich, self._store, batch_size, on_bad_record)
                    for record in (self._update(sync)).bad_records:
                        logger.warning("The mirror leaves out an event: %s", record)
                pause, patience = every, 1.0
            except _PASSING as error:
                if getattr(error, "lasting", False):
                    raise
                pause = patience = min(2 * patience, max(every, _LONGEST_PAUSE))
                logger.warning("The mirror waits %g s and tries again: %s", pause, error)
            for change in self.changes(since=seen):
                yield change
                seen = change.update
            Runtime.sleep(pause)

    @needs("assets.get_asset_statistics", "stacks.search_stacks")
    @needs("partners.get_partners", "albums.get_all_albums")
    def verify(self, immich: Immich) -> LibraryCheck:
        """How many of everything the mirror has, and how many the server; update first.

        Counted are what the server counts: own images, videos, favorites, archived and trashed
        assets, stacks, partners, albums and what is in them.
        """
        on_server = library_counts(immich)
        mirrored = Runtime.blocking(self._reader.totals)
        return LibraryCheck(mirrored=mirrored, on_server=on_server)

    @property
    def connection(self) -> sqlite3.Connection:
        """A connection for SQL of your own, which can read and nothing else.

        It stays the same, and is closed with the mirror. The rows in which a cursor of it is still
        reading stay as they were, so do not keep one open for long.
        """
        if self._connection is None:
            self._connection = self._reader.connect()
        return self._connection

    def close(self) -> None:
        """Let go of the file."""
        if self._connection is not None:
            self._connection.close()
        self._reader.close()
        self._store.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    def _locked(self, wait: float) -> bool:
        """Whether the mirror may be updated now, after ``wait`` seconds at most."""
        deadline = time.monotonic() + wait
        # Not in a thread: a task that is cancelled would not know whether it has the lock.
        while not self._store.lock():
            if time.monotonic() >= deadline:
                return False
            Runtime.sleep(0.05)
        return True

    def _update(self, sync: LibrarySync, *, reset: bool = False) -> LibraryUpdate:
        """Update, and end what `_locked` began."""
        try:
            return sync.run(self._reader, reset=reset)
        finally:
            self._store.unlock()
