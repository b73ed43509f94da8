"""Criteria that have a name."""

from __future__ import annotations

from typing import Any, Final

__all__ = ["DEFAULT_CRITERIA", "PRESETS"]


def _name(*delimiters: str) -> dict[str, Any]:
    split = {"delimiters": list(delimiters), "index": 0}
    return {"key": "originalFileName", "split": split}


def _taken_within(milliseconds: int) -> dict[str, Any]:
    return {"key": "localDateTime", "delta": {"milliseconds": milliseconds}}


_BURST: Final = {
    "key": "originalFileName",
    "regex": {"key": r"BURST_?(\d{8,})", "index": 1},
}

DEFAULT_CRITERIA: Final[Any] = [_name("~", "."), _taken_within(1000)]
"""What counts where nothing is said: the name up to a ``~`` or a dot, taken within a second."""

PRESETS: Final[dict[str, Any]] = {
    "raw+jpeg": [_name(), _taken_within(1000)],
    "burst": {
        "mode": "advanced",
        "expression": {
            "operator": "AND",
            "children": [{"criteria": _BURST}, {"criteria": _taken_within(2000)}],
        },
    },
    "edited": [_name("-edit", "_edit", "~", "."), _taken_within(1000)],
    "live": [_name(), _taken_within(3000)],
}
"""Criteria by name: one shot in several formats; a burst; a photo and what was made of it; a photo
and the video that was taken with it."""
