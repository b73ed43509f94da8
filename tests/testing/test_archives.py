from __future__ import annotations

import io
import zipfile
from typing import TYPE_CHECKING

from testing.photos import second_user, upload

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        return archive.namelist()


def test_an_archive_holds_the_originals(client: httpx.Client) -> None:
    ids = [upload(client, b"first", "1.jpg"), upload(client, b"second", "2.jpg")]
    answer = client.post("/download/archive", json={"assetIds": ids})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == {
            "1.jpg": b"first",
            "2.jpg": b"second",
        }


def test_an_asset_that_is_named_twice_is_packed_twice(client: httpx.Client) -> None:
    asset_id = upload(client, b"once", "a.jpg")
    answer = client.post("/download/archive", json={"assetIds": [asset_id] * 3})
    assert names(answer) == ["a.jpg", "a+1.jpg", "a+2.jpg"]


def test_a_file_that_vanished_from_the_disk_is_left_out(
    server: ImmichServer, client: httpx.Client
) -> None:
    ids = [upload(client, b"gone", "gone.jpg"), upload(client, b"there", "there.png")]
    for file in server._parts.state.blobs.folder.rglob("*.jpg"):
        file.unlink()
    assert names(client.post("/download/archive", json={"assetIds": ids})) == ["there.png"]


def test_a_large_archive_comes_in_pieces(client: httpx.Client) -> None:
    asset_id = upload(client, bytes(5_000_000), "a.mp4")
    with client.stream("POST", "/download/archive", json={"assetIds": [asset_id]}) as answer:
        sizes = [len(piece) for piece in answer.iter_raw()]
    assert max(sizes) < 1_100_000
    assert sum(sizes) > 5_000_000


def test_what_leaves_the_middle_of_an_archive_does_no_harm(
    server: ImmichServer, client: httpx.Client
) -> None:
    asset_id = upload(client, bytes(5_000_000), "a.mp4")
    with client.stream("POST", "/download/archive", json={"assetIds": [asset_id]}) as answer:
        next(answer.iter_raw())
    assert client.get("/server/ping").status_code == 200


def test_a_group_ends_with_the_asset_that_makes_it_too_large(client: httpx.Client) -> None:
    ids = [upload(client, bytes([number]) * 60, f"{number}.jpg") for number in range(3)]
    body = {"assetIds": ids, "archiveSize": 100}
    found = client.post("/download/info", json=body).json()
    assert [group["size"] for group in found["archives"]] == [120, 60]


def test_nobody_gets_the_archive_of_another(client: httpx.Client) -> None:
    asset_id = upload(client)
    other = {"x-api-key": second_user(client)}
    answer = client.post("/download/archive", json={"assetIds": [asset_id]}, headers=other)
    assert answer.json() == {"message": "Not found or no asset.download access"}
