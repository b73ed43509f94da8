"""What is believed of a manifest, whoever wrote it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from immichkit.local.manifest import Manifest

NAME = ".immichkit-manifest.jsonl"


def known(folder: Path, path: str) -> list[str]:
    """The paths that a manifest with one line is read to have."""
    line = {"id": "an-asset", "path": path, "size": 1, "checksum": "x"}
    (folder / NAME).write_text(json.dumps(line) + "\n")
    return [entry.path for entry in Manifest(folder).entries.values()]


@pytest.mark.parametrize("path", ["IMG.jpg", "2024/01/IMG (edited).jpg", "..IMG.jpg", "a..b/c"])
def test_paths_below_the_folder_are_known(tmp_path: Path, path: str) -> None:
    assert known(tmp_path, path) == [path]


@pytest.mark.parametrize(
    "path",
    [
        *("", ".", "..", "../IMG.jpg", "2024/../../IMG.jpg", "/IMG.jpg", "//host/IMG.jpg"),
        *("C:/IMG.jpg", "C:IMG.jpg", "..\\IMG.jpg", "\\IMG.jpg"),
    ],
)
def test_paths_that_lead_outside_count_for_nothing(tmp_path: Path, path: str) -> None:
    assert known(tmp_path, path) == []
