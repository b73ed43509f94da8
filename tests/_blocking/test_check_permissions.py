# Written by scripts/mirror from tests/_async/test_check_permissions.py; edits are lost.
"""Learning what is missing before anything is written."""

from __future__ import annotations

from functools import partial

import pytest

from immichkit import (
    AuthenticationError,
    Immich,
    ImmichError,
    PermissionDeniedError,
    SharedLink,
)
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio


def opened(server: ImmichServer, *permissions: str, is_admin: bool = False) -> Immich:
    user = server.add_user(permissions=permissions, is_admin=is_admin)
    return Immich(server.url, api_key=user.api_key)


def test_key_with_everything_lacks_nothing(server: ImmichServer) -> None:
    with Immich(server.url, api_key=server.api_key) as immich:
        check = immich.check_permissions(immich.queues.paused, immich.assets.upload)
    assert check
    assert check.needed == ("asset.read", "asset.upload", "queue.read", "queue.update")


def test_all_that_a_key_lacks_is_listed_and_nothing_written(server: ImmichServer) -> None:
    with opened(server, "asset.upload", "album.read") as immich:
        server.forget_requests()
        call = partial(immich.assets.upload, album="Trip")
        check = immich.check_permissions(call)
    assert check.missing == ("album.create", "albumAsset.create", "asset.read")
    assert {seen.method for seen in server.requests} == {"GET"}
    with pytest.raises(PermissionDeniedError, match=r"album\.create, albumAsset\.create"):
        check.raise_for_missing()


def test_key_of_an_ordinary_user_may_not_what_is_an_administrators(
    server: ImmichServer,
) -> None:
    with opened(server, "queue.read", "queue.update", "user.read") as immich:
        check = immich.check_permissions(immich.queues.paused)
    assert check.missing == ()
    assert check.needs_administrator == ("queues.get_queues", "queues.update_queue")


def test_key_that_cannot_tell_whose_it_is_says_so(server: ImmichServer) -> None:
    with opened(server, "queue.read", "queue.update", is_admin=True) as immich:
        check = immich.check_permissions(immich.queues.paused)
    assert check
    assert "a key without user.read cannot tell" in str(check)


def test_session_may_all_that_its_user_may(server: ImmichServer) -> None:
    user = server.add_user()
    with Immich(server.url, access_token=server.sign_in(user)) as immich:
        assert immich.check_permissions(immich.sync.run, immich.assets.upload)
        check = immich.check_permissions(immich.queues.paused)
    assert check.needs_administrator == ("queues.get_queues", "queues.update_queue")


def test_key_is_told_what_takes_a_session(server: ImmichServer) -> None:
    with Immich(server.url, api_key=server.api_key) as immich:
        check = immich.check_permissions(immich.sync.run)
    assert not check
    assert check.needs_session == ("sync.get_sync_stream", "sync.send_sync_ack")


def test_ended_session_and_unknown_key_are_errors(server: ImmichServer) -> None:
    with Immich(server.url, access_token="ended") as immich:
        with pytest.raises(AuthenticationError):
            immich.check_permissions("asset.read")
    with Immich(server.url, api_key="unknown") as immich:
        with pytest.raises(AuthenticationError):
            immich.check_permissions("asset.read")


def test_who_is_neither_key_nor_session_has_no_permissions(server: ImmichServer) -> None:
    with Immich(server.url) as nobody:
        with pytest.raises(ImmichError, match="has neither"):
            nobody.check_permissions("asset.read")
    with Immich(server.url, auth=SharedLink(key="k")) as guest:
        with pytest.raises(ImmichError, match="has neither"):
            guest.check_permissions("asset.read")
