"""Specifications of ten lines, and the packages that the generator makes of them."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from generator.classes import named
from generator.distil import distil
from generator.errors import GenerationError
from generator.history import History
from generator.overlay import overlay_from
from generator.render import render
from generator.views import Sources

__all__ = [
    "Package",
    "Recorder",
    "contract_of",
    "generate",
    "operation",
    "problems_of",
    "reference",
    "spec_of",
    "struct",
]

ROOT = Path(__file__).resolve().parents[1]
_NUMBERS = itertools.count()

Json = dict[str, Any]


def reference(schema: str) -> Json:
    """A reference to ``schema``."""
    return {"$ref": f"#/components/schemas/{schema}"}


def struct(*required: str, **properties: Json) -> Json:
    """An object with ``properties``, of which some are required."""
    return {"type": "object", "properties": properties, "required": list(required)}


def operation(
    answer: Json | None = None,
    *,
    id: str = "getThing",
    query: Mapping[str, Json] | None = None,
    body: Json | None = None,
    media_type: str = "application/json",
    body_type: str = "application/json",
    **facts: Any,
) -> Json:
    """An operation that answers with ``answer`` and takes ``query`` and ``body``."""
    parameters = [{"in": "query", "name": name, "schema": s} for name, s in (query or {}).items()]
    content = {} if answer is None else {"content": {media_type: {"schema": answer}}}
    made: Json = {
        "operationId": id,
        "tags": ["Things"],
        "parameters": parameters,
        "responses": {"200": content},
    }
    if body is not None:
        made["requestBody"] = {"required": True, "content": {body_type: {"schema": body}}}
    return made | facts


def spec_of(
    *operations: Json,
    schemas: Mapping[str, Json] | None = None,
    paths: Mapping[str, Json] | None = None,
    release: str = "3.1.0",
    **document: Any,
) -> Json:
    """A specification; every operation is a POST with a path of its own."""
    made = {f"/things/{number}": {"post": op} for number, op in enumerate(operations)}
    components = document.pop("components", {})
    return {
        "openapi": "3.0.0",
        "info": {"title": "Immich", "version": release},
        "paths": {**made, **(paths or {})},
        "components": {"schemas": dict(schemas or {}), **components},
        **document,
    }


def contract_of(*operations: Json, **document: Any) -> Json:
    """The contract of such a specification, in its named form."""
    return named(distil(spec_of(*operations, **document)))


def generate(
    spec: Json, folder: Path, *, overlay: Json | None = None, older: tuple[Json, ...] = ()
) -> Package:
    """Import what is generated from ``spec``; ``older`` are the releases seen before it."""
    history, before = History(), None
    for seen in (*older, spec):
        history.add(distil(seen), named(distil(seen)), before)
        before = named(distil(seen))
    sources = Sources(named(distil(spec)), overlay_from(overlay or {}), history)
    files = render(sources, ROOT / "openapi" / "templates", [], ROOT / "pyproject.toml")
    name = f"mini_{next(_NUMBERS)}"
    for path, text in files.items():
        (folder / name / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / name / path).write_text(text, encoding="utf-8")
    return Package(name, folder / name)


def problems_of(make: Callable[[], object]) -> str:
    """What stops ``make``, as one text; empty if nothing does."""
    try:
        make()
    except GenerationError as error:
        return "\n".join(error.problems)
    return ""


@dataclass(frozen=True)
class Package:
    """A generated package under a name of its own."""

    name: str
    folder: Path

    def module(self, name: str) -> ModuleType:
        """One of its modules."""
        if self.name not in sys.modules:
            init = self.folder / "__init__.py"
            spec = importlib.util.spec_from_file_location(
                self.name, init, submodule_search_locations=[str(self.folder)]
            )
            assert spec is not None
            assert spec.loader is not None
            sys.modules[self.name] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[self.name])
        return importlib.import_module(f"{self.name}.{name}")

    def model(self, name: str) -> Any:
        """One of its models."""
        return getattr(self.module("models"), name)

    def function(self, name: str, group: str = "things") -> Any:
        """The function of an operation."""
        return getattr(self.module(f"operations.{group}"), name)

    def source(self, path: str) -> str:
        """The text of one of its files."""
        return (self.folder / path).read_text(encoding="utf-8")


class Recorder:
    """An executor that keeps the requests it is given."""

    def __init__(self) -> None:
        self.requests: list[Any] = []

    def execute(self, request: Any, /) -> None:
        self.requests.append(request)
