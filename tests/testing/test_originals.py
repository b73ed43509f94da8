from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from testing.photos import DAY, upload

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer

CONTENT = bytes(range(256)) * 10


@pytest.fixture
def path(client: httpx.Client) -> str:
    return f"/assets/{upload(client, CONTENT, 'IMG 1 é.jpg')}/original"


def test_the_tag_is_made_of_size_and_time(client: httpx.Client, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["etag"] == 'W/"a00-18f3398c100"'
    assert answer.headers["last-modified"] == "Wed, 01 May 2024 10:00:00 GMT"


def test_a_name_is_stated_in_utf8(client: httpx.Client, path: str) -> None:
    disposition = client.get(path).headers["content-disposition"]
    assert disposition == "inline; filename*=UTF-8''IMG%201%20%C3%A9.jpg"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=100-", 100, 2559),
        ("bytes=-5", 2555, 2559),
        ("bytes=10-99999", 10, 2559),
        ("bytes=0-9,5-20,21-30", 0, 30),
    ],
)
def test_a_range_is_answered_with_these_bytes_alone(
    client: httpx.Client, path: str, asked: str, first: int, last: int
) -> None:
    answer = client.get(path, headers={"range": asked})
    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/2560"
    assert answer.content == CONTENT[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=2560-", "bytes=9-3", "bytes=-2561"])
def test_a_range_that_is_not_there_is_an_odd_404(
    client: httpx.Client, path: str, asked: str
) -> None:
    answer = client.get(path, headers={"range": asked})
    assert (answer.status_code, answer.json()) == (404, {"message": "Not Found"})
    assert answer.headers["content-range"] == "bytes */2560"
    assert answer.headers["content-type"] == "image/jpeg; charset=utf-8"


def test_a_range_counts_only_if_the_tag_is_ours_letter_by_letter(
    client: httpx.Client, path: str
) -> None:
    tag = client.get(path).headers["etag"]
    ours = {"range": "bytes=1-2", "if-range": tag}
    stripped = {"range": "bytes=1-2", "if-range": tag.removeprefix("W/")}
    assert client.get(path, headers=ours).status_code == 206
    assert client.get(path, headers=stripped).status_code == 200


def test_who_has_it_already_gets_a_304_without_a_body(client: httpx.Client, path: str) -> None:
    answer = client.get(path, headers={"if-none-match": client.get(path).headers["etag"]})
    assert (answer.status_code, answer.content) == (304, b"")


def test_head_states_the_size_and_sends_nothing(client: httpx.Client, path: str) -> None:
    answer = client.head(path)
    assert (answer.headers["content-length"], answer.content) == ("2560", b"")


def test_a_name_takes_the_extension_that_the_file_came_with(client: httpx.Client) -> None:
    late_name: list[tuple[str, tuple[str | None, bytes | str]]] = [
        ("assetData", ("a.png", b"renamed")),
        *((name, (None, DAY)) for name in ("fileCreatedAt", "fileModifiedAt")),
        ("filename", (None, "holiday.jpeg")),
    ]
    asset_id = client.post("/assets", files=late_name).json()["id"]
    answer = client.get(f"/assets/{asset_id}/original")
    assert answer.headers["content-disposition"].endswith("holiday.png")


def test_a_large_file_comes_in_pieces(client: httpx.Client) -> None:
    content = bytes(5 * 1024 * 1024 + 17)
    path = f"/assets/{upload(client, content, 'a.mp4')}/original"
    with client.stream("GET", path) as answer:
        sizes = [len(piece) for piece in answer.iter_raw()]
    assert sum(sizes) == len(content)
    assert max(sizes) <= 1024 * 1024


def test_a_file_that_vanished_from_the_disk_is_not_found(
    server: ImmichServer, client: httpx.Client, path: str
) -> None:
    for file in server._parts.state.blobs.folder.rglob("*.jpg"):
        file.unlink()
    assert client.get(path).status_code == 404
