"""Walking a document: every keyword is kept, is prose, or is a problem that names its place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .canonical import Json

PROSE = {"description", "summary", "example", "examples", "title", "externalDocs", "contact"}
PREFIX = "x-immich-"


class Reader:
    """Collects the problems of one document, all of them before anyone gives up."""

    def __init__(self, spec: Mapping[str, Any]) -> None:
        self.spec = spec
        self.problems: list[str] = []
        self.place = "the document"

    def enter(
        self, where: str, holder: Mapping[str, Any], known: set[str], *, extensible: bool = False
    ) -> None:
        """Note where the walk is, and every keyword of ``holder`` that is not ``known``.

        Where things are ``extensible``, Immich's own extensions are kept by `life`.
        """
        self.place = where
        unknown = sorted(
            key
            for key in set(holder) - known - PROSE
            if not (extensible and key.startswith(PREFIX))
        )
        if unknown:
            self.problems.append(f"{where} uses {', '.join(unknown)}, which is not supported")

    def life(self, holder: Mapping[str, Any], *read: str) -> dict[str, Json]:
        """The extensions beside an item: its releases, its state, and what is new to us.

        ``read`` are those that the caller reads itself; the report names the new ones.
        """
        facts: dict[str, Json] = {}
        if "x-immich-history" in holder:
            facts["history"] = [
                {key: value for key, value in entry.items() if key not in PROSE}
                for entry in holder["x-immich-history"]
            ]
        if "x-immich-state" in holder:
            facts["state"] = holder["x-immich-state"]
        unknown = {
            key: value if isinstance(value, str | int | bool) else True
            for key, value in holder.items()
            if key.startswith(PREFIX) and key not in {"x-immich-history", "x-immich-state", *read}
        }
        if unknown:
            facts["extensions"] = unknown
        return facts

    def resolve(self, where: str, holder: Mapping[str, Any]) -> Mapping[str, Any]:
        """``holder``, or what it refers to among the shared components."""
        for _ in range(8):
            if "$ref" not in holder:
                return holder
            found: Any = self.spec
            for part in str(holder["$ref"]).removeprefix("#/").split("/"):
                found = found.get(part, {}) if isinstance(found, dict) else {}
            if not found:
                break
            holder = found
        self.problems.append(f"{where} refers to {holder['$ref']!r}, which is not there")
        return {}
