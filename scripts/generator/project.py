"""The project's folder: what regeneration reads there and what it writes."""

from __future__ import annotations

import csv
import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import canonical, verify
from .classes import named
from .corrections import correct
from .errors import GenerationError
from .history import History
from .overlay import overlay_from
from .render import render
from .views import Sources

COLUMNS = ["package", "generated_from", "server_min", "server_max", "status"]


@dataclass(frozen=True)
class Project:
    """One checkout."""

    root: Path

    @property
    def generated(self) -> Path:
        """Where the generated package stands."""
        return self.root / "generated" / "immichkit_api"

    def read(self, name: str) -> Any:
        """A file of `openapi/`, or an empty mapping if it is not there yet."""
        path = self.root / "openapi" / name
        if not path.exists():
            return {}
        try:
            data = json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise GenerationError([f"openapi/{name} is not JSON: {error}"]) from error
        if not isinstance(data, list if name == "corrections.json" else dict):
            raise GenerationError([f"openapi/{name} does not hold what it should"])
        return data

    def compatibility(self) -> list[list[str]]:
        """The rows of COMPATIBILITY.csv without its heading."""
        path = self.root / "COMPATIBILITY.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        if [len(row) for row in rows] != [len(COLUMNS)] * len(rows) or rows[:1] != [COLUMNS]:
            raise GenerationError([f"COMPATIBILITY.csv does not have the columns {COLUMNS}"])
        return rows[1:]

    def version(self) -> str:
        """The package's own version."""
        path = self.root / "src/immichkit/version.py"
        text = path.read_text(encoding="utf-8") if path.exists() else ""
        found = re.search(r'__version__ = "([^"]+)"', text)
        if found is None:
            raise GenerationError(["src/immichkit/version.py does not say __version__"])
        return found[1]

    def files(
        self, contract: Mapping[str, Any], history: History
    ) -> tuple[dict[str, str], list[str]]:
        """All that follows from ``contract``, by path from the root; and the idle corrections."""
        corrected, idle = correct(contract, self.read("corrections.json") or [])
        overlay = overlay_from(self.read("overlay.json"))
        sources = Sources(named(corrected), overlay, history)
        rendered = render(
            sources,
            self.root / "openapi" / "templates",
            self.compatibility(),
            self.root / "pyproject.toml",
        )
        files = {f"generated/immichkit_api/{name}": text for name, text in rendered.items()}
        files["openapi/contract.json"] = canonical.dumps(contract)
        files["openapi/history.json"] = canonical.dumps(history.to_json())
        files["IMMICH-VERSION"] = f"v{contract['release']}\n"
        return files, idle

    def write(self, files: Mapping[str, str]) -> None:
        """Put ``files`` in place, each whole or not at all, and remove what nothing makes."""
        for name, text in files.items():
            path = self.root / name
            if not path.exists() or path.read_bytes() != text.encode():
                put(path, text)
        for path in self.orphans(files):
            path.unlink()

    def orphans(self, files: Mapping[str, str]) -> list[Path]:
        """Files among the generated ones that ``files`` does not name."""
        return sorted(
            path
            for path in self.generated.rglob("*")
            if path.is_file()
            and "__pycache__" not in path.parts
            and str(path.relative_to(self.root).as_posix()) not in files
        )

    def stale(self, files: Mapping[str, str]) -> list[str]:
        """What on disk is not as ``files`` says, in words."""
        problems = []
        for name, text in files.items():
            path = self.root / name
            if not path.exists():
                problems.append(f"{name} is missing")
            elif path.read_bytes() != text.encode():
                problems.append(f"{name} is stale or was edited by hand")
        problems.extend(
            f"{path.relative_to(self.root).as_posix()} is made by nothing"
            for path in self.orphans(files)
        )
        return problems


def put(path: Path, text: str) -> None:
    """Make ``text`` the content of a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    neighbour = path.with_name(path.name + ".new")
    neighbour.write_bytes(text.encode())
    neighbour.replace(path)


def verified(files: Mapping[str, str]) -> None:
    """Import the generated package from a scratch folder; `GenerationError` if that fails."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            if name.startswith("generated/"):
                path = Path(folder) / name.removeprefix("generated/")
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-B", str(verify.__file__), folder],
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode:
        raise GenerationError((done.stdout or done.stderr).strip().splitlines())
