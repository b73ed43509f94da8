"""The bytes of a form, read from the disk."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from immichkit_api.types import File

from immichkit.local.form_body import FormBody
from immichkit.multipart import form


def body_of(file: File) -> FormBody:
    return FormBody(form({"file": file}, "BOUND"))


def test_length_is_that_of_the_bytes(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"jpeg" * 1000)
    body = body_of(File(content=tmp_path / "a.jpg", name="ü.jpg"))
    assert body.headers()["content-length"] == str(len(b"".join(body.chunks())))


def test_large_file_is_read_in_pieces(tmp_path: Path) -> None:
    with (tmp_path / "large.mp4").open("wb") as file:
        file.truncate(10_000_000)
    body = body_of(File(content=tmp_path / "large.mp4", name="large.mp4"))
    body.headers()
    assert max(len(chunk) for chunk in body.chunks()) <= 1 << 20


def test_open_file_is_read_from_where_it_stands_as_often_as_asked() -> None:
    source = io.BytesIO(b"skip jpeg")
    source.seek(5)
    body = body_of(File(content=source, name="a.jpg"))
    for _ in range(2):
        headers = body.headers()
        content = b"".join(body.chunks())
        assert b"\r\n\r\njpeg\r\n" in content
        assert headers["content-length"] == str(len(content))
    assert not source.closed


@pytest.mark.parametrize(("content", "problem"), [(b"jp", "shorter"), (b"jpegjpeg", "longer")])
def test_file_that_changes_while_it_is_sent_is_an_error(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"jpeg")
    body = body_of(File(content=path, name="a.jpg"))
    body.headers()
    path.write_bytes(content)
    with pytest.raises(OSError, match=f"a.jpg became {problem}"):
        list(body.chunks())


def test_file_that_was_replaced_between_tries_is_measured_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"jpeg")
    body = body_of(File(content=path, name="a.jpg"))
    first = int(body.headers()["content-length"])
    path.write_bytes(b"another")
    assert int(body.headers()["content-length"]) == first + 3


class Pipe(io.BytesIO):
    def seekable(self) -> bool:
        return False


def test_pipe_has_no_length_and_is_spent_after_one_reading() -> None:
    body = body_of(File(content=Pipe(b"jpeg"), name="a.jpg"))
    assert "content-length" not in body.headers()
    assert not body.spent
    assert b"\r\n\r\njpeg\r\n" in b"".join(body.chunks())
    assert body.spent
