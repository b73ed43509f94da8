"""What immich-stack's page about criteria shows: lists, groups, advice for large libraries."""

from __future__ import annotations

from stacking_examples import PATH, Example, groups, regex, split, within

PAGE = "custom-criteria"

_FOLDER = split("/", index=1, key=PATH)
_CAMERAS = "PXL_1.jpg@1 PXL_2.jpg@1.9 IMG_1.jpg@1.2 IMG_2.jpg@2 DSC_1.jpg@1 DSC_2.jpg@1.5"
_PIXEL = "PXL_20230503_152823814"
_LATER = "PXL_20230504_091234567"
_PIXELS = (
    f"{_PIXEL}.jpg {_PIXEL}_crop.jpg {_PIXEL}_MP.jpg {_PIXEL}_edit.jpg {_LATER}.jpg {_LATER}_MP.jpg"
)
_DAYS = (
    "photos/2023-05-03/PXL_20230503_152823814.jpg photos/2023-05-03/PXL_20230503_152823814.dng "
    "photos/2023-05-04/PXL_20230504_091234567.jpg photos/2023-05-04/IMG_20230504_091240.jpg "
    "photos/2023-05-03/DSC01234.jpg"
)
_LETTERS = "photo_a001_final.jpg photo_a003_final.jpg photo_b001_final.jpg photo_a002_final.jpg"
_VACATION = (
    "2023-05-03_0010_v.jpg 2023-05-03_0100_v.jpg 2023-05-03_0001_v.jpg 2023-05-04_0002_v.jpg"
)

LISTS = [
    Example(PAGE, "names", [split("~", ".")], "A.jpg A~2.jpg B.jpg", ["A~2.jpg A.jpg"]),
    Example(
        PAGE,
        "days by a pattern",
        [regex(r"PXL_(\d{8})_\d{9}", 1)],
        f"{_PIXEL}.jpg {_PIXEL}.dng {_LATER}.jpg",
        [f"{_PIXEL}.jpg {_PIXEL}.dng"],
    ),
    Example(
        PAGE,
        "a folder and a time",
        [_FOLDER, within(1000)],
        "p/a/1.jpg@1 p/a/2.jpg@2 p/b/3.jpg@1 p/a/4.jpg@9",
        ["1.jpg 2.jpg"],
    ),
    Example(
        PAGE,
        "any of three cameras",
        groups("OR", regex("PXL_"), regex("IMG_"), regex("DSC")),
        _CAMERAS,
        ["DSC_1.jpg DSC_2.jpg", "IMG_1.jpg IMG_2.jpg", "PXL_1.jpg PXL_2.jpg"],
    ),
    Example(
        PAGE,
        "a folder or a time",
        groups("OR", _FOLDER, within(1000)),
        "p/a/1.jpg@1 p/a/2.jpg@9 p/b/3.jpg@9.5 p/c/4.jpg@30",
        ["1.jpg 2.jpg 3.jpg"],
    ),
    Example(
        PAGE,
        "Pixel photos",
        [
            regex(
                r"(PXL_\d{8}_\d{9})(_\w+)?\.(jpg|JPG)",
                1,
                promote_index=2,
                promote_keys=["_MP", "_edit", "_crop", ""],
            )
        ],
        _PIXELS,
        [
            f"{_PIXEL}_MP.jpg {_PIXEL}_edit.jpg {_PIXEL}_crop.jpg {_PIXEL}.jpg",
            f"{_LATER}_MP.jpg {_LATER}.jpg",
        ],
    ),
    Example(
        PAGE,
        "several cameras",
        [
            regex(r"(PXL|IMG)_(\d{8})_\d+", 2),
            regex(r"photos/(\d{4}-\d{2}-\d{2})/", 1, PATH),
        ],
        _DAYS,
        [f"{_PIXEL}.jpg {_PIXEL}.dng", f"IMG_20230504_091240.jpg {_LATER}.jpg"],
    ),
    Example(
        PAGE,
        "numbers among letters",
        [within(1000)],
        _LETTERS,
        ["photo_a001_final.jpg photo_b001_final.jpg photo_a002_final.jpg photo_a003_final.jpg"],
        "sequence",
    ),
    Example(
        PAGE,
        "numbers after a prefix",
        [within(1000)],
        "burst_PXL_0001.jpg burst_IMG_0002.jpg burst_IMG_0001.jpg",
        ["burst_IMG_0001.jpg burst_IMG_0002.jpg burst_PXL_0001.jpg"],
        "sequence:IMG_",
    ),
    Example(
        PAGE,
        "numbers within a day",
        [regex(r"(\d{4}-\d{2}-\d{2})_(\d+)_", 1), within(2000)],
        _VACATION,
        ["2023-05-03_0001_v.jpg 2023-05-03_0010_v.jpg 2023-05-03_0100_v.jpg"],
        "sequence",
    ),
    Example(PAGE, "names for many", [split(".")], "A.jpg A.dng B.jpg", ["A.jpg A.dng"]),
    Example(
        PAGE,
        "names and times for many",
        groups("AND", split("."), within(2000)),
        "A.jpg@1 A.dng@3 A.png@5.1",
        ["A.jpg A.dng"],
    ),
    Example(
        PAGE,
        "an anchored pattern",
        [regex(r"^PXL_(\d{8})_", 1)],
        f"{_PIXEL}.jpg {_PIXEL}.dng x{_PIXEL}.jpg {_LATER}.jpg",
        [f"{_PIXEL}.jpg {_PIXEL}.dng"],
    ),
    Example(PAGE, "an open pattern", [regex(".*PXL.*")], f"{_PIXEL}.jpg {_PIXEL}.dng", []),
    Example(
        PAGE,
        "one year",
        [regex("^[A-Z]{3}_2025"), within(1000)],
        "IMG_2025_1.jpg@1 IMG_2025_2.jpg@2 PXL_2025_1.jpg@1 IMG_2024_1.jpg@1",
        ["IMG_2025_1.jpg IMG_2025_2.jpg"],
    ),
    *(
        Example(PAGE, f"within {delta} ms", [within(delta)], "a@1 b@1.5 c@2.3 d@4 e@8", stacks)
        for delta, stacks in [
            (500, ["a b"]),
            (1000, ["a b c"]),
            (2000, ["a b c d"]),
            (5000, ["a b c d e"]),
        ]
    ),
    Example(
        PAGE,
        "travels",
        [split("/", index=3, key=PATH), regex(r"(\d{8})", 1), within(3_600_000)],
        "p/2023/x/Rome/20230503_2.jpg@2 p/2023/x/Rome/20230503_1_edit.jpg@50 "
        "p/2023/x/Oslo/20230503_3.jpg@1 p/2023/x/Rome/20230504_4.jpg@1",
        ["20230503_1_edit.jpg 20230503_2.jpg"],
        "edit,lightroom,final,,sequence",
    ),
]
