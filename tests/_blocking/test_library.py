# Written by scripts/mirror from tests/_async/test_library.py; edits are lost.
"""The SQLite copy of a library, kept current against the embedded server."""

from __future__ import annotations

import json
import logging
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from exchanges import load
from raw_server import RawServer, answer
from sync_streams import COMPLETE, DONE, USER, stream, user

from immichkit import (
    Immich,
    LibraryChange,
    LibraryMirror,
    MirrorError,
    PermissionDeniedError,
    RetryPolicy,
    SyncInterruptedError,
)
from immichkit.models import SyncAssetV2
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio


def signed_in(server: ImmichServer, **options: Any) -> Immich:
    session = Immich.sign_in(server.url, email=server.email, password=server.password, **options)
    return Immich(server.url, access_token=session.access_token, **options)


def names(mirror: LibraryMirror, where: str | None = None, *values: Any) -> list[str]:
    return [asset.original_file_name for asset in mirror.assets(where, values)]


def test_update_fills_then_follows_the_server(server: ImmichServer, tmp_path: Path) -> None:
    ids = server.seed(3)
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        first = mirror.update(immich)
        assert (first.counts["AssetV2"], first.created, first.completed) == (3, {}, True)
        immich.assets.update_asset(ids[0], is_favorite=True)
        immich.assets.delete_assets(ids=[ids[1]], force=True)
        server.settle()
        second = mirror.update(immich)
        assert second.updated["asset"] == 1
        assert second.deleted["asset"] == second.deleted["asset_exif"] == 1
        assert [asset.id for asset in mirror.assets("is_favorite")] == [ids[0]]
        assert mirror.asset(ids[1]) is None
        assert (mirror.update(immich)).counts == {}


