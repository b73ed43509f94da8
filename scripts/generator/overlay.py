"""What we add to the contract: summaries in our own words, and what a specification cannot say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .errors import GenerationError

ARGUMENTS = "a mapping from Python's names of arguments to how a sentence about them goes on"
NAMES, TEXTS = "a mapping from wire names to Python's", "a list of texts"
OF_OPERATIONS = {
    "summary": "a text",
    "reads": "true or false",
    "writes": "true or false",
    "repeatable": "true or false",
    "signs_in": "true or false",
    "writes_when": TEXTS,
    "handed_on": "true or false",
    "names": NAMES,
    "arguments": ARGUMENTS,
}
OF_SCHEMAS = {"summary": "a text", "secrets": TEXTS, "names": NAMES}
SECTIONS = {"groups", "operations", "schemas", "secrets"}


@dataclass(frozen=True)
class Overlay:
    """The overlay: by group a sentence, by operation and schema what `OF_…` lists.

    ``secrets`` are the wire names of fields that no repr shows, whatever the schema.
    """

    groups: Mapping[str, str] = field(default_factory=dict)
    operations: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    secrets: tuple[str, ...] = ()

    def operation(self, id_: str) -> Mapping[str, Any]:
        """What is said of an operation."""
        return self.operations.get(id_, {})

    def schema(self, name: str) -> Mapping[str, Any]:
        """What is said of a schema."""
        return self.schemas.get(name, {})


def overlay_from(data: Mapping[str, Any]) -> Overlay:
    """The overlay that ``data`` is. Raises `GenerationError` for what it does not understand."""
    problems = [f"it has a section {name}" for name in sorted(set(data) - SECTIONS)]
    for section, known in (("operations", OF_OPERATIONS), ("schemas", OF_SCHEMAS)):
        for name, entry in data.get(section, {}).items():
            for key, value in entry.items():
                if key not in known:
                    problems.append(f"{section}.{name} has a {key}")
                elif not _is(known[key], value):
                    problems.append(f"{section}.{name}.{key} is not {known[key]}")
    if problems:
        raise GenerationError([f"openapi/overlay.json: {problem}" for problem in problems])
    return Overlay(
        data.get("groups", {}),
        data.get("operations", {}),
        data.get("schemas", {}),
        tuple(data.get("secrets", ())),
    )


def _is(wanted: str, value: Any) -> bool:
    if wanted == NAMES:
        return isinstance(value, dict) and all(
            isinstance(name, str) and name.isidentifier() for name in value.values()
        )
    if wanted == ARGUMENTS:
        return isinstance(value, dict) and all(
            isinstance(text, str) and text and text[-1] != "." for text in value.values()
        )
    if wanted == TEXTS:
        return isinstance(value, list) and all(isinstance(text, str) for text in value)
    return isinstance(value, str if wanted == "a text" else bool)
