from __future__ import annotations

import base64
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import httpx
import pytest
from testing.photos import DAY, find, post, second_user, upload

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immichkit.testing import ImmichServer


def test_an_upload_comes_back_byte_for_byte(client: httpx.Client) -> None:
    asset_id = upload(client, b"\xff\xd8 exactly this \r\n--b\r\n", "IMG.jpg")
    assert (
        client.get(f"/assets/{asset_id}/original").content == b"\xff\xd8 exactly this \r\n--b\r\n"
    )


def test_an_asset_is_described_by_the_sha1_of_its_bytes(client: httpx.Client) -> None:
    asset = client.get(f"/assets/{upload(client, b'some bytes')}").json()
    assert (
        base64.b64decode(asset["checksum"])
        == hashlib.sha1(b"some bytes", usedforsecurity=False).digest()
    )
    assert asset["exifInfo"]["fileSizeInByte"] == len(b"some bytes")


def test_the_same_bytes_are_a_duplicate_under_any_name(client: httpx.Client) -> None:
    asset_id = upload(client, b"same", "a.jpg")
    answer = post(client, b"same", "b.png")
    assert (answer.status_code, answer.json()) == (200, {"id": asset_id, "status": "duplicate"})


def test_another_users_bytes_are_no_duplicate(client: httpx.Client) -> None:
    upload(client, b"same")
    answer = post(client, b"same", headers={"x-api-key": second_user(client)})
    assert answer.status_code == 201


def test_a_known_checksum_answers_without_a_look_at_the_form(client: httpx.Client) -> None:
    asset_id = upload(client, b"known")
    checksum = hashlib.sha1(b"known", usedforsecurity=False).hexdigest()
    answer = client.post(
        "/assets", content=b"no form at all" * 100_000, headers={"x-immich-checksum": checksum}
    )
    assert (answer.status_code, answer.json()["id"]) == (200, asset_id)


@pytest.mark.parametrize("name", ["notes.txt", "jpg", "photo", ".xmp"])
def test_a_file_of_another_kind_is_refused_by_its_name(client: httpx.Client, name: str) -> None:
    answer = post(client, name=name)
    assert (answer.status_code, answer.json()) == (
        400,
        {"message": f"Unsupported file type {name}"},
    )


@pytest.mark.parametrize("name", ["../../etc/a.jpg", "C:\\\\photos\\\\a.jpg"])
def test_folders_in_a_name_are_cut_off(client: httpx.Client, name: str) -> None:
    body = (
        f'--b\r\nContent-Disposition: form-data; name="assetData"; filename="{name}"\r\n\r\nx\r\n'
        + "".join(
            f'--b\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{DAY}\r\n'
            for field in ("fileCreatedAt", "fileModifiedAt")
        )
        + "--b--\r\n"
    )
    client.post(
        "/assets", content=body, headers={"content-type": "multipart/form-data; boundary=b"}
    ).raise_for_status()
    assert find(client) == ["a.jpg"]


def test_a_quote_in_a_name_survives(client: httpx.Client) -> None:
    body = (
        '--b\r\nContent-Disposition: form-data; name="assetData"; filename="a \\"b\\".jpg"\r\n\r\n'
        f'x\r\n--b\r\nContent-Disposition: form-data; name="fileCreatedAt"\r\n\r\n{DAY}\r\n'
        f'--b\r\nContent-Disposition: form-data; name="fileModifiedAt"\r\n\r\n{DAY}\r\n--b--\r\n'
    )
    headers = {"content-type": 'multipart/form-data; boundary="b"'}
    client.post("/assets", content=body, headers=headers).raise_for_status()
    assert find(client) == ['a "b".jpg']


def test_a_refused_upload_leaves_no_file_behind(server: ImmichServer, client: httpx.Client) -> None:
    post(client, isFavorite="yes")
    post(client, b"", "empty.jpg")
    post(client, b"x", fileCreatedAt="yesterday", fileModifiedAt=DAY)
    assert stored_files(server) == []


def test_a_duplicate_leaves_no_second_file_behind(
    server: ImmichServer, client: httpx.Client
) -> None:
    upload(client, b"once")
    post(client, b"once")
    assert len(stored_files(server)) == 1


