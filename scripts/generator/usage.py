"""Where a contract uses its schemas, and which fields an operation takes.

All contracts here are in their named form (see `classes`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .canonical import Json
from .shapes import REF, referred


def refs(value: Json) -> Iterator[str]:
    """The names of the schemas that ``value`` refers to, however deep."""
    if isinstance(value, dict):
        if "$ref" in value:
            yield str(value["$ref"]).removeprefix(REF)
        for item in value.values():
            yield from refs(item)
    elif isinstance(value, list):
        for item in value:
            yield from refs(item)


def reachable(contract: Mapping[str, Any], start: Iterable[str]) -> set[str]:
    """``start`` and every schema that these need."""
    seen: set[str] = set()
    waiting = list(start)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(refs(contract["schemas"].get(name, {})))
    return seen


def in_answers(contract: Mapping[str, Any]) -> set[str]:
    """The schemas that the server sends.

    Schemas that no operation mentions count too: the sync stream sends most of those.
    """
    mentioned = reachable(contract, refs(contract["operations"]))
    answers = (refs(op["responses"]) for op in contract["operations"].values())
    sent = reachable(contract, (name for found in answers for name in found))
    return sent | (set(contract["schemas"]) - mentioned)


def in_requests(contract: Mapping[str, Any]) -> set[str]:
    """The schemas that a caller sends."""
    sent = (refs([op.get("body", {}), op["parameters"]]) for op in contract["operations"].values())
    return reachable(contract, (name for found in sent for name in found))


def successes(operation: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The content of the answers that mean success, by status; ``default`` if no other does."""
    answers = operation["responses"]
    good = {status: content for status, content in answers.items() if status.startswith("2")}
    return good or {status: answers[status] for status in answers if status == "default"}


def places(contract: Mapping[str, Any]) -> dict[str, set[str]]:
    """For every schema the places that refer to it, by a name that survives its renaming."""
    found: dict[str, set[str]] = {name: set() for name in contract["schemas"]}
    for operation in contract["operations"].values():
        route = f"{operation['method']} {operation['path']}"
        for part in ("parameters", "body", "responses"):
            for name in refs(operation.get(part, {})):
                found.setdefault(name, set()).add(f"{route} {part}")
    for owner, schema in contract["schemas"].items():
        for field, value in schema.get("properties", {}).items():
            for name in refs(value):
                found.setdefault(name, set()).add(f"{owner.lower()}.{field}")
    return found


def body_fields(
    contract: Mapping[str, Any], operation: Mapping[str, Any]
) -> dict[str, Mapping[str, Any]]:
    """The fields that the body of ``operation`` takes, ``a``, ``a.b`` or ``a[].c``: their facts."""
    fields: dict[str, Mapping[str, Any]] = {}
    for schema in operation.get("body", {}).get("content", {}).values():
        _collect(contract, schema, "", fields, ())
    return fields


def _collect(
    contract: Mapping[str, Any],
    schema: Mapping[str, Any],
    place: str,
    fields: dict[str, Mapping[str, Any]],
    above: tuple[str, ...],
) -> None:
    name = referred(schema)
    if name is not None:
        if name not in above:
            _collect(contract, contract["schemas"][name], place, fields, (*above, name))
        return
    for choice in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        _collect(contract, choice, place, fields, above)
    if "items" in schema:
        _collect(contract, schema["items"], f"{place}[]", fields, above)
    if isinstance(schema.get("additionalProperties"), dict):
        _collect(contract, schema["additionalProperties"], f"{place}{{}}", fields, above)
    for field, part in schema.get("properties", {}).items():
        path = f"{place}.{field}" if place else field
        fields[path] = part
        _collect(contract, part, path, fields, above)
