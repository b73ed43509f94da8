"""A contract in which everything that becomes a class is a schema of its own.

Objects and enums that stand inline move out and are named after their places, compositions
become plain objects, and every schema goes by the name that its class has in Python.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import names
from .canonical import Json
from .errors import GenerationError
from .shapes import LIMITS, REF, referred

# What stays with the place when an inline schema moves out.
OF_THE_PLACE = {
    "nullable",
    "default",
    "deprecated",
    "history",
    "state",
    "extensions",
    "readOnly",
    "writeOnly",
}
# Where two parts of a composition may differ: what the outer one says holds.
OUTER_HOLDS = {*OF_THE_PLACE, *LIMITS}


def named(contract: Mapping[str, Any]) -> dict[str, Json]:
    """``contract`` in its named form. Raises `GenerationError`."""
    return _Namer(contract).contract()


class _Namer:
    def __init__(self, contract: Mapping[str, Any]) -> None:
        self._contract = contract
        self._old: Mapping[str, Any] = contract["schemas"]
        self._new: dict[str, Json] = {}
        self._problems: list[str] = []
        self._names = {name: names.class_name(name) for name in sorted(self._old)}

    def contract(self) -> dict[str, Json]:
        owners: dict[str, str] = {}
        for name, class_name in self._names.items():
            if class_name in owners:
                self._problems.append(
                    f"schema {name} and schema {owners[class_name]} are both class {class_name}"
                )
            owners[class_name] = name
        for name, class_name in self._names.items():
            where = f"schema {name}"
            if self._old[name].get("formOf", name) not in self._names:
                self._problems.append(f"{where} is a form of {self._old[name]['formOf']}, now gone")
            flat = self._flat(where, self._old[name], (name,))
            flat.pop("nullable", None)  # which `_part` says wherever it is used
            self._new[class_name] = self._inside(where, class_name, flat)
        operations = {
            id_: self._operation(id_, facts)
            for id_, facts in sorted(self._contract["operations"].items())
        }
        if self._problems:
            raise GenerationError(self._problems)
        return {**self._contract, "schemas": self._new, "operations": operations}

    def _operation(self, id_: str, facts: Mapping[str, Any]) -> Json:
        where, prefix = f"operation {id_}", names.pascal(id_)
        parameters = [
            {
                **parameter,
                "schema": self._part(
                    f"{where}, parameter {parameter['name']}",
                    prefix + names.pascal(parameter["name"]),
                    parameter["schema"],
                ),
            }
            for parameter in facts["parameters"]
        ]
        responses = {
            status: {
                media_type: self._part(f"{where}, answer {status}", f"{prefix}Response", schema)
                for media_type, schema in sorted(content.items())
            }
            for status, content in sorted(facts["responses"].items())
        }
        made = {**facts, "parameters": parameters, "responses": responses}
        if "body" in facts:
            content = {
                media_type: self._part(f"{where}, body", f"{prefix}Body", schema)
                for media_type, schema in sorted(facts["body"]["content"].items())
            }
            made["body"] = {**facts["body"], "content": content}
        return made

    def _part(self, where: str, hint: str, schema: Mapping[str, Any]) -> Json:
        """A schema that stands inside of something; ``hint`` is the name it would have."""
        name = referred(schema)
        if name is not None and name not in self._names:
            # Distilled references lead somewhere; a correction can break that.
            self._problems.append(f"{where} refers to {name}, which is no schema (any more)")
            return {}
        if name is not None:
            bare = {"$ref": REF + self._names[name]}
            null = {"nullable": True} if self._old[name].get("nullable") else {}
            beside = {key: value for key, value in schema.items() if key != "$ref"}
            return {**beside, "allOf": [bare], **null} if beside or null else bare
        flat = self._flat(where, schema, ())
        if not (flat.get("properties") or "enum" in flat):
            return self._inside(where, hint, flat)
        own = {key: value for key, value in flat.items() if key not in OF_THE_PLACE}
        beside = {key: value for key, value in flat.items() if key in OF_THE_PLACE}
        class_name, number = names.class_name(hint), 1
        while class_name in self._names.values() or class_name in self._new:
            same = self._new.get(class_name)
            if same == own and "enum" in own:
                break
            number += 1
            class_name = names.class_name(f"{hint}{number}")
        self._new[class_name] = {}  # the name is taken while the parts are named
        self._new[class_name] = self._inside(where, class_name, own)
        reference = {"$ref": REF + class_name}
        return {"allOf": [reference], **beside} if beside else reference

    def _inside(self, where: str, hint: str, schema: Mapping[str, Any]) -> dict[str, Json]:
        """``schema`` with its parts in the named form."""
        made: dict[str, Json] = dict(schema)
        absent = sorted(set(made.get("required", ())) - set(made.get("properties", {})))
        if absent:
            self._problems.append(f"{where} requires {absent[0]}, which it does not describe")
        choices = [*made.get("anyOf", ()), *made.get("oneOf", ())]
        if choices and made.get("properties"):
            self._problems.append(f"{where} has fields beside anyOf or oneOf: not supported")
        if "discriminator" in made and not all(referred(choice) for choice in choices):
            self._problems.append(
                f"{where} tells inline schemas apart by a discriminator: name them"
            )
        if "discriminator" in made and not choices:
            self._problems.append(
                f"{where} has a discriminator without anyOf or oneOf: not supported"
            )
        if "discriminator" in made:
            made["discriminator"] = self._discriminator(where, made["discriminator"], choices)
        if "properties" in made:
            made["properties"] = {
                field: self._part(f"{where}.{field}", hint + names.pascal(field), part)
                for field, part in sorted(made["properties"].items())
            }
        if "items" in made:
            made["items"] = self._part(f"{where}[]", f"{hint}Item", made["items"])
        if made.get("additionalProperties") not in (None, {}, True, False):
            values = made["additionalProperties"]
            made["additionalProperties"] = self._part(f"{where}{{}}", f"{hint}Value", values)
        for key in ("anyOf", "oneOf"):
            if key in made:
                made[key] = [
                    self._part(f"{where}, {key} {i}", f"{hint}Option{i}", part)
                    for i, part in enumerate(made[key], 1)
                ]
        return made

    def _discriminator(
        self, where: str, facts: Mapping[str, Any], choices: list[Mapping[str, Any]]
    ) -> Json:
        """The discriminator with the class for each value."""
        known = [name for choice in choices if (name := referred(choice))]
        mapping = facts.get("mapping") or {name: name for name in known}
        by_value = {value: str(target).removeprefix(REF) for value, target in mapping.items()}
        strange = sorted(set(by_value.values()) - set(known))
        if strange:
            self._problems.append(f"{where} maps its discriminator to {strange[0]}, not a choice")
        return {
            "propertyName": facts["propertyName"],
            "mapping": {
                value: self._names[name] for value, name in by_value.items() if name in self._names
            },
        }

    def _flat(self, where: str, schema: Mapping[str, Any], trail: tuple[str, ...]) -> Json:
        """``schema`` with what it is composed of put together, and a constant as an enum of one."""
        composed = [*schema.get("allOf", ())]
        if "$ref" in schema:
            composed.append({"$ref": schema["$ref"]})
        flat = {key: value for key, value in schema.items() if key not in {"allOf", "$ref"}}
        if isinstance(flat.get("const"), str | int) and not isinstance(flat["const"], bool):
            flat["enum"] = [flat.pop("const")]
            flat.setdefault("type", "string" if isinstance(flat["enum"][0], str) else "integer")
        for part in composed:
            name = referred(part)
            if name in trail:
                self._problems.append(f"{where} is composed of itself")
                continue
            inner = part if name is None else self._old.get(name, {})
            deeper = trail if name is None else (*trail, name)
            flat = self._merged(where, flat, self._flat(where, inner, deeper))
        return flat

    def _merged(self, where: str, outer: dict[str, Json], inner: Mapping[str, Any]) -> Json:
        merged = {**inner, **outer}
        fields = dict(inner.get("properties", {}))
        for field, part in outer.get("properties", {}).items():
            if fields.setdefault(field, part) != part:
                self._problems.append(f"{where}.{field} is two things in its allOf: not supported")
        if fields:
            merged["properties"] = fields
        required = {*inner.get("required", ()), *outer.get("required", ())}
        if required:
            merged["required"] = sorted(required)
        for key in set(inner) & set(outer) - OUTER_HOLDS - {"properties", "required"}:
            if inner[key] != outer[key]:
                self._problems.append(f"{where} has two kinds of {key} in its allOf: not supported")
        return merged
