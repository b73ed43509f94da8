"""The interface facts of an OpenAPI document, without its prose: the contract.

Every keyword is either kept, dropped because it is prose, or an error: nothing that a document
says about the interface is passed over in silence.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from . import canonical
from .canonical import Json
from .errors import GenerationError
from .reading import PROSE
from .schemas import SchemaReader

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
OPERATION_FACTS = {
    "deprecated",
    "operationId",
    "parameters",
    "requestBody",
    "responses",
    "security",
    "tags",
}
PARAMETER_FACTS = {"deprecated", "explode", "in", "name", "required", "schema", "style"}
COMPONENTS = {"schemas", "securitySchemes", "parameters", "requestBodies", "responses", "headers"}
DOCUMENT = {"openapi", "paths", "info", "tags", "servers", "components", "security"}


def distil(spec: Mapping[str, Any]) -> dict[str, Json]:
    """The contract of the release that ``spec`` describes. Raises `GenerationError`."""
    distiller = _Distiller(spec)
    try:
        contract = distiller.contract()
        if not distiller.problems:
            made: dict[str, Json] = json.loads(canonical.dumps(contract))
            return made
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        distiller.problems.append(
            f"{distiller.place} is not as OpenAPI describes it: {type(error).__name__}: {error}"
        )
    raise GenerationError(distiller.problems)


class _Distiller(SchemaReader):
    """Walks one document."""

    def contract(self) -> dict[str, Json]:
        spec = self.spec
        self.enter("the document", spec, DOCUMENT)
        components = spec.get("components", {})
        self.enter("components", components, COMPONENTS)
        release = str(spec["info"]["version"]).removeprefix("v")
        if not re.fullmatch(r"\d+\.\d+\.\d+([-+.][\w.+-]+)?", release):
            self.problems.append(f"the document is of release {release!r}, which is no version")
        operations = self._operations()
        return {
            "release": release,
            "servers": [server["url"] for server in spec.get("servers", [])],
            "tags": sorted({tag for op in operations.values() for tag in op["tags"]}),
            "securitySchemes": {
                name: self._scheme(name, scheme)
                for name, scheme in components.get("securitySchemes", {}).items()
            },
            "operations": operations,
            "schemas": {
                name: self.schema(f"schema {name}", schema)
                for name, schema in components.get("schemas", {}).items()
            },
        }

    def _scheme(self, name: str, scheme: Mapping[str, Any]) -> Json:
        self.place = f"security scheme {name}"
        return {key: value for key, value in scheme.items() if key not in {*PROSE, "flows"}}

    def _operations(self) -> dict[str, Json]:
        operations: dict[str, Json] = {}
        for path, item in self.spec["paths"].items():
            self.enter(f"path {path}", item, {*METHODS, "parameters"})
            shared = item.get("parameters", [])
            for method in METHODS:
                if method not in item:
                    continue
                operation = item[method]
                id_ = operation.get("operationId")
                where = f"operation {id_ or f'{method.upper()} {path}'}"
                if not id_:
                    self.problems.append(f"{where} has no operationId")
                    continue
                if not re.fullmatch(r"[\w.:$-]+", id_):
                    self.problems.append(f"{where}: such an operationId is not supported")
                if id_ in operations:
                    self.problems.append(f"{where} is there twice")
                if not operation.get("tags"):
                    self.problems.append(f"{where} has no tag, so no group to be in")
                operations[id_] = self._operation(where, method, path, operation, shared)
        return operations

    def _operation(
        self, where: str, method: str, path: str, operation: Mapping[str, Any], shared: list[Json]
    ) -> dict[str, Json]:
        self.enter(where, operation, OPERATION_FACTS, extensible=True)
        responses = {
            status: self.resolve(where, response)
            for status, response in operation.get("responses", {}).items()
        }
        facts: dict[str, Json] = {
            "method": method.upper(),
            "path": path,
            "tags": operation.get("tags", []),
            "parameters": self._parameters(where, path, operation.get("parameters", []), shared),
            "responses": {
                status: self._content(f"{where}, answer {status}", response)
                for status, response in responses.items()
            },
            "security": self._security(where, operation),
        }
        headers = {
            status: self._headers(f"{where}, answer {status}", response["headers"])
            for status, response in responses.items()
            if response.get("headers")
        }
        if headers:
            facts["answerHeaders"] = headers
        if "requestBody" in operation:
            body = self.resolve(where, operation["requestBody"])
            facts["body"] = {
                "content": self._content(f"{where}, body", body),
                "required": bool(body.get("required", False)),
            }
        if operation.get("deprecated"):
            facts["deprecated"] = True
        if operation.get("x-immich-admin-only"):
            facts["adminOnly"] = True
        if "x-immich-permission" in operation:
            facts["permission"] = operation["x-immich-permission"]
        return facts | self.life(operation, "x-immich-admin-only", "x-immich-permission")

    def _security(self, where: str, operation: Mapping[str, Any]) -> list[list[str]]:
        """The choices of schemes that open an operation; none if it needs no sign-in."""
        known = self.spec.get("components", {}).get("securitySchemes", {})
        choices = operation.get("security", self.spec.get("security", []))
        named = {name: scopes for choice in choices for name, scopes in choice.items()}
        for name, scopes in named.items():
            if name not in known:
                self.problems.append(f"{where} needs {name!r}, which is no security scheme here")
            if scopes:
                self.problems.append(f"{where} needs scopes of {name}, which is not supported")
        kinds = ("apiKey", "http")
        if choices and not any(
            all(known.get(name, {}).get("type") in kinds for name in choice) for choice in choices
        ):
            wanted = ", ".join(sorted(named))
            self.problems.append(f"{where} can only be signed by {wanted}, which is not supported")
        return sorted(sorted(choice) for choice in choices)

    def _parameters(
        self, where: str, path: str, own: list[Json], shared: list[Json]
    ) -> list[dict[str, Json]]:
        found: dict[tuple[str, str], Mapping[str, Any]] = {}
        for parameter in (*shared, *own):
            resolved = self.resolve(where, parameter)
            if {"in", "name"} <= set(resolved):
                found[resolved["in"], resolved["name"]] = resolved
            elif resolved:
                self.problems.append(f"{where} has a parameter without a name or a place")
        in_path = {name for location, name in found if location == "path"}
        for name in sorted(in_path ^ set(re.findall(r"\{([^{}]*)\}", path))):
            self.problems.append(
                f"{where}, parameter {name} is in the path {path} or is described, but not both"
            )
        if re.search(r"[{}]", re.sub(r"\{[^{}]*\}", "", path)):
            self.problems.append(f"{where} has the path {path}, whose braces do not match")
        return [self._parameter(where, found[key]) for key in sorted(found)]

    def _parameter(self, where: str, parameter: Mapping[str, Any]) -> dict[str, Json]:
        where = f"{where}, parameter {parameter['name']}"
        self.enter(where, parameter, PARAMETER_FACTS, extensible=True)
        if parameter["in"] not in {"path", "query", "header"}:
            self.problems.append(f"{where} is in {parameter['in']!r}, which is not supported")
        style = parameter.get("style")
        if style not in {None, "form" if parameter["in"] == "query" else "simple"}:
            self.problems.append(f"{where} has style {style!r}, which is not supported")
        if parameter["in"] == "query" and parameter.get("explode") is False:
            self.problems.append(f"{where} is not exploded, which is not supported")
        if "schema" not in parameter:
            self.problems.append(f"{where} has no schema")
        facts: dict[str, Json] = {
            "in": parameter["in"],
            "name": parameter["name"],
            "required": bool(parameter.get("required", parameter["in"] == "path")),
            "schema": self.schema(where, parameter.get("schema", {})),
        }
        if parameter.get("deprecated"):
            facts["deprecated"] = True
        return facts | self.life(parameter)

    def _content(self, where: str, holder: Mapping[str, Any]) -> dict[str, Json]:
        self.enter(where, holder, {"content", "required", "headers"})
        content = {}
        for media_type, media in (holder.get("content") or {}).items():
            self.enter(f"{where}, {media_type}", media, {"schema"})
            content[media_type] = self.schema(f"{where}, {media_type}", media.get("schema", {}))
        return content

    def _headers(self, where: str, headers: Mapping[str, Any]) -> dict[str, Json]:
        found = {}
        for name, header in headers.items():
            resolved = self.resolve(where, header)
            self.enter(f"{where}, header {name}", resolved, {"schema", "required", "deprecated"})
            found[name] = self.schema(f"{where}, header {name}", resolved.get("schema", {}))
        return found
