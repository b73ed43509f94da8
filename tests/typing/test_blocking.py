"""User code in the blocking face: it runs, and both type checkers see the types named here."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_type

import pytest
from msgspec import UnsetType

from immichkit import (
    Body,
    File,
    Immich,
    Operation,
    Outcome,
    Request,
    Response,
    RetryPolicy,
    SavedFile,
    Timeout,
)
from immichkit import operations as ops
from immichkit.models import (
    AlbumResponseDto,
    AssetMediaResponseDto,
    AssetMediaStatus,
    AssetResponseDto,
    AssetVisibility,
    AssetVisibilityLike,
    ExifResponseDto,
    SearchResponseDto,
    UserAdminResponseDto,
)
from immichkit.testing import ImmichServer

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def immich() -> Iterator[Immich]:
    server = ImmichServer()
    with server.client() as client:
        yield client
    server.close()


@pytest.fixture
def asset_id(immich: Immich) -> str:
    photo = File(content=b"a photo", name="a.jpg")
    sent = immich.assets.upload_asset(
        asset_data=photo, file_created_at=NOW, file_modified_at=NOW, is_favorite=True
    )
    assert_type(sent, AssetMediaResponseDto)
    assert_type(sent.status, AssetMediaStatus)
    return sent.id


def test_a_model_is_typed_to_the_last_field(immich: Immich, asset_id: str) -> None:
    asset = immich.assets.get_asset_info(asset_id)
    assert_type(asset, AssetResponseDto)
    assert_type(asset.id, str)
    assert_type(asset.local_date_time, datetime)
    assert_type(asset.width, int | None)
    assert_type(asset.visibility, AssetVisibility)
    assert_type(asset.exif_info, ExifResponseDto | UnsetType)
    if asset.exif_info:
        assert_type(asset.exif_info, ExifResponseDto)


def test_search_gives_typed_assets(immich: Immich, asset_id: str) -> None:
    found = immich.search.search_assets(taken_after=NOW, visibility=AssetVisibility.TIMELINE)
    assert_type(found, SearchResponseDto)
    assert_type(found.assets.items, list[AssetResponseDto])
    assert_type(found.assets.next_page, str | None)
    assert [asset.id for asset in found.assets.items] == [asset_id]


def test_a_text_does_for_an_enum(immich: Immich, asset_id: str) -> None:
    immich.assets.update_asset(asset_id, visibility="archive")
    found = immich.search.search_assets(visibility="archive", order="asc")
    assert found.assets.items[0].visibility is AssetVisibility.ARCHIVE
    chosen: AssetVisibilityLike = "timeline"
    assert_type(ops.search.search_assets(visibility=chosen), Request[SearchResponseDto])


def test_any_sequence_does_for_a_list(immich: Immich, asset_id: str) -> None:
    album = immich.albums.create_album(album_name="Trip", asset_ids=[])
    results = immich.albums.add_assets_to_album(album.id, ids=(asset_id,))
    assert [result.success for result in results] == [True]
    with pytest.raises(TypeError, match="^ids is a str; a list is needed"):
        immich.albums.add_assets_to_album(album.id, ids=asset_id)


def test_an_operation_without_an_answer_returns_none(immich: Immich) -> None:
    album = immich.albums.create_album(album_name="Trip", description="2026")
    assert_type(album, AlbumResponseDto)
    assert_type(ops.albums.delete_album(album.id), Request[None])
    immich.albums.delete_album(album.id)


def test_a_request_keeps_the_type_of_its_answer(immich: Immich) -> None:
    request = ops.albums.create_album(album_name="Trip")
    assert_type(request, Request[AlbumResponseDto])
    assert_type(request.operation, Operation[AlbumResponseDto])
    assert_type(ops.albums.CREATE_ALBUM, Operation[AlbumResponseDto])
    assert_type(immich.execute(request), AlbumResponseDto)


def test_send_gives_the_answer_and_its_model(immich: Immich) -> None:
    response = immich.send(ops.users.get_my_user())
    assert_type(response, Response[UserAdminResponseDto])
    assert_type(response.value, UserAdminResponseDto)
    assert_type(response.status_code, int)
    assert_type(response.headers["content-type"], str)
    assert_type(response.elapsed, float)
    assert_type(response.correlation_id, str | None)
    assert_type(response.content, bytes)
    assert_type(response.json(), Any)
    assert_type(immich.request("GET", "/server/ping"), Response[Any])


def test_stream_opens_a_body(immich: Immich, asset_id: str) -> None:
    with immich.stream(ops.assets.download_asset(asset_id)) as body:
        assert_type(body, Body)
        assert_type(body.status_code, int)
        for chunk in body.chunks():
            assert_type(chunk, bytes)
    with immich.stream(ops.users.get_my_user()) as body:
        for line in body.lines():
            assert_type(line, str)
    with immich.stream(ops.users.get_my_user()) as body:
        assert_type(body.read(), bytes)


def test_many_requests_have_an_outcome_each(immich: Immich, asset_id: str) -> None:
    requests = (ops.assets.get_asset_info(one) for one in [asset_id, asset_id])
    for outcome in immich.execute_many(requests, limit=2):
        assert_type(outcome, Outcome[AssetResponseDto])
        assert_type(outcome.ok, bool)
        assert_type(outcome.value, AssetResponseDto)
        assert_type(outcome.error, Exception | None)


def test_bytes_come_as_such_or_as_a_file(immich: Immich, asset_id: str, tmp_path: Path) -> None:
    assert_type(immich.assets.download_asset(asset_id), bytes)
    saved = immich.assets.download_asset_to_file(asset_id, tmp_path, overwrite="replace")
    assert_type(saved, SavedFile)
    assert_type(saved.path, Path)
    assert_type(saved.size, int)
    request = ops.assets.download_asset(asset_id)
    assert_type(request, Request[bytes])
    assert_type(immich.save(request, str(tmp_path / "b.jpg")), SavedFile)


def test_a_subclass_of_the_client_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(Immich):
        pass

    monkeypatch.setenv("IMMICH_BASE_URL", "http://photos.test")
    monkeypatch.setenv("IMMICH_API_KEY", "key")
    with Mine.from_env(timeout=Timeout(read=5), retry=None) as mine:
        assert_type(mine, Mine)
        assert_type(mine.with_options(retry=RetryPolicy(retries=1)), Mine)
