"""What a schema means to those who use the package: the type, without limits and wording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

REF = "#/components/schemas/"
# Formats that make another type of a text; every other one only says what the text looks like.
TELLING_FORMATS = {"date", "date-time", "binary"}
# What narrows the values of a type without making another type of it.
LIMITS = (
    "pattern",
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
    "minLength",
    "maxLength",
    "minItems",
    "maxItems",
    "uniqueItems",
    "minProperties",
    "maxProperties",
    "propertyNames",
)


def text(schema: Mapping[str, Any]) -> str:
    """The type of ``schema`` in a word or two, whether null is allowed left aside."""
    return " | ".join(sorted(alternatives(schema)))


def alternatives(schema: Mapping[str, Any]) -> set[str]:
    """The types of which a value has one."""
    found: set[str] = set()
    for part in (*schema.get("anyOf", ()), *schema.get("oneOf", ())):
        found |= alternatives(part)
    return found or {_one(schema)}


def fits(narrow: Mapping[str, Any], wide: Mapping[str, Any]) -> bool:
    """Whether every value of the type ``narrow`` is also one of the type ``wide``."""
    kinds = alternatives(wide)
    return all(
        kind in kinds or "anything" in kinds or (kind == "integer" and "number" in kinds)
        for kind in alternatives(narrow)
    )


def parts(schema: Mapping[str, Any], where: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """``schema`` and what it is made of, each with its place: ``[]`` in a list, ``{}`` in a map.

    A choice has the number of its place among the others.
    """
    yield where, schema
    if isinstance(schema.get("items"), dict):
        yield from parts(schema["items"], f"{where}[]")
    if isinstance(schema.get("additionalProperties"), dict):
        yield from parts(schema["additionalProperties"], f"{where}{{}}")
    for key in ("anyOf", "oneOf"):
        for number, part in enumerate(schema.get(key, ()), 1):
            yield from parts(part, f"{where}|{number}")


def referred(schema: Mapping[str, Any]) -> str | None:
    """The name of the schema that ``schema`` is, if it is a reference, bare or wrapped."""
    found = schema.get("$ref")
    if found is None and len(schema.get("allOf", ())) == 1:
        found = schema["allOf"][0].get("$ref")
    return None if found is None else str(found).removeprefix(REF)


def _one(schema: Mapping[str, Any]) -> str:
    name = referred(schema)
    if name is not None:
        return name
    kind = schema.get("type", "object" if "properties" in schema else "anything")
    if "enum" in schema:
        return f"enum of {kind}s"
    if kind == "array":
        return f"list of {text(schema.get('items', {}))}"
    if kind == "object" and schema.get("additionalProperties") not in (None, {}, True, False):
        return f"map to {text(schema['additionalProperties'])}"
    form = schema.get("format")
    return str(form) if kind == "string" and form in TELLING_FORMATS else str(kind)
