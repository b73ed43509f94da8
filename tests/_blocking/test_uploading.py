# Written by scripts/mirror from tests/_async/test_uploading.py; edits are lost.
"""The upload form on its way."""

from __future__ import annotations

import datetime
import io
import os
from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import KEY, Answers, json, page, refused
from immichkit_api import operations
from immichkit_api.models import AssetMediaStatus

from immichkit import File, Immich, ImmichError, RetryPolicy, ServerError
from immichkit.models import AssetMetadataUpsertItemDto

pytestmark = pytest.mark.anyio
WHEN = datetime.datetime(2024, 1, 1, 10, tzinfo=datetime.UTC)
CREATED = json(201, {"id": "1", "status": "created"})


def opened(answers: Answers) -> Immich:
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    retry = RetryPolicy(base_delay=0)
    return Immich("http://photos.test", api_key=KEY, http_client=pool, retry=retry)


def upload(answers: Answers, source: Any, **fields: Any) -> Any:
    return opened(answers).assets.upload_asset(
        asset_data=source, file_created_at=WHEN, file_modified_at=WHEN, **fields
    )


def parts(request: httpx.Request) -> list[tuple[bytes, bytes]]:
    """What stands in each ``Content-Disposition``, and the part's content."""
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    pieces = request.content.split(b"--" + boundary)
    assert pieces[0] == b""
    assert pieces[-1] == b"--\r\n"
    heads = [piece.removeprefix(b"\r\n").partition(b"\r\n\r\n") for piece in pieces[1:-1]]
    return [
        (head.partition(b"\r\n")[0].partition(b"form-data; ")[2], content.removesuffix(b"\r\n"))
        for head, _, content in heads
    ]


def test_path_is_uploaded_under_its_name(tmp_path: Path) -> None:
    (tmp_path / "ä.jpg").write_bytes(b"jpeg")
    answers = Answers(CREATED)
    result = upload(answers, str(tmp_path / "ä.jpg"))
    assert result.status is AssetMediaStatus.CREATED
    (asked,) = answers.asked
    assert asked.headers["content-length"] == str(len(asked.content))
    assert asked.extensions["timeout"]["read"] == 600
    assert parts(asked)[0] == ('name="assetData"; filename="ä.jpg"'.encode(), b"jpeg")


def test_files_come_first_and_filename_last(tmp_path: Path) -> None:
    answers = Answers(CREATED)
    note = AssetMetadataUpsertItemDto(key="note", value={"n": 1})
    upload(
        answers,
        File(content=b"jpeg", name="a.jpg"),
        filename="b.jpg",
        sidecar_data=File(content=b"xmp", name="a.xmp"),
        is_favorite=True,
        metadata=[note],
        duration=12,
    )
    assert parts(answers.asked[0]) == [
        (b'name="assetData"; filename="a.jpg"', b"jpeg"),
        (b'name="sidecarData"; filename="a.xmp"', b"xmp"),
        (b'name="fileCreatedAt"', b"2024-01-01T10:00:00+00:00"),
        (b'name="fileModifiedAt"', b"2024-01-01T10:00:00+00:00"),
        (b'name="duration"', b"12"),
        (b'name="isFavorite"', b"true"),
        (b'name="metadata"', b'[{"key":"note","value":{"n":1}}]'),
        (b'name="filename"', b"b.jpg"),
    ]


def test_repeated_upload_sends_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"jpeg")
    with (tmp_path / "a.jpg").open("rb") as file:
        file.seek(2)
        for source in (tmp_path / "a.jpg", File(content=file, name="a.jpg")):
            answers = Answers(page(502), CREATED)
            upload(answers, source)
            first, second = answers.asked
            assert parts(first) == parts(second)
    assert parts(first)[0][1] == b"eg"


def test_each_upload_has_a_boundary_of_its_own() -> None:
    answers = Answers(CREATED)
    for _ in range(2):
        upload(answers, File(content=b"x", name="a.jpg"))
    assert answers.asked[0].headers["content-type"] != answers.asked[1].headers["content-type"]


def test_large_file_is_sent_whole(tmp_path: Path) -> None:
    content = os.urandom(5_000_000)
    (tmp_path / "large.mp4").write_bytes(content)
    answers = Answers(CREATED)
    upload(answers, tmp_path / "large.mp4")
    assert parts(answers.asked[0])[0][1] == content


def test_pipe_is_sent_without_a_length_and_only_once() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"jpeg")
    os.close(writing)
    answers = Answers(page(502), CREATED)
    with open(reading, "rb") as pipe, pytest.raises(ServerError):
        upload(answers, File(content=pipe, name="a.jpg"))
    (asked,) = answers.asked
    assert "content-length" not in asked.headers
    assert parts(asked)[0][1] == b"jpeg"


def test_missing_file_is_the_computers_own_error(tmp_path: Path) -> None:
    answers = Answers(CREATED)
    with pytest.raises(FileNotFoundError):
        upload(answers, tmp_path / "none.jpg")
    assert answers.asked == []


def test_text_is_no_file() -> None:
    with pytest.raises(TypeError, match='assetData: .*"rb"'):
        upload(Answers(CREATED), File(content=io.StringIO("x"), name="a.jpg"))  # type: ignore[arg-type]  # on purpose


def test_naive_date_is_refused(tmp_path: Path) -> None:
    naive = datetime.datetime(2024, 1, 1)  # noqa: DTZ001  # on purpose
    with pytest.raises(ValueError, match="no time zone"):
        opened(Answers(CREATED)).assets.upload_asset(
            asset_data=tmp_path / "a.jpg", file_created_at=naive, file_modified_at=naive
        )


@pytest.mark.parametrize("content", ["a.jpg", bytearray(b"x"), None])
def test_content_of_another_type_is_refused(content: Any) -> None:
    answers = Answers(CREATED)
    with pytest.raises(TypeError, match="assetData: the content of a File is bytes, a path or an"):
        upload(answers, File(content=content, name="a.jpg"))
    assert answers.asked == []


@pytest.mark.parametrize("source", [b"jpeg", io.BytesIO(b"jpeg")])
def test_bytes_and_open_files_need_a_name(source: Any) -> None:
    with pytest.raises(TypeError, match=r"asset_data .*File\(content=…, name=…\)"):
        upload(Answers(CREATED), source)


@pytest.mark.parametrize("answer", [refused(400, "Bad"), page(413), httpx.ReadError("it fell")])
def test_refused_upload_names_its_file_and_no_folder(answer: Any, tmp_path: Path) -> None:
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(b"jpeg")
    with pytest.raises(ImmichError, match=r" File: 'IMG_1\.jpg'\.$") as caught:
        upload(Answers(answer), path)
    assert str(tmp_path) not in str(caught.value)


def test_outcome_of_an_upload_names_its_file(tmp_path: Path) -> None:
    path = tmp_path / "IMG_1.jpg"
    path.write_bytes(b"jpeg")
    request = operations.assets.upload_asset(
        asset_data=path, file_created_at=WHEN, file_modified_at=WHEN
    )
    for outcome in opened(Answers(refused(400, "Bad"))).execute_many([request]):
        assert "with 'IMG_1.jpg'" in repr(outcome)
        assert str(tmp_path) not in repr(outcome)
