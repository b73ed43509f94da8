"""The script that writes the blocking face."""

from __future__ import annotations

import runpy
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[1] / "scripts" / "mirror"


def run(script: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(script), *arguments], capture_output=True, text=True, check=False
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The script in a checkout that has nothing but the source of one face."""
    root = SCRIPT.parents[1]
    for folder in ("src/immichkit/_async", "tests/_async"):
        shutil.copytree(root / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__py*"))
    shutil.copy(root / "pyproject.toml", tmp_path)
    (tmp_path / "scripts").mkdir()
    return Path(shutil.copy(SCRIPT, tmp_path / "scripts"))


@pytest.mark.parametrize(
    ("source", "mirrored"),
    [
        ("async def f() -> None:\n    await g()\n", "def f() -> None:\n    g()\n"),
        ("async with AsyncBody() as b:\n    pass\n", "with Body() as b:\n    pass\n"),
        ("x = [c async for c in d]\n", "x = [c for c in d]\n"),
        ("f: Callable[[int], Awaitable[list[int]]]\n", "f: Callable[[int], list[int]]\n"),
        ('__all__ = ["AsyncImmich"]\n', '__all__ = ["Immich"]\n'),
        ('"""async, await and Async stay."""\n', '"""async, await and Async stay."""\n'),
        (
            "# await this, Async that\nasynchronous = 1\n",
            "# await this, Async that\nasynchronous = 1\n",
        ),
        ("from a._async.b import c\n", "from a._blocking.b import c\n"),
    ],
)
def test_tokens_are_translated(source: str, mirrored: str) -> None:
    assert runpy.run_path(str(SCRIPT))["translated"](source) == mirrored


def test_mirror_is_fresh() -> None:
    done = run(SCRIPT, "--check")
    assert done.returncode == 0, done.stderr


def test_check_finds_what_is_missing_stale_or_orphaned(copied: Path) -> None:
    target = copied.parents[1] / "src/immichkit/_blocking"
    assert "client.py is stale" in run(copied, "--check").stderr
    assert run(copied).returncode == 0
    assert run(copied, "--check").returncode == 0
    (target / "body.py").write_text((target / "body.py").read_text() + "# edited\n")
    (target / "orphan.py").write_text("")
    complaints = run(copied, "--check").stderr
    assert "body.py is stale" in complaints
    assert "orphan.py has no source" in complaints
    assert run(copied).returncode == 0
    assert not (target / "orphan.py").exists()


def test_unused_rule_is_an_error(copied: Path) -> None:
    text = copied.read_text().replace("NAMES = {", 'NAMES = {\n    "no_such_name": "x",')
    copied.write_text(text)
    done = run(copied)
    assert done.returncode == 1
    assert "the rule for no_such_name is never used" in done.stderr
