# Written by scripts/mirror from tests/_async/test_ignored_filters.py; edits are lost.
"""Servers that ignore what they are asked for, or keep no trash: nothing wrong is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest
from forwarding import Forwarding

from immichkit import Immich, Journal, permissions
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio
EVERYTHING: dict[str, Any] = {"drop": {"visibility", "trashedAfter"}, "add": {"withDeleted": True}}


def client(server: ImmichServer, **options: Any) -> Immich:
    """A client of the server as it would be if it could do less."""
    transport = httpx.MockTransport(Forwarding(server=server, **options))
    pool = httpx.Client(transport=transport)
    return Immich(server.url, api_key=server.api_key, http_client=pool)


def in_trash(immich: Immich) -> set[str]:
    return {asset.id for asset in immich.trash.iter_assets()}


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
def test_nothing_is_trashed_that_does_not_belong_to_the_trash(
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
    immich.trash.apply(immich.trash.plan_fix())
    with Immich(server.url, api_key=server.api_key) as honest:
        # Of a server that does not tell what is in its trash, nothing follows.
        follows = set() if "withDeleted" in drop else {dng}
        assert in_trash(honest) == {jpg, last} | follows


def test_stacks_are_made_of_nothing_but_what_was_asked_for(server: ImmichServer) -> None:
    server.seed(
        [
            SeedAsset(name="A.jpg", visibility="archive"),
            SeedAsset(name="A.dng"),
            SeedAsset(name="B.jpg", is_trashed=True),
            SeedAsset(name="B.dng"),
        ]
    )
    immich = client(server, **EVERYTHING)
    assert (immich.stacks.plan()).is_empty
    plan = immich.stacks.plan(with_archived=True)
    assert [entry.names for entry in plan.create] == [("A.dng", "A.jpg")]


def test_what_a_partner_shows_is_in_no_stack(server: ImmichServer) -> None:
    bob = server.add_user()
    server.seed([SeedAsset(name="A.jpg")])
    server.seed([SeedAsset(name="A.dng")], user=bob)
    with (
        Immich(server.url, api_key=server.api_key) as immich,
        Immich(server.url, api_key=bob.api_key) as his,
    ):
        his.partners.create_partner(shared_with_id=server.admin.id)
        immich.partners.update_partner(bob.id, in_timeline=True)
        seen = [asset.original_file_name for asset in immich.search.iter_assets()]
        assert sorted(seen) == ["A.dng", "A.jpg"]
        assert (immich.stacks.plan()).is_empty


def test_what_is_not_in_the_trash_can_stand_for_a_stack(server: ImmichServer) -> None:
    server.seed([SeedAsset(name="A.jpg"), SeedAsset(name="A.dng")])
    immich = client(server, drop={"trashedAfter"})
    report = immich.stacks.apply(immich.stacks.plan())
    assert report.counts == {"done": 1}


def test_nothing_follows_into_a_trash_that_is_switched_off(server: ImmichServer) -> None:
    server.seed([SeedAsset(name="A.jpg", is_trashed=True), SeedAsset(name="A.dng")])
    immich = client(server, has_trash=False)
    plan = immich.trash.plan_fix()
    assert not plan.is_empty
    server.forget_requests()
    with pytest.raises(ValueError, match="keeps no trash"):
        immich.trash.apply(plan)
    assert "DELETE" not in {one.method for one in server.requests}


def test_an_undo_trashes_nothing_if_the_trash_is_switched_off(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = set(server.seed(2))
    journal = Journal(tmp_path / "undo.jsonl")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.assets.trash(ids)
        immich.trash.restore(ids, journal=journal.path)
        server.forget_requests()
        report = journal.undo(client(server, has_trash=False))
        assert report.counts == {"failed": 1}
        assert "switched off" in (report.failed[0].reason or "")
        assert "DELETE" not in {one.method for one in server.requests}
        assert journal.steps() == ["restore 2 assets"]
        report = journal.undo(immich)
        assert [result.about for result in report.done] == ["undo: restore 2 assets"]
        assert in_trash(immich) == ids


def test_an_undo_that_trashes_needs_to_know_whether_there_is_a_trash(
    server: ImmichServer, tmp_path: Path
) -> None:
    (asset_id,) = server.seed(1)
    journal = Journal(tmp_path / "undo.jsonl")
    with Immich(server.url, api_key=server.api_key) as immich:
        immich.assets.trash([asset_id])
        immich.trash.restore([asset_id], journal=journal.path)
        assert permissions(journal.undo) == ["asset.delete", "user.read"]
        server.forget_requests()
        journal.undo(immich)
    sent = [one.path for one in server.requests]
    assert sent.index("/api/server/features") < sent.index("/api/assets")
