"""What immich-stack's pages about promotion show, and the page about its newer criteria."""

from __future__ import annotations

from stacking_examples import PATH, Example, both, either, expression, groups, regex, split, within

LOGIC, EDITED, NEW = "stacking-logic", "edited-photo-promotion", "whats-new-advanced-filtering"

_STEM = [split("~", ".")]
_IMG = [regex(r"^(IMG_\d+)", 1)]
_TOGETHER = [within(1000)]
_BURST = [regex(r"BURST(\d+)", 1), within(1000)]
_EDITED_FIRST = "IMG_1234_edited.jpg IMG_1234_edited_crop.jpg IMG_1234_crop.jpg"
_BURST_FILES = (
    "DSCPDC_0002_BURST20180828114700954.JPG DSCPDC_0000_BURST20180828114700954.JPG "
    "DSCPDC_0003_BURST20180828114700954_COVER.JPG DSCPDC_0001_BURST20180828114700954.JPG"
)
_BURST_ORDER = (
    "DSCPDC_0000_BURST20180828114700954.JPG DSCPDC_0001_BURST20180828114700954.JPG "
    "DSCPDC_0002_BURST20180828114700954.JPG DSCPDC_0003_BURST20180828114700954_COVER.JPG"
)
_PIXEL = "PXL_20250823_193751711"
_EDITS = f"{_PIXEL}.jpg {_PIXEL}~2.jpg {_PIXEL}~3.jpg {_PIXEL}~5.jpg"
_EDITS_FIRST = f"{_PIXEL}~5.jpg {_PIXEL}~3.jpg {_PIXEL}~2.jpg {_PIXEL}.jpg"
_NUMBERED = "S_0100.jpg S_0002.jpg S_0010.jpg S_0001.jpg"
_COUNTED = "S_0001.jpg S_0002.jpg S_0010.jpg S_0100.jpg"
_EXPORT = "IMG_5821.JPG=4800000 IMG_5821.CR2=28000000 IMG_5821.jpg=12400000"
_CAMERAS = "PXL_1.jpg@1 PXL_2.jpg@1.9 IMG_1.jpg@1.2 IMG_2.jpg@2 DSC_1.jpg@1"
_FOLDERS = "p/a/1.jpg@1 p/a/2.jpg@9 p/b/3.jpg@9.5 p/c/4.jpg@30 p/d/5.jpg@40"

