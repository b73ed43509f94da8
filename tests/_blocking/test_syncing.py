# Written by scripts/mirror from tests/_async/test_syncing.py; edits are lost.
"""The loop of a sync over a socket: what is handed on, and what is acknowledged when."""

from __future__ import annotations

import json
from typing import Any

import pytest
from immichkit_api.models.sync_request_type import SyncRequestTypeLike
from raw_server import RawServer, Stalled, answer
from sync_streams import (
    COMPLETE,
    DONE,
    RESET,
    acks,
    bodies,
    passed,
    stack_delete,
    stream,
    user,
)

from immichkit import (
    AuthenticationError,
    Immich,
    NotOnThisServerError,
    PartialFailureError,
    PermissionDeniedError,
    RetryPolicy,
    ServerError,
    SyncError,
    SyncEvent,
    SyncInterruptedError,
    SyncReport,
    Timeout,
)

pytestmark = pytest.mark.anyio
AT_ONCE = RetryPolicy(base_delay=0)
VERSION = answer("200 OK", b'{"major":3,"minor":1,"patch":0}', "Content-Type: application/json")
TYPES: list[SyncRequestTypeLike] = ["UsersV1", "StacksV1"]
SOON = Timeout(read=1)


def client(server: RawServer, **options: Any) -> Immich:
    return Immich(server.url, access_token="s", **options)


def test_ended_session_says_what_to_do(raw_server: RawServer) -> None:
    refused = answer("401 Unauthorized", b'{"message":"Invalid user token"}')
    raw_server.answers = [refused]
    with client(raw_server) as immich:
        with pytest.raises(AuthenticationError, match="sign in"):
            immich.sync.run(nothing, TYPES)


@pytest.mark.parametrize(
    "message",
    ["Sync endpoints cannot be used with API keys", "Missing required permission: sync.stream"],
)
def test_key_is_told_to_sign_in(raw_server: RawServer, message: str) -> None:
    refused = answer("403 Forbidden", json.dumps({"message": message}).encode())
    raw_server.answers = [refused, refused]
    with Immich(raw_server.url, api_key="k") as immich:
        with pytest.raises(PermissionDeniedError, match="sign in"):
            immich.sync.run(nothing, TYPES)
        with pytest.raises(PermissionDeniedError, match="sign in"):
            immich.sync.ack(["UserV1|1"])


def test_run_acknowledges_each_run_when_it_is_processed(raw_server: RawServer) -> None:
    sent = [user(1), user(2), passed("PartnerAssetBackfillV2", 3), stack_delete(4), COMPLETE]
    raw_server.answers = [stream(*sent), DONE, DONE, DONE, DONE]
    seen: list[tuple[list[str], int]] = []

    def process(events: list[SyncEvent]) -> None:
        seen.append(([event.ack for event in events], len(acks(raw_server))))

    with client(raw_server) as immich:
        report = immich.sync.run(process, types=TYPES)
    assert seen == [(["UserV1|1", "UserV1|2"], 0), (["StackDeleteV1|4"], 2)]
    assert acks(raw_server) == [
        ["UserV1|2"],
        ["PartnerAssetBackfillV2|3|complete"],
        ["StackDeleteV1|4"],
        [COMPLETE["ack"]],
    ]
    assert report == SyncReport({"UserV1": 2, "StackDeleteV1": 1}, completed=True)


def test_run_goes_through_a_reset(raw_server: RawServer) -> None:
    raw_server.answers = [stream(RESET), DONE, stream(user(1), COMPLETE), DONE, DONE]
    processor = Processor()
    with client(raw_server) as immich:
        report = immich.sync.run(processor, TYPES)
    assert processor.told == ["reset", "UserV1|1", "complete"]
    assert report.was_reset
    assert bodies(raw_server) == [
        {"types": TYPES},
        {"acks": ["SyncResetV1|reset"]},
        {"types": TYPES},
        {"acks": ["UserV1|1"]},
        {"acks": [COMPLETE["ack"]]},
    ]


