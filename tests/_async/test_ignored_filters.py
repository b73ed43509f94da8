"""Servers that ignore what they are asked for, or keep no trash: nothing wrong is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from forwarding import Forwarding

from immichkit import AsyncImmich, AsyncJournal, permissions
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio
EVERYTHING: dict[str, Any] = {"drop": {"visibility", "trashedAfter"}, "add": {"withDeleted": True}}


def client(server: ImmichServer, **options: Any) -> AsyncImmich:
    """A client of the server as it would be if it could do less."""
    transport = httpx.MockTransport(Forwarding(server=server, **options))
    pool = httpx.AsyncClient(transport=transport)
    return AsyncImmich(server.url, api_key=server.api_key, http_client=pool)


async def in_trash(immich: AsyncImmich) -> set[str]:
    return {asset.id async for asset in immich.trash.iter_assets()}


@pytest.mark.parametrize(
    "drop",
    [
        {"trashedAfter"},
        {"withDeleted"},
        {"visibility"},
        {"withStacked"},
        {"trashedAfter", "withDeleted", "visibility", "withStacked"},
    ],
    ids=lambda names: "+".join(sorted(names)),
)
async def test_nothing_is_trashed_that_does_not_belong_to_the_trash(
    server: ImmichServer, drop: set[str]
) -> None:
    jpg, dng, *_, last = server.seed(
        [
            SeedAsset(name="A.jpg", is_trashed=True),
            SeedAsset(name="A.dng"),
            SeedAsset(name="B.jpg"),
            SeedAsset(name="B.dng"),
            SeedAsset(name="C.jpg", visibility="archive"),
            SeedAsset(name="C.dng", is_trashed=True),
        ]
    )
    immich = client(server, drop=drop)
    await immich.trash.apply(await immich.trash.plan_fix())
    async with AsyncImmich(server.url, api_key=server.api_key) as honest:
        # Of a server that does not tell what is in its trash, nothing follows.
        follows = set() if "withDeleted" in drop else {dng}
        assert await in_trash(honest) == {jpg, last} | follows


async def test_stacks_are_made_of_nothing_but_what_was_asked_for(server: ImmichServer) -> None:
    server.seed(
        [
            SeedAsset(name="A.jpg", visibility="archive"),
            SeedAsset(name="A.dng"),
            SeedAsset(name="B.jpg", is_trashed=True),
            SeedAsset(name="B.dng"),
        ]
    )
    immich = client(server, **EVERYTHING)
    assert (await immich.stacks.plan()).is_empty
    plan = await immich.stacks.plan(with_archived=True)
    assert [entry.names for entry in plan.create] == [("A.dng", "A.jpg")]


async def test_what_a_partner_shows_is_in_no_stack(server: ImmichServer) -> None:
    bob = server.add_user()
    server.seed([SeedAsset(name="A.jpg")])
    server.seed([SeedAsset(name="A.dng")], user=bob)
    async with (
        AsyncImmich(server.url, api_key=server.api_key) as immich,
        AsyncImmich(server.url, api_key=bob.api_key) as his,
    ):
        await his.partners.create_partner(shared_with_id=server.admin.id)
        await immich.partners.update_partner(bob.id, in_timeline=True)
        seen = [asset.original_file_name async for asset in immich.search.iter_assets()]
        assert sorted(seen) == ["A.dng", "A.jpg"]
        assert (await immich.stacks.plan()).is_empty


async def test_what_is_not_in_the_trash_can_stand_for_a_stack(server: ImmichServer) -> None:
    server.seed([SeedAsset(name="A.jpg"), SeedAsset(name="A.dng")])
    immich = client(server, drop={"trashedAfter"})
    report = await immich.stacks.apply(await immich.stacks.plan())
    assert report.counts == {"done": 1}


async def test_nothing_follows_into_a_trash_that_is_switched_off(server: ImmichServer) -> None:
    server.seed([SeedAsset(name="A.jpg", is_trashed=True), SeedAsset(name="A.dng")])
    immich = client(server, has_trash=False)
    plan = await immich.trash.plan_fix()
    assert not plan.is_empty
    server.forget_requests()
    with pytest.raises(ValueError, match="keeps no trash"):
        await immich.trash.apply(plan)
    assert "DELETE" not in {one.method for one in server.requests}


async def test_an_undo_trashes_nothing_if_the_trash_is_switched_off(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = set(server.seed(2))
    journal = AsyncJournal(tmp_path / "undo.jsonl")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.assets.trash(ids)
        await immich.trash.restore(ids, journal=journal.path)
        server.forget_requests()
        report = await journal.undo(client(server, has_trash=False))
        assert report.counts == {"failed": 1}
        assert "switched off" in (report.failed[0].reason or "")
        assert "DELETE" not in {one.method for one in server.requests}
        assert await journal.steps() == ["restore 2 assets"]
        report = await journal.undo(immich)
        assert [result.about for result in report.done] == ["undo: restore 2 assets"]
        assert await in_trash(immich) == ids


async def test_an_undo_that_trashes_needs_to_know_whether_there_is_a_trash(
    server: ImmichServer, tmp_path: Path
) -> None:
    (asset_id,) = server.seed(1)
    journal = AsyncJournal(tmp_path / "undo.jsonl")
    async with AsyncImmich(server.url, api_key=server.api_key) as immich:
        await immich.assets.trash([asset_id])
        await immich.trash.restore([asset_id], journal=journal.path)
        assert permissions(journal.undo) == ["asset.delete", "user.read"]
        server.forget_requests()
        await journal.undo(immich)
    sent = [one.path for one in server.requests]
    assert sent.index("/api/server/features") < sent.index("/api/assets")
