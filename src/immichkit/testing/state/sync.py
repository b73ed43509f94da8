"""The sync stream and what each session has acknowledged of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from immichkit.testing import times
from immichkit.testing.answers import RefusalError
from immichkit.testing.state.changes import milliseconds_of
from immichkit.testing.state.sync_plan import PLAN, Backfill, Deletes, Updates, Upserts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from immichkit.testing.state.database import Database, Row
    from immichkit.testing.state.sync_plan import Source, Step

# So many rows are read at once: others wait for the database meanwhile, and memory is held.
_PAGE: Final = 500
# So many events make it worth waking up whoever sends them.
_PIECE: Final = 200
_ENCODER: Final = msgspec.json.Encoder()
_OLDEST: Final = 30 * 86_400_000
_COMPLETE: Final = "complete"
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_Event = dict[str, Any]
_BEGINNING: Final = "00000000-0000-0000-0000-000000000000"


class Sync:
    """Streams changes, and keeps how far each session has come."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def acks(self, session_id: str) -> list[dict[str, str]]:
        """What the session has acknowledged, one ack a type."""
        rows = self._database.all(
            "select type, ack from checkpoint where session_id = ?", [session_id]
        )
        return [{"type": row["type"], "ack": row["ack"]} for row in rows]

    def acknowledge(self, session_id: str, acks: Iterable[str]) -> None:
        """Keep the acks; of several of a type the last, older than what was there or not."""
        with self._database.transaction():
            for ack in acks:
                self._database.run(
                    "insert or replace into checkpoint (session_id, type, ack) values (?, ?, ?)",
                    [session_id, ack.partition("|")[0], ack],
                )

    def forget(self, session_id: str, types: Sequence[str] | None = None) -> None:
        """Drop the session's acks of these types, or all."""
        with self._database.transaction():
            for type_ in [None] if types is None else types:
                self._database.run(
                    "delete from checkpoint where session_id = ?1 and (?2 is null or type = ?2)",
                    [session_id, type_],
                )

    def reset(self, session_id: str) -> None:
        """Let the session begin anew, which then is no longer wanted."""
        with self._database.transaction():
            self.forget(session_id)
            self._database.update("session", "id = ?", [session_id], is_pending_sync_reset=False)

    def require_reset(self, user_id: str) -> None:
        """Let every session of the user begin anew once it has heard of it."""
        self._database.update("session", "user_id = ?", [user_id], is_pending_sync_reset=True)

    def stream(self, session_id: str, user_id: str, types: Collection[str]) -> Iterator[bytes]:
        """The events as JSON lines, many at a time and never all at once.

        What comes before a failure is handed out before the failure is raised.
        """
        gathered: list[_Event] = []
        try:
            for event in self._events(session_id, user_id, types):
                gathered.append(event)
                if len(gathered) == _PIECE:
                    yield _ENCODER.encode_lines(gathered)
                    gathered.clear()
        except RefusalError:
            if gathered:
                yield _ENCODER.encode_lines(gathered)
            raise
        yield _ENCODER.encode_lines(gathered)

    def _events(self, session_id: str, user_id: str, types: Collection[str]) -> Iterator[_Event]:
        known = {ack["type"]: ack["ack"].split("|") for ack in self.acks(session_id)}
        if self._needs_reset(session_id, known):
            yield _event("SyncResetV1", {}, "SyncResetV1|reset")
            return
        walk = _Walk(self, self._database, session_id, user_id, known)
        for type_, steps in PLAN.items():
            if type_ not in types:
                continue
            if not steps:
                newer = type_.replace("V1", "V2")
                message = (
                    f"SyncRequestType.{type_} is deprecated, use SyncRequestType.{newer} instead"
                )
                raise RefusalError(400, message)
            for step in steps:
                yield from walk.events(step)
        yield _event("SyncCompleteV1", {}, f"SyncCompleteV1|{walk.now}")

    def _needs_reset(self, session_id: str, known: Mapping[str, Sequence[str]]) -> bool:
        session = self._database.one("select * from session where id = ?", [session_id])
        if session is None or session["is_pending_sync_reset"]:
            return True
        complete = known.get("SyncCompleteV1")
        if complete is None:
            return False
        return milliseconds_of(_update_id(complete)) < times.now() // 1000 - _OLDEST


