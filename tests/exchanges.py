"""The recorded exchanges, each with the operation that it calls."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from immichkit_api import facts, operations
from immichkit_api.types import Operation

HERE = Path(__file__).parent / "recordings"
API = "/api"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as they were recorded."""

    topic: str
    number: int
    note: str
    request: dict[str, Any]
    response: dict[str, Any]

    @property
    def id(self) -> str:
        """What a test report calls it."""
        return f"{self.topic}-{self.number}"

    @property
    def status(self) -> int:
        """The status of the answer."""
        status: int = self.response["status"]
        return status

    @property
    def content(self) -> bytes:
        """The body of the answer, if it was JSON or text."""
        if "json" in self.response:
            return json.dumps(self.response["json"]).encode()
        return str(self.response.get("text", "")).encode()

    @property
    def operation(self) -> Operation[Any] | None:
        """What it calls; None if it calls nothing that the contract has."""
        path = self.request["path"]
        if not path.startswith(API + "/"):
            return None
        for pattern, id_ in _routes().get(self.request["method"], ()):
            if pattern.fullmatch(path.removeprefix(API)):
                return constant(id_)
        return None


def constant(id_: str) -> Operation[Any]:
    """The constant of an operation."""
    group, name = facts.OPERATIONS[id_][2].split(".")
    found: Operation[Any] = getattr(getattr(operations, group), name.rstrip("_").upper())
    return found


@cache
def load() -> tuple[Exchange, ...]:
    """Every exchange, file by file in the order in which they happened."""
    return tuple(_read())


def _read() -> Iterator[Exchange]:
    for path in sorted(HERE.glob("*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            data = json.loads(line)
            yield Exchange(path.stem, data["n"], data["note"], data["request"], data["response"])


@cache
def _routes() -> dict[str, list[tuple[re.Pattern[str], str]]]:
    routes: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    # A fixed path wins over one with a parameter in the same place.
    by_fixed = sorted(facts.OPERATIONS.items(), key=lambda item: item[1][1].count("{"))
    for id_, (method, path, _) in by_fixed:
        pattern = re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path.replace(".", r"\.")))
        routes.setdefault(method, []).append((pattern, id_))
    return routes
