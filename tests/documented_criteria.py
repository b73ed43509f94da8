"""What immich-stack's page about criteria shows."""

from __future__ import annotations

from stacking_examples import (
    PATH,
    Example,
    both,
    either,
    expression,
    groups,
    no,
    regex,
    split,
    within,
)

PAGE = "custom-criteria"

_ARCHIVED, _TRASHED = {"key": "isArchived"}, {"key": "isTrashed"}
_CAMERAS = "PXL_1.jpg@1 PXL_2.jpg@1.9 IMG_1.jpg@1.2 IMG_2.jpg@2 DSC_1.jpg@1 DSC_2.jpg@1.5"
_PIXEL = "PXL_20230503_152823814"
_LATER = "PXL_20230504_091234567"
_PIXELS = (
    f"{_PIXEL}.jpg {_PIXEL}_crop.jpg {_PIXEL}_MP.jpg {_PIXEL}_edit.jpg {_LATER}.jpg {_LATER}_MP.jpg"
)
_BY_NAME_OR_DAY = "photos/2023/IMG_001.jpg photos/2023/IMG_002.jpg photos/2024/PXL_001.jpg"

FORMS = [
    Example(
        PAGE,
        "a list",
        [split("~", "."), within(1000)],
        "A.jpg@1 A~2.jpg@2 A.dng@3.1 B.jpg@1",
        ["A~2.jpg A.jpg"],
    ),
    Example(
        PAGE,
        "groups",
        groups("AND", regex("PXL_"), within(1000)),
        _CAMERAS,
        ["PXL_1.jpg PXL_2.jpg"],
    ),
    Example(
        PAGE,
        "an expression",
        expression(both(either(regex("PXL_"), split("/", index=2, key=PATH)), within(1000))),
        "p/q/r/PXL_1.jpg@1 p/q/r/a.jpg@1 p/q/r/b.jpg@1.5 p/q/s/c.jpg@1 p/q/r/PXL_2.jpg@1.1",
        ["PXL_1.jpg PXL_2.jpg", "a.jpg b.jpg"],
    ),
]