class _Walk:
    """One way through the changes up to now, from where the session is."""

    def __init__(
        self,
        sync: Sync,
        database: Database,
        session_id: str,
        user_id: str,
        known: Mapping[str, Sequence[str]],
    ) -> None:
        self._sync = sync
        self._database = database
        self._session_id = session_id
        self._user_id = user_id
        self._known = known
        self.now: Final = database.new_update_id()

    def events(self, step: Step) -> Iterator[_Event]:
        """The events of one step."""
        match step:
            case Deletes():
                for row in self._rows(step.sql(), self._after(step.entity), kind=step.kind):
                    yield _event(step.entity, _gone(step, row), f"{step.entity}|{row['change']}")
            case Backfill():
                yield from self._backfill(step)
            case Updates():
                if step.known in self._known:
                    rows = self._rows(
                        step.source.sql(), self._after(step.entity), known=self._after(step.known)
                    )
                    yield from self._told(step.entity, step.source, rows)
            case Upserts():
                yield from self._upserts(step)

    def _upserts(self, step: Upserts) -> Iterator[_Event]:
        rows = self._rows(step.source.sql(), self._after(step.entity))
        events = self._told(step.entity, step.source, rows)
        if step.announced is not None:
            first = next(events, None)
            if first is None:
                return
            yield _event("SyncAckV1", {}, f"{step.announced}|{self.now}")
            yield first
        yield from events

    def _backfill(self, step: Backfill) -> Iterator[_Event]:
        own = self._known.get(step.entity)
        groups = self._database.all(
            step.groups,
            {"user": self._user_id, "after": self._after(step.entity), "before": self.now},
        )
        if step.known not in self._known:
            # All rows come as ordinary events now, so that nothing older will be missing later.
            if groups:
                ack = f"{step.entity}|{groups[-1]['create_id']}|{_COMPLETE}"
                self._sync.acknowledge(self._session_id, [ack])
            return
        end = self._after(step.known)
        for group in groups:
            group_id, after = group["create_id"], _BEGINNING
            if own is not None and own[1] == group_id and len(own) > 2:  # noqa: PLR2004 - how far
                if own[2] == _COMPLETE:
                    continue
                after = own[2]
            sql = step.source.sql(of="scope")
            rows = self._rows(sql, after, until=end, scope=group["id"])
            yield from self._told(f"{step.entity}|{group_id}", step.source, rows)
            yield _event("SyncAckV1", {}, f"{step.entity}|{group_id}|{_COMPLETE}")

    def _told(self, ack: str, source: Source, rows: Iterable[Row]) -> Iterator[_Event]:
        entity, view = ack.partition("|")[0], source.view
        for row in rows:
            yield _event(entity, view(row), f"{ack}|{row['change']}")

    def _after(self, entity: str) -> str:
        """The last change that was acknowledged; v3.1's database stumbles over what is no UUID."""
        known = self._known.get(entity)
        return _BEGINNING if known is None else _update_id(known)

    def _rows(
        self, sql: str, after: str, *, until: str | None = None, **parameters: str
    ) -> Iterator[Row]:
        """The rows, read page by page, so that nobody waits long for the database."""
        before = self.now if until is None else min(self.now, until + "~")
        while True:
            page = self._database.all(
                sql,
                {
                    "user": self._user_id,
                    "after": after,
                    "before": before,
                    "limit": _PAGE,
                    **parameters,
                },
            )
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1]["change"]


def _update_id(ack: Sequence[str]) -> str:
    if len(ack) > 1 and _UUID.fullmatch(ack[1]):
        return ack[1]
    raise RefusalError(500, "Internal server error")


def _gone(step: Deletes, row: Row) -> dict[str, Any]:
    return {
        name: row[column] if column else times.to_z(row["deleted_at"])
        for name, column in step.fields.items()
    }


def _event(entity: str, data: Mapping[str, Any], ack: str) -> _Event:
    return {"type": entity, "data": data, "ack": ack}
