"""Criteria that have a name."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["DEFAULT_CRITERIA", "PRESETS"]


def _name(*delimiters: str) -> dict[str, Any]:
    split = {"delimiters": list(delimiters), "index": 0}
    return {"key": "originalFileName", "split": split}


def _found(pattern: str) -> dict[str, Any]:
    return {"criteria": {"key": "originalFileName", "regex": {"key": pattern, "index": 1}}}


def _taken_within(milliseconds: int) -> dict[str, Any]:
    return {"key": "localDateTime", "delta": {"milliseconds": milliseconds}}


# As Sony and Google name them, DSCPDC_0001_BURST20180828114700954; as Huawei and Xiaomi do,
# IMG_20180828_114700_BURST001; and as Samsung does, 20180828_114700_001.
_BURST: Final = {
    "operator": "OR",
    "children": [
        _found(r"BURST_?(\d{8,})"),
        _found(r"^(.*\d)_(?i:burst)_?\d{1,4}(?:\D|$)"),
        _found(r"^(\d{8}_\d{6})_\d{3}(?:\D|$)"),
    ],
}

DEFAULT_CRITERIA: Final[Any] = [_name("~", "."), _taken_within(1000)]
"""What counts where nothing is said: the name up to a ``~`` or a dot, taken within a second."""

PRESETS: Final[dict[str, Any]] = {
    # Pixel: PXL_20240115_143022345.RAW-01.COVER.jpg and PXL_20240115_143022345.RAW-02.ORIGINAL.dng
    "raw+jpeg": [_name(".RAW-"), _taken_within(1000)],
    "burst": {
        "mode": "advanced",
        "expression": {
            "operator": "AND",
            "children": [_BURST, {"criteria": _taken_within(2000)}],
        },
    },
    # Google has ~2 and -edited, Lightroom -Edit, -Enhanced-NR, -HDR and -Pano.
    "edited": [
        _name(
            *("-edit", "-Edit", "_edit", "_Edit", "-Enhanced", "-HDR", "_HDR", "-Pano", "~", ".")
        ),
        _taken_within(1000),
    ],
    # A Pixel has PXL_20240115_143022345.MP.jpg and PXL_20240115_143022345.MP.
    "live": [_name(".MP"), _taken_within(3000)],
}
"""Criteria by name: one shot in several formats; a burst; a photo and what was made of it; a photo
and the video that was taken with it. Only ``burst`` has regular expressions."""
