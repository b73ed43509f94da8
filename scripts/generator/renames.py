"""What goes by another name in a newer contract: operations and schemas."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from . import usage
from .shapes import REF

# The share of members that a renamed schema keeps.
ALIKE = 0.6


@dataclass(frozen=True)
class Renames:
    """New names by old ones."""

    operations: Mapping[str, str] = field(default_factory=dict)
    schemas: Mapping[str, str] = field(default_factory=dict)

    def translated(self, value: Any) -> Any:
        """``value`` with references to renamed schemas under their new names."""
        if isinstance(value, dict):
            if "$ref" in value:
                name = str(value["$ref"]).removeprefix(REF)
                return {**value, "$ref": REF + self.schemas.get(name, name)}
            return {key: self.translated(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.translated(item) for item in value]
        return value


def between(old: Mapping[str, Any], new: Mapping[str, Any]) -> Renames:
    """The renames from ``old`` to ``new``, both in their named form."""
    return Renames(_operations(old, new), _schemas(old, new))


def _operations(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Operation ids that gave way to another one with the same method and path."""
    added = {
        (op["method"], op["path"]): id_
        for id_, op in new["operations"].items()
        if id_ not in old["operations"]
    }
    return {
        id_: added[op["method"], op["path"]]
        for id_, op in old["operations"].items()
        if id_ not in new["operations"] and (op["method"], op["path"]) in added
    }


def _schemas(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, str]:
    """Schemas that are gone, with the one that took their places and looks like them."""
    gone = sorted(name for name in old["schemas"] if name not in new["schemas"])
    added = sorted(name for name in new["schemas"] if name not in old["schemas"])
    old_places, new_places = usage.places(old), usage.places(new)

    def likeness(name: str, other: str) -> float:
        """How sure it is that ``other`` is ``name``, 0 if it is not."""
        before, after = _members(old["schemas"][name]), _members(new["schemas"][other])
        shared = len(before & after) / max(len(before | after), 1)
        if name.lower() == other.lower():
            return 2 + shared
        took_its_place = old_places[name] & new_places[other]
        return shared if took_its_place and shared >= ALIKE else 0

    pairs = sorted(
        ((likeness(name, other), name, other) for name in gone for other in added),
        key=lambda pair: (-pair[0], pair[1], pair[2]),
    )
    renamed: dict[str, str] = {}
    for sure, name, other in pairs:
        if sure and name not in renamed and other not in renamed.values():
            renamed[name] = other
    return renamed


def _members(schema: Mapping[str, Any]) -> set[str]:
    return set(schema.get("properties", {})) | {str(value) for value in schema.get("enum", ())}
