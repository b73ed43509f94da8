from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from immichkit_api import facts

from immichkit import NotFoundError
from immichkit.testing import ImmichServer
from immichkit.testing.releases import NEWEST, Release


@pytest.fixture
def old() -> Iterator[httpx.Client]:
    """A client of a server of the oldest release that this package works with."""
    server = ImmichServer(server_version="3.0.0")
    headers = {"x-api-key": server.api_key}
    with httpx.Client(
        transport=server.transport(), base_url="http://immich.test/api", headers=headers
    ) as client:
        yield client
    server.close()


def test_it_is_of_the_newest_release_unless_told_otherwise(server: ImmichServer) -> None:
    assert server.server_version == facts.SERVER_VERSION


@pytest.mark.parametrize("version", ["2.7.5", "3.0.0", "3.0.1", "v3.1.0", "4.2.0"])
def test_it_says_the_version_that_it_was_given(version: str) -> None:
    server = ImmichServer(server_version=version)
    with server.client() as immich:
        said = immich.server.get_server_version()
        about = immich.server.get_about_info()
    server.close()
    number = version.removeprefix("v")
    assert f"{said.major}.{said.minor}.{said.patch}" == number == server.server_version
    assert about.version == f"v{number}"


@pytest.mark.parametrize("version", ["3", "3.0", "newest", "3.0.0.1"])
def test_what_is_no_version_is_refused(version: str) -> None:
    with pytest.raises(ValueError, match="not a server version"):
        ImmichServer(server_version=version)


@pytest.mark.parametrize(
    ("version", "contract"),
    [("2.0.0", "2.7.5"), ("3.0.2", "3.0.0"), ("3.0.3", "3.0.3"), ("9.9.9", "3.1.0")],
)
def test_a_release_without_a_contract_is_like_the_one_before(version: str, contract: str) -> None:
    assert Release.parse(version).known_as == contract


def test_an_operation_that_it_lacks_is_no_operation() -> None:
    server = ImmichServer(server_version="2.7.5")
    with server.client() as immich, pytest.raises(NotFoundError) as caught:
        immich.request("GET", "/users/me/calendar-heatmap")
    assert caught.value.message == "Cannot GET /api/users/me/calendar-heatmap"
    server.close()


def test_a_field_that_it_lacks_is_dropped_in_silence(old: httpx.Client) -> None:
    change = {"recentlyAdded": {"sidebarWeb": True}, "tags": {"enabled": True}}
    answer = old.put("/users/me/preferences", json=change)
    assert answer.status_code == 200
    assert answer.json()["tags"]["enabled"] is True


def test_a_field_that_it_lacks_is_not_even_looked_at(old: httpx.Client) -> None:
    answer = old.put("/users/me/preferences", json={"recentlyAdded": "nonsense"})
    assert answer.status_code == 200


def test_an_answer_has_no_field_that_it_lacks(server: ImmichServer, old: httpx.Client) -> None:
    preferences = old.get("/users/me/preferences").json()
    with server.client() as immich:
        newest = immich.request("GET", "/users/me/preferences").json()
    assert set(newest) - set(preferences) == {"recentlyAdded"}


def test_a_parameter_that_it_lacks_is_dropped_in_silence() -> None:
    server = ImmichServer(server_version="2.7.5")
    headers = {"x-api-key": server.api_key}
    with httpx.Client(
        transport=server.transport(), base_url="http://immich.test/api", headers=headers
    ) as client:
        client.post("/albums", json={"albumName": "Trip"})
        answer = client.get("/albums", params={"name": "Other", "isShared": "nonsense"})
    server.close()
    assert [one["albumName"] for one in answer.json()] == ["Trip"]


def test_a_link_opens_no_search_before_that_was_possible(old: httpx.Client) -> None:
    album = old.post("/albums", json={"albumName": "Trip"}).json()
    made = old.post("/shared-links", json={"type": "ALBUM", "albumId": album["id"]}).json()
    body, params = {"albumIds": [album["id"]]}, {"key": made["key"]}
    del old.headers["x-api-key"]
    answer = old.post("/search/metadata", json=body, params=params)
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


def test_the_newest_release_lacks_nothing() -> None:
    assert all(NEWEST.has(item) for item in facts.LACKING)
    assert all(NEWEST.sends_all(operation) for operation in facts.OPERATIONS)


def test_nested_fields_and_lists_of_bodies_are_gone_through() -> None:
    body: dict[str, Any] = {"name": "a", "steps": [{"config": {}}], "trigger": "x"}
    assert Release.parse("2.7.5").known_body("createWorkflow", body) == {"name": "a"}
    assert Release.parse("3.0.0").known_body("createWorkflow", body) == body


def test_answers_are_thinned_out_at_any_depth() -> None:
    config = {"ffmpeg": {"crf": 23, "realtime": {"enabled": True, "resolutions": [1080]}}}
    thin = Release.parse("3.0.0").known_answer("getConfig", config)
    assert thin == {"ffmpeg": {"crf": 23, "realtime": {"enabled": True}}}
