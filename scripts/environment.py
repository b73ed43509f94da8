"""The project's own environment, for scripts that are started by any other Python."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def enter() -> None:
    """Go on inside `.venv`, which is made and filled first where it has to be."""
    environment = ROOT / ".venv"
    if Path(sys.prefix).resolve() == environment.resolve():
        return
    subprocess.run([ROOT / "scripts" / "install", "dev"], check=True)
    python = environment / "bin" / "python"
    os.execv(python, [str(python), *sys.argv])  # noqa: S606
