"""The upload form: the only shape that the server reads rightly."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from immichkit_api.types import UNSET, File
from python_multipart import FormParser
from python_multipart.multipart import Field
from python_multipart.multipart import File as ParsedFile

from immichkit.local.form_body import FormBody
from immichkit.multipart import form


def written(fields: dict[str, Any], boundary: str | None = "BOUND") -> bytes:
    return b"".join(FormBody(form(fields, boundary)).chunks())


def read_back(fields: dict[str, Any]) -> list[tuple[bytes | None, bytes | None]]:
    """File name and content of each part, as another implementation reads them."""
    parts: list[tuple[bytes | None, bytes | None]] = []

    def on_field(field: Field) -> None:
        parts.append((None, field.value))

    def on_file(file: ParsedFile) -> None:
        file.file_object.seek(0)
        parts.append((file.file_name, file.file_object.read()))

    parser = FormParser("multipart/form-data", on_field, on_file, boundary=b"BOUND")
    parser.write(written(fields))
    parser.finalize()
    return parts


def test_form_is_written_byte_for_byte() -> None:
    fields = {
        "isFavorite": False,
        "filename": "b.jpg",
        "assetData": File(content=b"x", name="ü.jpg"),
    }
    assert (
        written(fields)
        == (
            "--BOUND\r\n"
            'Content-Disposition: form-data; name="assetData"; filename="ü.jpg"\r\n'
            "Content-Type: application/octet-stream\r\n\r\nx\r\n"
            '--BOUND\r\nContent-Disposition: form-data; name="isFavorite"\r\n\r\nfalse\r\n'
            '--BOUND\r\nContent-Disposition: form-data; name="filename"\r\n\r\nb.jpg\r\n'
            "--BOUND--\r\n"
        ).encode()
    )


def test_boundary_is_never_the_same() -> None:
    assert form({}).boundary != form({}).boundary


def test_what_is_not_given_is_left_out() -> None:
    assert written({"a": UNSET, "b": None}) == b"--BOUND--\r\n"


def test_file_always_has_a_name(tmp_path: Path) -> None:
    assert b'filename="file"' in written({"file": File(content=b"", name="")})
    (tmp_path / "a.jpg").write_bytes(b"jpeg")
    assert b'filename="a.jpg"' in written({"file": tmp_path / "a.jpg"})


class Note(msgspec.Struct, rename="camel"):
    key_name: str
    when: datetime.datetime | msgspec.UnsetType = UNSET


def test_metadata_is_one_field_of_json() -> None:
    assert b'\r\n\r\n[{"keyName":"a"},{"keyName":"b"}]\r\n' in written(
        {"metadata": [Note("a"), Note("b")]}
    )


def test_naive_date_is_refused_wherever_it_is() -> None:
    naive = datetime.datetime(2024, 1, 1)  # noqa: DTZ001  # on purpose
    for value in (naive, [Note("a", naive)]):
        with pytest.raises(ValueError, match="no time zone"):
            form({"field": value})


NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1)


@given(NAMES, st.binary(), st.text(st.characters(exclude_categories=["Cs"]), min_size=1))
def test_other_implementations_read_what_was_written(name: str, content: bytes, text: str) -> None:
    parts = read_back({"text": text, "file": File(content=content, name=name)})
    assert parts == [(name.encode(), content), (None, text.encode())]


@given(st.text())
def test_no_name_breaks_out_of_its_header(name: str) -> None:
    head, _, _ = written({"file": File(content=b"", name=name)}).partition(b"\r\n\r\n")
    assert head.count(b"\r\n") == 2


@pytest.mark.parametrize(
    ("fields", "is_at_hand"),
    [
        ({"text": "a", "file": File(content=b"jpeg", name="a.jpg")}, True),
        ({"file": File(content=bytes(1 << 20), name="a.jpg")}, False),
        ({"file": File(content=Path("a.jpg"), name="a.jpg")}, False),
        ({"small": File(content=b"jpeg", name="a.jpg"), "other": Path("a.xmp")}, False),
    ],
)
def test_what_is_on_the_disk_or_large_is_not_at_hand(
    fields: dict[str, Any], is_at_hand: bool
) -> None:
    assert form(fields).is_at_hand is is_at_hand
