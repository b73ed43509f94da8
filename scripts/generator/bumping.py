"""The version number, the CHANGELOG entry and the compatibility row of a new release."""

from __future__ import annotations

import csv
import datetime
import io
import re

from .changes import Change
from .errors import GenerationError
from .history import release_key
from .project import COLUMNS, Project, put
from .views import SUPPORTED_FROM


def bump(here: Project, version: str, release: str, changes: list[Change]) -> None:
    """Write what follows from ``changes`` for package ``version`` made from ``release``."""
    rows = here.compatibility()
    if rows and release_key(release) < release_key(rows[0][1]):
        raise GenerationError([f"--bump leads to newer releases, v{release} is an older one"])
    before = here.version()
    log = here.root / "CHANGELOG.md"
    text = log.read_text(encoding="utf-8") if log.exists() else "# Changelog\n"
    put(log, _entry(text, version, release, changes))
    put(here.root / "COMPATIBILITY.csv", _rows(rows, version, release))
    source = here.root / "src/immichkit/version.py"
    said = source.read_text(encoding="utf-8")
    put(source, said.replace(f'__version__ = "{before}"', f'__version__ = "{version}"'))
    settings = here.root / "pyproject.toml"
    told = settings.read_text(encoding="utf-8")
    static = re.compile(rf'^version = "{re.escape(before)}"$', re.MULTILINE)
    if static.search(told):
        put(settings, static.sub(f'version = "{version}"', told, count=1))


def _rows(rows: list[list[str]], version: str, release: str) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    oldest = rows[0][2] if rows else SUPPORTED_FROM
    writer.writerow([version, release, oldest, release, "supported"])
    writer.writerows([*row[:4], "superseded"] for row in rows if row[0] != version)
    return out.getvalue()


def _entry(log: str, version: str, release: str, changes: list[Change]) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    lines = [f"## {version} ({today})", "", f"Generated from Immich v{release}.", ""]
    for title, breaking in (("Breaking", True), ("New and changed", False)):
        chosen = [change for change in changes if change.breaking is breaking]
        if chosen:
            lines += [f"### {title}", ""]
            lines += [f"- {c.kind} `{c.name}`: {c.what}" for c in chosen]
            lines.append("")
    head, _, rest = log.partition("\n## ")
    rest = f"\n## {rest}" if rest else ""
    return head.rstrip("\n") + "\n\n" + "\n".join(lines).rstrip("\n") + "\n" + rest
