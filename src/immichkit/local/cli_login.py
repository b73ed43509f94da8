"""The login that Immich's own command line keeps on this computer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

__all__ = ["read_cli_login"]


def read_cli_login(environment: Mapping[str, str]) -> dict[str, str]:
    """The ``url`` and ``key`` in ``auth.yml``; empty if nobody has signed in there.

    The file lies in ``~/.config/immich``, also on Windows, or where IMMICH_CONFIG_DIR says.
    """
    folder = environment.get("IMMICH_CONFIG_DIR") or Path.home() / ".config" / "immich"
    try:
        text = Path(folder, "auth.yml").read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    fields = dict(filter(None, map(_field, text.splitlines())))
    # Releases before v1.99 wrote other names.
    return {
        "url": fields.get("url") or fields.get("instanceUrl", ""),
        "key": fields.get("key") or fields.get("apiKey", ""),
    }


def _field(line: str) -> tuple[str, str] | None:
    """The name and the text in one line of the only kind of YAML that occurs there."""
    found = re.fullmatch(r"(\w+):\s*(?:\"(.*)\"|'(.*)'|(.*?))\s*", line)
    if found is None:
        return None
    return found[1], next(text for text in found.groups()[1:] if text is not None)
