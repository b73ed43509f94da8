"""What an answer that is no success means."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from immichkit_api.types import Operation

from immichkit import errors
from immichkit.refusals import api_error, is_unknown_route, maintenance_error, retry_after

CREATE = Operation[Any]("createAlbum", "POST", "/albums", None, name="albums.create_album")
JSON = {"content-type": "application/json; charset=utf-8"}
HTML = {"content-type": "text/html"}


def refused(status: int, body: Any = None, **headers: str) -> errors.ApiError:
    content = b"" if body is None else json.dumps(body).encode()
    return api_error(CREATE, status, {**JSON, **headers}, content)


def test_error_says_what_where_and_why() -> None:
    error = refused(400, {"message": "Email is not available"}, **{"x-correlation-id": "abc"})
    assert type(error) is errors.ValidationError
    assert str(error) == (
        "POST /albums (albums.create_album) was answered with 400: Email is not available."
    )
    assert (error.status_code, error.message) == (400, "Email is not available")
    assert (error.operation, error.method, error.path) == ("albums.create_album", "POST", "/albums")
    assert error.correlation_id == "abc"


def test_validation_names_the_fields() -> None:
    problems = [
        {"code": "invalid_type", "path": ["albumName"], "message": "expected string"},
        {"code": "custom", "path": ["metadata", 0, "key"], "message": "too long"},
        {"code": "custom", "path": [], "message": "expected object"},
    ]
    error = refused(400, {"message": "Validation failed", "errors": problems})
    assert error.errors == problems
    assert str(error).endswith(
        "Validation failed: albumName: expected string; metadata[0].key: too long; expected object."
    )


def test_list_of_messages_of_older_servers_is_read() -> None:
    body = {
        "message": ["a must be a UUID", "b is empty"],
        "error": "Bad Request",
        "statusCode": 400,
    }
    error = refused(400, body)
    assert type(error) is errors.ValidationError
    assert [problem["message"] for problem in error.errors] == ["a must be a UUID", "b is empty"]
    assert str(error).endswith("Bad Request: a must be a UUID; b is empty.")


@pytest.mark.parametrize(
    ("message", "kind"),
    [
        ("Not found or no albumAsset.create access", errors.NotFoundError),
        ("API Key not found", errors.NotFoundError),
        ('Metadata with key "x" not found for asset with id "y"', errors.NotFoundError),
        ("Live photo video not found", errors.ValidationError),
        ("Multipart: Boundary not found", errors.ValidationError),
        ("Asset not in stack", errors.ValidationError),
    ],
)
def test_status_400_can_mean_not_found(message: str, kind: type[errors.ApiError]) -> None:
    assert type(refused(400, {"message": message})) is kind


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, errors.AuthenticationError),
        (403, errors.PermissionDeniedError),
        (404, errors.NotFoundError),
        (405, errors.ApiError),
        (409, errors.ApiError),
        (410, errors.NotFoundError),
        (413, errors.TooLargeError),
        (422, errors.ValidationError),
        (429, errors.RateLimitedError),
        (500, errors.ServerError),
        (502, errors.ServerError),
        (522, errors.ServerError),
        (302, errors.RedirectError),
        (304, errors.ApiError),
    ],
)
def test_empty_body_is_judged_by_its_status(status: int, kind: type[errors.ApiError]) -> None:
    assert type(refused(status)) is kind


def test_locked_asset_needs_more_than_a_credential() -> None:
    error = refused(401, {"message": "Elevated permission is required"})
    assert type(error) is errors.ElevationRequiredError
    assert "PIN code" in str(error)


def test_missing_permission_is_named() -> None:
    error = refused(403, {"message": "Missing required permission: asset.upload"})
    assert isinstance(error, errors.PermissionDeniedError)
    assert error.permission == "asset.upload"
    assert "Give the API key the permission asset.upload" in str(error)


def test_plain_refusal_names_no_permission() -> None:
    error = refused(403, {"message": "Forbidden"})
    assert isinstance(error, errors.PermissionDeniedError)
    assert error.permission is None


@pytest.mark.parametrize(
    ("status", "kind", "advice"),
    [
        (200, errors.NotImmichError, "Check the URL"),
        (400, errors.NotImmichError, "Check the URL"),
        (401, errors.AuthenticationError, "headers="),
        (403, errors.PermissionDeniedError, "proxy"),
        (404, errors.NotImmichError, "Check the URL"),
        (413, errors.TooLargeError, "client_max_body_size"),
        (502, errors.ServerError, "proxy"),
        (503, errors.ServerError, "proxy"),
    ],
)
def test_web_page_is_named(status: int, kind: type[errors.ApiError], advice: str) -> None:
    page = b"<html><head><title>413 Request\nEntity</title></head></html>"
    error = api_error(CREATE, status, HTML, page)
    assert type(error) is kind
    assert "a web page, '413 Request Entity'" in str(error)
    assert advice in str(error)


def test_json_route_that_only_gives_pages_is_not_immich() -> None:
    message = "The route /server/ping was requested as application/json, but only returns text/html"
    assert type(refused(406, {"message": message})) is errors.NotImmichError


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "12"}, 12),
        ({"retry-after": "1.5"}, 1.5),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 06:11:30 GMT",
                "date": "Sat, 21 Nov 2026 06:11:00 GMT",
            },
            30,
        ),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 06:10:00 GMT",
                "date": "Sat, 21 Nov 2026 06:11:00 GMT",
            },
            0,
        ),
        ({"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({}, None),
    ],
)
def test_retry_after_comes_in_several_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds
    error = api_error(CREATE, 429, headers, b"")
    assert isinstance(error, errors.RateLimitedError)
    assert error.retry_after == seconds


def test_busy_server_that_says_when_to_come_back_is_rate_limiting() -> None:
    assert type(refused(503, None, **{"retry-after": "5"})) is errors.RateLimitedError


def test_keys_in_addresses_that_the_server_repeats_are_hidden() -> None:
    error = refused(404, {"message": "Cannot GET /api/x?key=SECRET&slug=SECRET&size=1"})
    assert "SECRET" not in str(error) + error.message
    assert "size=1" in error.message


def test_unknown_route_can_turn_out_to_be_maintenance() -> None:
    error = refused(404, {"message": "Cannot POST /api/albums"})
    assert is_unknown_route(error)
    better = maintenance_error(error)
    assert (better.status_code, better.operation) == (404, "albums.create_album")
    assert "maintenance mode" in str(better)


@given(st.integers(300, 599), st.binary(max_size=300), st.sampled_from([JSON, HTML, {}]))
def test_any_body_becomes_an_error_of_ours(
    status: int, body: bytes, headers: dict[str, str]
) -> None:
    error = api_error(CREATE, status, headers, body)
    assert error.status_code == status
    assert str(error).startswith("POST /albums (albums.create_album) was answered with")


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
)


@given(st.dictionaries(st.sampled_from(["message", "error", "errors"]), JSON_VALUES))
def test_any_json_becomes_an_error_of_ours(body: dict[str, Any]) -> None:
    error = refused(400, body)
    assert isinstance(error.message, str)
    assert all(isinstance(problem, dict) for problem in error.errors)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (429, "answered with 429: Too Many Requests, without a word of explanation. A proxy"),
        (503, "answered with 503: Service Unavailable, without a word of explanation. A proxy"),
        (599, "answered with 599: without a word of explanation. A proxy"),
    ],
)
def test_empty_answer_is_told_by_what_its_status_means(status: int, said: str) -> None:
    assert said in str(refused(status))


@pytest.mark.parametrize(
    "body",
    [
        b"Client sent an HTTP request to an HTTPS server.\n",
        b"<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>",
        b"<html>You're speaking plain HTTP to an SSL-enabled server port.</html>",
    ],
)
def test_http_to_a_port_for_https_says_so(body: bytes) -> None:
    error = api_error(CREATE, 400, {"content-type": "text/plain"}, body)
    assert type(error) is errors.NotImmichError
    assert str(error).endswith("This port speaks HTTPS: begin the base URL with https://.")