STACKING_LOGIC = [
    Example(
        LOGIC,
        "standard promotion",
        None,
        "L1010229.JPG L1010229.DNG L1010229.edit.jpg",
        ["L1010229.edit.jpg L1010229.JPG L1010229.DNG"],
        "edit",
        ".jpg,.dng",
    ),
    Example(
        LOGIC,
        "the empty entry",
        _IMG,
        "IMG_1234_crop.jpg IMG_1234_edited.jpg IMG_1234.jpg",
        ["IMG_1234.jpg IMG_1234_edited.jpg IMG_1234_crop.jpg"],
        ",_edited,_crop",
    ),
    Example(
        LOGIC,
        "what the empty entry matches",
        _IMG,
        "IMG_1234_edited_crop.jpg IMG_1234_final.jpg IMG_1234_crop.jpg IMG_1234_edited.jpg "
        "IMG_1234.jpg",
        [f"IMG_1234.jpg IMG_1234_final.jpg {_EDITED_FIRST}"],
        ",_edited,_crop",
    ),
    Example(LOGIC, "a burst", _BURST, _BURST_FILES, [_BURST_ORDER], "0000,0001,0002,0003"),
    Example(
        LOGIC,
        "a burst beyond the list",
        _BURST,
        f"DSCPDC_0999_BURST20180828114700954.JPG {_BURST_FILES}",
        [f"{_BURST_ORDER} DSCPDC_0999_BURST20180828114700954.JPG"],
        "0000,0001,0002,0003",
    ),
    Example(LOGIC, "sequence", _TOGETHER, _NUMBERED, [_COUNTED], "sequence"),
    Example(LOGIC, "sequence:4", _TOGETHER, _NUMBERED, [_COUNTED], "sequence:4"),
    Example(
        LOGIC,
        "sequence:IMG_",
        _TOGETHER,
        "PXL_1.jpg IMG_10.jpg IMG_9.jpg",
        ["IMG_9.jpg IMG_10.jpg PXL_1.jpg"],
        "sequence:IMG_",
    ),
    Example(
        LOGIC,
        "COVER,sequence",
        _TOGETHER,
        "S_0002.jpg S_0003_COVER.jpg S_0001.jpg",
        ["S_0003_COVER.jpg S_0001.jpg S_0002.jpg"],
        "COVER,sequence",
    ),
    Example(
        LOGIC,
        "edit,hdr,sequence",
        _TOGETHER,
        "S_0002.jpg S_0009_hdr.jpg S_0001.jpg S_0008_edit.jpg",
        ["S_0008_edit.jpg S_0009_hdr.jpg S_0001.jpg S_0002.jpg"],
        "edit,hdr,sequence",
    ),
    *(
        Example(LOGIC, f"listed {listed}", _TOGETHER, files, [order], listed)
        for listed, files, order in [
            ("0000,0001,0002,0003", "a_0003_ a_0000_ a_0007_", "a_0000_ a_0003_ a_0007_"),
            ("img1,img2,img3", "img3.jpg img1.jpg img2.jpg", "img1.jpg img2.jpg img3.jpg"),
            ("IMG_0001,IMG_0002", "IMG_0002.jpg IMG_0001.jpg", "IMG_0001.jpg IMG_0002.jpg"),
            ("1a,2a,3a", "b_3a_ b_1a_ b_7a_", "b_1a_ b_3a_ b_7a_"),
            ("001_final,002_final", "002_final.jpg 001_final.jpg", "001_final.jpg 002_final.jpg"),
            ("photo_001_v2,photo_002_v2", "photo_002_v2 photo_001_v2", "photo_001_v2 photo_002_v2"),
        ]
    ),
    Example(
        LOGIC,
        "several rules",
        _IMG,
        "IMG_1234_raw.dng IMG_1234_edited.dng IMG_1234_edited.jpg",
        ["IMG_1234_edited.jpg IMG_1234_edited.dng IMG_1234_raw.dng"],
        "edited,raw",
        ".jpg,.dng",
    ),
    # The page has edited files behind the numbers; the first number is already behind them.
    Example(
        LOGIC,
        "only the first sequence counts",
        _TOGETHER,
        "x.jpg S_0002.jpg S_0009_edited.jpg S_0001.jpg S_0005_COVER.jpg",
        ["S_0005_COVER.jpg S_0001.jpg S_0009_edited.jpg S_0002.jpg x.jpg"],
        "COVER,sequence,edited,sequence:4",
    ),
    # The page has other numbers behind the covers; without the prefix they are not in order.
    Example(
        LOGIC,
        "a sequence with a prefix, then covers",
        _TOGETHER,
        "S_2.jpg S_1.jpg IMG_0.jpg S_9_COVER.jpg",
        ["IMG_0.jpg S_9_COVER.jpg S_1.jpg S_2.jpg"],
        "sequence:IMG_,COVER,sequence",
    ),
    Example(
        LOGIC,
        "names in any case",
        _IMG,
        "IMG_1.jpg IMG_1_hdr.jpg IMG_1_eDiT.jpg IMG_1_HDR.jpg",
        ["IMG_1_eDiT.jpg IMG_1_HDR.jpg IMG_1_hdr.jpg IMG_1.jpg"],
        "EDIT,HDR",
    ),
    Example(
        LOGIC,
        "names in other scripts",
        _TOGETHER,
        "x.jpg x_café.jpg x_★favorites.jpg x_編集.jpg",
        ["x_編集.jpg x_★favorites.jpg x_café.jpg x.jpg"],
        "編集,★favorites,café",
    ),
    # The page says that case does not count here. It does.
    Example(
        LOGIC,
        "names decide between equals",
        _TOGETHER,
        "img_123.jpg IMG_124.jpg IMG_123.jpg",
        ["IMG_123.jpg IMG_124.jpg img_123.jpg"],
        "",
    ),
    Example(
        LOGIC,
        "deep nesting",
        expression(both(either(both(regex("PXL_"), within(1000))))),
        _CAMERAS,
        ["PXL_1.jpg PXL_2.jpg"],
    ),
    *(
        Example(LOGIC, f"regex {pattern}", [regex(pattern)], files, stacks)
        for pattern, files, stacks in [
            ("PXL_", "PXL_1.jpg PXL_2.jpg IMG_1.jpg", ["PXL_1.jpg PXL_2.jpg"]),
            (
                r"IMG_\d{4}",
                "IMG_0001.jpg IMG_0001~2.jpg IMG_0002.jpg",
                ["IMG_0001.jpg IMG_0001~2.jpg"],
            ),
            (r".*photo.*\d+.*edited.*", "a_photo_1_edited.jpg a_photo_1.jpg", []),
            (r"(IMG|DSC|PXL)_\d{4,6}_.*", "IMG_0001_a.jpg IMG_0001_b.jpg", []),
        ]
    ),
    *(
        Example(LOGIC, f"within {delta} ms", [within(delta)], "a@1 b@1.1 c@3 d@8", stacks)
        for delta, stacks in [(100, ["a b"]), (5000, ["a b c d"])]
    ),
]