class Processor:
    """Notes what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def process_events(self, events: list[SyncEvent]) -> None:
        self.told += [event.ack for event in events]

    def reset(self) -> None:
        self.told.append("reset")

    def complete(self) -> None:
        self.told.append("complete")


def nothing(events: list[SyncEvent]) -> None:
    """Deal with events by doing nothing."""


def test_run_does_not_acknowledge_a_reset_that_nobody_is_told_of(
    raw_server: RawServer,
) -> None:
    raw_server.answers = [stream(RESET)]
    with client(raw_server) as immich:
        with pytest.raises(SyncError, match="reset=True"):
            immich.sync.run(nothing, TYPES)
    assert acks(raw_server) == []


def test_run_that_is_interrupted_has_dealt_with_what_came(raw_server: RawServer) -> None:
    raw_server.answers = [Stalled(stream(user(1), user(2))[:-5]), DONE]
    with client(raw_server, timeout=SOON) as immich:
        with pytest.raises(SyncInterruptedError) as caught:
            immich.sync.run(nothing, TYPES)
    assert acks(raw_server) == [["UserV1|2"]]
    assert caught.value.report == SyncReport({"UserV1": 2})


def test_whatever_ends_a_run_tells_how_far_it_came(raw_server: RawServer) -> None:
    raw_server.answers = [stream(user(1), stack_delete(2), COMPLETE), DONE]

    def process(events: list[SyncEvent]) -> None:
        if events[0].type == "StackDeleteV1":
            raise KeyError

    with client(raw_server) as immich:
        with pytest.raises(KeyError) as caught:
            immich.sync.run(process, TYPES)
    assert vars(caught.value)["report"] == SyncReport({"UserV1": 1})


def test_report_of_the_processor_itself_stays(raw_server: RawServer) -> None:
    raw_server.answers = [stream(user(1), COMPLETE)]

    def process(events: list[SyncEvent]) -> None:
        raise PartialFailureError(report="mine")

    with client(raw_server) as immich:
        with pytest.raises(PartialFailureError) as caught:
            immich.sync.run(process, TYPES)
    assert caught.value.report == "mine"


def test_run_that_fails_to_acknowledge_raises_that(raw_server: RawServer) -> None:
    failed = answer("500 Internal Server Error", b'{"message":"Failed to send sync ack"}')
    raw_server.answers = [stream(user(1), stack_delete(2), COMPLETE), failed]
    processor = Processor()
    with client(raw_server) as immich:
        with pytest.raises(ServerError, match="sync ack"):
            immich.sync.run(processor, TYPES)
    assert processor.told == ["UserV1|1"]


def test_run_repeats_an_ack_that_may_have_been_lost(raw_server: RawServer) -> None:
    raw_server.answers = [stream(user(1), COMPLETE), b"", DONE, DONE]
    with client(raw_server, retry=AT_ONCE) as immich:
        assert (immich.sync.run(nothing, TYPES)).completed
    assert acks(raw_server) == [["UserV1|1"], ["UserV1|1"], [COMPLETE["ack"]]]


def test_run_collects_bad_events_without_acknowledging_them(raw_server: RawServer) -> None:
    bad = {**user(9), "data": {}}
    raw_server.answers = [stream(user(1), bad, stack_delete(2), COMPLETE), DONE, DONE, DONE]
    with client(raw_server) as immich:
        report = immich.sync.run(nothing, TYPES, on_bad_record="collect")
    assert acks(raw_server) == [["UserV1|1"], ["StackDeleteV1|2"], [COMPLETE["ack"]]]
    assert [record.index for record in report.bad_records] == [1]
    assert report.counts == {"UserV1": 1, "StackDeleteV1": 1}


def test_acks_go_out_serially_and_the_newest_only(raw_server: RawServer) -> None:
    raw_server.answers = [DONE] * 4
    with client(raw_server) as immich:
        immich.sync.ack(["UserV1|1", "StackV1|1", "UserV1|2"])
        immich.sync.ack(["UserV1|3", "SyncResetV1|reset"])
        immich.sync.ack([])
    assert acks(raw_server) == [
        ["StackV1|1", "UserV1|2"],
        ["UserV1|3"],
        ["SyncResetV1|reset"],
    ]


def test_one_ack_is_no_list(raw_server: RawServer) -> None:
    with client(raw_server) as immich:
        with pytest.raises(TypeError, match="list"):
            immich.sync.ack("UserV1|1")
    assert raw_server.heads == []


@pytest.mark.parametrize("kind", ["AssetsV1", "AssetV2"])
def test_type_that_the_server_lacks_is_refused_before_anything_is_sent(
    raw_server: RawServer, kind: str
) -> None:
    raw_server.answers = [VERSION]
    with client(raw_server) as immich:
        with pytest.raises(NotOnThisServerError, match="AssetsV2"):
            immich.sync.run(nothing, [kind])  # type: ignore[list-item]
    assert raw_server.bodies in ([], [b""])


def test_older_server_is_told_by_its_version(raw_server: RawServer) -> None:
    with client(raw_server, server_version="v2.7.5") as immich:
        with pytest.raises(NotOnThisServerError, match=r"needs v3\.0\.0"):
            immich.sync.run(nothing, ["AssetsV2"])
    assert raw_server.heads == []


def test_dry_run_reads_and_acknowledges_nothing(raw_server: RawServer) -> None:
    raw_server.answers = [stream(user(1), COMPLETE)]
    with client(raw_server, dry_run=True) as immich:
        assert (immich.sync.run(nothing, TYPES)).counts == {"UserV1": 1}
        assert (immich.sync.run(nothing, TYPES, reset=True)) == SyncReport(was_reset=True)
        held_back = [entry.operation.name for entry in immich.dry_run_log]
    assert held_back == ["sync.send_sync_ack", "sync.send_sync_ack", "sync.get_sync_stream"]
    assert len(raw_server.heads) == 1


def test_no_error_shows_the_token(raw_server: RawServer) -> None:
    raw_server.answers = [stream(user(1)), DONE]
    with Immich(raw_server.url, access_token="very-secret") as immich:
        with pytest.raises(SyncInterruptedError) as caught:
            immich.sync.run(nothing, ["UsersV1"], batch_size=2)
        shown = f"{caught.value!r}{caught.value}{immich.sync.events(['UsersV1'])!r}"
    assert "very-secret" not in shown
