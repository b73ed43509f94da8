# Written by scripts/mirror from tests/_async/test_trashing.py; edits are lost.
"""Trashing, restoring and deleting for good: many ids, a result for each."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from answers import Answers, json

from immichkit import ApplyProgress, Immich, Journal
from immichkit.testing import ImmichServer, SeedAsset

pytestmark = pytest.mark.anyio
STRANGE = "9bff3557-a785-448e-85d6-352f8765b3eb"


@pytest.fixture
def immich(server: ImmichServer) -> Iterator[Immich]:
    with Immich(server.url, api_key=server.api_key) as immich:
        yield immich


def in_trash(immich: Immich) -> set[str]:
    return {asset.id for asset in immich.trash.iter_assets()}


def test_thousands_of_ids_go_in_batches(immich: Immich, server: ImmichServer) -> None:
    ids = server.seed(2500)
    server.forget_requests()
    report = immich.assets.trash(ids)
    assert report.counts == {"done": 2500}
    assert sum(one.method == "DELETE" for one in server.requests) == 3
    assert in_trash(immich) == set(ids)


def test_each_id_has_its_result_in_the_order_given(immich: Immich, server: ImmichServer) -> None:
    first, second = server.seed(2)
    immich.assets.trash([second])
    report = immich.assets.trash([first, STRANGE, second, "no id", first])
    statuses = [result.status for result in report.results]
    assert statuses == ["done", "failed", "unchanged", "failed", "skipped"]
    assert report.results[-1].reason == "named before"
    assert in_trash(immich) == {first, second}


def test_assets_are_taken_like_their_ids(immich: Immich, server: ImmichServer) -> None:
    ids = server.seed(2)
    immich.assets.trash(immich.search.iter_assets())
    assert in_trash(immich) == set(ids)
    row = sqlite3.connect(":memory:")
    row.row_factory = sqlite3.Row
    rows = row.execute("select ? as id", ids[:1]).fetchall()
    row.close()
    assert (immich.trash.restore([*rows, {"id": ids[1].upper()}])).counts == {"done": 2}


def test_no_ids_send_nothing(immich: Immich, server: ImmichServer) -> None:
    server.forget_requests()
    assert (immich.assets.trash([])).results == []
    assert (immich.trash.restore([])).results == []
    assert server.requests == []


def test_a_text_is_not_taken_for_ids(immich: Immich) -> None:
    with pytest.raises(
        TypeError, match="assets must be a list of assets or their ids, not a single text"
    ):
        immich.assets.trash(STRANGE)


def test_what_is_not_in_the_trash_is_not_restored(immich: Immich, server: ImmichServer) -> None:
    trashed, other = server.seed([SeedAsset(is_trashed=True), SeedAsset()])
    report = immich.trash.restore([trashed, other, STRANGE])
    assert [result.status for result in report.results] == ["done", "unchanged", "failed"]
    assert in_trash(immich) == set()


def test_deleting_for_good_says_how_many_it_would_be(immich: Immich, server: ImmichServer) -> None:
    ids = server.seed(2)
    with pytest.raises(ValueError, match="2 assets would be deleted for good"):
        immich.assets.delete([*ids, ids[0]])
    assert (immich.assets.delete(ids, permanently=True)).counts == {"done": 2}
    server.settle()
    assert in_trash(immich) == set()
    assert immich.search.count() == 0


def test_a_journal_takes_trashing_and_restoring_back(
    immich: Immich, server: ImmichServer, tmp_path: Path
) -> None:
    first, second = server.seed([SeedAsset(is_trashed=True), SeedAsset()])
    journal = tmp_path / "undo.jsonl"
    immich.assets.trash([first, second], journal=journal)
    immich.trash.restore([first], journal=journal)
    (Journal(journal).undo(immich)).raise_for_failures()
    assert in_trash(immich) == {first}


def test_a_server_that_does_not_do_it_is_found_out(immich: Immich, server: ImmichServer) -> None:
    (one,) = server.seed([SeedAsset()])
    features = (immich.request("GET", "/server/features")).json()
    found = (immich.request("GET", f"/assets/{one}")).json()
    empty = {"total": 0, "count": 0, "items": [], "facets": [], "nextPage": None}
    page = json(200, {"assets": empty, "albums": {**empty, "items": []}})
    answers = Answers(json(200, features), page, json(204, None), page, json(200, found))
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    lying = Immich("http://photos.test", api_key="k", http_client=pool)
    (result,) = (lying.assets.trash([one])).results
    assert (result.status, result.reason) == ("failed", "the server did not trash it")


def test_of_a_server_that_ignores_what_is_asked_for_only_the_trash_is_taken(
    immich: Immich, server: ImmichServer
) -> None:
    trashed, other = server.seed([SeedAsset(is_trashed=True), SeedAsset()])
    features = (immich.request("GET", "/server/features")).json()
    items = [(immich.request("GET", f"/assets/{one}")).json() for one in (trashed, other)]
    found = {"total": 2, "count": 2, "items": items, "facets": [], "nextPage": None}
    page = json(200, {"assets": found, "albums": {**found, "items": []}})
    answers = Answers(page, json(200, features), page, json(204, None), page, json(200, items[1]))
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    ignoring = Immich("http://photos.test", api_key="k", http_client=pool)
    assert [asset.id for asset in ignoring.trash.iter_assets()] == [trashed]
    (result,) = (ignoring.assets.trash([other])).results
    assert (result.status, result.reason) == ("failed", "the server did not trash it")


@pytest.mark.parametrize("deed", ["trash", "restore", "delete"])
def test_of_thousands_the_strange_ones_fail_alone(
    immich: Immich, server: ImmichServer, deed: str
) -> None:
    user = server.add_user()
    own, foreign = server.seed(2500), server.seed(1, user=user)
    wrong = [STRANGE, "no id", *foreign]
    ids = [*own[:1200], *wrong, *own[1200:], own[0]]
    if deed == "restore":
        immich.assets.trash(own)
    match deed:
        case "trash":
            report = immich.assets.trash(ids)
        case "restore":
            report = immich.trash.restore(ids)
        case _:
            report = immich.assets.delete(ids, permanently=True)
    assert report.counts == {"done": 2500, "failed": 3, "skipped": 1}
    assert [one.id for one in report.ids if one.status == "failed"] == wrong
    with Immich(server.url, access_token=server.sign_in(user)) as other:
        assert not (other.assets.get_asset_info(foreign[0])).is_trashed


def test_progress_ends_with_all(immich: Immich, server: ImmichServer) -> None:
    ids = server.seed(3)
    seen: list[tuple[int, int | None]] = []

    def tell(now: ApplyProgress) -> None:
        seen.append((now.done, now.total))

    immich.assets.trash(ids, on_progress=tell)
    assert seen[-1] == (3, 3)
    with pytest.raises(TypeError, match="on_progress must be a function, not int"):
        immich.assets.trash(ids, on_progress=3)  # type: ignore[arg-type]


def test_dry_run_trashes_nothing(immich: Immich, server: ImmichServer) -> None:
    ids = server.seed(2)
    report = immich.with_options(dry_run=True).assets.trash(ids)
    assert (report.dry_run, report.counts) == (True, {"done": 2})
    assert in_trash(immich) == set()
