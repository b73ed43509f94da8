"""The writing side of a library's copy: events in, each run of them in one transaction."""

from __future__ import annotations

import datetime
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from immichkit.errors import MirrorError
from immichkit.local.library.applying import Rows
from immichkit.local.library.changes import ChangeLog
from immichkit.local.library.effects import BACKFILLED, DELETES, UPSERTS
from immichkit.local.library.schema import (
    REFILL,
    create_tables,
    create_views,
    drop_tables,
    is_up_to_date,
    opened,
    replace_tables,
    told,
    transaction,
)

__all__ = ["Store"]


class Store:
    """A file that events of a sync stream are applied to.

    Whatever is to be acknowledged is on the disk by then. While everything is sent anew, it goes
    into tables of its own, which take the place of the others when all is there: whoever reads
    sees the library as it was, and then as it is.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._database = opened(path)
        self._lock: sqlite3.Connection | None = None
        self._noted: dict[str, str] = {}
        # A task that is cancelled leaves its thread behind, which may still be writing.
        self._turn = threading.Lock()
        self._is_closed = False

    def close(self) -> None:
        """Let go of the file."""
        self.unlock()
        self._is_closed = True
        with self._turn:
            self._database.close()

    def lock(self) -> bool:
        """Whether the file is now this store's alone to write to, until `unlock`.

        That ends with the process at the latest, however it ends.
        """
        self._check_open()
        with told(self.path):
            lock = sqlite3.connect(
                f"{self.path}-lock", 0, isolation_level=None, check_same_thread=False
            )
            try:
                lock.execute("begin exclusive")
            except sqlite3.OperationalError as error:
                lock.close()
                if error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                    raise
                return False
        self._lock = lock
        return True

    def unlock(self) -> None:
        """Let others write; what is being written is broken off, and undone."""
        if self._lock is not None:
            if self._turn.locked():
                self._database.interrupt()
            with self._turn:
                self._lock.close()
                self._lock = None

    def agrees(self, user_id: str, acks: Mapping[str, str]) -> bool:
        """Whether the file is where the session is, so that what changes next is all it needs.

        ``acks`` is how far the server says that the session has come, by type. That the file has
        come as far cannot be taken for granted: the session may be a new one, something else may
        have synced in it, the file may be an older copy. Raises `MirrorError` for a file that
        belongs to another user.
        """
        self._check_open()
        with told(self.path):
            owner = self.get("user_id")
            if owner is not None and owner != user_id:
                raise MirrorError(
                    f"The mirror at {self.path} is that of another user, {owner} at "
                    f"{self.get('base_url')}; this one is {user_id}. Name another file."
                )
            known = self._database.execute("select * from checkpoint").fetchall()
        return _agree(known, acks)

    def begin(self, user_id: str, base_url: str, acks: Mapping[str, str]) -> bool:
        """Whether everything must be sent anew, since the file and the session do not agree.

        Else the file goes on from ``acks``. Raises as `agrees` does, and if a newer release has
        opened the file meanwhile.
        """
        agrees = self.agrees(user_id, acks)
        self._noted = {}
        with self._writing():
            if not is_up_to_date(self._database):
                raise MirrorError(
                    f"Another immichkit has changed the layout of {self.path}: open the mirror "
                    "again."
                )
            self._set(user_id=user_id, base_url=base_url)
            if agrees:
                self._database.execute("delete from checkpoint")
                self._database.executemany(
                    "insert into checkpoint values (?1, ?2, ?2, 1)", [*acks.items()]
                )
        return not agrees

    def apply(self, type_: str, data: Sequence[Any], acks: Iterable[str] = ()) -> None:
        """Do what events of one type say, whose ``data`` are rows or, for deletes, mappings.

        Types that are not known are passed over. Of their ``acks`` it takes note as `acknowledging`
        does.
        """
        with self._writing():
            self._note(acks)
            rows, changes = self._rows(), self._changes()
            if type_ in UPSERTS:
                rows.upsert(UPSERTS[type_], data, changes)
            elif type_ in DELETES:
                delete = DELETES[type_]
                rows.delete(delete, data, changes)
                if delete.may_hide:
                    self._set(may_hide=1)

    def reset(self) -> None:
        """Get ready for everything to be sent anew."""
        with self._writing():
            is_filled = self.get("completed_at") is not None
            drop_tables(self._database, REFILL if is_filled else "")
            create_tables(self._database, REFILL if is_filled else "")
            if not is_filled:
                create_views(self._database)
            self._set(refilling=int(is_filled), may_hide=0)
            self._noted = {}
            self._database.execute("delete from checkpoint")

    def complete(self) -> None:
        """Take note that everything has come: what nobody shows any more goes."""
        with self._writing():
            rows, changes = self._rows(), self._changes()
            if self.get("may_hide"):
                rows.sweep(str(self.get("user_id")), changes)
            if self.get("refilling"):
                self._log().compare(REFILL)
                replace_tables(self._database)
            number = self._log().close()
            now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            self._set(refilling=0, may_hide=0, number=number, completed_at=now)

    def acknowledging(self, acks: Iterable[str]) -> None:
        """Take note that ``acks`` are about to go to the server; those before have gone."""
        if self._noted != _by_type(acks):
            with self._writing():
                self._note(acks)

    def get(self, name: str) -> Any:
        """What is noted under ``name``; None if nothing is."""
        select = "select value from mirror where name = ?"
        row = self._database.execute(select, (name,)).fetchone()
        return row and row[0]

    def _check_open(self) -> None:
        if self._is_closed:
            raise MirrorError(f"The mirror at {self.path} is closed.")

    def _set(self, **values: object) -> None:
        self._database.executemany("insert or replace into mirror values (?, ?)", [*values.items()])

    def _note(self, acks: Iterable[str]) -> None:
        self._noted = _by_type(acks)
        self._database.execute("update checkpoint set previous = ack where previous is not ack")
        self._database.executemany(
            "insert into checkpoint values (?, ?, null, 0) "
            "on conflict (type) do update set ack = excluded.ack",
            [*self._noted.items()],
        )

    def _rows(self) -> Rows:
        return Rows(self._database, REFILL if self.get("refilling") else "")

    def _log(self) -> ChangeLog:
        return ChangeLog(self._database, (self.get("number") or 0) + 1)

    def _changes(self) -> ChangeLog | None:
        """Where changes are noted one by one; None while everything is being filled."""
        is_filling = self.get("refilling") or self.get("completed_at") is None
        return None if is_filling else self._log()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with told(self.path), self._turn, transaction(self._database):
            yield


def _by_type(acks: Iterable[str]) -> dict[str, str]:
    """The newest of ``acks`` for each type; of a reset, which forgets them all, none."""
    found = {ack.partition("|")[0]: ack for ack in acks}
    found.pop("SyncResetV1", None)
    return found


def _agree(known: Sequence[tuple[str, str, str | None, int]], acks: Mapping[str, str]) -> bool:
    """Whether a session that has come as far as ``acks`` is where the file is.

    Of the last acks the file does not know whether they arrived; before them was what is known as
    the previous ones, or None.
    """
    here = {type_: (ack, previous) for type_, ack, previous, _ in known}
    were_there = {type_ for type_, _, _, was_there in known if was_there}
    for type_ in here.keys() | acks.keys():
        ack = acks.get(type_)
        # Before the first of a kind is acknowledged, the server notes by itself what is no news.
        is_servers = ack is not None and ack.endswith("|complete")
        if is_servers and BACKFILLED.get(type_) not in were_there:
            continue
        if ack not in here.get(type_, ()):
            return False
    return True
