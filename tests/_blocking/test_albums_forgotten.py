# Written by scripts/mirror from tests/_async/test_albums_forgotten.py; edits are lost.
"""Taking back that albums were made: those that somebody made by hand since stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from immichkit import Immich, Journal
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio


@pytest.mark.parametrize("used", [False, True])
def test_an_empty_album_that_was_made_later_stays(
    server: ImmichServer, tmp_path: Path, used: bool
) -> None:
    journal = tmp_path / "undo.jsonl"
    server.seed(1)
    with Immich(server.url, api_key=server.api_key) as immich:
        plan = immich.albums.plan_from_folders("/data", name=lambda _: "Trip")
        immich.albums.apply(plan, journal=journal)
        (made,) = immich.albums.get_all_albums()
        if used:
            immich.albums.add_assets(made.id, server.seed(1))
        later = immich.albums.create_album(album_name="Trip")
        (Journal(journal).undo(immich)).raise_for_failures()
        left = {album.id for album in immich.albums.get_all_albums()}
    assert left == ({made.id, later.id} if used else {later.id})
