"""Where specifications come from: upstream's repository or the disk."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .errors import GenerationError

ADDRESS = (
    "https://raw.githubusercontent.com/immich-app/immich/{tag}/open-api/immich-openapi-specs.json"
)


def download(release: str) -> Mapping[str, Any]:
    """Upstream's OpenAPI document of ``release``, such as 3.1.0 or v3.1.0."""
    import httpx

    tag = f"v{release.removeprefix('v')}"
    if not re.fullmatch(r"v\d+\.\d+\.\d+[\w.+-]*", tag):
        raise GenerationError([f"{release} is not a release such as v3.1.0"])
    address = os.environ.get("IMMICH_SPEC_ADDRESS", ADDRESS).replace("{tag}", tag)
    try:
        answer = httpx.get(address, follow_redirects=True, timeout=60)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise GenerationError([f"{address} cannot be reached: {error}"]) from error
    if answer.status_code != httpx.codes.OK:
        raise GenerationError(
            [f"{address} answered {answer.status_code}; is {tag} a release of Immich?"]
        )
    spec = parsed(answer.content, address)
    found = str(spec["info"]["version"])
    if found.removeprefix("v") != tag[1:]:
        raise GenerationError([f"{address} describes {found}, not {tag}"])
    return spec


def read(path: Path) -> Mapping[str, Any]:
    """The OpenAPI document in the file ``path``."""
    try:
        return parsed(path.read_bytes(), str(path))
    except OSError as error:
        raise GenerationError([f"{path} cannot be read: {error.strerror}"]) from error


def parsed(content: bytes, source: str) -> Mapping[str, Any]:
    """``content`` as an OpenAPI document; ``source`` is what to call it if it is none."""
    try:
        spec = json.loads(content)
        # Half a surrogate pair is JSON, but no text that a file could hold.
        json.dumps(spec, ensure_ascii=False).encode()
    except ValueError as error:
        raise GenerationError([f"{source} is not JSON: {error}"]) from error
    except RecursionError as error:
        raise GenerationError([f"{source} is nested too deeply"]) from error
    info = spec.get("info") if isinstance(spec, dict) else None
    if not (isinstance(info, dict) and "version" in info and {"openapi", "paths"} <= set(spec)):
        raise GenerationError([f"{source} is not an OpenAPI document"])
    found: Mapping[str, Any] = spec
    return found
