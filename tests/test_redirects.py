"""Where a redirect leads."""

from __future__ import annotations

from typing import Any

import pytest
from immichkit_api.types import Operation

from immichkit.redirects import problem, redirect_error, target

API = "https://photos.test/api"
THUMBNAIL = f"{API}/assets/1/thumbnail?size=fullsize"


@pytest.mark.parametrize(
    ("location", "there"),
    [
        ("original?", f"{API}/assets/1/original"),
        ("/api/assets/1/thumbnail?size=preview", f"{API}/assets/1/thumbnail?size=preview"),
        ("https://photos.test/api/x", f"{API}/x"),
        ("//other.test/x", "https://other.test/x"),
        ("http://[", ""),
        ("https://photos.test:port/", ""),
    ],
)
def test_location_is_resolved(location: str, there: str) -> None:
    assert target(THUMBNAIL, location, API).rstrip("?") == there


def test_shared_key_is_kept_on_the_same_host() -> None:
    there = target(f"{THUMBNAIL}&key=k&slug=s", "original?size=1", API)
    assert there == f"{API}/assets/1/original?size=1&key=k&slug=s"


@pytest.mark.parametrize("name", ["key", "slug", "apiKey", "sessionKey", "token", "password"])
def test_no_key_reaches_another_host(name: str) -> None:
    there = target(f"{THUMBNAIL}&key=k", f"https://other.test/x?a=%20b&{name}=k", API)
    assert there == "https://other.test/x?a=+b"


def test_path_in_front_of_api_is_put_back() -> None:
    base = "https://home.test/immich/api"
    there = target(f"{base}/assets/1/thumbnail", "/api/assets/1/original", base)
    assert there == f"{base}/assets/1/original"
    assert target(f"{base}/x", "/immich/api/y", base) == f"{base}/y"


@pytest.mark.parametrize(
    "location",
    [
        "https://sso.test/login?next=1",
        "https://auth.test/oauth2/authorize",
        "https://photos.test/users/sign_in",
        "https://auth.test/?rd=1",
    ],
)
def test_write_sent_to_a_login_page_says_what_to_do(location: str) -> None:
    create = Operation[Any]("createAlbum", "POST", "/albums", None)
    why = problem(create, location, location, 1)
    error = redirect_error(create, 302, "/albums", location, why)
    assert "headers={…}" in str(error)
    assert "next=1" not in str(error)
