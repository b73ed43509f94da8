# Written by scripts/mirror from tests/_async/test_wrong_arguments.py; edits are lost.
"""Arguments that cannot be right, of what changes many: named, and nothing is written."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from immichkit import Immich, Journal
from immichkit.errors import JournalError
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio

Attempt = Callable[[Any], object]
ALBUM = "00000000-0000-4000-8000-000000000000"
BORN = datetime.datetime(1990, 1, 1, tzinfo=datetime.UTC)


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key) as immich:
        yield immich


@pytest.mark.parametrize(
    ("attempt", "message"),
    [
        (lambda it: it.assets.trash(None), "assets must be a list of assets or their ids, not"),
        (lambda it: it.trash.restore(None), "assets must be a list of assets or their ids, not"),
        (
            lambda it: it.assets.delete(None, permanently=True),
            "assets must be a list of assets or their ids, not None",
        ),
        (lambda it: it.assets.delete([ALBUM], permanently="no"), "permanently must be True or"),
        (lambda it: it.assets.delete([ALBUM], permanently=1), "permanently must be True or"),
        (lambda it: it.assets.trash([ALBUM], limit=1.5), "limit must be a whole number, not float"),
        (lambda it: it.assets.trash([], journal=5), "The path of a journal must be a text or a"),
        (lambda it: it.stacks.stack_assets(None), "asset_ids must be a list of ids, not None"),
        (lambda it: it.albums.add_assets(ALBUM, None), "ids must be a list of ids, not None"),
        (lambda it: it.albums.add_assets(ALBUM, [5]), "An id of ids must be a text, not int"),
        (lambda it: it.people.hide(None), "ids must be a list of ids, not None"),
        (lambda it: it.people.hide(ALBUM), "ids must be a list of ids, not a single text"),
        (lambda it: it.people.set_birthdays(None), "birthdays must be a mapping"),
        (lambda it: it.people.set_birthdays(["Bo"]), "birthdays must be a mapping"),
        (lambda it: it.people.set_birthdays({"Bo": "1990-01-01"}), "birthday of 'Bo'.* not str"),
        (lambda it: it.people.set_birthdays({"Bo": BORN}), "birthday of 'Bo'.* without a time"),
        (lambda it: it.people.plan_merges([]), "mapping must be a mapping"),
        (lambda it: it.people.plan_merges({"Ann": None}), r"mapping\['Ann'\] must be"),
        (lambda it: it.people.download_thumbnails([5], "."), "A person of people must be"),
        (lambda it: it.albums.get_or_create(None), "name must be the name of an album, not None"),
        (lambda it: it.albums.share(ALBUM, [5]), "A user of users must be an id or an e-mail"),
        (lambda it: it.albums.share(ALBUM, None), "users must be a list of ids or e-mail"),
        (lambda it: it.albums.unshare(ALBUM, "x"), "users must be a list of ids or e-mail"),
        (lambda it: it.albums.plan_from_folders("/p", levels="x"), "levels must be a whole number"),
        (lambda it: it.albums.plan_from_folders("/p", levels=1.5), "levels must be a whole number"),
        (lambda it: it.albums.plan_from_folders("/p", separator=5), "separator must be a text"),
        (lambda it: it.albums.plan_from_folders("/p", name=5), "name must be a function or None"),
        (lambda it: it.albums.plan_from_folders("/p", assets=[5]), "assets must be assets or"),
        (lambda it: it.albums.plan_from_folders(None), "roots must be a list of folders, not None"),
        (lambda it: it.albums.plan_from_folders([5]), "A folder of roots must be a text or a path"),
    ],
)
def test_what_is_of_the_wrong_type_is_named(
    server: ImmichServer, immich: Immich, attempt: Attempt, message: str
) -> None:
    server.forget_requests()
    with pytest.raises(TypeError, match=message):
        attempt(immich)
    writing = [one for one in server.requests if not one.path.endswith("/search/metadata")]
    assert {one.method for one in writing} <= {"GET"}


def test_an_album_is_not_called_after_what_is_no_text(server: ImmichServer, immich: Immich) -> None:
    server.seed(1)
    with pytest.raises(TypeError, match="What name returns must be a text or None, not int"):
        immich.albums.plan_from_folders("/data", name=lambda folder: 5)  # type: ignore[arg-type,return-value]


def test_an_album_needs_a_name(immich: Immich) -> None:
    with pytest.raises(ValueError, match="name is empty"):
        immich.albums.get_or_create("")


def test_keys_are_a_list_or_a_text(server: ImmichServer) -> None:
    with pytest.raises(TypeError, match="api_keys must be a list of API keys"):
        Immich.for_each(server.url, None)  # type: ignore[arg-type]


def test_a_journal_is_a_path_and_is_undone_by_a_client(
    server: ImmichServer, tmp_path: Path
) -> None:
    with pytest.raises(TypeError, match="The path of a journal must be a text or a path, not None"):
        Journal(None)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="immich must be an .*Immich, not"):
        Journal(tmp_path / "j").undo(server)  # type: ignore[arg-type]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device")
def test_a_device_is_no_journal(server: ImmichServer, immich: Immich) -> None:
    ids = server.seed(1)
    with pytest.raises(JournalError, match="/dev/full cannot be written"):
        immich.assets.trash(ids, journal="/dev/full")
    assert not (immich.assets.get_asset_info(ids[0])).is_trashed
    with pytest.raises(JournalError, match="/dev/full cannot be read"):
        Journal("/dev/full").undo(immich)
