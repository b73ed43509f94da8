"""What the README, the docs and the examples show works as printed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import stage

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
EXAMPLES = sorted((ROOT / "examples").glob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def run(path: Path) -> None:
    done = subprocess.run(
        [sys.executable, stage.__file__, path],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", [p for p in PAGES if "```python" in p.read_text()], ids=named)
def test_the_blocks_of_a_page_run(page: Path) -> None:
    run(page)


def test_the_blocks_of_all_pages_pass_a_type_checker(tmp_path: Path) -> None:
    for page in PAGES:
        name = page.stem.replace("-", "_").lower()
        (tmp_path / f"{name}_page.py").write_text(stage.program_of(page), encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("example", EXAMPLES, ids=named)
def test_an_example_runs(example: Path) -> None:
    run(example)


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_block_says_its_language(page: Path) -> None:
    fences = re.findall(r"^ *```(.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(fences[::2]) <= {"python", "sh", "text", "toml", "csv", "yaml"}
    assert set(fences[1::2]) <= {""}
