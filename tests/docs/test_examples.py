"""The examples end with words, not with a traceback, when something is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from immichkit.testing import ImmichServer

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))
# These bring a server of their own where none is named.
SELF_SUFFICIENT = {"organise.py", "round_trip.py", "signed_in.py"}
ASKING = [path for path in EXAMPLES if path.name not in SELF_SUFFICIENT]
ARGUMENTS = {"album_of_a_month.py": "2026-05", "backup_favorites.py": "out", "upload.py": "a.jpg"}


def ended(example: Path, *arguments: str, folder: Path, **environment: str) -> tuple[int, str, str]:
    """Exit status, output and errors of an example; none has a traceback."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("IMMICH_")}
    done = subprocess.run(
        [sys.executable, "-W", "error", str(example), *arguments],
        env={**kept, "HOME": str(folder), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_an_example_says_what_it_does(example: Path, tmp_path: Path) -> None:
    status, output, _ = ended(example, "--help", folder=tmp_path)
    assert status == 0
    assert "IMMICH_API_KEY" in output


@pytest.mark.parametrize("example", ASKING, ids=lambda path: path.name)
def test_an_example_without_arguments_says_how_to_call_it(example: Path, tmp_path: Path) -> None:
    status, _, errors = ended(example, folder=tmp_path)
    assert status == 2
    assert errors.startswith("usage: ")


@pytest.mark.parametrize("example", ASKING, ids=lambda path: path.name)
def test_an_example_without_a_server_says_what_to_set(example: Path, tmp_path: Path) -> None:
    status, _, errors = ended(example, ARGUMENTS[example.name], folder=tmp_path)
    assert status == 2
    assert "IMMICH_BASE_URL" in errors


@pytest.mark.parametrize("example", ASKING, ids=lambda path: path.name)
def test_an_example_with_a_wrong_key_says_so(example: Path, tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a photo")
    with ImmichServer() as server:
        status, output, errors = ended(
            example,
            ARGUMENTS[example.name],
            folder=tmp_path,
            IMMICH_BASE_URL=server.url,
            IMMICH_API_KEY="not-a-key",
        )
    assert status == 1
    assert "401" in output + errors


def test_a_file_that_is_missing_keeps_back_no_other(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(b"a photo")
    with ImmichServer() as server:
        status, output, _ = ended(
            ROOT / "examples" / "upload.py",
            "gone.jpg",
            "a.jpg",
            folder=tmp_path,
            IMMICH_BASE_URL=server.url,
            IMMICH_API_KEY=server.api_key,
        )
    assert status == 1
    assert "created    a.jpg" in output
    assert "failed     gone.jpg" in output


def test_a_month_that_is_none_is_refused(tmp_path: Path) -> None:
    example = ROOT / "examples" / "album_of_a_month.py"
    status, _, errors = ended(example, "May", folder=tmp_path)
    assert status == 2
    assert "May" in errors


def test_the_demo_wants_a_folder_that_exists(tmp_path: Path) -> None:
    example = ROOT / "examples" / "round_trip.py"
    status, _, errors = ended(example, "gone", folder=tmp_path)
    assert status == 2
    assert "gone is no folder" in errors
