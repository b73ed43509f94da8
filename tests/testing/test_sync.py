from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from immichkit.testing import ImmichServer, SeedAsset

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immichkit.testing import ServerUser

EVERYTHING = [
    "AuthUsersV1", "UsersV1", "PartnersV1", "AssetsV2", "StacksV1", "PartnerAssetsV2",
    "PartnerStacksV1", "AlbumAssetsV2", "AlbumsV2", "AlbumUsersV1", "AlbumToAssetsV1",
    "AssetExifsV1", "AlbumAssetExifsV1", "AssetOcrV1", "PartnerAssetExifsV1", "MemoriesV1",
    "MemoryToAssetsV1", "PeopleV1", "AssetFacesV2", "UserMetadataV1", "AssetMetadataV1",
    "AssetEditsV1",
]  # fmt: skip


class Session:
    """A session that synchronizes."""

    def __init__(self, server: ImmichServer, user: ServerUser | None = None) -> None:
        self.http = httpx.Client(
            transport=server.transport(),
            base_url="http://immich.test/api",
            headers={"authorization": f"Bearer {server.sign_in(user)}"},
        )

    def stream(self, *types: str, **body: Any) -> list[dict[str, Any]]:
        answer = self.http.post("/sync/stream", json={"types": types or EVERYTHING, **body})
        return [json.loads(line) for line in answer.raise_for_status().text.splitlines()]

    def ack(self, *acks: str) -> None:
        self.http.post("/sync/ack", json={"acks": acks}).raise_for_status()

    def changes(self, *types: str) -> list[str]:
        """The types of what is new, which is acknowledged."""
        events = self.stream(*types)
        self.ack(*(event["ack"] for event in events))
        return [event["type"] for event in events]


@pytest.fixture
def session(server: ImmichServer) -> Iterator[Session]:
    session = Session(server)
    yield session
    session.http.close()


def test_everything_comes_once_and_ends_with_complete(
    server: ImmichServer, session: Session
) -> None:
    server.seed([SeedAsset(albums=["A"], people=["Ada"], texts=["Harbour"])])
    found = session.changes()
    assert found == [
        "AuthUserV1", "UserV1", "AssetV2", "SyncAckV1", "AlbumAssetCreateV2", "AlbumV2",
        "AlbumUserV1", "AlbumToAssetV1", "AssetExifV1", "SyncAckV1", "AlbumAssetExifCreateV1",
        "AssetOcrV1", "PersonV1", "AssetFaceV2", "SyncCompleteV1",
    ]  # fmt: skip
    assert session.changes() == ["SyncCompleteV1"]


def test_ids_of_changes_grow(server: ImmichServer, session: Session) -> None:
    server.seed(1500)
    ids = [event["ack"] for event in session.stream("AssetsV2")][:-1]
    assert ids == sorted(set(ids))
    assert len(ids) == 1500


def test_whatever_changes_a_row_is_noticed(
    server: ImmichServer, session: Session, client: httpx.Client
) -> None:
    first, second, third = server.seed(3)
    stack = client.post("/stacks", json={"assetIds": [first, second]}).json()["id"]
    session.changes()
    client.delete(f"/stacks/{stack}")
    events = session.stream("AssetsV2", "StacksV1")
    assert {event["data"].get("id") for event in events} == {first, second, None}
    assert third not in str(events)
    assert session.changes() == ["AssetV2", "AssetV2", "StackDeleteV1", "SyncCompleteV1"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/people/{}", "PersonDeleteV1 AssetFaceV2"),
        ("/faces/{}", "PersonV1 AssetFaceDeleteV1"),
    ],
)
def test_people_and_faces_are_told_apart(
    server: ImmichServer, session: Session, client: httpx.Client, path: str, expected: str
) -> None:
    (asset,) = server.seed([SeedAsset(people=["Ada"])])
    session.changes()
    (face,) = client.get("/faces", params={"id": asset}).json()
    id_ = face["person"]["id"] if "people" in path else face["id"]
    client.request("DELETE", path.format(id_), json={"force": True})
    assert session.changes()[:-1] == expected.split()


def test_what_goes_along_with_an_asset_is_not_told(
    server: ImmichServer, session: Session, client: httpx.Client
) -> None:
    (asset,) = server.seed([SeedAsset(people=["Ada"], texts=["Harbour"], albums=["A"])])
    session.changes()
    client.request("DELETE", "/assets", json={"ids": [asset], "force": True})
    server.settle()
    assert session.changes() == [
        "AuthUserV1", "UserV1", "AssetDeleteV1", "AlbumV2", "AlbumToAssetDeleteV1", "PersonV1",
        "SyncCompleteV1",
    ]  # fmt: skip


def test_assets_of_a_user_who_is_removed_are_not_told(
    server: ImmichServer, session: Session, client: httpx.Client
) -> None:
    bob = server.add_user()
    server.seed(2, user=bob)
    with httpx.Client(
        transport=server.transport(),
        base_url="http://immich.test/api",
        headers={"x-api-key": bob.api_key},
    ) as of_bob:
        of_bob.post("/partners", json={"sharedWithId": server.admin.id})
    session.changes()
    client.request("DELETE", f"/admin/users/{bob.id}", json={"force": True})
    server.settle()
    assert session.changes() == ["UserDeleteV1", "SyncCompleteV1"]


