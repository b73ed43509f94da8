"""The facts of a schema, with OpenAPI 3.1's ways of saying null turned into 3.0's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .canonical import Json
from .reading import PREFIX, PROSE, Reader
from .shapes import LIMITS, REF

SCHEMA_FACTS = {
    *LIMITS,
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "default",
    "deprecated",
    "discriminator",
    "enum",
    "format",
    "items",
    "nullable",
    "oneOf",
    "properties",
    "readOnly",
    "required",
    "type",
    "writeOnly",
}
BESIDE_A_REFERENCE = {"nullable", "default", "deprecated", "readOnly", "writeOnly"}
TYPES = {"array", "boolean", "integer", "null", "number", "object", "string", None}


class SchemaReader(Reader):
    """Reads the schemas of a document."""

    def schema(self, where: str, schema: Json) -> dict[str, Json]:
        """The facts of one schema."""
        if schema is True:
            return {}
        if not isinstance(schema, dict):
            self.problems.append(f"{where} is a schema of {schema!r}, which is not supported")
            return {}
        if "$ref" in schema:
            return self._reference(where, schema)
        self.enter(where, schema, SCHEMA_FACTS, extensible=True)
        facts = {
            key: value
            for key, value in schema.items()
            if key not in PROSE and not key.startswith(PREFIX)
        }
        facts = self._without_null(where, facts)
        for key in ("anyOf", "oneOf", "allOf"):
            if key in facts:
                facts[key] = [
                    self.schema(f"{where}, {key} {i}", part) for i, part in enumerate(facts[key], 1)
                ]
        if "items" in facts:
            facts["items"] = self.schema(f"{where}[]", facts["items"])
        if "properties" in facts:
            facts["properties"] = {
                name: self.schema(f"{where}.{name}", part)
                for name, part in facts["properties"].items()
            }
        if isinstance(facts.get("additionalProperties"), dict):
            values = facts["additionalProperties"]
            facts["additionalProperties"] = self.schema(f"{where}{{}}", values)
        if "propertyNames" in facts:
            facts["propertyNames"] = self.schema(f"{where}, names", facts["propertyNames"])
        self._judge(where, facts)
        facts = self._unwrapped(facts)
        return facts | self.life(schema)

    def _judge(self, where: str, facts: dict[str, Json]) -> None:
        """Note what is well-formed but has no meaning here."""
        self.place = where
        kind = facts.get("type")
        if kind not in TYPES:
            self.problems.append(f"{where} has the type {kind!r}, which is not supported")
        if kind == "array" and "items" not in facts:
            self.problems.append(f"{where} is a list without items: say what it holds")
        if "required" in facts:
            facts["required"] = sorted(set(facts["required"]))
            absent = sorted(set(facts["required"]) - set(facts.get("properties", {})))
            if absent and "allOf" not in facts:
                self.problems.append(f"{where} requires {absent[0]}, which it does not describe")
        values = facts.get("enum", [facts.get("const")])
        kinds = {type(value) for value in values}
        if "enum" in facts and kinds not in ({str}, {int}, {bool}):
            self.problems.append(f"{where} is an enum of {values}: texts or integers are supported")
        if "enum" in facts:
            facts["enum"] = list(dict.fromkeys(values))
            implied = {str: "string", int: "integer", bool: "boolean"}
            facts.setdefault("type", implied.get(type(values[0])))
        if "const" in facts and kinds not in ({str}, {int}, {bool}):
            self.problems.append(
                f"{where} is always {values[0]!r}: a text or an integer is supported"
            )
        extra = facts.get("additionalProperties", False)
        if facts.get("properties") and extra is not False:
            self.problems.append(
                f"{where} has properties and additionalProperties, of which only one is supported"
            )

    def _reference(self, where: str, schema: Mapping[str, Any]) -> dict[str, Json]:
        """A reference; what stands beside it (which OpenAPI 3.0 ignores) goes around it."""
        self.enter(where, schema, {"$ref", *BESIDE_A_REFERENCE}, extensible=True)
        reference = str(schema["$ref"])
        name = reference.removeprefix(REF)
        if name == reference or name not in self.spec.get("components", {}).get("schemas", {}):
            self.problems.append(f"{where} refers to {reference!r}, which is not a schema here")
        beside = {key: schema[key] for key in BESIDE_A_REFERENCE if key in schema}
        beside |= self.life(schema)
        return {"allOf": [{"$ref": reference}], **beside} if beside else {"$ref": reference}

    def _without_null(self, where: str, facts: dict[str, Json]) -> dict[str, Json]:
        kind = facts.get("type")
        if isinstance(kind, list):
            others = [name for name in kind if name != "null"]
            if len(others) != 1:
                self.problems.append(f"{where} has the types {kind}, which is not supported")
                return {}
            facts["type"] = others[0]
            if len(others) < len(kind):
                facts["nullable"] = True
        if None in facts.get("enum", ()):
            facts["enum"] = [value for value in facts["enum"] if value is not None]
            facts["nullable"] = True
        for key in ("anyOf", "oneOf"):
            choices = facts.get(key)
            others = [choice for choice in choices or () if not _is_null(choice)]
            if choices and len(others) < len(choices):
                facts[key] = others
                facts["nullable"] = True
        return facts

    def _unwrapped(self, facts: dict[str, Json]) -> dict[str, Json]:
        """A choice of one is that one."""
        for key in ("anyOf", "oneOf"):
            if len(facts.get(key, ())) == 1 and "discriminator" not in facts:
                beside = {name: value for name, value in facts.items() if name != key}
                only = facts[key][0]
                return {**only, **beside} if "$ref" not in only else {"allOf": [only], **beside}
        return facts


def _is_null(schema: Json) -> bool:
    if not isinstance(schema, dict):
        return False
    facts = {key: value for key, value in schema.items() if key not in PROSE}
    return facts in ({"type": "null"}, {"const": None}, {"enum": [None]})
