"""Names for files on this computer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immichkit.filenames import numbered, safe, suggested


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ("inline; filename*=UTF-8''a%20photo%20%C3%A9.jpg", "a photo é.jpg"),
        ("attachment; filename*=iso-8859-1'en'%E9.jpg", "é.jpg"),
        ("attachment; filename*=no-such''%C3%A9.jpg", "é.jpg"),
        ('attachment; filename="a \\"b\\"; c.jpg"', "a _b_; c.jpg"),
        ("attachment; filename=plain.jpg; size=3", "plain.jpg"),
        ("attachment; filename=old.jpg; filename*=UTF-8''n%C3%A9w.jpg", "néw.jpg"),
        ("inline; filename*=UTF-8''..%2F..%2Fetc%2Fpasswd", "passwd"),
        ("inline", "fallback.jpg"),
        ("", "fallback.jpg"),
        ('inline; filename=".."', "fallback.jpg"),
    ],
)
def test_name_comes_from_the_header(disposition: str, name: str) -> None:
    assert suggested(disposition, "image/jpeg", "fallback") == name


def test_fallback_gets_an_ending_by_the_type() -> None:
    assert suggested("", "video/mp4; x=1", "id") == "id.mp4"
    assert suggested("", "application/octet-stream", "archive") == "archive"
    assert suggested("", "", "") == "download"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("../a/b.jpg", "b.jpg"),
        ("a\\b.jpg", "b.jpg"),
        ("a:b*?.jpg", "a_b__.jpg"),
        ("CON", "_CON"),
        ("com1.jpg", "_com1.jpg"),
        ("console.jpg", "console.jpg"),
        ("trailing. . ", "trailing"),
        ("..", ""),
        ("a\x00b\n.jpg", "a_b_.jpg"),
        (".hidden", ".hidden"),
    ],
)
def test_name_is_made_safe(name: str, expected: str) -> None:
    assert safe(name) == expected


@given(st.text())
def test_safe_name_is_one_component_that_every_system_takes(name: str) -> None:
    result = safe(name)
    assert not set(result) & set('/\\<>:"|?*\x00\n')
    assert result not in {".", ".."}
    assert result == result.rstrip(". ")
    assert len(result.encode(errors="replace")) <= 200
    assert safe(result) == result


def test_long_name_keeps_its_ending() -> None:
    name = safe("é" * 500 + ".jpeg")
    assert name.endswith("é.jpeg")
    assert len(name.encode()) <= 200


def test_number_goes_before_the_ending() -> None:
    assert numbered("photo.jpg", 2) == "photo (2).jpg"
    assert numbered("IMG.123.jpg", 1) == "IMG.123 (1).jpg"
    assert numbered("README", 1) == "README (1)"
