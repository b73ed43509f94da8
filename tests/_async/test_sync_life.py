"""A life of a session against the embedded server: first sync, changes, deletes, resets."""

from __future__ import annotations

from collections import Counter

import pytest
from immichkit_api.models import SyncAssetV2
from immichkit_api.models.sync_request_type import SyncRequestTypeLike

from immichkit import AsyncImmich, PermissionDeniedError, SyncError, SyncEvent
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio
TYPES: list[SyncRequestTypeLike] = ["AssetsV2", "AlbumsV2", "AlbumToAssetsV1", "StacksV1"]


class Library:
    """What a processor knows of a library: the names of its assets."""

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.told: Counter[str] = Counter()

    def process_events(self, events: list[SyncEvent]) -> None:
        self.told[events[0].type.value] += len(events)
        for event in events:
            if isinstance(event.data, SyncAssetV2):
                self.names[event.data.id] = event.data.original_file_name
            elif event.type == "AssetDeleteV1":
                self.names.pop(event.data.asset_id, None)

    def reset(self) -> None:
        self.names.clear()
        self.told["reset"] += 1


async def signed_in(server: ImmichServer) -> AsyncImmich:
    email, password = server.email, server.password
    session = await AsyncImmich.sign_in(server.url, email=email, password=password)
    return AsyncImmich.from_session(session)


async def test_changes_come_once_and_in_the_end_both_sides_are_alike(server: ImmichServer) -> None:
    server.seed(assets=12)
    library = Library()
    async with await signed_in(server) as immich:
        report = await immich.sync.run(library, TYPES, batch_size=5)
        assert report.completed
        assert report.counts["AssetV2"] == 12
        assert (await immich.sync.run(library, TYPES)).counts == {}
        first, second, *_ = library.names
        await immich.assets.update_asset(first, is_favorite=True)
        await immich.assets.delete_assets(ids=[second], force=True)
        server.settle()
        report = await immich.sync.run(library, TYPES)
        assert report.counts == {"AssetDeleteV1": 1, "AssetV2": 1}
        found = {a.id: a.original_file_name async for a in immich.search.iter_assets()}
    assert library.names == found


async def test_what_was_not_acknowledged_comes_again(server: ImmichServer) -> None:
    server.seed(assets=10)
    seen: list[str] = []

    def process(events: list[SyncEvent]) -> None:
        if len(seen) > 4:
            raise RuntimeError("no room left")
        seen.extend(event.ack for event in events)

    async with await signed_in(server) as immich:
        with pytest.raises(RuntimeError, match="no room left"):
            await immich.sync.run(process, ["AssetsV2"], batch_size=3)
        kept = {ack.type: ack.ack for ack in await immich.sync.get_sync_ack()}
        assert kept == {"AssetV2": seen[-1]}
        rest = [event async for event in immich.sync.events(["AssetsV2"])]
    assert len(seen) == 6
    assert len(rest) == 4 + 1
    assert rest[0].ack not in seen


async def test_reset_of_the_session_wipes_and_refills(server: ImmichServer) -> None:
    server.seed(assets=3)
    library = Library()
    async with await signed_in(server) as immich:
        await immich.sync.run(library, TYPES)
        (mine,) = [s for s in await immich.sessions.get_sessions() if s.current]
        await immich.sessions.update_session(mine.id, is_pending_sync_reset=True)
        with pytest.raises(SyncError, match="reset"):
            await immich.sync.run(library.process_events, TYPES)
        report = await immich.sync.run(library, TYPES)
    assert report.was_reset
    assert report.completed
    assert report.counts["AssetV2"] == 3
    assert library.told["reset"] == 1
    assert len(library.names) == 3


async def test_reset_by_the_caller_brings_everything(server: ImmichServer) -> None:
    server.seed(assets=3)
    library = Library()
    async with await signed_in(server) as immich:
        await immich.sync.run(library, TYPES)
        report = await immich.sync.run(library, TYPES, reset=True)
    assert report.counts["AssetV2"] == 3
    assert library.told["reset"] == 1


async def test_compressed_stream_brings_the_same(server: ImmichServer) -> None:
    server.seed(assets=30)
    async with await signed_in(server) as immich:
        plain = [event async for event in immich.sync.events(TYPES)]
        packed = [event async for event in immich.sync.events(TYPES, compress=True)]
    assert packed[:-1] == plain[:-1]


async def test_broken_checkpoint_is_mended_by_dropping_it(server: ImmichServer) -> None:
    async with await signed_in(server) as immich:
        await immich.sync.ack(["AssetV2|01890a5d-ac96-774b-bcce-b302099a8057"])
        await immich.sync.delete_sync_ack(types=["AssetV2"])
        assert await immich.sync.get_sync_ack() == []
        assert (await immich.sync.run(Library(), TYPES)).completed


async def test_key_cannot_sync(server: ImmichServer) -> None:
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        with pytest.raises(PermissionDeniedError, match="sign in with"):
            await immich.sync.run(Library(), TYPES)