def test_reset_replaces_everything_and_tells_only_what_differs(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = server.seed(3)
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        immich.assets.update_asset(ids[0], is_favorite=True)
        report = mirror.update(immich, reset=True)
        assert report.was_reset
        assert report.counts["AssetV2"] == 3
        assert (report.created, report.updated["asset"], report.deleted) == ({}, 1, {})


def test_new_session_is_not_trusted_to_be_where_the_old_one_was(
    server: ImmichServer, tmp_path: Path
) -> None:
    server.seed(2)
    with LibraryMirror(tmp_path / "l.db") as mirror:
        for was_reset in (False, True):
            with signed_in(server) as immich:
                assert (mirror.update(immich)).was_reset is was_reset
                assert (mirror.update(immich)).was_reset is False


def test_somebody_else_syncing_in_the_session_is_noticed(
    server: ImmichServer, tmp_path: Path
) -> None:
    server.seed(1)
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        server.seed(1)
        immich.sync.run(lambda events: None, ["AssetsV2"])
        assert (mirror.update(immich)).was_reset
        assert len(names(mirror)) == 2


def test_server_that_wants_a_reset_gets_it(server: ImmichServer, tmp_path: Path) -> None:
    server.seed(2)
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        (session,) = [s for s in immich.sessions.get_sessions() if s.current]
        immich.sessions.update_session(session.id, is_pending_sync_reset=True)
        report = mirror.update(immich)
        assert report.was_reset
        assert len(names(mirror)) == 2


def test_readers_see_the_old_library_until_the_new_one_is_there(
    server: ImmichServer, tmp_path: Path
) -> None:
    server.seed(40)
    path = tmp_path / "l.db"
    with signed_in(server, retry=None) as immich, LibraryMirror(path) as mirror:
        mirror.update(immich)
        server.seed(1)
        server.cut_after(9_000)
        with pytest.raises(SyncInterruptedError):
            mirror.update(immich, reset=True, batch_size=5)
        assert len(names(mirror)) == 40
        (waiting,) = mirror.connection.execute("select count(*) from refill_asset").fetchone()
        assert 0 < waiting < 40
        assert not (mirror.update(immich)).was_reset
        assert len(names(mirror)) == 41


def test_iteration_sees_the_library_as_it_was_when_it_began(
    server: ImmichServer, tmp_path: Path
) -> None:
    server.seed(1200)
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        count = 0
        for _ in mirror.assets(order_by="local_date_time"):
            if count == 0:
                immich.assets.delete_assets(ids=server.seed(1), force=True)
                mirror.update(immich, reset=True)
            count += 1
        assert count == 1200


def test_follow_gives_changes_and_outlives_a_server_that_is_away(
    server: ImmichServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "immichkit")
    found: list[LibraryChange] = []
    with (
        signed_in(server, retry=RetryPolicy(retries=0)) as immich,
        LibraryMirror(tmp_path / "l.db") as mirror,
    ):
        mirror.update(immich)
        (id_,) = server.seed(1)
        server.fail_next(503)
        changes = mirror.follow(immich, every=0.01)
        for change in changes:
            found.append(change)
            if len(found) == 2:
                immich.assets.update_asset(id_, is_favorite=True)
            if change.kind == "updated" and change.entity == "asset":
                break
        changes.close()
    assert "tries again" in caplog.text
    assert {(change.kind, change.entity) for change in found[:2]} >= {("created", "asset")}
    assert isinstance(found[-1].model, SyncAssetV2)
    assert found[-1].model.is_favorite
    assert found[-1].update > found[0].update


def test_following_goes_on_with_the_update_that_was_not_dealt_with_to_its_end(
    server: ImmichServer, tmp_path: Path
) -> None:
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        ids = server.seed(3)
        changes = mirror.follow(immich, every=0.01, since=0)
        missing, seen = set(ids), 0
        for change in changes:
            missing.add(change.id)
            seen = change.update
            break  # in the middle of an update
        changes.close()
        changes = mirror.follow(immich, every=0.01, since=seen)
        for again in changes:
            missing.discard(again.id)
            if not missing:
                break
        changes.close()


def test_event_that_cannot_be_read_need_not_end_following(
    raw_server: RawServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, "immichkit")
    json_ = "Content-Type: application/json"
    me = next(e for e in load() if e.request["path"] == "/api/users/me" and e.status == 200)
    bad = {"type": "StackV1", "data": {"id": 7}, "ack": "StackV1|1"}
    position = [answer("200 OK", me.content, json_), answer("200 OK", b"[]", json_)]
    raw_server.answers = [*position, stream(user(1), COMPLETE), DONE, DONE]
    with (
        Immich(raw_server.url, access_token="s") as immich,
        LibraryMirror(tmp_path / "l.db") as mirror,
    ):
        mirror.update(immich)
        renamed = {**user(2), "data": {**USER, "name": "Bea"}}
        known = [{"type": "UserV1", "ack": "UserV1|1"}, {**COMPLETE, "data": None}]
        position[1] = answer("200 OK", json.dumps(known).encode(), json_)
        raw_server.answers = [*position, stream(bad, renamed, COMPLETE), DONE, DONE]
        changes = mirror.follow(immich, on_bad_record="collect")
        for change in changes:
            assert (change.kind, change.model.name) == ("updated", "Bea")
            break
        changes.close()
    assert "leaves out an event" in caplog.text


def test_changes_of_earlier_updates_are_there_to_be_read(
    server: ImmichServer, tmp_path: Path
) -> None:
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        first, second = server.seed(1), server.seed(1)
        number = (mirror.update(immich)).number
        immich.assets.delete_assets(ids=first, force=True)
        server.settle()
        mirror.update(immich)
        gone = [c for c in mirror.changes(since=number) if c.entity == "asset"]
        assert [(c.kind, c.id, c.model) for c in gone] == [("deleted", first[0], None)]
        came = [c.id for c in mirror.changes(since=0) if c.kind == "created"]
        assert set(second) < set(came)


def test_albums_people_and_stacks_are_read_as_models(server: ImmichServer, tmp_path: Path) -> None:
    ids = server.seed(3)
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        album = immich.albums.create_album(album_name="Trip", asset_ids=ids[:2])
        stack = immich.stacks.create_stack(asset_ids=ids)
        mirror.update(immich)
        assert [found.name for found in mirror.albums()] == ["Trip"]
        assert {asset.id for asset in mirror.album_assets(album.id)} == set(ids[:2])
        assert {asset.id for asset in mirror.stack_assets(stack.id)} == set(ids)
        assert [found.id for found in mirror.stacks()] == [stack.id]
        found = mirror.album(album.id)
        assert found is not None
        assert found.name == "Trip"
        exif = mirror.exif(ids[0])
        assert exif is not None
        assert exif.asset_id == ids[0]
        assert [user.email for user in mirror.users()] == [server.email]


def test_query_that_sql_refuses_says_so(tmp_path: Path) -> None:
    with LibraryMirror(tmp_path / "l.db") as mirror:
        with pytest.raises(MirrorError, match="cannot answer .*: no such column: nonsense"):
            names(mirror, "nonsense")


def test_connection_reads_and_cannot_write(server: ImmichServer, tmp_path: Path) -> None:
    server.seed(2)
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        rows = mirror.connection.execute("select original_file_name, make from assets_with_exif")
        assert len(rows.fetchall()) == 2
        with pytest.raises(sqlite3.OperationalError, match="readonly"):
            mirror.connection.execute("delete from asset")


def test_verify_says_what_differs(server: ImmichServer, tmp_path: Path) -> None:
    ids = server.seed(4)
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        immich.albums.create_album(album_name="Trip", asset_ids=ids[:2])
        immich.assets.update_asset(ids[3], is_favorite=True)
        immich.assets.delete_assets(ids=[ids[2]])
        mirror.update(immich)
        check = mirror.verify(immich)
        assert check.differences == {}
        assert (check.mirrored["images"], check.mirrored["trashed"]) == (3, 1)
        server.seed(2)
        check = mirror.verify(immich)
        assert check.differences == {"images": -2}
        assert str(check) == "images: 3 in the mirror, 5 on the server"


def test_another_user_is_refused(server: ImmichServer, tmp_path: Path) -> None:
    bob = server.add_user("bob@example.com")
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        session = Immich.sign_in(server.url, email=bob.email, password=bob.password)
        with Immich(server.url, access_token=session.access_token) as other:
            with pytest.raises(MirrorError, match="another user"):
                mirror.update(other)


def test_key_is_refused_with_advice(server: ImmichServer, tmp_path: Path) -> None:
    with (
        Immich(server.url, api_key=server.api_key) as immich,
        LibraryMirror(tmp_path / "l.db") as mirror,
    ):
        with pytest.raises(PermissionDeniedError, match="sign in"):
            mirror.update(immich)


def test_second_updater_waits_or_is_told(server: ImmichServer, tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with signed_in(server) as immich, LibraryMirror(path) as mirror:
        mirror.update(immich)
        other = sqlite3.connect(f"{path}-lock", isolation_level=None)
        other.execute("begin exclusive")
        with pytest.raises(MirrorError, match="is updating"):
            mirror.update(immich, wait=0)
        assert names(mirror) == []
        other.close()
        assert (mirror.update(immich)).completed


def test_dry_run_counts_and_writes_nothing(server: ImmichServer, tmp_path: Path) -> None:
    server.seed(3)
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        dry = immich.with_options(dry_run=True)
        report = mirror.update(dry)
        assert not report.completed
        with pytest.raises(MirrorError, match="never been updated"):
            names(mirror)
        assert immich.sync.get_sync_ack() == []
        anew = mirror.update(dry, reset=True)
        assert (anew.was_reset, anew.counts) == (True, report.counts)
        real = mirror.update(immich)
        assert real.completed
        assert [*report.counts.items()] == [*real.counts.items()]
        assert {type(kind) for kind in report.counts} == {str}
        # To be told everything, the session would have to forget how far it has come.
        anew = mirror.update(dry, reset=True)
        assert (anew.was_reset, anew.counts) == (True, {})


def test_mirror_that_was_never_updated_says_so(server: ImmichServer, tmp_path: Path) -> None:
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        with pytest.raises(MirrorError, match="never been updated"):
            mirror.asset("1")
        mirror.update(immich)
        assert names(mirror) == []
        assert mirror.asset("1") is None


def test_following_begins_with_what_changed_since_the_last_update(
    server: ImmichServer, tmp_path: Path
) -> None:
    with signed_in(server) as immich, LibraryMirror(tmp_path / "l.db") as mirror:
        mirror.update(immich)
        immich.albums.create_album(album_name="before")
        changes = mirror.follow(immich, every=0.01)
        for change in changes:
            assert change.entity == "album"
            break
        changes.close()


def test_pin_code_stays_out_of_the_file(server: ImmichServer, tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with signed_in(server) as immich, LibraryMirror(path) as mirror:
        immich.authentication.setup_pin_code(pin_code="123456")
        mirror.update(immich)
        (raw,) = mirror.connection.execute("select raw from auth_user").fetchone()
        assert '"pinCode":null' in raw
    assert path.stat().st_mode & 0o077 == 0
