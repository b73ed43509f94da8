"""A real server, if the environment names one; nothing that was there before is touched."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from immichkit import File, Immich
from immichkit.models import AssetMediaStatus

named = "IMMICH_BASE_URL" in os.environ and (
    "IMMICH_API_KEY" in os.environ or "IMMICH_ACCESS_TOKEN" in os.environ
)
pytestmark = pytest.mark.skipif(not named, reason="the environment names no server")
PHOTO = Path(__file__).parents[1] / "recordings" / "media" / "plain.jpg"


@pytest.fixture
def immich() -> Iterator[Immich]:
    with Immich.from_env() as immich:
        yield immich


@pytest.fixture
def asset(immich: Immich) -> Iterator[str]:
    """A photo that no library has, on the server for the length of a test."""
    content = PHOTO.read_bytes() + uuid.uuid4().bytes
    taken = datetime(2001, 2, 3, tzinfo=UTC)
    made = immich.assets.upload_asset(
        asset_data=File(content=content, name=f"immichkit-{uuid.uuid4()}.jpg"),
        file_created_at=taken,
        file_modified_at=taken,
    )
    assert made.status is AssetMediaStatus.CREATED
    yield made.id
    immich.assets.delete_assets(ids=[made.id], force=True)


def test_server_is_one_of_the_supported(immich: Immich) -> None:
    assert immich.check_compatibility()


def test_photo_goes_in_and_comes_back(immich: Immich, asset: str, tmp_path: Path) -> None:
    saved = immich.assets.download_asset_to_file(asset, tmp_path / "back.jpg")
    assert saved.sha1 == immich.assets.get_asset_info(asset).checksum
    assert saved.path.stat().st_size == saved.size


def test_photo_is_found_once_by_iteration(immich: Immich, asset: str) -> None:
    name = immich.assets.get_asset_info(asset).original_file_name
    found = [a.id for a in immich.search.iter_assets(original_file_name=name)]
    assert found == [asset]
    assert immich.search.count() >= 1


def test_album_takes_the_photo_and_goes(immich: Immich, asset: str) -> None:
    album = immich.albums.create_album(album_name=f"immichkit {uuid.uuid4()}")
    try:
        (result,) = immich.albums.add_assets_to_album(album.id, ids=[asset])
        assert result.success
        assert immich.albums.get_album_info(album.id).asset_count == 1
    finally:
        immich.albums.delete_album(album.id)


def test_dry_run_leaves_the_server_alone(immich: Immich, asset: str) -> None:
    careful = immich.with_options(dry_run=True)
    careful.assets.delete_assets(ids=[asset], force=True)
    assert immich.assets.get_asset_info(asset).is_trashed is False
    assert len(careful.dry_run_log) == 1
