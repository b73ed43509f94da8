"""The one way in which JSON is written to `openapi/`."""

from __future__ import annotations

import json
from typing import Any, TypeAlias

Json: TypeAlias = Any
"""A value that JSON can hold."""


def dumps(value: Json) -> str:
    """``value`` as text: keys sorted, one item a line, short lists and objects on one line."""
    return _write(value, "") + "\n"


_WIDTH = 100


def _write(value: Json, indent: str) -> str:
    flat = json.dumps(value, ensure_ascii=False, sort_keys=True)
    if not isinstance(value, dict | list) or not value or len(indent) + len(flat) <= _WIDTH:
        return flat
    deeper = indent + "  "
    if isinstance(value, dict):
        items = [
            f"{json.dumps(key, ensure_ascii=False)}: {_write(value[key], deeper)}"
            for key in sorted(value)
        ]
        opening, closing = "{", "}"
    else:
        items = [_write(item, deeper) for item in value]
        opening, closing = "[", "]"
    body = ",\n".join(deeper + item for item in items)
    return f"{opening}\n{body}\n{indent}{closing}"
