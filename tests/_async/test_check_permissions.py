"""Learning what is missing before anything is written."""

from __future__ import annotations

from functools import partial

import pytest

from immichkit import (
    AsyncImmich,
    AuthenticationError,
    ImmichError,
    PermissionDeniedError,
    SharedLink,
)
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio


def opened(server: ImmichServer, *permissions: str, is_admin: bool = False) -> AsyncImmich:
    user = server.add_user(permissions=permissions, is_admin=is_admin)
    return AsyncImmich(server.url, api_key=user.api_key)


async def test_key_with_everything_lacks_nothing(server: ImmichServer) -> None:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        check = await immich.check_permissions(immich.queues.paused, immich.assets.upload)
    assert check
    assert check.needed == ("asset.read", "asset.upload", "queue.read", "queue.update")


async def test_all_that_a_key_lacks_is_listed_and_nothing_written(server: ImmichServer) -> None:
    async with opened(server, "asset.upload", "album.read") as immich:
        server.forget_requests()
        call = partial(immich.assets.upload, album="Trip")
        check = await immich.check_permissions(call)
    assert check.missing == ("album.create", "albumAsset.create", "asset.read")
    assert {seen.method for seen in server.requests} == {"GET"}
    with pytest.raises(PermissionDeniedError, match=r"album\.create, albumAsset\.create"):
        check.raise_for_missing()


async def test_key_of_an_ordinary_user_may_not_what_is_an_administrators(
    server: ImmichServer,
) -> None:
    async with opened(server, "queue.read", "queue.update", "user.read") as immich:
        check = await immich.check_permissions(immich.queues.paused)
    assert check.missing == ()
    assert check.needs_administrator == ("queues.get_queues", "queues.update_queue")


async def test_key_that_cannot_tell_whose_it_is_says_so(server: ImmichServer) -> None:
    async with opened(server, "queue.read", "queue.update", is_admin=True) as immich:
        check = await immich.check_permissions(immich.queues.paused)
    assert check
    assert "a key without user.read cannot tell" in str(check)


async def test_session_may_all_that_its_user_may(server: ImmichServer) -> None:
    user = server.add_user()
    async with AsyncImmich(server.url, access_token=server.sign_in(user)) as immich:
        assert await immich.check_permissions(immich.sync.run, immich.assets.upload)
        check = await immich.check_permissions(immich.queues.paused)
    assert check.needs_administrator == ("queues.get_queues", "queues.update_queue")


async def test_key_is_told_what_takes_a_session(server: ImmichServer) -> None:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        check = await immich.check_permissions(immich.sync.run)
    assert not check
    assert check.needs_session == ("sync.get_sync_stream", "sync.send_sync_ack")


async def test_ended_session_and_unknown_key_are_errors(server: ImmichServer) -> None:
    async with AsyncImmich(server.url, access_token="ended") as immich:
        with pytest.raises(AuthenticationError):
            await immich.check_permissions("asset.read")
    async with AsyncImmich(server.url, api_key="unknown") as immich:
        with pytest.raises(AuthenticationError):
            await immich.check_permissions("asset.read")


async def test_who_is_neither_key_nor_session_has_no_permissions(server: ImmichServer) -> None:
    async with AsyncImmich(server.url) as nobody:
        with pytest.raises(ImmichError, match="has neither"):
            await nobody.check_permissions("asset.read")
    async with AsyncImmich(server.url, auth=SharedLink(key="k")) as guest:
        with pytest.raises(ImmichError, match="has neither"):
            await guest.check_permissions("asset.read")
