from __future__ import annotations

import base64
import hashlib
import io
import time
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from testing.photos import find, post

from immichkit.testing import ImmichServer, SeedAsset

if TYPE_CHECKING:
    import httpx

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_number_of_photos_is_there_at_once(server: ImmichServer, client: httpx.Client) -> None:
    ids = server.seed(3)
    assert len(set(ids)) == 3
    assert find(client, order="asc") == ["IMG_0001.jpg", "IMG_0002.jpg", "IMG_0003.jpg"]


def test_seeded_originals_have_the_checksum_that_the_asset_says(
    server: ImmichServer, client: httpx.Client
) -> None:
    for asset_id in server.seed([SeedAsset(name="a.jpg"), SeedAsset(name="b.mp4")]):
        content = client.get(f"/assets/{asset_id}/original").content
        asset = client.get(f"/assets/{asset_id}").json()
        assert base64.b64encode(hashlib.sha1(content).digest()).decode() == asset["checksum"]
        assert asset["exifInfo"]["fileSizeInByte"] == len(content)


def test_a_seeded_photo_is_a_picture_of_the_size_that_it_says(
    server: ImmichServer, client: httpx.Client
) -> None:
    (asset_id,) = server.seed(1)
    picture = Image.open(io.BytesIO(client.get(f"/assets/{asset_id}/original").content))
    picture.load()
    asset = client.get(f"/assets/{asset_id}").json()
    assert picture.size == (asset["width"], asset["height"])


def test_what_is_said_of_a_seed_is_known_of_the_asset(
    server: ImmichServer, client: httpx.Client
) -> None:
    east = timezone(timedelta(hours=9))
    one = SeedAsset(
        name="temple.jpg",
        taken=datetime(2026, 5, 1, 8, 30, tzinfo=east),
        created=NOON,
        is_favorite=True,
        description="Early",
        rating=5,
        city="Kyoto",
        make="Acme",
        latitude=35.0,
        longitude=135.8,
    )
    (asset_id,) = server.seed([one])
    asset = client.get(f"/assets/{asset_id}").json()
    assert asset["fileCreatedAt"] == "2026-04-30T23:30:00.000Z"
    assert asset["localDateTime"] == "2026-05-01T08:30:00.000Z"
    assert asset["createdAt"] == "2026-05-01T12:00:00.000Z"
    assert asset["isFavorite"] is True
    exif = asset["exifInfo"]
    assert (exif["city"], exif["rating"], exif["timeZone"]) == ("Kyoto", 5, "UTC+9")
    assert find(client, city="Kyoto", make="Acme") == ["temple.jpg"]


def test_albums_and_tags_are_made_as_needed(server: ImmichServer, client: httpx.Client) -> None:
    server.seed(
        [
            SeedAsset(name="a.jpg", albums=["Trip"], tags=["places/Kyoto"]),
            SeedAsset(name="b.jpg", albums=["Trip", "Best"]),
        ]
    )
    server.seed([SeedAsset(name="c.jpg", albums=["Trip"])])
    counts = {one["albumName"]: one["assetCount"] for one in client.get("/albums").json()}
    assert counts == {"Trip": 3, "Best": 1}
    tags = {one["value"]: one["id"] for one in client.get("/tags").json()}
    assert find(client, tagIds=[tags["places/Kyoto"]]) == ["a.jpg"]


def test_seeds_may_be_in_the_trash_or_the_archive(
    server: ImmichServer, client: httpx.Client
) -> None:
    server.seed(
        [
            SeedAsset(name="gone.jpg", is_trashed=True),
            SeedAsset(name="old.jpg", visibility="archive"),
        ]
    )
    assert find(client, withDeleted=True, trashedAfter="2000-01-01T00:00:00Z") == ["gone.jpg"]
    assert find(client, visibility="archive") == ["old.jpg"]


def test_a_seed_with_its_own_bytes_is_a_duplicate_for_an_upload(
    server: ImmichServer, client: httpx.Client
) -> None:
    (asset_id,) = server.seed([SeedAsset(content=b"these bytes")])
    answer = post(client, b"these bytes")
    assert answer.json() == {"id": asset_id, "status": "duplicate"}


def test_the_same_bytes_twice_are_refused_and_nothing_is_added(
    server: ImmichServer, client: httpx.Client
) -> None:
    with pytest.raises(ValueError, match="same content"):
        server.seed([SeedAsset(content=b"one"), SeedAsset(content=b"one")])
    assert find(client) == []


def test_seeds_belong_to_who_is_named(server: ImmichServer, client: httpx.Client) -> None:
    bob = server.add_user("bob@example.com")
    server.seed(2, user=bob)
    assert find(client) == []
    with server.client(bob) as immich:
        assert immich.search.search_assets().assets.total == 2


def test_seeds_in_a_folder_outlive_the_server(tmp_path: Path) -> None:
    first = ImmichServer(tmp_path)
    (asset_id,) = first.seed(1)
    first.close()
    again = ImmichServer(tmp_path)
    with again.client() as immich:
        assert immich.assets.download_asset(asset_id).startswith(b"\xff\xd8")
    again.close()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"taken": datetime(2026, 5, 1)}, "taken needs a time zone"),  # noqa: DTZ001
        ({"created": datetime(2026, 5, 1)}, "created needs a time zone"),  # noqa: DTZ001
        ({"name": "notes.txt"}, "takes no file that is called 'notes.txt'"),
        ({"visibility": "public"}, "not 'public'"),
    ],
)
def test_a_seed_that_no_server_would_have_is_refused(
    fields: dict[str, datetime], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        SeedAsset(**fields)  # type: ignore[arg-type]


def test_one_album_is_not_taken_for_its_letters() -> None:
    with pytest.raises(TypeError, match=r"\['Trip'\]"):
        SeedAsset(albums="Trip")


def test_ten_thousand_are_seeded_in_no_time(server: ImmichServer) -> None:
    began = time.monotonic()
    ids = server.seed(10_000)
    assert len(ids) == 10_000
    # Half a second on an idle computer.
    assert time.monotonic() - began < 60
