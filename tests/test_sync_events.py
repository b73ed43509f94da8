"""From the bytes of a sync stream to its events."""

from __future__ import annotations

import itertools
import json
from typing import Any

import msgspec
import pytest
from exchanges import Exchange
from hypothesis import given
from hypothesis import strategies as st
from immichkit_api.models import SyncEntityType, SyncUserV1
from sync_streams import COMPLETE, RESET, STREAMS, USER, lines, recorded_lines, user

from immichkit import InvalidEventError, SyncError, SyncEvent
from immichkit.errors import DecodeError
from immichkit.sync.events import EventReader

BAD_LINES = [
    b"nonsense",
    b"[]",
    b"null",
    b'"text"',
    b"{}",
    b'{"type":"UserV1"}',
    b'{"type":"UserV1","data":{},"ack":"UserV1|1"}',
    b'{"type":7,"data":{},"ack":"UserV1|1"}',
    b'{"type":"UserV1","data":null,"ack":"UserV1|1"}',
    b'{"type":"NewV1","data":{"a":1}}',
    b'{"type":"NewV1","data":{"a":1},"ack":null}',
    b'{"type":"\xff","data":{},"ack":"x"}',
    b'{"type":"',
    b'{"type":"UserV1","data":' + b"[" * 5000,
]


@pytest.mark.parametrize("exchange", STREAMS, ids=lambda e: e.id)
def test_every_recorded_line_is_a_typed_event(exchange: Exchange) -> None:
    recorded = exchange.response["ndjson"]
    reader = EventReader()
    events = reader.feed(recorded_lines(exchange))
    assert [(e.type, e.ack) for e in events] == [(r["type"], r["ack"]) for r in recorded]
    assert all(isinstance(event.data, msgspec.Struct) for event in events)
    assert reader.is_over is (exchange.response.get("ended") is not False)
    assert reader.failure is None
    assert events == [SyncEvent.from_dict(line) for line in recorded]


def test_recordings_have_nearly_every_type() -> None:
    seen = {line["type"] for e in STREAMS for line in e.response["ndjson"]}
    assert len(seen) > 40


@given(st.lists(st.integers(0, 2000)), st.sampled_from([0, 100, 10_000]))
def test_events_are_the_same_however_the_bytes_are_cut(cuts: list[int], gather: int) -> None:
    text = lines([user(1), user(2)]) + b"\n\r\n" + lines([user(3), COMPLETE])
    places = [0, *sorted(cuts), len(text)]
    reader = EventReader(gather=gather)
    found: list[SyncEvent] = []
    for begin, end in itertools.pairwise(places):
        found += reader.feed(text[begin:end])
    found += reader.finish()
    assert [event.ack for event in found] == ["UserV1|1", "UserV1|2", "UserV1|3", COMPLETE["ack"]]
    assert reader.is_over


def test_last_line_needs_no_line_feed() -> None:
    reader = EventReader()
    assert reader.feed(lines([COMPLETE])[:-1]) == []
    assert [event.type for event in reader.finish()] == ["SyncCompleteV1"]
    assert reader.is_over


@pytest.mark.parametrize("last", [COMPLETE, RESET], ids=lambda e: e["type"])
def test_nothing_is_read_behind_the_end(last: dict[str, Any]) -> None:
    reader = EventReader(gather=10_000)
    assert len(reader.feed(lines([last]) + b"what is this?\n")) == 1
    assert reader.is_over
    assert reader.finish() == []
    assert reader.failure is None


def test_line_that_was_cut_is_no_bad_event() -> None:
    reader = EventReader()
    events = reader.feed(lines([user(1), user(2)])[:-20])
    assert len(events) == 1
    assert reader.finish() == []
    assert reader.failure is None
    assert not reader.is_over


