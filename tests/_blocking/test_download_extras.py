# Written by scripts/mirror from tests/_async/test_download_extras.py; edits are lost.
"""What comes beside the originals: edited versions, sidecars, word of how far it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from immichkit import DownloadProgress, DownloadReport, Immich, PartialFailureError
from immichkit.models import (
    AssetEditAction,
    AssetEditActionItemDto,
    MirrorAxis,
    MirrorParameters,
)
from immichkit.testing import ImmichServer
from immichkit.testing.reading import sidecars
from immichkit.testing.seeding import SeedAsset

pytestmark = pytest.mark.anyio
MANIFEST = ".immichkit-manifest.jsonl"


def opened(server: ImmichServer, **options: Any) -> Immich:
    return Immich(server.url, api_key=server.api_key, retry=None, **options)


def seeded(server: ImmichServer, **facts: Any) -> str:
    return server.seed([SeedAsset(name="IMG_1.jpg", **facts)])[0]


def mirrored(server: ImmichServer, immich: Immich, id_: str, axis: MirrorAxis) -> None:
    edit = AssetEditActionItemDto(
        action=AssetEditAction.MIRROR, parameters=MirrorParameters(axis=axis)
    )
    immich.assets.edit_asset(id_, edits=[edit])
    server.settle()


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        path.name: path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name != MANIFEST
    }


def download(immich: Immich, assets: Any, folder: Path, **options: Any) -> DownloadReport:
    return immich.assets.download_assets(assets, folder, template="{name}", **options)


def test_edited_version_lies_beside_the_original(server: ImmichServer, tmp_path: Path) -> None:
    ids = [seeded(server), seeded(server)]
    with opened(server) as immich:
        mirrored(server, immich, ids[0], MirrorAxis.HORIZONTAL)
        report = download(immich, ids, tmp_path, edited=True)
        edited = immich.assets.download_asset(ids[0], edited=True)
        original = immich.assets.download_asset(ids[0])
    paths = {(one.asset_id, one.kind): one.path for one in report.downloaded}
    assert set(paths) == {(ids[0], "original"), (ids[0], "edited"), (ids[1], "original")}
    beside, path = paths[ids[0], "original"], paths[ids[0], "edited"]
    assert beside
    assert path
    assert path == beside.with_name(f"{beside.stem} (edited).jpeg")
    assert (beside.read_bytes(), path.read_bytes()) == (original, edited)
    assert edited != original


def test_edited_version_is_fetched_again_only_when_the_asset_has_changed(
    server: ImmichServer, tmp_path: Path
) -> None:
    id_ = seeded(server)
    with opened(server) as immich:
        mirrored(server, immich, id_, MirrorAxis.HORIZONTAL)
        download(immich, [id_], tmp_path, edited=True)
        again = download(immich, [id_], tmp_path, edited=True)
        assert [one.status for one in again.results] == ["present", "present"]
        mirrored(server, immich, id_, MirrorAxis.VERTICAL)
        changed = download(immich, [id_], tmp_path, edited=True)
        edited = immich.assets.download_asset(id_, edited=True)
    assert [one.status for one in changed.results] == ["present", "downloaded"]
    assert files_of(tmp_path)["IMG_1 (edited).jpeg"] == edited


def test_edited_version_that_cannot_be_had_is_a_failure_of_its_own(
    server: ImmichServer, tmp_path: Path
) -> None:
    id_ = seeded(server)
    with opened(server) as immich:
        mirrored(server, immich, id_, MirrorAxis.HORIZONTAL)
        server.fail_next(500, path=f"/assets/{id_}/original")
        report = download(immich, [id_], tmp_path, edited=True)
    assert [(one.kind, one.status) for one in report.results] == [
        ("original", "downloaded"),
        ("edited", "failed"),
    ]


def test_sidecar_says_what_the_server_knows(server: ImmichServer, tmp_path: Path) -> None:
    id_ = seeded(
        server, description="At sea", rating=4, tags=("places/Sea",), latitude=1.5, longitude=-2
    )
    with opened(server) as immich:
        report = download(immich, immich.search.iter_assets(), tmp_path, sidecars=True)
    assert [(one.asset_id, one.kind) for one in report.downloaded] == [
        (id_, "original"),
        (id_, "sidecar"),
    ]
    facts = sidecars.read(files_of(tmp_path)["IMG_1.jpg.xmp"])
    assert (facts.description, facts.rating, facts.tags) == ("At sea", 4, ("places/Sea",))
    assert (facts.latitude, facts.longitude) == (1.5, -2)
    lines = (tmp_path / MANIFEST).read_text().splitlines()
    assert {json.loads(line).get("kind") for line in lines} == {None, "sidecar"}


def test_sidecar_can_be_uploaded_with_its_photo(server: ImmichServer, tmp_path: Path) -> None:
    id_ = seeded(server, description="At sea", rating=4, tags=("places/Sea",))
    with opened(server) as immich:
        before = immich.assets.get_asset_info(id_)
        download(immich, [id_], tmp_path, sidecars=True)
        immich.assets.delete_assets(ids=[id_], force=True)
        server.settle()
        sent = immich.assets.upload(tmp_path, hash_cache=False)
        server.settle()
        after = immich.assets.get_asset_info(sent.created[0].asset_id or "")
    assert (len(sent.created), sent.orphan_sidecars) == (1, [])
    for asset in (before, after):
        assert asset.exif_info
        assert asset.tags
        assert (asset.exif_info.description, asset.exif_info.rating) == ("At sea", 4)
        assert [tag.value for tag in asset.tags] == ["places/Sea"]
    assert after.local_date_time == before.local_date_time


def test_sidecar_is_written_again_only_when_the_asset_has_changed(
    server: ImmichServer, tmp_path: Path
) -> None:
    id_ = seeded(server)
    with opened(server) as immich:
        download(immich, [id_], tmp_path, sidecars=True)
        again = download(immich, [id_], tmp_path, sidecars=True)
        immich.assets.update_asset(id_, description="New")
        changed = download(immich, [id_], tmp_path, sidecars=True)
    assert [one.status for one in again.results] == ["present", "present"]
    assert [one.status for one in changed.results] == ["present", "downloaded"]
    assert sidecars.read(files_of(tmp_path)["IMG_1.jpg.xmp"]).description == "New"


def test_sidecar_that_somebody_wrote_or_changed_is_left_alone(
    server: ImmichServer, tmp_path: Path
) -> None:
    id_ = seeded(server)
    sidecar = tmp_path / "IMG_1.jpg.xmp"
    with opened(server) as immich:
        for _ in ("wrote", "changed"):
            sidecar.write_bytes(b"mine")
            report = download(immich, [id_], tmp_path, sidecars=True)
            [failed] = report.failed
            assert (failed.path, type(failed.error)) == (sidecar, FileExistsError)
            assert sidecar.read_bytes() == b"mine"
            sidecar.unlink()
            download(immich, [id_], tmp_path, sidecars=True)
            immich.assets.update_asset(id_, description="New")


@pytest.mark.parametrize("can_link", [True, False])
def test_original_that_somebody_changed_is_kept_beside_the_servers(
    server: ImmichServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, can_link: bool
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError("This disk has no links.")

    if not can_link:
        monkeypatch.setattr(Path, "hardlink_to", refuse)
    ids = server.seed([SeedAsset(name=f"{n}.jpg", content=bytes([n]) * 1000) for n in range(2)])
    with opened(server) as immich:
        download(immich, ids, tmp_path)
        for edit, name in ((b"retouched", "1 (changed).jpg"), (b"", "1 (changed) (2).jpg")):
            (tmp_path / "1.jpg").write_bytes(edit)
            again = download(immich, ids, tmp_path)
            assert again.counts == {"present": 1, "downloaded": 1}
            assert again.downloaded[0].set_aside == tmp_path / name
            assert (tmp_path / "1.jpg").read_bytes() == b"\1" * 1000
            assert (tmp_path / name).read_bytes() == edit
        assert (download(immich, ids, tmp_path)).counts == {"present": 2}


def test_changed_original_is_set_aside_once_however_often_the_download_fails(
    server: ImmichServer, tmp_path: Path
) -> None:
    [id_] = server.seed([SeedAsset(name="1.jpg", content=b"1" * 1000)])
    with opened(server) as immich:
        download(immich, [id_], tmp_path)
        (tmp_path / "1.jpg").write_bytes(b"retouched")
        for _ in range(2):
            server.fail_next(400, message="No.", path=f"/assets/{id_}/original")
            assert (download(immich, [id_], tmp_path)).counts == {"failed": 1}
            assert (tmp_path / "1.jpg").read_bytes() == b"retouched"
        download(immich, [id_], tmp_path)
    assert files_of(tmp_path) == {"1.jpg": b"1" * 1000, "1 (changed).jpg": b"retouched"}


def test_repeated_asset_brings_nothing_twice(server: ImmichServer, tmp_path: Path) -> None:
    id_ = seeded(server)
    with opened(server) as immich:
        report = download(immich, [id_, id_], tmp_path, sidecars=True)
    assert [one.status for one in report.results] == ["downloaded", "downloaded", "repeated"]


def test_refused_downloads_leave_no_folder(server: ImmichServer, tmp_path: Path) -> None:
    with opened(server) as immich:
        report = download(immich, ["00000000-0000-4000-8000-00000000abcd"], tmp_path / "new")
    with pytest.raises(PartialFailureError):
        report.raise_for_failures()
    assert not list(tmp_path.iterdir())


def test_file_in_place_of_the_folder_is_an_error(server: ImmichServer, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"mine")
    with opened(server) as immich:
        with pytest.raises(NotADirectoryError, match="file is no folder"):
            download(immich, [seeded(server)], tmp_path / "file")


def test_progress_is_told_now_and_then_and_at_the_end(server: ImmichServer, tmp_path: Path) -> None:
    ids = server.seed([SeedAsset(name=f"{n}.jpg", content=bytes([n]) * 1000) for n in range(30)])
    events: list[DownloadProgress] = []
    with opened(server) as immich:
        download(immich, iter(ids), tmp_path, on_progress=events.append)
    assert events[-1] == DownloadProgress(
        found=30, is_all_found=True, done=30, received_bytes=30_000
    )
    assert [one.done for one in events] == sorted(one.done for one in events)
    assert not events[0].is_all_found


def test_progress_that_cannot_be_told_ends_the_run(server: ImmichServer, tmp_path: Path) -> None:
    def fail(_: DownloadProgress) -> None:
        raise LookupError

    with opened(server) as immich:
        with pytest.raises(LookupError) as caught:
            download(immich, [seeded(server)], tmp_path, on_progress=fail)
    assert isinstance(getattr(caught.value, "report", None), DownloadReport)
