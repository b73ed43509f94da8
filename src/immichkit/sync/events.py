"""The events of a sync stream, and how they are read from its bytes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Generic

import msgspec
from immichkit_api.models import SyncEntityType

from immichkit.errors import InvalidEventError, SyncInterruptedError
from immichkit.options import kind_of
from immichkit.records import BadRecord, OnBadRecord
from immichkit.sync.framing import LineSplitter
from immichkit.sync.kinds import model_of

if TYPE_CHECKING:
    # Type checkers know its stubs, installed or not: a plain SyncEvent is one of any data.
    from typing_extensions import TypeVar

    T_co = TypeVar("T_co", covariant=True, default=Any)
else:
    from typing import TypeVar

    T_co = TypeVar("T_co", covariant=True)

__all__ = ["EventReader", "SyncEvent"]

_BAD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_WAY_OUT = 'To go on without such events, and have them in bad_records: on_bad_record="collect".'

_LAST = frozenset({SyncEntityType.SYNC_COMPLETE_V1, SyncEntityType.SYNC_RESET_V1})
"""The types that a stream ends with."""

_LAST_LINES = tuple(b'{"type":"%b"' % kind.encode() for kind in _LAST)


class SyncEvent(msgspec.Struct, Generic[T_co], frozen=True, kw_only=True, gc=False):
    """One line of the sync stream: something that is there now, has changed, or is gone.

    ``data`` is the model that belongs to ``type``: a `SyncAssetV2` for "AssetV2", a
    `SyncAssetDeleteV1` for "AssetDeleteV1"; for a type that this release does not know, the plain
    dict that came. ``ack`` is what to acknowledge once it is dealt with; it may name another type,
    and there is nothing to be read from it.
    """

    type: SyncEntityType
    data: T_co
    ack: str

    @classmethod
    def from_dict(cls, payload: Mapping[str, Any]) -> SyncEvent:
        """The event that ``payload`` is, a line of the stream as plain values.

        Raises `InvalidEventError` if it is none.
        """
        if not isinstance(payload, Mapping):
            raise InvalidEventError(f"An event is a mapping, not {kind_of(payload)}.")
        shape = _shape(str(payload.get("type")))
        try:
            event: SyncEvent = msgspec.convert(dict(payload), shape)
        except _BAD as error:
            path, reason = _problem(error)
            raise InvalidEventError(
                f"This is no event of a sync stream: {reason}, at {path}.", json_path=path
            ) from None
        return event


class _Head(msgspec.Struct):
    type: str


_head = msgspec.json.Decoder(_Head)


def _shape(kind: str) -> Any:
    event: Any = SyncEvent
    return event[model_of(kind) or dict[str, Any]]


@cache
def _decoder(shape: Any) -> Callable[[bytes], SyncEvent]:
    return msgspec.json.Decoder(shape).decode


class EventReader:
    """Makes events of the bytes of one stream, as they come.

    With ``gather`` not before so many bytes are there: v3.1 sends each event as a chunk of its own.
    ``is_over`` tells that no more is to be fed: the stream has told its end, or holds what is no
    event, which is then the ``failure``: to be raised when the events before it are delivered.
    """

    def __init__(self, on_bad_record: OnBadRecord = "raise", *, gather: int = 0) -> None:
        self.bad_records: list[BadRecord] = []
        self.is_over = False
        self.failure: InvalidEventError | None = None
        self._collects = on_bad_record == "collect"
        self._lines = LineSplitter()
        self._gather = gather
        self._chunks: list[bytes] = []
        self._size = 0
        self._count = 0
        # A stream has long runs of one type: how its lines begin, and what decodes them.
        self._begin = b"\0"
        self._decode = self.decoder("")
        self._is_last = False

    def decoder(self, kind: str) -> Callable[[bytes], SyncEvent]:
        """What makes events of lines whose type is ``kind``; it may raise msgspec's errors."""
        return _decoder(_shape(kind))

    def feed(self, chunk: bytes) -> list[SyncEvent]:
        """The events whose lines end in ``chunk``, or in one before."""
        self._size += len(chunk)
        if self._size < self._gather and not chunk.startswith(_LAST_LINES):
            self._chunks.append(chunk)
            return []
        return self._split(b"".join([*self._chunks, chunk]) if self._chunks else chunk)

    def _split(self, chunk: bytes) -> list[SyncEvent]:
        self._chunks, self._size = [], 0
        try:
            lines = self._lines.split(chunk)
        except ValueError as error:
            self._fail(f"is none: {error}", "$")
            return []
        return self._read(lines)

    def finish(self) -> list[SyncEvent]:
        """The events that are left: also one whose line no line feed has ended."""
        if self.is_over:
            return []
        events = self._split(b"".join(self._chunks))
        rest = self._lines.rest()
        if _is_whole(rest):
            events += self._read([rest])
        return events

    def interrupted(self, trouble: Exception | None) -> SyncInterruptedError:
        """The error for a stream that ended too early, or broke off because of ``trouble``."""
        how = "it ended" if trouble is None else "it broke off"
        why = "" if trouble is None else f" ({str(trouble).removesuffix('.')})"
        return SyncInterruptedError(
            f"The sync stream is not complete: {how} after {self._count} events, without "
            f"SyncCompleteV1{why}. The server's log may tell why. What was acknowledged stays so: "
            "sync again, and the rest comes."
        )

    def _read(self, lines: Iterable[bytes]) -> list[SyncEvent]:
        events: list[SyncEvent] = []
        waiting, line, count = iter(lines), b"", self._count
        add, begin, decode = events.append, self._begin, self._decode
        while not self.is_over:
            try:
                for line in waiting:
                    if not line.startswith(begin):
                        begin, decode = self._turn_to(line)
                    add(decode(line))
                    if self._is_last:
                        self.is_over = True
                        break
                else:
                    break
            except _BAD as error:
                self._count = count + len(events)
                if line.strip():
                    self._set_aside(line, error)
        self._count = count + len(events)
        return events

    def _turn_to(self, line: bytes) -> tuple[bytes, Callable[[bytes], SyncEvent]]:
        """How lines of the type of ``line`` begin, and what decodes them."""
        end = line.find(b'"', 9)
        begin = line[: end + 1]
        if line.startswith(b'{"type":"') and end > 0 and b"\\" not in begin:
            kind = begin[9:-1].decode()
        else:  # laid out otherwise than by v3.1
            begin, kind = b"\0", _head.decode(line).type
        self._begin, self._decode = begin, self.decoder(kind)
        self._is_last = kind in _LAST
        return begin, self._decode

    def _set_aside(self, line: bytes, error: Exception) -> None:
        """Keep what is no event as a bad record, or let it end the stream."""
        path, reason = _problem(error)
        if self._collects:
            text, index = line.decode(errors="replace"), self._number - 1
            record = BadRecord(index=index, json_path=path, reason=reason, raw=text)
            self.bad_records.append(record)
        else:
            self._fail(f"has not the expected shape at {path}: {reason}. {_WAY_OUT}", path)

    def _fail(self, what: str, path: str) -> None:
        self.is_over = True
        text = f"Event {self._number} of the sync stream {what}"
        self.failure = InvalidEventError(text, json_path=path, operation="sync.get_sync_stream")
        self.failure.number = self._number

    @property
    def _number(self) -> int:
        """The number of the event that comes next."""
        return self._count + len(self.bad_records) + 1


def _is_whole(line: bytes) -> bool:
    """Whether ``line`` is JSON, and not only the beginning of a line that was cut."""
    try:
        msgspec.json.decode(line, type=msgspec.Raw)
    except _BAD:
        return False
    return True


def _problem(error: Exception) -> tuple[str, str]:
    """Where in a line something is wrong, and what."""
    reason, _, path = str(error).partition(" - at `")
    return path.removesuffix("`") or "$", reason
