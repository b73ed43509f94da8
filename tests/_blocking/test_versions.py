# Written by scripts/mirror from tests/_async/test_versions.py; edits are lost.
"""One client, servers of many releases."""

from __future__ import annotations

import contextlib
import logging

import httpx
import pytest
from answers import KEY, Answers, json
from contract_samples import constant, every_operation
from immichkit_api import facts, operations
from immichkit_api.types import Request

from immichkit import DecodeError, Immich, NotOnThisServerError

pytestmark = pytest.mark.anyio
ALBUM = "9bff3557-a785-448e-85d6-352f8765b3eb"
OLD = json(200, {"major": 3, "minor": 0, "patch": 0, "prerelease": None})


class Server:
    """Answers every request with nothing much and counts them."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, json={})


def opened(answers: Answers | Server, version: str | None = None) -> Immich:
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    return Immich(
        "http://photos.test", api_key=KEY, http_client=pool, retry=None, server_version=version
    )


@pytest.mark.parametrize("release", facts.RELEASES)
def test_operation_is_sent_if_and_only_if_the_release_has_it(release: str) -> None:
    server = Server()
    immich = opened(server, release)
    for operation in every_operation():
        request = Request(operation=operation, path="/x")
        having = facts.LACKING.get(f"operations/{operation.id}", facts.RELEASES)
        before = len(server.asked)
        with contextlib.suppress(NotOnThisServerError):
            with immich.stream(request) as body:
                body.read()
        assert (len(server.asked) > before) == (release in having), operation.id


@pytest.mark.parametrize("release", facts.RELEASES)
def test_parameter_is_sent_if_and_only_if_the_release_has_it(release: str) -> None:
    server = Server()
    immich = opened(server, release)
    for item, having in facts.LACKING.items():
        kind, id_, *rest = item.split("/", 2)
        if kind != "parameters" or rest[0].startswith("path."):
            continue
        name = rest[0].partition(".")[2]
        request = Request(operation=constant(id_), path="/x", query={name: "x"})
        before = len(server.asked)
        with contextlib.suppress(NotOnThisServerError):
            immich.send(request)
        both = set(having) & set(facts.LACKING.get(f"operations/{id_}", facts.RELEASES))
        assert (len(server.asked) > before) == (release in both), item


def test_refusal_names_what_is_missing_and_who_has_it() -> None:
    server = Server()
    with pytest.raises(NotOnThisServerError) as caught:
        opened(server, "2.7.5").search.search_assets(key="shared", slug="x")
    assert str(caught.value).startswith(
        "`key` and `slug` of search.search_assets need v3.0.3, the server is v2.7.5."
    )
    assert caught.value.lacking == ("key", "slug")
    assert server.asked == []


def test_version_is_asked_once_and_only_when_it_matters() -> None:
    nothing = json(200, {"success": True})
    answers = Answers(nothing, OLD, nothing)
    immich = opened(answers)
    immich.albums.add_assets_to_albums(album_ids=[ALBUM], asset_ids=[ALBUM])
    assert len(answers.asked) == 1
    for _ in range(2):
        with pytest.raises(NotOnThisServerError, match="the server is v3.0.0"):
            immich.with_options(timeout=5).search.search_assets(key="shared")
    assert [request.url.path for request in answers.asked][1:] == ["/api/server/version"]


def test_version_that_cannot_be_learnt_is_taken_for_the_newest(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.WARNING, "immichkit")
    answers = Answers(json(500, {"message": "broken"}))
    with pytest.raises(Exception, match="broken"):
        opened(answers).search.search_assets(key="shared")
    assert [request.url.path for request in answers.asked] == [
        "/api/server/version",
        "/api/search/metadata",
    ]
    assert f"taking it for v{facts.SERVER_VERSION}" in caplog.text
    assert KEY not in caplog.text


def test_answer_that_does_not_fit_names_the_server_and_what_to_do() -> None:
    too_old = json(200, {"major": 2, "minor": 7, "patch": 5})
    answers = Answers(json(200, {"id": None}), too_old)
    with pytest.raises(DecodeError, match="upgrade the server to v3.0.0") as caught:
        opened(answers).albums.get_album_info(ALBUM)
    assert "albums.get_album_info" in str(caught.value)
    assert caught.value.json_path == "$.id"


@pytest.mark.parametrize(
    ("version", "status"), [("2.7.5", "unsupported"), ("3.1.0", "supported"), ("9.0.0", "newer")]
)
def test_compatibility_is_told_by_the_servers_version(version: str, status: str) -> None:
    numbers = dict(zip(("major", "minor", "patch"), map(int, version.split(".")), strict=True))
    found = opened(Answers(json(200, {**numbers, "prerelease": None}))).check_compatibility()
    assert (found.server, found.status) == (version, status)
    assert bool(found.notes) == (status != "supported")


def test_version_of_the_settings_must_be_one() -> None:
    with pytest.raises(ValueError, match="not a server version"):
        opened(Server(), "newest")


def test_operations_stay_values() -> None:
    assert operations.albums.CREATE_ALBUM.id == "createAlbum"


def test_version_that_nobody_told_is_not_claimed() -> None:
    pool = httpx.Client(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=[])))
    immich = Immich("http://photos.test", http_client=pool)
    with pytest.raises(DecodeError, match="The server does not tell its version") as caught:
        immich.server.ping_server()
    assert caught.value.server_version is None