def test_a_key_synchronizes_nothing(client: httpx.Client) -> None:
    for method, path in (("POST", "stream"), ("GET", "ack"), ("POST", "ack"), ("DELETE", "ack")):
        body: dict[str, Any] = {"types": [], "acks": []} if method != "DELETE" else {}
        answer = client.request(method, f"/sync/{path}", json=body)
        assert (answer.status_code, "API keys" in answer.json()["message"]) == (403, True)


def test_a_failure_after_the_first_event_leaves_the_stream_open(session: Session) -> None:
    session.ack("PersonV1|rubbish")
    body = {"types": ["UsersV1", "PeopleV1"]}
    with (
        session.http.stream("POST", "/sync/stream", json=body, timeout=0.2) as answer,
        pytest.raises(httpx.ReadTimeout),
    ):
        list(answer.iter_lines())
    assert answer.status_code == 200


def test_a_compressed_stream_that_fails_says_nothing_at_all(session: Session) -> None:
    session.ack("PersonV1|rubbish")
    body = {"types": ["UsersV1", "PeopleV1"]}
    headers = {"accept-encoding": "gzip"}
    with pytest.raises(httpx.ReadTimeout):
        session.http.post("/sync/stream", json=body, headers=headers, timeout=0.2)


def test_who_has_gone_keeps_no_stream_alive(server: ImmichServer) -> None:
    server.seed(2000)
    with (
        server,
        httpx.Client(base_url=f"{server.url}/api", trust_env=False) as client,
    ):
        client.headers["authorization"] = f"Bearer {server.sign_in()}"
        with client.stream("POST", "/sync/stream", json={"types": ["AssetsV2"]}) as answer:
            next(answer.iter_bytes())
        assert client.get("/sync/ack").json() == []


def test_a_reset_can_be_required_at_any_moment(server: ImmichServer, session: Session) -> None:
    session.changes()
    server.require_sync_reset()
    (event,) = session.stream()
    assert (event["type"], event["ack"]) == ("SyncResetV1", "SyncResetV1|reset")
    session.ack(event["ack"])
    assert session.changes("UsersV1") == ["UserV1", "SyncCompleteV1"]


def test_checkpoints_end_with_the_session(server: ImmichServer, session: Session) -> None:
    session.changes()
    session.http.post("/auth/logout")
    assert Session(server).changes("UsersV1") == ["UserV1", "SyncCompleteV1"]


def test_backfill_goes_on_where_it_was_acknowledged(
    server: ImmichServer, client: httpx.Client
) -> None:
    bob = server.add_user()
    body = {"albumName": "Old", "assetIds": server.seed(3)}
    album = client.post("/albums", json=body).json()["id"]
    server.seed([SeedAsset(albums=["Mine"])], user=bob)
    shared = Session(server, bob)
    shared.changes("AlbumToAssetsV1")
    members = {"albumUsers": [{"userId": bob.id, "role": "viewer"}]}
    client.put(f"/albums/{album}/users", json=members).raise_for_status()
    events = shared.stream("AlbumToAssetsV1")
    backfilled = ["AlbumToAssetBackfillV1"] * 3 + ["SyncAckV1", "SyncCompleteV1"]
    assert [event["type"] for event in events] == backfilled
    shared.ack(events[1]["ack"])
    assert shared.stream("AlbumToAssetsV1")[:-1] == events[2:-1]
    shared.ack(events[3]["ack"])
    assert shared.changes("AlbumToAssetsV1") == ["SyncCompleteV1"]
    shared.http.close()


def test_a_stream_is_cut_after_lines(server: ImmichServer, session: Session) -> None:
    server.seed(10)
    headers = {"accept-encoding": "gzip"}
    with (
        server.cut_after(lines=4, path="/sync/stream"),
        session.http.stream(
            "POST", "/sync/stream", json={"types": ["AssetsV2"]}, headers=headers
        ) as answer,
    ):
        lines = []
        with pytest.raises(httpx.RemoteProtocolError):
            for line in answer.iter_lines():
                lines.append(line)  # noqa: PERF402 - it breaks off
    assert len(lines) == 4


def test_a_stream_hangs_after_lines_on_a_socket_too(server: ImmichServer) -> None:
    server.seed(10)
    with server, httpx.Client(base_url=f"{server.url}/api", trust_env=False) as client:
        client.headers["authorization"] = f"Bearer {server.sign_in()}"
        server.hang_after(lines=4, path="/sync/stream")
        body = {"types": ["AssetsV2"]}
        content = b""
        with (
            client.stream("POST", "/sync/stream", json=body, timeout=0.3) as answer,
            pytest.raises(httpx.ReadTimeout),
        ):
            for piece in answer.iter_bytes():
                content += piece
        assert (answer.status_code, content.count(b"\n")) == (200, 4)
        assert client.post("/sync/stream", json=body).text.count("\n") == 11


def test_faults_say_bytes_or_lines(server: ImmichServer) -> None:
    with pytest.raises(TypeError, match="how many"):
        server.cut_after()
    with pytest.raises(TypeError, match="how many"):
        server.hang_after(1, lines=1)
