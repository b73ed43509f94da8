"""Criteria by name, on the file names that cameras, phones and programs give."""

from __future__ import annotations

import pytest

from immichkit import group_assets

PIXEL = "PXL_20240115_143022345"
GALAXY = "20240115_143022"
SONY = "DSCPDC_000{}_BURST20180828114700954"
HUAWEI = "IMG_20180828_114700_BURST00"

CASES = [
    ("raw+jpeg", "Canon", "IMG_1234.CR3 IMG_1234.JPG IMG_1235.JPG", ["IMG_1234.JPG IMG_1234.CR3"]),
    ("raw+jpeg", "Nikon", "DSC_0042.NEF DSC_0042.JPG _DSC0042.NEF", ["DSC_0042.JPG DSC_0042.NEF"]),
    ("raw+jpeg", "Sony", "DSC00012.ARW DSC00012.HIF DSC00013.ARW", ["DSC00012.ARW DSC00012.HIF"]),
    ("raw+jpeg", "iPhone", "IMG_0007.DNG IMG_0007.HEIC", ["IMG_0007.HEIC IMG_0007.DNG"]),
    (
        "raw+jpeg",
        "Pixel",
        f"{PIXEL}.RAW-02.ORIGINAL.dng {PIXEL}.RAW-01.MP.COVER.jpg {PIXEL}~2.jpg",
        [f"{PIXEL}.RAW-01.MP.COVER.jpg {PIXEL}.RAW-02.ORIGINAL.dng"],
    ),
    ("raw+jpeg", "Galaxy", f"{GALAXY}.dng {GALAXY}.jpg", [f"{GALAXY}.jpg {GALAXY}.dng"]),
    ("raw+jpeg", "an edit is another shot", "IMG_1234.CR3 IMG_1234-Edit.tif", []),
    (
        "burst",
        "Sony",
        f"{SONY.format(1)}.JPG {SONY.format(0)}.JPG {SONY.format(2)}_COVER.JPG DSCPDC_0003.JPG",
        [f"{SONY.format(2)}_COVER.JPG {SONY.format(0)}.JPG {SONY.format(1)}.JPG"],
    ),
    (
        "burst",
        "Nexus",
        "00001IMG_00001_BURST20180828114700954.jpg 00000IMG_00000_BURST20180828114700954_COVER.jpg",
        [
            "00000IMG_00000_BURST20180828114700954_COVER.jpg 00001IMG_00001_BURST20180828114700954.jpg"
        ],
    ),
    (
        "burst",
        "Huawei",
        f"{HUAWEI}2.jpg {HUAWEI}1_COVER.jpg {HUAWEI}3.jpg IMG_20180828_114700.jpg",
        [f"{HUAWEI}1_COVER.jpg {HUAWEI}2.jpg {HUAWEI}3.jpg"],
    ),
    (
        "burst",
        "Galaxy",
        f"{GALAXY}_002.jpg {GALAXY}_001.jpg {GALAXY}.jpg 20240115_143023_001.jpg",
        [f"{GALAXY}_001.jpg {GALAXY}_002.jpg"],
    ),
    ("burst", "numbers of a camera are none", "IMG_0001.JPG IMG_0002.JPG DSC00001.JPG", []),
    (
        "edited",
        "Lightroom",
        "IMG_1234.CR3 IMG_1234-Edit.jpg IMG_1234-Enhanced-NR.dng IMG_1234-HDR.dng IMG_1235.CR3",
        ["IMG_1234-Edit.jpg IMG_1234-HDR.dng IMG_1234-Enhanced-NR.dng IMG_1234.CR3"],
    ),
    (
        "edited",
        "Google Photos",
        f"{PIXEL}.jpg {PIXEL}-edited.jpg {PIXEL}~2.jpg {PIXEL}~10.jpg",
        [f"{PIXEL}-edited.jpg {PIXEL}~10.jpg {PIXEL}~2.jpg {PIXEL}.jpg"],
    ),
    ("edited", "Pixel", f"{PIXEL}.MP.jpg {PIXEL}.MP~2.jpg", [f"{PIXEL}.MP~2.jpg {PIXEL}.MP.jpg"]),
    ("edited", "Galaxy", f"{GALAXY}.jpg {GALAXY}~2.jpg", [f"{GALAXY}~2.jpg {GALAXY}.jpg"]),
    ("edited", "two shots", "DSC00012.JPG DSC00013.JPG", []),
    ("live", "iPhone", "IMG_0007.MOV IMG_0007.HEIC IMG_0008.MOV", ["IMG_0007.HEIC IMG_0007.MOV"]),
    ("live", "an edited one", "IMG_E0007.MOV IMG_E0007.JPG", ["IMG_E0007.JPG IMG_E0007.MOV"]),
    ("live", "Pixel", f"{PIXEL}.MP {PIXEL}.MP.jpg", [f"{PIXEL}.MP.jpg {PIXEL}.MP"]),
    (
        "live",
        "Nexus",
        f"MVIMG_{GALAXY}.MP4 MVIMG_{GALAXY}.jpg",
        [f"MVIMG_{GALAXY}.jpg MVIMG_{GALAXY}.MP4"],
    ),
]


def stacked(preset: str, names: str, milliseconds: int) -> list[str]:
    """The stacks of assets that were taken one after the other, ``milliseconds`` apart."""
    assets = [
        {
            "id": name,
            "originalFileName": name,
            "localDateTime": f"2024-01-15T14:30:{22 + number * milliseconds / 1000:06.3f}Z",
        }
        for number, name in enumerate(names.split())
    ]
    return [" ".join(stack.asset_ids) for stack in group_assets(assets, preset)]


@pytest.mark.parametrize(
    ("preset", "names", "wanted"),
    [(preset, names, wanted) for preset, _, names, wanted in CASES],
    ids=[f"{preset}: {what}" for preset, what, _, _ in CASES],
)
def test_preset_stacks_what_belongs_together(preset: str, names: str, wanted: list[str]) -> None:
    assert stacked(preset, names, 100) == wanted


@pytest.mark.parametrize("preset", ["raw+jpeg", "burst", "edited", "live"])
def test_same_names_of_other_times_are_other_photos(preset: str) -> None:
    names = {"burst": f"{GALAXY}_001.jpg {GALAXY}_002.jpg"}.get(preset, "IMG_0007.JPG IMG_0007.DNG")
    assert len(stacked(preset, names, 100)) == 1
    assert stacked(preset, names, 5000) == []
