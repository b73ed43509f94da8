"""Arguments and answers for every operation, made from the committed contract."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonpatch
import msgspec
from immichkit_api import facts, models, operations
from immichkit_api.types import File, Operation

FOLDER = Path(__file__).parents[1] / "openapi"
REF = "#/components/schemas/"
TEXTS = {
    "uuid": "9bff3557-a785-448e-85d6-352f8765b3eb",
    "date-time": "2024-05-04T10:00:00.123Z",
    "date": "2024-05-04",
    "email": "someone@example.com",
    "uri": "https://example.com/",
}


@cache
def contract() -> dict[str, Any]:
    """The contract with the corrections, as generated code sees it."""
    corrected: dict[str, Any] = json.loads((FOLDER / "contract.json").read_text(encoding="utf-8"))
    for correction in json.loads((FOLDER / "corrections.json").read_text(encoding="utf-8")):
        corrected = jsonpatch.apply_patch(corrected, correction["patch"])
    return corrected


def every_operation() -> list[Operation[Any]]:
    """The constants of all operations."""
    return [constant(id_) for id_ in sorted(facts.OPERATIONS)]


def constant(id_: str) -> Operation[Any]:
    """The constant of one operation."""
    group, name = facts.OPERATIONS[id_][2].split(".")
    found: Operation[Any] = getattr(getattr(operations, group), name.rstrip("_").upper())
    return found


def answer(operation: Operation[Any]) -> bytes:
    """The body of an answer to ``operation``."""
    schema = answer_schema(operation)
    if schema is None:
        return b""
    if operation.response in {bytes, str}:
        return b"raw"
    return json.dumps(sample(schema)).encode()


def answer_schema(operation: Operation[Any]) -> Mapping[str, Any] | None:
    """What the contract says of a successful answer; None if it is empty."""
    for status, content in sorted(contract()["operations"][operation.id]["responses"].items()):
        if status.startswith("2"):
            for schema in content.values():
                found: Mapping[str, Any] = schema
                return found
    return None


def arguments(operation: Operation[Any]) -> tuple[list[Any], dict[str, Any]]:
    """Positional and keyword arguments that name everything which ``operation`` takes."""
    described = contract()["operations"][operation.id]
    in_path = {p["name"]: p for p in described["parameters"] if p["in"] == "path"}
    order = [part[1:-1] for part in operation.path.split("/") if part.startswith("{")]
    positional = [sample(in_path[name]["schema"]) for name in order if name in in_path]
    keywords = {
        python(p["name"]): sample(p["schema"]) for p in described["parameters"] if p["in"] != "path"
    }
    for schema in described.get("body", {}).get("content", {}).values():
        keywords |= _fields(operation, schema)
    return positional, keywords


def _fields(operation: Operation[Any], schema: Mapping[str, Any]) -> dict[str, Any]:
    model: Any = getattr(models, schema["$ref"].removeprefix(REF))
    # The one place where a field of the body shares its name with a parameter of the path.
    clash = {"faces.reassign_faces_by_id": {"id": "face_id"}}.get(operation.name, {})
    if operation.body == "multipart":
        wire = sample(schema)
        files = {name for name, value in wire.items() if value == "<binary>"}
        return {
            field.name: File(
                content=b"raw", name="IMG_1.jpg" if field.name != "sidecar_data" else "IMG_1.xmp"
            )
            if field.encode_name in files
            else wire[field.encode_name]
            for field in msgspec.structs.fields(model)
        }
    body = msgspec.convert(sample(schema), model)
    return {
        clash.get(field.name, field.name): getattr(body, field.name)
        for field in msgspec.structs.fields(model)
    }


def python(wire: str) -> str:
    """The argument's name for a parameter."""
    text = "".join(f"_{c.lower()}" if c.isupper() else c for c in wire).replace("-", "_")
    return text + "_" if text in {"from", "for", "import"} else text


def sample(schema: Mapping[str, Any], has: Callable[[str], bool] = lambda _: True) -> Any:
    """A JSON value that ``schema`` allows, with every field it knows.

    ``has`` tells of ``fields/SCHEMA/FIELD`` whether the server that answers has it.
    """
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        found = sample(contract()["schemas"][name], has)
        if isinstance(found, dict):
            return {field: part for field, part in found.items() if has(f"fields/{name}/{field}")}
        return found
    for union in ("allOf", "anyOf", "oneOf"):
        if union in schema:
            return sample(schema[union][0], has)
    if "enum" in schema:
        return schema["enum"][0]
    match schema.get("type"):
        case "object":
            return {name: sample(part, has) for name, part in schema.get("properties", {}).items()}
        case "array":
            return [sample(schema["items"], has)] * 2
        case "string":
            if schema.get("format") == "binary":
                return "<binary>"
            return TEXTS.get(schema.get("format", ""), "text")
        case "boolean":
            return True
        case "integer":
            return max(1, int(schema.get("minimum", 1)))
        case "number":
            return 0.5
    return {"any": "thing"}


def required_places(schema: Mapping[str, Any]) -> Iterator[tuple[list[Any], str]]:
    """Where the sample of ``schema`` must hold a value: the way there, and its JSON path."""
    if schema.get("type") == "array":
        for way, path in required_places(schema["items"]):
            yield [0, *way], f"$[0]{path.removeprefix('$')}"
        return
    if "$ref" in schema:
        yield from required_places(contract()["schemas"][schema["$ref"].removeprefix(REF)])
        return
    for part in schema.get("anyOf", ())[:1]:
        yield from required_places(part)
    for name in schema.get("required", ()):
        facts_ = schema["properties"][name]
        if not facts_.get("nullable") and facts_ and "anyOf" not in facts_:
            yield [name], f"$.{name}"
