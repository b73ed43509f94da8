"""The file of a library's copy: its tables, what events do to them, how it ages."""

# Names are those of tables.
# ruff: noqa: S608

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from immichkit_api.models import SyncRequestType

from immichkit import InvalidEventError, MirrorError
from immichkit.local.library.changes import KEPT
from immichkit.local.library.effects import BACKFILLED, DELETES, REQUESTED, UPSERTS
from immichkit.local.library.reading import Query, Reader
from immichkit.local.library.records import RecordReader
from immichkit.local.library.store import Store
from immichkit.local.library.tables import TABLES
from immichkit.sync.asking import REPLACED

RECORDINGS = Path(__file__).parent / "recordings"
ASSET: dict[str, Any] = dict.fromkeys(column.wire for column in TABLES["asset"].columns) | {
    "id": "a",
    "ownerId": "me",
    "originalFileName": "a.jpg",
    "checksum": "",
    "isEdited": False,
    "isFavorite": False,
    "type": "IMAGE",
    "visibility": "timeline",
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store(tmp_path / "library.db")
    store.begin("me", "https://example.com/api", {})
    yield store
    store.close()


def send(store: Store, *events: tuple[str, dict[str, Any]]) -> None:
    """Apply events, each by itself, as they would come off the wire."""
    for type_, data in events:
        line = json.dumps({"type": type_, "data": data, "ack": f"{type_}|1"}).encode() + b"\n"
        (event,) = RecordReader().feed(line)
        store.apply(event.type, [event.data])


def rows(store: Store, select: str) -> list[Any]:
    return sqlite3.connect(store.path).execute(select).fetchall()


def changes(store: Store, since: int = 0) -> list[tuple[str, str, str]]:
    reader = Reader(store.path)
    found = [(str(c.kind), c.entity, c.id) for batch in reader.changes(since) for c in batch]
    reader.close()
    return found


def test_everything_that_is_not_replaced_is_asked_for() -> None:
    wanted = {kind for kind in SyncRequestType if kind not in REPLACED} - {"AlbumsV1"}
    assert set(REQUESTED) == wanted


def test_every_recorded_event_has_an_effect() -> None:
    kinds = set()
    for name in ("sync.jsonl", "sync-types.jsonl"):
        for line in (RECORDINGS / name).read_text().splitlines():
            for event in json.loads(line)["response"].get("ndjson", ()):
                kinds.add(event["type"])
    assert {kind for kind in kinds if not kind.startswith("Sync")} <= {
        *UPSERTS,
        *DELETES,
        "AlbumV1",
    }
    assert set(BACKFILLED) | set(BACKFILLED.values()) <= set(UPSERTS)


def test_recorded_life_of_a_library_ends_as_recorded(tmp_path: Path) -> None:
    """Albums, a partner and a memory go, and with them what no event tells of."""
    store, counts = Store(tmp_path / "library.db"), {}
    store.begin("8a08b258-366c-4d83-9a12-4c0a0d1f80e0", "https://example.com/api", {})
    for line in (RECORDINGS / "sync.jsonl").read_text().splitlines():
        exchange = json.loads(line)
        if exchange["n"] > 84 or "ndjson" not in exchange["response"]:
            continue
        for event in exchange["response"]["ndjson"]:
            if event["type"] == "SyncCompleteV1":
                store.complete()
            elif event["type"] != "SyncAckV1":
                send(store, (event["type"], event["data"]))
        counts[exchange["n"]] = {
            name: rows(store, f'select count(*) from "{name}"')[0][0] for name in TABLES
        }
    full, bare, backfilled = counts[40], counts[74], counts[78]
    assert (full["asset"], full["asset_exif"], full["stack"], full["album_asset"]) == (12, 12, 2, 5)
    assert all(full.values())
    assert (bare["asset"], bare["asset_exif"]) == (9, 9)
    gone = ("partner", "stack", "album", "album_user", "album_asset", "memory", "memory_asset")
    assert not any(bare[name] for name in gone)
    assert (backfilled["asset"], backfilled["stack"], backfilled["album_asset"]) == (12, 1, 2)
    store.close()


def test_times_sort_and_keep_to_one_form(store: Store) -> None:
    for id_, time in (
        ("a", "2024-04-01T00:00:00.120Z"),
        ("b", "2024-04-01T00:00:00Z"),
        ("c", "2024-04-01T02:00:00.5+02:00"),
    ):
        send(store, ("AssetV2", ASSET | {"id": id_, "createdAt": time}))
    assert rows(store, "select id, created_at from asset order by created_at") == [
        ("b", "2024-04-01T00:00:00.000Z"),
        ("a", "2024-04-01T00:00:00.120Z"),
        ("c", "2024-04-01T00:00:00.500Z"),
    ]


def test_what_this_release_does_not_know_is_kept_in_raw(store: Store) -> None:
    send(store, ("AssetV2", ASSET | {"mood": "happy"}), ("WeatherV1", {"id": "w"}))
    assert rows(store, "select json_extract(raw, '$.mood') from asset") == [("happy",)]


def test_json_and_flags_are_what_sql_can_ask_for(store: Store) -> None:
    send(
        store,
        ("AssetV2", ASSET | {"isFavorite": True}),
        ("AssetMetadataV1", {"assetId": "a", "key": "k", "value": {"deep": [1, 2]}}),
    )
    assert rows(store, "select id from asset where is_favorite") == [("a",)]
    assert rows(store, "select json_extract(value, '$.deep[1]') from asset_metadata") == [(2,)]


@pytest.mark.parametrize(
    ("type_", "data", "where"),
    [
        ("AssetV2", b'{"id":7}', "$.data.id"),
        ("AssetV2", b"{}", "$.data"),
        ("AssetDeleteV1", b"{}", "$.data"),
        ("AssetDeleteV1", b'{"assetId":null}', "$.data.assetId"),
    ],
)
def test_record_of_another_shape_is_no_event(type_: str, data: bytes, where: str) -> None:
    reader = RecordReader()
    assert reader.feed(b'{"type":"%s","data":%s,"ack":"X|1"}\n' % (type_.encode(), data)) == []
    assert isinstance(reader.failure, InvalidEventError)
    assert reader.failure.json_path == where


def test_shared_asset_moved_from_one_album_to_another_stays(store: Store) -> None:
    """Its link to the new album comes after the delete of the old one."""
    theirs = ASSET | {"ownerId": "ann"}
    send(
        store,
        ("AlbumAssetCreateV2", theirs),
        ("AlbumToAssetV1", {"albumId": "old", "assetId": "a"}),
    )
    store.complete()
    send(
        store,
        ("AlbumAssetCreateV2", theirs),
        ("AlbumDeleteV1", {"albumId": "old"}),
        ("AlbumToAssetV1", {"albumId": "new", "assetId": "a"}),
    )
    store.complete()
    assert rows(store, "select id from asset") == [("a",)]
    send(store, ("AlbumToAssetDeleteV1", {"albumId": "new", "assetId": "a"}))
    store.complete()
    assert rows(store, "select id from asset") == []


def test_partner_whose_sharing_begins_again_keeps_their_assets(store: Store) -> None:
    partner = {"sharedById": "ann", "sharedWithId": "me"}
    send(store, ("PartnerV1", partner), ("PartnerAssetV2", ASSET | {"ownerId": "ann"}))
    store.complete()
    send(store, ("PartnerDeleteV1", partner), ("PartnerV1", partner))
    store.complete()
    assert rows(store, "select id from asset") == [("a",)]
    send(store, ("PartnerDeleteV1", partner))
    store.complete()
    assert rows(store, "select id from asset") == []


def test_my_own_library_stays_when_i_stop_sharing_it(store: Store) -> None:
    send(store, ("AssetV2", ASSET), ("PartnerDeleteV1", {"sharedById": "me", "sharedWithId": "b"}))
    store.complete()
    assert rows(store, "select id from asset") == [("a",)]


def test_user_who_is_gone_takes_everything_along(store: Store) -> None:
    send(
        store,
        ("PartnerV1", {"sharedById": "ann", "sharedWithId": "me"}),
        ("PartnerAssetV2", ASSET | {"ownerId": "ann"}),
        ("PartnerAssetExifV1", {"assetId": "a"}),
        ("PartnerStackV1", {"id": "s", "ownerId": "ann"}),
        ("AlbumToAssetV1", {"albumId": "x", "assetId": "a"}),
        ("AlbumUserV1", {"albumId": "x", "userId": "ann"}),
        ("UserDeleteV1", {"userId": "ann"}),
    )
    for name in ("partner", "asset", "asset_exif", "stack", "album_asset", "album_user"):
        assert rows(store, f"select * from {name}") == []


def test_text_that_is_read_anew_replaces_what_was_read_of_that_asset(store: Store) -> None:
    for id_, asset in (("1", "a"), ("2", "a"), ("3", "b")):
        send(store, ("AssetOcrV1", {"id": id_, "assetId": asset, "text": id_}))
    deleted = {"id": "of the audit", "assetId": "a", "deletedAt": "2024-04-01T00:00:00.000Z"}
    send(store, ("AssetOcrDeleteV1", deleted))
    assert rows(store, "select id from asset_ocr") == [("3",)]


def test_changes_of_one_update_are_added_up(store: Store) -> None:
    send(store, ("AssetV2", ASSET), ("AssetV2", ASSET | {"id": "b"}))
    store.complete()
    assert changes(store) == []
    renamed = ASSET | {"originalFileName": "b.jpg"}
    send(
        store,
        ("AssetV2", ASSET),  # as it was
        ("AssetV2", renamed | {"id": "b"}),
        ("AssetDeleteV1", {"assetId": "b"}),
        ("AssetV2", ASSET | {"id": "c"}),
        ("AssetV2", renamed | {"id": "c"}),
        ("AssetV2", ASSET | {"id": "d"}),
        ("AssetDeleteV1", {"assetId": "d"}),
        ("AssetDeleteV1", {"assetId": "never known"}),
        ("AlbumToAssetV1", {"albumId": "x", "assetId": "c"}),
    )
    store.complete()
    assert changes(store) == [
        ("created", "album_asset", "x/c"),
        ("deleted", "asset", "b"),
        ("created", "asset", "c"),
    ]


def test_the_last_of_several_records_of_a_thing_wins(store: Store) -> None:
    send(store, ("AssetV2", ASSET))
    store.complete()
    table = TABLES["asset"]
    other = json.dumps(ASSET | {"originalFileName": "b.jpg"}).encode()
    store.apply("AssetV2", [table.row(other), table.row(json.dumps(ASSET).encode())])
    assert rows(store, "select original_file_name from asset") == [("a.jpg",)]


def test_changes_from_too_long_ago_are_refused(store: Store) -> None:
    store.complete()
    for number in range(KEPT + 1):
        send(store, ("AssetV2", ASSET | {"id": str(number)}))
        store.complete()
    assert len(changes(store, 1)) == KEPT
    with pytest.raises(MirrorError, match="too long ago"):
        changes(store, 0)


def test_refill_that_the_process_did_not_outlive_goes_on(store: Store) -> None:
    send(store, ("AssetV2", ASSET))
    store.complete()
    store.reset()
    send(store, ("AssetV2", ASSET | {"id": "b"}))
    again = Store(store.path)
    send(again, ("AssetV2", ASSET | {"id": "c"}))
    assert rows(store, "select id from asset") == [("a",)]
    again.complete()
    assert rows(store, "select id from asset order by id") == [("b",), ("c",)]
    assert rows(store, "select name from sqlite_master where name like 'refill%'") == []
    assert [kind for kind, _, _ in changes(store)] == ["deleted", "created", "created"]
    again.close()


def test_columns_that_a_newer_contract_has_are_filled_from_the_records(tmp_path: Path) -> None:
    path = tmp_path / "library.db"
    store = Store(path)
    send(store, ("AssetV2", ASSET | {"width": 64, "isEdited": True}))
    store.close()
    old = sqlite3.connect(path)
    with old:
        for (view,) in old.execute("select name from sqlite_master where type = 'view'").fetchall():
            old.execute(f"drop view {view}")
        old.execute("alter table asset drop column width")
        old.execute("alter table asset drop column is_edited")
        old.execute("drop table memory")
        old.execute("update mirror set value = 1 where name = 'layout'")
    old.close()
    store = Store(path)
    assert rows(store, "select width, is_edited from own_assets union select 64, 1") == [(64, 1)]
    send(store, ("AssetV2", ASSET | {"width": 65}), ("MemoryV1", {"id": "m"}))
    assert rows(store, "select width from asset") == [(65,)]
    store.close()


def test_file_of_a_newer_release_is_refused(store: Store) -> None:
    database = sqlite3.connect(store.path)
    database.execute("pragma user_version = 99")
    database.close()
    with pytest.raises(MirrorError, match="newer immichkit"):
        Store(store.path)


def test_database_of_something_else_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "contacts.db"
    database = sqlite3.connect(path)
    database.execute("create table contact (name)")
    database.close()
    before = path.read_bytes()
    with pytest.raises(MirrorError, match="something else"):
        Store(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("what", ["text", "folder", "nowhere"])
def test_what_is_no_database_is_refused(tmp_path: Path, what: str) -> None:
    path = tmp_path / "library.db"
    if what == "text":
        path.write_text("Dear diary, " * 100)
    elif what == "folder":
        path.mkdir()
    else:
        path = tmp_path / "no such folder" / "library.db"
    with pytest.raises(MirrorError, match="cannot be used"):
        Store(path)


def test_record_that_no_model_takes_any_more_says_what_to_do(store: Store) -> None:
    send(store, ("AssetV2", {"id": "a"}))
    reader = Reader(store.path)
    with pytest.raises(MirrorError, match="reset=True"):
        reader.first(Query("asset"))
    reader.close()


def test_only_one_writes_at_a_time(store: Store) -> None:
    other = Store(store.path)
    assert store.lock()
    assert not other.lock()
    store.unlock()
    assert other.lock()
    other.close()
