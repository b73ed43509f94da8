"""What tells that the server is done with an asset, by the answers of a real one."""

from __future__ import annotations

import msgspec
import pytest
from exchanges import load
from immichkit_api.models import AssetResponseDto, QueueResponseDto

from immichkit import PartialFailureError, ProcessingReport, ProcessingResult
from immichkit.processing import are_idle, is_processed

FRESH = ("upload", 17)
HIDDEN = ("upload", 65)


def assets() -> dict[tuple[str, int], AssetResponseDto]:
    """Each asset that the recorded server was asked for by its id."""
    return {
        (one.topic, one.number): msgspec.json.decode(one.content, type=AssetResponseDto)
        for one in load()
        if one.status == 200
        and one.operation is not None
        and one.operation.id == "getAssetInfo"
        and "exifInfo" in one.response["json"]
    }


def queues(**waiting: str) -> list[QueueResponseDto]:
    """All queues, with one job each in those named, in the state given."""
    (recorded,) = [one for one in load() if one.note == "queues"]
    found = msgspec.json.decode(recorded.content, type=list[QueueResponseDto])
    for queue in found:
        if (state := waiting.get(queue.name.value)) is not None:
            setattr(queue.statistics, state, 1)
    return found


def test_a_real_server_is_done_with_all_but_the_newest() -> None:
    found = assets()
    assert len(found) > 20
    assert {place for place, asset in found.items() if not is_processed(asset)} == {FRESH}


def test_a_hidden_video_is_done_without_a_thumbnail() -> None:
    assert assets()[HIDDEN].thumbhash is None
    assert is_processed(assets()[HIDDEN])


def test_metadata_without_a_thumbnail_is_not_enough() -> None:
    asset = assets()["upload", 65]
    asset.visibility = type(asset.visibility).TIMELINE
    assert not is_processed(asset)
    asset.type = type(asset.type).OTHER
    assert is_processed(asset)


@pytest.mark.parametrize("state", ["active", "waiting", "delayed", "paused"])
def test_queues_are_idle_when_no_new_asset_is_in_them(state: str) -> None:
    assert are_idle(queues())
    assert are_idle(queues(ocr=state, faceDetection=state))
    for name in ("metadataExtraction", "thumbnailGeneration", "storageTemplateMigration"):
        assert not are_idle(queues(**{name: state}))


def test_a_report_tells_why_the_first_is_not_processed() -> None:
    failure = ValueError("no such asset")
    report = ProcessingReport(
        results=[
            ProcessingResult(asset_id="a", status="processed"),
            ProcessingResult(asset_id="b", status="failed", error=failure),
        ]
    )
    with pytest.raises(PartialFailureError, match="1 of 2 assets are not.*no such asset") as caught:
        report.raise_for_failures()
    assert caught.value.__cause__ is failure
    assert (report.ok, report.counts) == (False, {"processed": 1, "failed": 1})
    assert report.to_dict()["results"][1] == {
        "asset_id": "b",
        "status": "failed",
        "error": "no such asset",
    }
