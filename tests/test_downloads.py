"""Continuing a download: the decisions, without disk or network."""

from __future__ import annotations

import re

import pytest
from answers import PHOTO, photo
from hypothesis import given
from hypothesis import strategies as st
from immichkit_api.types import Request

from immichkit.downloads import Beginning, begun, headers, is_past_the_end, meaning, source_of
from immichkit.errors import ApiError, TransportError

TAG = 'W/"553-18cc251f400"'
DATE = "Mon, 01 Jan 2024 00:00:00 GMT"
BEGUN = Beginning(source="http://photos.test/api/x", validator=TAG, size=1363)
REST = {"etag": TAG, "content-range": "bytes 100-1362/1363", "content-length": "1263"}


@given(size=st.integers(0, 10**12), here=st.integers(0, 10**12))
def test_offset_is_always_inside_of_the_file_and_of_what_is_here(size: int, here: int) -> None:
    offset = Beginning(source="s", validator="v", size=size).offset(here)
    assert 0 <= offset <= here
    assert offset < size or offset == 0


def test_whole_part_asks_for_the_last_byte_again() -> None:
    assert BEGUN.offset(1363) == 1362


def test_part_that_is_too_long_is_not_continued() -> None:
    assert BEGUN.offset(1364) == 0


def test_validator_goes_out_letter_by_letter() -> None:
    assert headers(BEGUN, 100) == {"range": "bytes=100-", "if-range": TAG}


@pytest.mark.parametrize("beginning", [None, BEGUN])
def test_from_the_start_nothing_special_is_asked(beginning: Beginning | None) -> None:
    assert headers(beginning, 0) == {}


def test_rest_of_the_same_file_continues() -> None:
    assert meaning(BEGUN, 100, 206, REST) == "continue"


def test_rest_without_a_validator_continues_because_the_server_compared_it() -> None:
    assert meaning(BEGUN, 100, 206, {"content-range": REST["content-range"]}) == "continue"


def test_whole_file_in_place_of_the_rest_starts_over() -> None:
    assert meaning(BEGUN, 100, 200, {"etag": TAG, "content-length": "1363"}) == "restart"


@pytest.mark.parametrize(
    "changed",
    [
        {"etag": 'W/"553-18cc251f401"'},
        {"content-range": "bytes 99-1362/1363"},
        {"content-range": "bytes 100-1361/1363"},
        {"content-range": "bytes 100-1363/1364"},
        {"content-range": "bytes 100-1362/*"},
        {"content-range": ""},
        {"content-length": "1262"},
        {"content-encoding": "gzip"},
        {"content-type": "multipart/byteranges; boundary=x", "content-range": ""},
    ],
)
def test_other_rest_than_asked_for_is_asked_for_whole(changed: dict[str, str]) -> None:
    assert meaning(BEGUN, 100, 206, REST | changed) == "again"


def test_part_that_nobody_asked_for_is_refused() -> None:
    assert meaning(None, 0, 206, REST) == "refuse"
    assert meaning(BEGUN, 0, 206, REST) == "refuse"


@given(
    size=st.integers(1, 10**9),
    first=st.integers(0, 10**9),
    last=st.integers(0, 10**9),
    data=st.data(),
)
def test_only_the_very_stretch_from_the_offset_to_the_end_continues(
    size: int, first: int, last: int, data: st.DataObject
) -> None:
    offset = data.draw(st.integers(1, size))
    beginning = Beginning(source="s", validator=TAG, size=size)
    answer = {"etag": TAG, "content-range": f"bytes {first}-{last}/{size}"}
    is_rest = first == offset and last == size - 1
    assert (meaning(beginning, offset, 206, answer) == "continue") == is_rest


@pytest.mark.parametrize(
    ("answer", "validator"),
    [
        ({"etag": TAG, "last-modified": DATE, "content-length": "5"}, TAG),
        ({"last-modified": DATE, "content-length": "5"}, DATE),
        ({"content-length": "5"}, None),
        ({"etag": TAG}, None),
        ({"etag": TAG, "content-length": "5", "content-encoding": "gzip"}, None),
    ],
)
def test_file_can_be_continued_if_its_state_and_size_are_known(
    answer: dict[str, str], validator: str | None
) -> None:
    found = begun("s", answer)
    assert (found and found.validator) == validator


@given(st.text(), st.text(), st.integers(0, 2**62))
def test_state_survives_the_disk(source: str, validator: str, size: int) -> None:
    beginning = Beginning(source=source, validator=validator, size=size)
    assert Beginning.decoded(beginning.encoded()) == beginning


@given(st.integers(0, 70))
def test_half_of_a_state_is_none(length: int) -> None:
    encoded = BEGUN.encoded()
    assert length < len(encoded)
    assert Beginning.decoded(encoded[:length]) is None


@given(st.binary())
def test_any_bytes_are_a_state_or_none(content: bytes) -> None:
    found = Beginning.decoded(content)
    assert found is None or isinstance(found, Beginning)


def test_source_tells_apart_what_is_asked_for_but_not_who_asks() -> None:
    def source(**query: str) -> str:
        request = Request(operation=PHOTO, path="/assets/one/original", query=query)
        return source_of("http://photos.test/api", request)

    assert source(key="secret", slug="s") == source()
    assert "secret" not in source(key="secret")
    assert source(edited="true") != source()
    assert source_of("http://other.test/api", photo("one")) != source()
    assert source_of("http://photos.test/api", photo("two")) != source()


@pytest.mark.parametrize(("status", "expected"), [(404, True), (416, True), (403, False)])
def test_offset_past_the_end_is_a_404_or_416(status: int, expected: bool) -> None:
    assert is_past_the_end(ApiError("", status_code=status)) is expected
    assert not is_past_the_end(TransportError(""))


def test_header_has_no_line_break_whatever_the_validator() -> None:
    assert re.fullmatch(r"bytes=\d+-", headers(BEGUN, 7)["range"])
