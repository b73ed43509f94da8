"""User code in the async face: it runs, and both type checkers see the types named here."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, assert_type

import pytest
from msgspec import UnsetType

from immichkit import (
    AsyncBody,
    AsyncImmich,
    File,
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

pytestmark = pytest.mark.anyio
NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
async def immich() -> AsyncIterator[AsyncImmich]:
    server = ImmichServer()
    async with server.async_client() as client:
        yield client
    server.close()


@pytest.fixture
async def asset_id(immich: AsyncImmich) -> str:
    photo = File(content=b"a photo", name="a.jpg")
    sent = await immich.assets.upload_asset(
        asset_data=photo, file_created_at=NOW, file_modified_at=NOW, is_favorite=True
    )
    assert_type(sent, AssetMediaResponseDto)
    assert_type(sent.status, AssetMediaStatus)
    return sent.id


async def test_a_model_is_typed_to_the_last_field(immich: AsyncImmich, asset_id: str) -> None:
    asset = await immich.assets.get_asset_info(asset_id)
    assert_type(asset, AssetResponseDto)
    assert_type(asset.id, str)
    assert_type(asset.local_date_time, datetime)
    assert_type(asset.width, int | None)
    assert_type(asset.visibility, AssetVisibility)
    assert_type(asset.exif_info, ExifResponseDto | UnsetType)
    if asset.exif_info:
        assert_type(asset.exif_info, ExifResponseDto)


async def test_search_gives_typed_assets(immich: AsyncImmich, asset_id: str) -> None:
    found = await immich.search.search_assets(taken_after=NOW, visibility=AssetVisibility.TIMELINE)
    assert_type(found, SearchResponseDto)
    assert_type(found.assets.items, list[AssetResponseDto])
    assert_type(found.assets.next_page, str | None)
    assert [asset.id for asset in found.assets.items] == [asset_id]


async def test_a_text_does_for_an_enum(immich: AsyncImmich, asset_id: str) -> None:
    await immich.assets.update_asset(asset_id, visibility="archive")
    found = await immich.search.search_assets(visibility="archive", order="asc")
    assert found.assets.items[0].visibility is AssetVisibility.ARCHIVE
    chosen: AssetVisibilityLike = "timeline"
    assert_type(ops.search.search_assets(visibility=chosen), Request[SearchResponseDto])


async def test_any_sequence_does_for_a_list(immich: AsyncImmich, asset_id: str) -> None:
    album = await immich.albums.create_album(album_name="Trip", asset_ids=[])
    results = await immich.albums.add_assets_to_album(album.id, ids=(asset_id,))
    assert [result.success for result in results] == [True]
    with pytest.raises(TypeError, match="^ids is a str; a list is needed"):
        await immich.albums.add_assets_to_album(album.id, ids=asset_id)


async def test_an_operation_without_an_answer_returns_none(immich: AsyncImmich) -> None:
    album = await immich.albums.create_album(album_name="Trip", description="2026")
    assert_type(album, AlbumResponseDto)
    assert_type(ops.albums.delete_album(album.id), Request[None])
    await immich.albums.delete_album(album.id)


async def test_a_request_keeps_the_type_of_its_answer(immich: AsyncImmich) -> None:
    request = ops.albums.create_album(album_name="Trip")
    assert_type(request, Request[AlbumResponseDto])
    assert_type(request.operation, Operation[AlbumResponseDto])
    assert_type(ops.albums.CREATE_ALBUM, Operation[AlbumResponseDto])
    assert_type(await immich.execute(request), AlbumResponseDto)


async def test_send_gives_the_answer_and_its_model(immich: AsyncImmich) -> None:
    response = await immich.send(ops.users.get_my_user())
    assert_type(response, Response[UserAdminResponseDto])
    assert_type(response.value, UserAdminResponseDto)
    assert_type(response.status_code, int)
    assert_type(response.headers["content-type"], str)
    assert_type(response.elapsed, float)
    assert_type(response.correlation_id, str | None)
    assert_type(response.content, bytes)
    assert_type(response.json(), Any)
    assert_type(await immich.request("GET", "/server/ping"), Response[Any])


async def test_stream_opens_a_body(immich: AsyncImmich, asset_id: str) -> None:
    async with immich.stream(ops.assets.download_asset(asset_id)) as body:
        assert_type(body, AsyncBody)
        assert_type(body.status_code, int)
        async for chunk in body.chunks():
            assert_type(chunk, bytes)
    async with immich.stream(ops.users.get_my_user()) as body:
        async for line in body.lines():
            assert_type(line, str)
    async with immich.stream(ops.users.get_my_user()) as body:
        assert_type(await body.read(), bytes)


async def test_many_requests_have_an_outcome_each(immich: AsyncImmich, asset_id: str) -> None:
    requests = (ops.assets.get_asset_info(one) for one in [asset_id, asset_id])
    async for outcome in immich.execute_many(requests, limit=2):
        assert_type(outcome, Outcome[AssetResponseDto])
        assert_type(outcome.ok, bool)
        assert_type(outcome.value, AssetResponseDto)
        assert_type(outcome.error, Exception | None)


async def test_bytes_come_as_such_or_as_a_file(
    immich: AsyncImmich, asset_id: str, tmp_path: Path
) -> None:
    assert_type(await immich.assets.download_asset(asset_id), bytes)
    saved = await immich.assets.download_asset_to_file(asset_id, tmp_path, overwrite="replace")
    assert_type(saved, SavedFile)
    assert_type(saved.path, Path)
    assert_type(saved.size, int)
    request = ops.assets.download_asset(asset_id)
    assert_type(request, Request[bytes])
    assert_type(await immich.save(request, str(tmp_path / "b.jpg")), SavedFile)


async def test_a_subclass_of_the_client_stays_one(monkeypatch: pytest.MonkeyPatch) -> None:
    class Mine(AsyncImmich):
        pass

    monkeypatch.setenv("IMMICH_BASE_URL", "http://photos.test")
    monkeypatch.setenv("IMMICH_API_KEY", "key")
    async with Mine.from_env(timeout=Timeout(read=5), retry=None) as mine:
        assert_type(mine, Mine)
        assert_type(mine.with_options(retry=RetryPolicy(retries=1)), Mine)
