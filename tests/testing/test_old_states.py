"""A folder that the server of an older release left is taken over as it is."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from immichkit import Immich, LibraryMirror
from immichkit.testing import ImmichServer
from immichkit.testing.state import changes
from immichkit.testing.state.database import Database
from immichkit.testing.state.migrating import migrate
from immichkit.testing.state.tables import TABLES

OLD = Path(__file__).parent / "old_states"
FILE = "immich.sqlite3"


def left(folder: Path, name: str) -> Path:
    """The folder, as the server of that time left it but for the photos themselves."""
    with sqlite3.connect(folder / FILE) as connection:
        connection.executescript((OLD / f"{name}.sql").read_text())
    connection.close()
    return folder


def made(connection: sqlite3.Connection) -> set[tuple[str, str, str]]:
    found = connection.execute("select type, name, sql from sqlite_master where sql is not null")
    return set(found)


def schema(folder: Path) -> set[tuple[str, str, str]]:
    connection = sqlite3.connect(folder / FILE)
    try:
        assert connection.execute("pragma foreign_key_check").fetchall() == []
        assert connection.execute("pragma integrity_check").fetchall() == [("ok",)]
        return made(connection)
    finally:
        connection.close()


@pytest.mark.parametrize("name", ["first", "before_queues"])
def test_the_tables_become_those_of_today(tmp_path: Path, name: str) -> None:
    (fresh := tmp_path / "fresh").mkdir()
    (old := tmp_path / "old").mkdir()
    Database(fresh / FILE).close()
    Database(left(old, name) / FILE).close()
    assert schema(old) == schema(fresh)


def test_the_first_release_of_all_is_taken_over(tmp_path: Path) -> None:
    with ImmichServer(left(tmp_path, "first")) as server, server.client() as immich:
        server.settle()
        assert [album.album_name for album in immich.albums.get_all_albums()] == ["Trip"]
        (asset,) = immich.search.iter_assets()
        assert asset.original_file_name == "gps.jpg"
        assert immich.users.get_my_user().email == server.email
        assert immich.server.get_version_history()
        server.sign_in()


def test_albums_stacks_tags_and_partners_are_kept_and_can_be_synchronized(
    tmp_path: Path,
) -> None:
    folder = left(tmp_path, "before_queues")
    with ImmichServer(folder) as server, server.client() as immich:
        names = {asset.original_file_name for asset in immich.search.iter_assets()}
        (album,) = immich.albums.get_all_albums()
        (stack,) = immich.stacks.fetch_all().values()
        assert names == {"A.jpg", "A.dng"}
        assert (album.album_name, album.asset_count, len(stack.assets)) == ("Trip", 2, 2)
        assert {tag.value for tag in immich.tags.get_all_tags()} == {"places", "places/Kyoto"}
        assert len(immich.partners.get_partners(direction="shared-by")) == 1
        with (
            Immich(server.url, access_token=server.sign_in()) as session,
            LibraryMirror(tmp_path / "library.db") as mirror,
        ):
            mirror.update(session)
            assert mirror.verify(session)


def test_what_was_still_to_be_looked_into_still_is(tmp_path: Path) -> None:
    connection = sqlite3.connect(left(tmp_path, "before_queues") / FILE)
    ids = changes.UpdateIds()
    connection.create_function("new_update_id", 0, ids.next)
    connection.create_function("moment", 0, lambda: 1)
    (unread,) = connection.execute("select asset_id from unread_asset").fetchall()
    migrate(connection, TABLES)
    sql = "select queue, job, asset_id from queue_job"
    assert connection.execute(sql).fetchall() == [
        ("metadataExtraction", "AssetExtractMetadata", *unread)
    ]
    before = made(connection)
    migrate(connection, TABLES)
    assert made(connection) == before
    connection.close()


def test_what_cannot_be_taken_over_is_left_as_it_was(tmp_path: Path) -> None:
    connection = sqlite3.connect(left(tmp_path, "first") / FILE)
    before = made(connection)
    with pytest.raises(sqlite3.OperationalError):
        migrate(connection, TABLES)  # without the functions that make the defaults
    assert made(connection) == before
    assert connection.execute("select count(*) from album").fetchall() == [(1,)]
    connection.close()
