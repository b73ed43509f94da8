from __future__ import annotations

import gc
import logging
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest
from testing.photos import find, upload

from immichkit import AsyncImmich, Immich
from immichkit.testing import ImmichServer

if TYPE_CHECKING:
    from collections.abc import Iterator


def plain(server: ImmichServer) -> httpx.Client:
    return httpx.Client(
        base_url=f"{server.url}/api", headers={"x-api-key": server.api_key}, trust_env=False
    )


def test_it_answers_as_soon_as_it_is_entered() -> None:
    with ImmichServer() as server, plain(server) as client:
        assert server.url.startswith("http://127.0.0.1:")
        assert client.get("/server/ping").json() == {"res": "pong"}


def test_a_client_of_immichkit_reaches_it_on_its_socket() -> None:
    with ImmichServer() as server, Immich(server.url, api_key=server.api_key) as immich:
        assert immich.users.get_my_user().email == server.email


def test_a_client_of_immichkit_reaches_it_in_process(server: ImmichServer) -> None:
    with server.client() as immich:
        assert immich.users.get_my_user().is_admin


@pytest.mark.anyio
async def test_an_async_client_of_immichkit_reaches_it_both_ways() -> None:
    async with ImmichServer() as server, AsyncImmich(server.url, api_key=server.api_key) as immich:
        assert (await immich.server.ping_server()).res == "pong"
        async with server.async_client() as inside:
            assert (await inside.server.ping_server()).res == "pong"


def test_a_socket_and_the_process_see_the_same_photos(
    server: ImmichServer, client: httpx.Client
) -> None:
    with server, plain(server) as outside:
        upload(outside, b"seen", "seen.jpg")
        assert find(client) == ["seen.jpg"]


def test_without_a_port_there_is_no_url(server: ImmichServer) -> None:
    with pytest.raises(RuntimeError, match="listens on no port"):
        _ = server.url


def test_a_folder_outlives_the_server(tmp_path: Path) -> None:
    with ImmichServer(tmp_path / "immich") as server, plain(server) as client:
        asset_id = upload(client, b"kept", "kept.jpg")
        key = server.api_key
    with ImmichServer(tmp_path / "immich") as again, plain(again) as client:
        assert again.api_key == key
        assert client.get(f"/assets/{asset_id}/original").content == b"kept"


def test_a_killed_server_keeps_what_it_said_it_had(tmp_path: Path) -> None:
    script = (
        "import os, sys; from immichkit.testing import ImmichServer;"
        "from testing.photos import upload; import httpx;"
        "server = ImmichServer(sys.argv[1]); headers = {'x-api-key': server.api_key};"
        "client = httpx.Client(transport=server.transport(), headers=headers,"
        " base_url='http://immich.test/api');"
        "print(upload(client, b'kept'), flush=True); os._exit(9)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parent.parent,
    )
    assert ran.returncode == 9, ran.stderr
    with ImmichServer(tmp_path) as server, plain(server) as client:
        assert client.get(f"/assets/{ran.stdout.strip()}/original").content == b"kept"


def test_a_deletion_that_was_promised_is_done_by_the_next_server(tmp_path: Path) -> None:
    server = ImmichServer(tmp_path)
    with httpx.Client(transport=server.transport(), base_url="http://immich.test/api") as client:
        client.headers["x-api-key"] = server.api_key
        asset_id = upload(client)
    state = server._parts.state
    state.assets.change([asset_id], asset={"status": "deleted"})
    server.close()
    with ImmichServer(tmp_path) as again, plain(again) as client:
        assert client.get(f"/assets/{asset_id}").status_code == 400


def test_without_a_folder_nothing_stays_on_the_disk() -> None:
    server = ImmichServer()
    folder = server._parts.state.blobs.folder
    assert folder.is_dir()
    server.close()
    assert not folder.exists()


def test_a_forgotten_server_ends_by_itself() -> None:
    server = ImmichServer().start()
    folder, gone = server._parts.state.blobs.folder, weakref.ref(server)
    del server
    gc.collect()
    assert gone() is None
    assert not folder.exists()


def test_closing_does_not_wait_for_open_connections() -> None:
    with ImmichServer() as server, plain(server) as client:
        asset_id = upload(client, bytes(8_000_000), "a.mp4")
        with client.stream("GET", f"/assets/{asset_id}/original") as answer:
            next(answer.iter_raw())
            began = time.monotonic()
            server.close()
            assert time.monotonic() - began < 15


def test_closing_twice_is_closing_once(server: ImmichServer) -> None:
    server.start()
    server.close()
    server.close()


def test_a_closed_server_is_gone_for_its_clients(
    server: ImmichServer, client: httpx.Client
) -> None:
    server.close()
    with pytest.raises(httpx.ConnectError, match="closed"):
        client.get("/server/ping")


def test_no_thread_stays_behind() -> None:
    before = set(threading.enumerate())
    with ImmichServer() as server, plain(server) as client:
        upload(client)
    assert set(threading.enumerate()) <= before


def test_it_says_nothing_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with ImmichServer() as server, plain(server) as client:
        upload(client)
        client.get("/nothing")
    assert [record for record in caplog.records if not record.name.startswith("httpx")] == []


def test_its_key_is_in_no_repr(server: ImmichServer) -> None:
    assert server.api_key not in repr(server)


def test_a_ping_is_answered_while_an_upload_goes_on() -> None:
    with ImmichServer() as server, plain(server) as client, plain(server) as other:

        def body() -> Iterator[bytes]:
            yield b'--b\r\nContent-Disposition: form-data; name="assetData"; filename="a.jpg"\r\n\r\n'
            for _ in range(3):
                yield bytes(100_000)
                assert other.get("/server/ping").status_code == 200

        headers = {"content-type": "multipart/form-data; boundary=b"}
        assert client.post("/assets", content=body(), headers=headers).status_code == 400


def test_without_the_extra_the_error_names_it() -> None:
    script = (
        "import sys; sys.modules['starlette'] = None; from immichkit.testing import ImmichServer"
    )
    ran = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert 'pip install "immichkit[testing]"' in ran.stderr


def test_importing_the_package_brings_no_web_framework() -> None:
    script = "import sys, immichkit.testing; sys.exit('starlette' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
