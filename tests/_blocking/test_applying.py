# Written by scripts/mirror from tests/_async/test_applying.py; edits are lost.
"""Steps: carried out, refused, broken off, taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from immichkit_api import operations

from immichkit import ApplyProgress, ApplyReport, Immich, Journal
from immichkit._blocking.applying import apply_steps
from immichkit.steps import Step, Undo
from immichkit.testing import ImmichServer

pytestmark = pytest.mark.anyio

NOBODY = "00000000-0000-4000-8000-00000000ffff"


class BrokenOffError(Exception):
    pass


def trash(*ids: str) -> Step:
    return Step(
        about="trash",
        ids=ids,
        requests=(operations.assets.delete_assets(ids=list(ids)),),
        undo=(Undo("trash.restore_assets", {"ids": list(ids)}),),
    )


def favor(asset_id: str, *, favorite: bool) -> Step:
    back = Undo("assets.update_assets", {"ids": [asset_id], "is_favorite": not favorite})
    request = operations.assets.update_assets(ids=[asset_id], is_favorite=favorite)
    return Step(about=f"favor {favorite}", ids=(asset_id,), requests=(request,), undo=(back,))


def trashed(immich: Immich) -> set[str]:
    return {asset.id for asset in immich.trash.iter_assets()}


def test_one_unknown_id_keeps_back_no_other(server: ImmichServer) -> None:
    ids = server.seed(9)
    wanted = [*ids[:5], NOBODY, *ids[5:]]
    with Immich(server.url, api_key=server.api_key) as immich:
        report = apply_steps(immich._client, [trash(*wanted)])
        assert trashed(immich) == set(ids)
    assert [one.status for one in report.ids].count("done") == 9
    assert [one.id for one in report.ids if one.status == "failed"] == [NOBODY]
    assert not report.ok


def test_what_follows_a_failure_is_skipped(server: ImmichServer) -> None:
    (asset_id,) = server.seed(1)
    failing = Step(
        about="fail",
        ids=(NOBODY,),
        requests=(operations.assets.delete_assets(ids=[NOBODY]),),
        then=(trash(asset_id),),
    )
    with Immich(server.url, api_key=server.api_key) as immich:
        report = apply_steps(immich._client, [failing])
        assert trashed(immich) == set()
    assert [result.status for result in report.results] == ["failed", "skipped"]


def test_what_is_broken_off_says_what_was_done(server: ImmichServer, tmp_path: Path) -> None:
    ids = server.seed(4)

    def on_progress(now: ApplyProgress) -> None:
        if now.done == 2:
            raise BrokenOffError

    journal = tmp_path / "undo.jsonl"
    steps = [trash(one) for one in ids]
    with Immich(server.url, api_key=server.api_key) as immich:
        with pytest.raises(BrokenOffError) as caught:
            apply_steps(immich._client, steps, journal=journal, limit=1, on_progress=on_progress)
        report: ApplyReport = caught.value.__dict__["report"]
        statuses = [result.status for result in report.results]
        assert statuses == ["done", "done", "interrupted", "interrupted"]
        assert trashed(immich) == set(ids[:2])
        assert (Journal(journal).undo(immich)).ok
        assert trashed(immich) == set()


def test_applies_are_taken_back_in_reverse(server: ImmichServer, tmp_path: Path) -> None:
    (asset_id,) = server.seed(1)
    journal = tmp_path / "undo.jsonl"
    with Immich(server.url, api_key=server.api_key) as immich:
        apply_steps(immich._client, [favor(asset_id, favorite=True)], journal=journal)
        apply_steps(immich._client, [favor(asset_id, favorite=False)], journal=journal)
        report = Journal(journal).undo(immich)
        assert [result.about for result in report.done] == ["undo: favor False", "undo: favor True"]
        assert not (immich.assets.get_asset_info(asset_id)).is_favorite


def test_an_undo_that_fails_leaves_what_was_before_and_goes_on_later(
    server: ImmichServer, tmp_path: Path
) -> None:
    (asset_id,) = server.seed(1)
    undo = Journal(tmp_path / "undo.jsonl")
    with Immich(server.url, api_key=server.api_key) as immich:
        apply_steps(immich._client, [favor(asset_id, favorite=True)], journal=undo.path)
        apply_steps(immich._client, [favor(asset_id, favorite=False)], journal=undo.path)
        server.fail_next(status=500, path="/assets")
        report = undo.undo(immich.with_options(retry=None))
        assert report.counts == {"failed": 1, "skipped": 1}
        assert [one.about for one in report.skipped] == ["undo: favor True"]
        assert "favor False" in (report.skipped[0].reason or "")
        assert undo.steps() == ["favor True", "favor False"]
        assert (undo.undo(immich)).ok
        assert not (immich.assets.get_asset_info(asset_id)).is_favorite


def test_what_is_gone_does_not_keep_the_rest_from_going_back(
    server: ImmichServer, tmp_path: Path
) -> None:
    ids = server.seed(3)
    journal = tmp_path / "undo.jsonl"
    with Immich(server.url, api_key=server.api_key) as immich:
        apply_steps(immich._client, [trash(*ids)], journal=journal)
        immich.assets.delete_assets(ids=ids[:1], force=True)
        server.settle()
        assert (Journal(journal).undo(immich)).ok
        assert trashed(immich) == set()


def test_what_cannot_be_taken_back_says_so(server: ImmichServer, tmp_path: Path) -> None:
    (asset_id,) = server.seed(1)
    request = operations.assets.delete_assets(ids=[asset_id], force=True)
    step = Step(
        about="delete", ids=(asset_id,), requests=(request,), permanent="it is deleted for good"
    )
    journal = tmp_path / "undo.jsonl"
    with Immich(server.url, api_key=server.api_key) as immich:
        apply_steps(immich._client, [step], journal=journal)
        report = Journal(journal).undo(immich)
    assert [result.reason for result in report.skipped] == ["it is deleted for good"]


def test_progress_of_an_undo_counts_all_applies(server: ImmichServer, tmp_path: Path) -> None:
    ids = server.seed(3)
    undo = Journal(tmp_path / "undo.jsonl")
    told: list[ApplyProgress] = []

    def tell(now: ApplyProgress) -> None:
        told.append(now)

    with Immich(server.url, api_key=server.api_key) as immich:
        apply_steps(immich._client, [favor(ids[0], favorite=True)], journal=undo.path)
        immich.stacks.apply(immich.stacks.plan('[{"key": "type"}]'), journal=undo.path)
        apply_steps(immich._client, [trash(ids[1]), trash(ids[2])], journal=undo.path)
        with pytest.raises(TypeError, match="on_progress must be a function, not int"):
            undo.undo(immich, on_progress=5)  # type: ignore[arg-type]
        (undo.undo(immich, on_progress=tell)).raise_for_failures()
    # What it takes to put back stacks is known only when they have been looked at.
    assert [(now.done, now.total) for now in told] == [(one, None) for one in (1, 2, 3, 4)]
    assert not any(now.failed for now in told)


def test_an_undo_that_is_broken_off_says_what_it_did(server: ImmichServer, tmp_path: Path) -> None:
    ids = server.seed(3)
    undo = Journal(tmp_path / "undo.jsonl")

    def stop(now: ApplyProgress) -> None:
        if now.done == 2:
            raise BrokenOffError

    with Immich(server.url, api_key=server.api_key) as immich:
        for one in ids:
            apply_steps(immich._client, [trash(one)], journal=undo.path)
        dry = immich.with_options(dry_run=True)
        for client in (dry, immich):
            with pytest.raises(BrokenOffError) as caught:
                undo.undo(client, on_progress=stop)
            report: ApplyReport = caught.value.__dict__["report"]
            assert report.counts == {"done": 2}
            assert report.dry_run is (client is dry)