def test_an_upload_that_breaks_off_leaves_nothing_behind(
    server: ImmichServer, client: httpx.Client
) -> None:
    def body() -> Iterator[bytes]:
        yield b'--b\r\nContent-Disposition: form-data; name="assetData"; filename="a.jpg"\r\n\r\n'
        yield b"x" * 100_000
        raise OSError("the disk is gone")

    headers = {"content-type": "multipart/form-data; boundary=b"}
    with pytest.raises(OSError, match="the disk is gone"):
        client.post("/assets", content=body(), headers=headers)
    client.get("/server/ping")
    assert stored_files(server) == []


def test_the_video_of_a_live_photo_leaves_the_timeline(client: httpx.Client) -> None:
    video_id = upload(client, b"moving", "IMG.mov")
    photo_id = upload(client, b"still", "IMG.heic", livePhotoVideoId=video_id)
    assert client.get(f"/assets/{photo_id}").json()["livePhotoVideoId"] == video_id
    assert client.get(f"/assets/{video_id}").json()["visibility"] == "hidden"


def test_a_text_of_more_than_a_megabyte_is_refused(client: httpx.Client) -> None:
    answer = post(client, filename="x" * 1_100_000)
    assert answer.json() == {"message": "Field value too long - filename"}


def test_every_wrong_field_is_complained_about_at_once(client: httpx.Client) -> None:
    answer = post(
        client, fileCreatedAt="never", fileModifiedAt=DAY, duration="long", visibility="public"
    )
    paths = [error["path"] for error in answer.json()["errors"]]
    assert paths == [["fileCreatedAt"], ["duration"], ["visibility"]]


def test_a_forced_deletion_makes_the_bytes_new_again_once_it_is_done(
    server: ImmichServer, client: httpx.Client
) -> None:
    asset_id = upload(client, b"again")
    client.request("DELETE", "/assets", json={"ids": [asset_id], "force": True})
    server.settle()
    assert post(client, b"again").json()["id"] != asset_id
    assert len(stored_files(server)) == 1


def test_a_large_upload_is_never_held_in_memory(server: ImmichServer, client: httpx.Client) -> None:
    longest = 0
    blobs = server._parts.state.blobs

    def body() -> Iterator[bytes]:
        nonlocal longest
        yield b'--b\r\nContent-Disposition: form-data; name="assetData"; filename="a.mp4"\r\n\r\n'
        for index in range(64):
            yield bytes(65_536)
            written = sum(path.stat().st_size for path in blobs.incoming("").iterdir())
            longest = max(longest, (index + 1) * 65_536 - written)

    headers = {"content-type": "multipart/form-data; boundary=b"}
    assert client.post("/assets", content=body(), headers=headers).status_code == 400
    assert longest <= 2 * 65_536


def test_the_quota_counts_what_is_stored(client: httpx.Client) -> None:
    account = {"email": "q@example.com", "password": "password", "name": "q"}
    client.post("/admin/users", json={**account, "quotaSizeInBytes": 10})
    token = client.post("/auth/login", json=account).json()["accessToken"]
    client.cookies.clear()
    headers = {"x-immich-user-token": token}
    assert post(client, b"123456", headers=headers).status_code == 201
    assert post(client, b"7890123", headers=headers).json()["message"] == "Quota has been exceeded!"
    assert client.get("/users/me", headers=headers).json()["quotaUsageInBytes"] == 6


def test_uploads_at_the_same_time_make_one_asset_of_the_same_bytes(server: ImmichServer) -> None:
    with server, httpx.Client(base_url=f"{server.url}/api") as plain:
        headers = {"x-api-key": server.api_key}
        with ThreadPoolExecutor(8) as pool:
            answers = list(
                pool.map(lambda _: post(plain, b"x" * 50_000, headers=headers), range(8))
            )
        assert sorted(answer.status_code for answer in answers) == [200] * 7 + [201]
        assert len({answer.json()["id"] for answer in answers}) == 1
        assert len(stored_files(server)) == 1


def stored_files(server: ImmichServer) -> list[str]:
    folder = server._parts.state.blobs.folder
    return [path.name for path in folder.rglob("*") if path.is_file()]
