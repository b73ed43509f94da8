"""What no bulk request may hold: an empty list, something twice, or more than a server takes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from immichkit.testing import bodies

MOST = 1000
"""In one list; v3.1 sets a limit of its own only for the acks of a sync."""

LISTS = {"assetIds", "albumIds", "albumUsers", "acks", "groups", "ids", "people", "tagIds"}
PAIRED = {"keepAssetIds", "trashAssetIds"}


@contextmanager
def checked() -> Iterator[list[str]]:
    """The wrong bodies that reach an embedded server meanwhile, whatever sends them."""
    wrong: list[str] = []
    read = bodies.read

    async def reading(request: Any) -> Any:
        body = await read(request)
        about = f"{request.method} {request.scope['path']}"
        wrong.extend(f"{about}: {problem}" for problem in problems(body))
        return body

    with patch.object(bodies, "read", reading):
        yield wrong


def problems(body: object) -> Iterator[str]:
    """What is wrong with a body."""
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if not isinstance(value, list) or name not in LISTS | PAIRED:
            continue
        said = [json.dumps(one, sort_keys=True, default=str) for one in value]
        if not said:
            yield f"{name} is empty"
        # A stack of one, as it was, can only be made of the same asset twice.
        if len(set(said)) < len(said) and (name, len(said)) != ("assetIds", 2):
            yield f"{name} names something twice"
        if len(said) > MOST:
            yield f"{name} has {len(said)} entries"
        for one in value:
            yield from problems(one)
