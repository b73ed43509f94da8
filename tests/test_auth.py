"""Credentials and addresses."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immichkit import AccessToken, ApiKey, SharedLink
from immichkit.auth import base_url, origin


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("https://photos.test", "https://photos.test/api"),
        ("https://photos.test/", "https://photos.test/api"),
        ("https://photos.test/api", "https://photos.test/api"),
        ("https://photos.test/api/", "https://photos.test/api"),
        (" https://photos.test/API\n", "https://photos.test/api"),
        ("https://photos.test/api/api", "https://photos.test/api"),
        ("https://photos.test/api//api/", "https://photos.test/api"),
        ("http://10.0.0.5:2283", "http://10.0.0.5:2283/api"),
        ("http://[::1]:2283/api", "http://[::1]:2283/api"),
        ("https://home.test/photos/", "https://home.test/photos/api"),
        ("https://home.test/photos/api//", "https://home.test/photos/api"),
        ("https://home.test/api/photos", "https://home.test/api/photos/api"),
        ("https://PHOTOS.test", "https://photos.test/api"),
        ("https://grüße.test", "https://grüße.test/api"),
    ],
)
def test_base_url_is_completed(typed: str, meant: str) -> None:
    assert base_url(typed) == meant
    assert base_url(meant) == meant


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ("photos.test", "https://photos.test"),
        ("photos.test:2283", "https://photos.test:2283"),
        ("", "must begin with https://"),
        ("https:/photos.test", "for instance https://photos.test\\."),
        ("http:photos.test:2283", "for instance http://photos.test:2283\\."),
        ("ftp://photos.test", "not ftp://"),
        ("https://", "names no host"),
        ("https://photos test", "names no host"),
        ("https://photos.test:port", "Port"),
        ("https://photos.test:99999", "Port"),
        ("https://[::1", "IPv6"),
        ("https://photos.test?x=1", r"leave out what follows the \?"),
        ("https://photos.test/#/photos", "leave out what follows"),
        ("https://me:secret@photos.test", "headers="),
        ("me:secret@photos.test", "https://photos.test"),
        ("https://me:secret@[::1", "IPv6"),
        ("https://photos.test/?apiKey=secret", "leave out"),
    ],
)
def test_address_that_cannot_be_one_is_explained(typed: str, advice: str) -> None:
    with pytest.raises(ValueError, match=advice) as caught:
        base_url(typed)
    assert "secret" not in str(caught.value)


@given(st.text())
def test_any_text_is_an_address_or_a_value_error(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert base_url(f"https://{text}").endswith("/api")


def test_origin_knows_the_usual_ports() -> None:
    assert origin("https://photos.test/x") == origin("https://PHOTOS.test:443/y")
    assert origin("https://photos.test") != origin("http://photos.test")
    assert origin("http://photos.test") != origin("http://photos.test:81")


def test_each_credential_has_its_header() -> None:
    assert ApiKey("k").headers() == {"x-api-key": "k"}
    assert AccessToken("t").headers() == {"authorization": "Bearer t"}
    assert SharedLink(key="k").headers() == {"x-immich-share-key": "k"}
    assert SharedLink(slug="s").headers() == {"x-immich-share-slug": "s"}


def test_shared_link_is_known_by_one_thing() -> None:
    for arguments in ({}, {"key": "k", "slug": "s"}):
        with pytest.raises(ValueError, match="give one of them"):
            SharedLink(**arguments)


def test_password_of_a_link_may_be_any_text() -> None:
    assert SharedLink(key="k", password="grüß gott").secrets() == ("k", "grüß gott")


def test_credential_of_another_type_is_refused() -> None:
    with pytest.raises(TypeError, match="must be a text, not int"):
        ApiKey(12345)  # type: ignore[arg-type]  # on purpose


def test_blanks_around_a_key_are_dropped() -> None:
    assert ApiKey(" k\r\n") == ApiKey("k")
    assert AccessToken("\tt ").headers() == {"authorization": "Bearer t"}
    assert SharedLink(key="k\n") == SharedLink(key="k")


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("secret key", "a space, as character 7 of 10"),
        ("secret\nkey", "a line break, as character 7"),
        ("secret\u200b", r"U\+200B"),
        ("secré", r"'é' \(U\+00E9\), as character 5 of 5"),
        (" \n", "is empty"),
    ],
)
def test_character_that_cannot_be_in_a_key_is_named(key: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as caught:
        ApiKey(key)
    assert "secret" not in str(caught.value)


def test_missing_base_url_is_named() -> None:
    with pytest.raises(TypeError, match="base_url must be a text such as .*, not None"):
        base_url(None)  # type: ignore[arg-type]  # on purpose


def test_credentials_are_values() -> None:
    assert ApiKey("k") == ApiKey("k")
    assert ApiKey("k") != ApiKey("l")
    assert len({ApiKey("k"), ApiKey("k"), AccessToken("k")}) == 2