EDITED_PHOTO_PROMOTION = [
    *(
        Example(EDITED, f"promoting {names or 'as usual'}", None, _EDITS, [_EDITS_FIRST], names)
        for names in (None, "cover,edit,crop,hdr,biggestNumber", "cover,edit,biggestNumber")
    ),
    Example(EDITED, "only the numbers", None, _EDITS, [_EDITS_FIRST], "biggestNumber"),
    Example(
        EDITED,
        "RAW, JPEG and edits",
        None,
        f"{_PIXEL}.dng {_PIXEL}.jpg {_PIXEL}~2.dng {_PIXEL}~2.jpg",
        [f"{_PIXEL}~2.jpg {_PIXEL}~2.dng {_PIXEL}.jpg {_PIXEL}.dng"],
        "biggestNumber",
        ".jpg,.jpeg,.dng,.raw",
    ),
    Example(
        EDITED,
        "covers, then numbers, then edits",
        None,
        "A.edit.jpg A.jpg A.COVER.jpg A~2.jpg",
        ["A.COVER.jpg A~2.jpg A.jpg A.edit.jpg"],
        "COVER,biggestNumber,edit",
    ),
    # The page has the original first without biggestNumber, which its name does not say.
    Example(
        EDITED,
        "originals first",
        None,
        "A.jpg A.edit.jpg A.dng",
        ["A.edit.jpg A.jpg A.dng"],
        "edit,crop,hdr",
    ),
    Example(
        EDITED,
        "the biggest file of the best extension",
        None,
        _EXPORT,
        ["IMG_5821.jpg IMG_5821.JPG IMG_5821.CR2"],
        "biggestSize",
        ".jpg,.jpeg,.png",
    ),
    Example(
        EDITED,
        "edited files, then the biggest",
        _IMG,
        "IMG_1.jpg=900 IMG_1_edited_b.jpg=2 IMG_1_edited_a.jpg=1",
        ["IMG_1_edited_b.jpg IMG_1_edited_a.jpg IMG_1.jpg"],
        "_edited,biggestSize",
    ),
    Example(
        EDITED,
        "the smallest file",
        None,
        _EXPORT,
        ["IMG_5821.JPG IMG_5821.jpg IMG_5821.CR2"],
        "smallestSize",
        ".jpg,.jpeg,.png",
    ),
    Example(
        EDITED,
        "unknown sizes last, and biggest before smallest",
        _TOGETHER,
        "a.jpg b.jpg=1 c.jpg=2",
        ["c.jpg b.jpg a.jpg"],
        "smallestSize,biggestSize",
    ),
    Example(
        EDITED,
        "other delimiters",
        [split("-", "_")],
        "photo-2.jpg photo.jpg photo_11.jpg",
        ["photo_11.jpg photo-2.jpg photo.jpg"],
        "biggestNumber",
    ),
]

WHATS_NEW = [
    Example(
        NEW,
        "two cameras within two seconds",
        expression(both(either(regex("^PXL_"), regex("^IMG_")), within(2000))),
        _CAMERAS,
        ["IMG_1.jpg IMG_2.jpg", "PXL_1.jpg PXL_2.jpg"],
    ),
    *(
        Example(
            NEW,
            f"a folder or {delta} ms",
            groups("OR", split("/", index=1, key=PATH), within(delta)),
            _FOLDERS,
            ["1.jpg 2.jpg 3.jpg"],
        )
        for delta in (1000, 5000)
    ),
    # The page says that what does not match is in no stack; it is, by the other criteria.
    Example(
        NEW,
        "a pattern that does not match",
        [regex(r"PXL_(\d{8})", 1), within(1000)],
        "PXL_20230503_1.jpg PXL_20230503_2.jpg a.jpg b.jpg",
        ["PXL_20230503_1.jpg PXL_20230503_2.jpg", "a.jpg b.jpg"],
    ),
    Example(
        NEW,
        "a camera within a second and a half",
        expression(both(regex("^IMG_"), within(1500))),
        _CAMERAS,
        ["IMG_1.jpg IMG_2.jpg"],
    ),
    Example(
        NEW,
        "two cameras whenever",
        expression(either(regex("^PXL_"), regex("^DSC"))),
        "PXL_1.jpg@1 PXL_2.jpg@30 DSC_1.jpg@1 DSC_2.jpg@50 IMG_1.jpg@1",
        ["DSC_1.jpg DSC_2.jpg", "PXL_1.jpg PXL_2.jpg"],
    ),
    Example(NEW, "by name", _STEM, "A.jpg@1 A~2.jpg@50 B.jpg", ["A~2.jpg A.jpg"]),
    Example(
        NEW,
        "a camera within a second",
        expression(both(regex("^PXL_"), within(1000))),
        _CAMERAS,
        ["PXL_1.jpg PXL_2.jpg"],
    ),
]
