"""Other programs: run, timed, installed."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
import venv
from pathlib import Path


def run(*command: object) -> str:
    """What a command prints."""
    environment = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        [str(part) for part in command],
        check=False,
        capture_output=True,
        text=True,
        env=environment,
        cwd=tempfile.gettempdir(),
    )
    if done.returncode:
        raise SystemExit(f"{done.stderr}{' '.join(map(str, command))} failed")
    return done.stdout


def seconds(*command: object) -> float:
    """How long a command takes."""
    begun = time.perf_counter()
    run(*command)
    return time.perf_counter() - begun


def environment(folder: Path, requirement: str) -> Path:
    """The interpreter of a new environment with one thing installed."""
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", requirement)
    return python