PARTS = [
    Example(
        PAGE,
        "the first part",
        [split("~", ".")],
        "IMG_1234~edit.jpg IMG_1234.dng",
        ["IMG_1234~edit.jpg IMG_1234.dng"],
    ),
    Example(
        PAGE,
        "the third folder",
        [split("/", index=2, key=PATH)],
        r"photos/2023/vacation/IMG_001.jpg photos/2024/vacation/b.jpg photos\2023\vacation\c.jpg "
        "photos/2023/work/d.jpg",
        ["IMG_001.jpg b.jpg c.jpg"],
    ),
    Example(
        PAGE,
        "a day",
        [regex(r"PXL_(\d{8})_(\d{9})", 1)],
        _PIXELS,
        [
            f"{_PIXEL}_edit.jpg {_PIXEL}_crop.jpg {_PIXEL}.jpg {_PIXEL}_MP.jpg",
            f"{_LATER}.jpg {_LATER}_MP.jpg",
        ],
    ),
    Example(
        PAGE,
        "a day, promoting by the rest",
        [
            regex(
                r"PXL_(\d{8})_(\d{9})(_\w+)?",
                1,
                promote_index=3,
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
        "the day of another camera",
        [regex(r"IMG_(\d{8})_\d{6}", 1)],
        "IMG_20230503_152830.jpg IMG_20230503_152831.jpg IMG_20230504_091240.jpg",
        ["IMG_20230503_152830.jpg IMG_20230503_152831.jpg"],
    ),
    Example(
        PAGE,
        "the year of a folder",
        [regex(r"photos/(\d{4})/", 1, PATH)],
        "photos/2023/a.jpg photos/2023/b.jpg photos/2024/c.jpg",
        ["a.jpg b.jpg"],
    ),
    Example(
        PAGE,
        "the camera of a name",
        [regex(r"(IMG|PXL|DSC)(\d+)", 1)],
        "IMG1.jpg IMG2.jpg PXL1.jpg DSC_1.jpg",
        ["IMG1.jpg IMG2.jpg"],
    ),
    Example(
        PAGE,
        "the day of an upload",
        [regex(r"camera_uploads/(\d{4}-\d{2}-\d{2})/DCIM/([^/]+)/", 1, PATH)],
        "camera_uploads/2023-05-03/DCIM/100/a.jpg camera_uploads/2023-05-03/DCIM/101/b.jpg "
        "camera_uploads/2023-05-04/DCIM/100/c.jpg",
        ["a.jpg b.jpg"],
    ),
    Example(
        PAGE,
        "the number of a name",
        [regex(r"(DSC)(\d+)", 2)],
        "DSC01234.jpg DSC01234.arw DSC01235.jpg",
        ["DSC01234.jpg DSC01234.arw"],
    ),
    Example(
        PAGE,
        "the day of a folder",
        [regex(r"photos/(\d{4}-\d{2}-\d{2})/", 1, PATH)],
        "photos/2023-05-03/a.jpg photos/2023-05-03/b.jpg photos/2023-05-04/c.jpg",
        ["a.jpg b.jpg"],
    ),
    Example(PAGE, "a time", [within(1000)], "a@1 b@2 c@3.001", ["a b"]),
]

TREES = [
    Example(
        PAGE,
        "AND",
        expression(both(regex("PXL_"), within(1000))),
        _CAMERAS,
        ["PXL_1.jpg PXL_2.jpg"],
    ),
    Example(
        PAGE,
        "OR",
        expression(either(regex("PXL_"), regex("IMG_"), regex("DSC"))),
        _CAMERAS,
        ["DSC_1.jpg DSC_2.jpg", "IMG_1.jpg IMG_2.jpg", "PXL_1.jpg PXL_2.jpg"],
    ),
    # NOT alone says who is meant, but not what belongs together.
    Example(PAGE, "NOT", expression(no(_ARCHIVED)), _CAMERAS, []),
    Example(
        PAGE,
        "a tree",
        expression(both(either(regex("PXL_"), regex("IMG_")), no(_ARCHIVED), within(2000))),
        f"{_CAMERAS} PXL_3.jpg@1.5+isArchived",
        ["IMG_1.jpg IMG_2.jpg", "PXL_1.jpg PXL_2.jpg"],
    ),
    Example(
        PAGE,
        "days of two cameras",
        expression(both(either(regex(r"PXL_(\d{8})", 1), regex(r"IMG_(\d{8})", 1)), within(2000))),
        "PXL_20230503_1.jpg@1 IMG_20230503_2.jpg@2 PXL_20230504_3.jpg@2 PXL_20230503_4.jpg@9",
        ["IMG_20230503_2.jpg PXL_20230503_1.jpg"],
    ),
    Example(
        PAGE,
        "what is not archived",
        expression(both(split("~", "."), no(_ARCHIVED))),
        "A.jpg A~2.jpg A.dng+isArchived B.jpg B.dng+isArchived",
        ["A~2.jpg A.jpg"],
    ),
    Example(
        PAGE,
        "RAW and JPEG folders",
        expression(
            both(
                either(
                    both(regex("/RAW/", key=PATH), regex(r"\.(CR3|NEF|ARW)$")),
                    both(regex("/JPEG/", key=PATH), regex(r"\.jpe?g$")),
                ),
                within(5000),
                no(_TRASHED),
            )
        ),
        "x/RAW/a.CR3@1 x/RAW/b.CR3@5 x/RAW/c.CR3@3+isTrashed x/JPEG/a.jpg@1 x/JPEG/b.jpg@7",
        ["a.CR3 b.CR3"],
    ),
    Example(
        PAGE,
        "names before folders",
        expression(either(regex("^([A-Z]+)_", 1), regex(r"(\d{4})", 1, PATH))),
        _BY_NAME_OR_DAY,
        ["IMG_001.jpg IMG_002.jpg"],
    ),
    Example(
        PAGE,
        "folders before names",
        expression(either(regex(r"(\d{4})", 1, PATH), regex("^([A-Z]+)_", 1))),
        f"{_BY_NAME_OR_DAY} photos/2024/IMG_003.jpg",
        ["IMG_001.jpg IMG_002.jpg", "IMG_003.jpg PXL_001.jpg"],
    ),
    Example(
        PAGE,
        "several stacks of one tree",
        expression(both(either(regex("^PXL_"), regex("^IMG_")), within(1000))),
        _CAMERAS,
        ["IMG_1.jpg IMG_2.jpg", "PXL_1.jpg PXL_2.jpg"],
    ),
    Example(
        PAGE,
        "numbers in a tree",
        expression(split("~", ".")),
        "A.jpg A~2.jpg A~10.jpg",
        ["A~10.jpg A~2.jpg A.jpg"],
    ),
    Example(
        PAGE,
        "four levels",
        expression(
            both(
                either(
                    both(regex("^(PXL|IMG)_", 1), within(1000)),
                    both(regex("/burst/", key=PATH), within(500)),
                ),
                no(regex("_draft|_test")),
                no(_TRASHED),
            )
        ),
        "x/PXL_1.jpg@1 x/PXL_2.jpg@2 x/PXL_3_draft.jpg@1.5 x/PXL_4.jpg@2+isTrashed "
        "x/burst/a.jpg@1 x/burst/b.jpg@1.5 x/burst/c.jpg@9",
        ["PXL_1.jpg PXL_2.jpg", "a.jpg b.jpg"],
    ),
    Example(
        PAGE,
        "times instead of names",
        expression(either(regex(r"^PXL_(\d{8})_", 1), within(5000))),
        "PXL_20230503_1.jpg@1 PXL_20230503_2.jpg@50 a.jpg@1 b.jpg@6 c.jpg@12",
        ["PXL_20230503_1.jpg PXL_20230503_2.jpg", "a.jpg b.jpg"],
    ),
    Example(
        PAGE,
        "no temporary files",
        expression(both(split("."), no(regex(r"\.(tmp|bak|~)$")))),
        "a.jpg a.dng a.tmp a.bak a.~",
        ["a.jpg a.dng"],
    ),
    Example(
        PAGE,
        "proper names only",
        expression(both(regex(r"^[A-Z]{3,4}_\d{8}_\d{6,9}\."), no(_TRASHED), within(1000))),
        "IMG_20230503_152823.jpg@1 IMG_20230503_152823.dng@2 IMG_20230503_152823.png@1+isTrashed "
        "bad.jpg@1 bad.dng@1",
        ["IMG_20230503_152823.jpg IMG_20230503_152823.dng"],
    ),
    Example(
        PAGE,
        "a studio",
        expression(
            both(
                either(
                    regex("^(DSC|IMG|PXL)_", 1),
                    regex(r"/events/\d{4}-\d{2}-\d{2}/", key=PATH),
                ),
                within(2000),
                no(_ARCHIVED),
            )
        ),
        "x/DSC_2.jpg@2 x/DSC_1.cr3@1 x/DSC_9_final.jpg@1.5 x/DSC_3.jpg@1+isArchived "
        "x/events/2023-05-03/a.jpg@1 x/events/2023-05-03/b.jpg@3",
        ["DSC_9_final.jpg DSC_1.cr3 DSC_2.jpg", "a.jpg b.jpg"],
        "edit,final,sequence",
        ".jpg,.jpeg,.raw,.cr3",
    ),
    Example(
        PAGE,
        "social media",
        expression(
            both(
                either(regex("^(Screenshot|IMG_|PXL_)"), regex("/content/", key=PATH)),
                within(5000),
                no(regex("_draft")),
            )
        ),
        "IMG_2.jpg@1 IMG_1.jpg@6 IMG_3_draft.jpg@1 IMG_4_crop.jpg@2 x/content/a.jpg@1 "
        "x/content/b_final.jpg@2",
        ["IMG_4_crop.jpg IMG_1.jpg IMG_2.jpg", "b_final.jpg a.jpg"],
        "final,edit,crop,sequence",
    ),
]