def test_unknown_type_keeps_its_plain_dict() -> None:
    line = {"type": "PlaceV7", "data": {"a": [1, {"b": None}]}, "ack": "PlaceV7|1"}
    reader = EventReader()
    (event,) = reader.feed(lines([line]))
    assert event.data == line["data"]
    assert event.type == "PlaceV7"
    assert not event.type.is_known


@pytest.mark.parametrize(
    "form",
    [
        '{"ack":"x","data":%s,"type":"UserV1"}',
        ' { "type" : "UserV1", "data": %s, "ack":"x"}',
        '{"type":"User\\u0056%%d","data":%s,"ack":"x"}',
    ],
)
def test_lines_may_be_laid_out_otherwise(form: str) -> None:
    line = (form % json.dumps(USER)).replace("%d", "1")
    reader = EventReader()
    (event, another) = reader.feed(line.encode() + b"\n" + lines([user(1)]))
    assert event.type is SyncEntityType.USER_V1
    assert isinstance(event.data, SyncUserV1)
    assert isinstance(another.data, SyncUserV1)


@pytest.mark.parametrize("bad", BAD_LINES, ids=lambda b: b[:40].decode(errors="replace"))
def test_what_is_no_event_fails_behind_those_before(bad: bytes) -> None:
    reader = EventReader()
    events = reader.feed(lines([user(1), user(2)]) + bad + b"\n" + lines([user(3)]))
    assert [event.ack for event in events] == ["UserV1|1", "UserV1|2"]
    assert reader.is_over
    assert isinstance(reader.failure, InvalidEventError)
    assert reader.failure.number == 3
    assert "Event 3" in str(reader.failure)
    assert 'on_bad_record="collect"' in str(reader.failure)


@pytest.mark.parametrize("bad", BAD_LINES, ids=lambda b: b[:40].decode(errors="replace"))
def test_what_is_no_event_can_be_collected(bad: bytes) -> None:
    reader = EventReader("collect")
    text = lines([user(1)]) + bad + b"\n\n" + bad + b"\n" + lines([user(2), COMPLETE])
    events = reader.feed(text)
    assert [event.ack for event in events] == ["UserV1|1", "UserV1|2", COMPLETE["ack"]]
    assert [record.index for record in reader.bad_records] == [1, 2]
    assert reader.bad_records[0].raw == bad.decode(errors="replace")
    assert reader.bad_records[0].reason
    assert reader.failure is None


def test_error_names_the_place() -> None:
    broken = {**user(1), "data": {**USER, "hasProfileImage": "perhaps"}}
    reader = EventReader()
    reader.feed(lines([broken]))
    assert reader.failure is not None
    assert reader.failure.json_path == "$.data.hasProfileImage"
    assert isinstance(reader.failure, DecodeError)
    assert isinstance(reader.failure, SyncError)


def test_error_does_not_show_the_event() -> None:
    line = {"type": "AuthUserV1", "data": {"pinCode": "$2b$10$hash"}, "ack": "AuthUserV1|1"}
    for reader in (EventReader(), EventReader("collect")):
        reader.feed(lines([line]))
        assert "hash" not in f"{reader.failure}{reader.failure!r}{reader.bad_records}"


def test_event_from_a_dict_is_typed() -> None:
    event = SyncEvent.from_dict(user(1))
    assert event == SyncEvent(
        type=SyncEntityType.USER_V1, data=msgspec.convert(USER, SyncUserV1), ack="UserV1|1"
    )
    assert SyncEvent.from_dict({"type": "NewV1", "data": {}, "ack": "x"}).data == {}


@pytest.mark.parametrize(
    "payload",
    [
        None,
        [],
        "x",
        {},
        {**user(1), "data": {}},
        {**user(1), "type": 1},
        {**user(1), "ack": 1},
        {**user(1), "type": None},
    ],
)
def test_dict_that_is_no_event_is_refused(payload: Any) -> None:
    with pytest.raises(InvalidEventError, match="event"):
        SyncEvent.from_dict(payload)
