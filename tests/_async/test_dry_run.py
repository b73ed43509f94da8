"""Dry run: exactly what only reads reaches the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import KEY
from contract_samples import answer, arguments, every_operation
from immichkit_api import facts, models, operations
from immichkit_api.types import Operation

from immichkit import AsyncImmich, DryRunError
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
ID = "9bff3557-a785-448e-85d6-352f8765b3eb"


class Server:
    """Answers each operation as its contract says and keeps what it was asked."""

    def __init__(self, content: bytes = b"{}") -> None:
        self.content = content
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        kind = {"content-type": "application/json"}
        return httpx.Response(200, content=self.content, headers=kind)


def opened(server: Server) -> AsyncImmich:
    pool = httpx.AsyncClient(transport=httpx.MockTransport(server))
    return AsyncImmich(
        "http://photos.test",
        api_key=KEY,
        http_client=pool,
        retry=None,
        dry_run=True,
        server_version=facts.SERVER_VERSION,
    )


@pytest.mark.parametrize("operation", every_operation(), ids=lambda operation: operation.id)
async def test_exactly_the_reading_operations_reach_the_server(operation: Operation[Any]) -> None:
    server = Server(answer(operation))
    immich = opened(server)
    positional, keywords = arguments(operation)
    group, name = operation.name.split(".")
    await getattr(getattr(immich, group), name)(*positional, **keywords)
    writes = operation.writes or any(keywords.get(field) for field in operation.writes_when)
    is_sent = not writes or operation.signs_in
    assert len(server.asked) == is_sent
    assert [entry.operation.id for entry in immich.dry_run_log] == (
        [] if is_sent else [operation.id]
    )


async def test_every_verb_holds_back(tmp_path: Path) -> None:
    server = Server()
    immich = opened(server)
    response = await immich.request("POST", "/new/endpoint", json={"a": 1})
    assert (response.status_code, response.value) == (200, None)
    delete = operations.albums.delete_album(ID)
    async for outcome in immich.execute_many([delete]):
        assert outcome.ok
    async with immich.stream(delete) as body:
        assert await body.read() == b""
    album = await immich.albums.create_album(album_name="Trip")
    assert isinstance(album, models.AlbumResponseDto)
    assert server.asked == []
    assert [str(entry) for entry in immich.dry_run_log] == [
        "POST /new/endpoint: POST /new/endpoint",
        f"albums.delete_album: DELETE /albums/{ID}",
        f"albums.delete_album: DELETE /albums/{ID}",
        "albums.create_album: POST /albums",
    ]


async def test_writing_operation_saves_no_file(tmp_path: Path) -> None:
    server = Server()
    saved = await opened(server).assets.get_segment_to_file(
        ID, ID, 0, "1.ts", tmp_path / "segment.ts"
    )
    assert not saved.written
    assert list(tmp_path.iterdir()) == []
    assert server.asked == []


async def test_file_that_is_in_the_way_is_told_in_dry_run_too(
    tmp_path: Path,
) -> None:
    (tmp_path / "segment.ts").touch()
    with pytest.raises(FileExistsError, match="is there already"):
        await opened(Server()).assets.get_segment_to_file(
            ID, ID, 0, "1.ts", tmp_path / "segment.ts"
        )


async def test_read_of_something_made_up_is_an_error() -> None:
    server = Server()
    immich = opened(server)
    album = await immich.albums.create_album(album_name="Trip")
    with pytest.raises(DryRunError, match=r"albums\.get_album_info asks for"):
        await immich.albums.get_album_info(album.id)
    await immich.albums.add_assets_to_album(album.id, ids=[ID])
    assert server.asked == []
    assert len(immich.dry_run_log) == 2


async def test_views_keep_a_log_each() -> None:
    immich = opened(Server())
    view = immich.with_options(timeout=5)
    await view.albums.delete_album(ID)
    assert len(view.dry_run_log) == 1
    assert immich.dry_run_log == []


async def test_server_is_as_it_was(server: ImmichServer, tmp_path: Path) -> None:
    photo = tmp_path / "a.jpg"
    photo.write_bytes(b"bytes")
    async with AsyncImmich(server.url, api_key=server.api_key, dry_run=True) as immich:
        album = await immich.albums.create_album(album_name="Trip")
        await immich.albums.add_assets_to_album(album.id, ids=[ID])
        assert await immich.albums.get_all_albums() == []
        assert await immich.search.count() == 0
        assert len(immich.dry_run_log) == 2
