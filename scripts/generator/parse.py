"""The contract through openapi-python-client's parser: classes, properties, endpoints.

The parser follows references, resolves types and checks the document; what it does not take is
an error here, never left out. It is handed plain ids and no values of enums, so that its ideas
of names and clashes do not matter: names are given in `views`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment
from openapi_python_client import Project
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser import GeneratorData
from openapi_python_client.parser.errors import GeneratorError
from openapi_python_client.parser.openapi import Endpoint
from openapi_python_client.parser.properties import ModelProperty
from openapi_python_client.parser.properties.protocol import PropertyProtocol

from . import usage
from .canonical import Json
from .errors import GenerationError
from .names import PREFIX

# What types depend on; everything else is read from the contract itself.
READ = (
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "format",
    "items",
    "nullable",
    "oneOf",
    "properties",
    "required",
    "type",
)
# Its fields are the schemas that become no class; see `_document`.
ALIASES = "EverySchemaThatIsNoClass"
TEXT, BYTES, JSON = "text/plain", "application/octet-stream", "application/json"


@dataclass(frozen=True)
class Parsed:
    """What the parser made of a contract, and the template environment that goes with it.

    ``aliases`` are the schemas that are lists, texts, choices: no classes of their own.
    """

    endpoints: Mapping[str, Endpoint]
    models: Mapping[str, ModelProperty]
    aliases: Mapping[str, PropertyProtocol]
    templates: Environment


def parse(contract: Mapping[str, Any], templates: Path) -> Parsed:
    """Parse ``contract``, in its named form; ``templates`` is the folder of our templates."""
    config = Config.from_sources(
        ConfigFile(post_hooks=[], field_prefix=PREFIX),
        MetaType.NONE,
        document_source=Path("contract.json"),
        file_encoding="utf-8",
        overwrite=True,
        output_path=Path("immichkit_api"),
    )
    ids = sorted(contract["operations"])
    data = GeneratorData.from_dict(_document(contract, ids), config=config)
    if isinstance(data, GeneratorError):
        raise GenerationError([f"{data.header}: {data.detail}"])
    routes = {(op["method"], op["path"]): id_ for id_, op in contract["operations"].items()}
    problems = [_words(error, routes) for error in data.errors]
    endpoints: dict[str, Endpoint] = {}
    for collection in data.endpoint_collections_by_tag.values():
        problems.extend(_words(error, routes) for error in collection.parse_errors)
        for endpoint in collection.endpoints:
            endpoints[ids[int(str(endpoint.name).removeprefix("op"))]] = endpoint
    if not problems:
        problems = [f"operation {id_} was not parsed" for id_ in ids if id_ not in endpoints]
    if problems:
        raise GenerationError(problems)
    models = {str(model.class_info.name): model for model in data.models}
    holder = models.pop(ALIASES, None)
    project = Project(openapi=data, config=config, custom_template_path=templates)
    return Parsed(
        endpoints=endpoints,
        models=models,
        aliases={
            prop.name.get_untrusted_value(): prop
            for prop in ((holder.optional_properties if holder else None) or [])
        },
        templates=project.env,
    )


def is_class(schema: Mapping[str, Any]) -> bool:
    """Whether a schema becomes a class: an object with fields or an empty one, or an enum."""
    if "enum" in schema:
        return schema.get("type") in {"string", "integer"}
    if "anyOf" in schema or "oneOf" in schema:
        return False
    is_object = "properties" in schema or schema.get("type") == "object"
    return is_object and not schema.get("additionalProperties")


def _words(error: GeneratorError, routes: Mapping[tuple[str, str], str]) -> str:
    detail = f"{error.detail or ''}".strip()
    found = re.search(r"parsing (\w+) (\S+) within", error.header)
    if found and (found[1].upper(), found[2]) in routes:
        return f"operation {routes[found[1].upper(), found[2]]}: {detail or error.header}"
    return re.sub(r' named "<[^>]*>"', "", f"{error.header} {detail}").strip()


def _document(contract: Mapping[str, Any], ids: list[str]) -> dict[str, Json]:
    """The contract as an OpenAPI document again, in the parser's vocabulary."""
    paths: dict[str, Json] = {}
    problems: list[str] = []
    for number, id_ in enumerate(ids):
        operation = contract["operations"][id_]
        item: dict[str, Json] = {
            "operationId": f"op{number}",
            "tags": ["all"],
            "parameters": [
                {
                    "in": parameter["in"],
                    "name": parameter["name"],
                    "required": parameter["required"],
                    "schema": _schema(parameter["schema"]),
                }
                for parameter in operation["parameters"]
            ],
            "responses": {"204": {"description": ""}},
        }
        answer = answer_of(contract, id_)
        if answer is not None:
            kind, schema = answer
            item["responses"] = {
                "200": {"description": "", "content": {kind: {"schema": _schema(schema)}}}
            }
        body = operation.get("body")
        if body:
            if len(body["content"]) != 1:
                problems.append(f"operation {id_} takes several kinds of body, or none")
            item["requestBody"] = {
                "required": body["required"],
                "content": {
                    media_type: {"schema": _schema(schema)}
                    for media_type, schema in body["content"].items()
                },
            }
        paths.setdefault(operation["path"], {})[operation["method"].lower()] = item
    if problems:
        raise GenerationError(problems)
    schemas = {name: _schema(schema) for name, schema in sorted(contract["schemas"].items())}
    others = [name for name, schema in contract["schemas"].items() if not is_class(schema)]
    if others:
        # The parser keeps no types but classes; the fields of a class it does keep.
        properties = {name: {"$ref": f"#/components/schemas/{name}"} for name in sorted(others)}
        schemas[ALIASES] = {"type": "object", "properties": properties}
    return {
        "openapi": "3.0.3",
        "info": {"title": "Immich", "version": contract["release"]},
        "paths": paths,
        "components": {"schemas": schemas},
    }


def answer_of(contract: Mapping[str, Any], id_: str) -> tuple[str, Mapping[str, Any]] | None:
    """What an operation answers with: JSON, text or bytes, and the schema; None if nothing.

    Raises `GenerationError` if that depends on the status or on what the caller would like.
    """
    contents = list(usage.successes(contract["operations"][id_]).values())
    if not any(contents):
        return None
    if any(content != contents[0] for content in contents):
        raise GenerationError([f"operation {id_} answers with another type for each status"])
    if len(contents[0]) > 1:
        kinds = ", ".join(sorted(contents[0]))
        raise GenerationError([f"operation {id_} answers with one of {kinds}: one is supported"])
    media_type, schema = next(iter(contents[0].items()))
    if media_type == "application/json":
        return JSON, schema
    if schema.get("type") == "string":
        return (BYTES if schema.get("format") == "binary" else TEXT), schema
    if media_type.endswith("+json"):
        return JSON, schema
    raise GenerationError([f"operation {id_}: an answer of {media_type} is not supported"])


def _schema(schema: Mapping[str, Any]) -> Json:
    """What the parser shall see of a schema."""
    kept = {key: schema[key] for key in READ if key in schema}
    for key in ("allOf", "anyOf", "oneOf"):
        if key in kept:
            kept[key] = [_schema(part) for part in kept[key]]
    for key in ("items", "additionalProperties"):
        if isinstance(kept.get(key), dict):
            kept[key] = _schema(kept[key])
    if "properties" in kept:
        kept["properties"] = {name: _schema(part) for name, part in kept["properties"].items()}
    if "enum" in schema and schema["type"] in {"string", "integer"}:
        # One value tells which kind of enum it is; which values there are is in the contract.
        kept["enum"] = ["a" if schema["type"] == "string" else 1]
    return kept
