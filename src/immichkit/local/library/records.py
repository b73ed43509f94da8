"""Events of a sync stream as they go into the tables: no models, the record as it came."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial

import msgspec

from immichkit.local.library.effects import UPSERTS
from immichkit.local.library.tables import TABLES
from immichkit.sync.events import EventReader, SyncEvent

__all__ = ["RecordReader"]

_plain = msgspec.json.Decoder(SyncEvent[dict[str, object]]).decode
_raw = msgspec.json.Decoder(SyncEvent[msgspec.Raw]).decode


class RecordReader(EventReader):
    """Reads events whose data are rows of the table that they belong to.

    A model would have lost what this release does not know of, and a later one could make use of.
    """

    def decoder(self, kind: str) -> Callable[[bytes], SyncEvent]:
        """What makes an event of a line whose type is ``kind``: with a row, or a plain dict."""
        return _decoder(kind, super().decoder(kind))


@cache
def _decoder(kind: str, model: Callable[[bytes], SyncEvent]) -> Callable[[bytes], SyncEvent]:
    if kind not in UPSERTS:
        return partial(_checked, model)
    row = TABLES[UPSERTS[kind]].row

    def decode(line: bytes) -> SyncEvent:
        event = _raw(line)
        try:
            data = row(event.data)
        except msgspec.ValidationError:
            model(line)  # its error knows the path from the line's beginning
            raise
        return SyncEvent(type=event.type, data=data, ack=event.ack)

    return decode


def _checked(model: Callable[[bytes], SyncEvent], line: bytes) -> SyncEvent:
    model(line)  # which raises if anything is missing
    return _plain(line)
