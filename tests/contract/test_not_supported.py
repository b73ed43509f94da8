"""What the generator cannot express stops it, with the place and the keyword."""

from __future__ import annotations

from pathlib import Path

import pytest
from mini_spec import Json, generate, operation, problems_of, reference, spec_of, struct

TEXT: Json = {"type": "string"}
BINARY: Json = {"type": "string", "format": "binary"}
A: Json = struct("a", a=TEXT)


def answer(schema: Json, **schemas: Json) -> Json:
    return spec_of(operation(schema), schemas={"A": A, "B": A, **schemas})


def field(schema: Json) -> Json:
    return answer(reference("C"), C=struct(f=schema))


def placed(where: str, schema: Json = TEXT, **facts: object) -> Json:
    return spec_of(
        operation(None, parameters=[{"in": where, "name": "p", "schema": schema, **facts}])
    )


def media(**contents: Json) -> Json:
    statuses = {status: {"content": content} for status, content in contents.items()}
    return spec_of(operation(None, responses={s.removeprefix("s"): c for s, c in statuses.items()}))


def listed(item: Json) -> Json:
    return {"type": "array", "items": item}


EITHER = {"anyOf": [reference("A"), reference("B")]}
JSON_TEXT = {"application/json": {"schema": TEXT}}
CASES: dict[str, tuple[Json, str]] = {
    "a keyword": (field({"not": TEXT}), "schema C.f uses not"),
    "a keyword in an answer": (answer({"patternProperties": {}}), "patternProperties"),
    "an unknown type": (field({"type": "strin"}), "schema C.f has the type 'strin'"),
    "two types": (field({"type": ["string", "integer"]}), "schema C.f has the types"),
    "a list of anything": (field({"type": "array"}), "schema C.f is a list without items"),
    "no schema": (field([]), "schema C.f is a schema of []"),  # type: ignore[arg-type]  # hostile
    "a mixed enum": (field({"enum": ["a", 1]}), "schema C.f is an enum of ['a', 1]"),
    "an enum of fractions": (field({"enum": [1.5]}), "schema C.f is an enum of [1.5]"),
    "nothing but null": (field({"const": None}), "schema C.f is always None"),
    "fields and others": (
        field(A | {"additionalProperties": TEXT}),
        "schema C.f has properties and",
    ),
    "an absent field": (field(struct("x", a=TEXT)), "schema C.f requires x"),
    "a lost reference": (field(reference("Lost")), "schema C.f refers to"),
    "binary in JSON": (field(BINARY), "schema C.f is binary"),
    "a map to a choice": (
        field({"type": "object", "additionalProperties": EITHER}),
        "schema C.f maps to a choice",
    ),
    "lists of lists of a choice": (field(listed(listed(EITHER))), "schema C.f nests lists"),
    "a quote in a name": (answer(reference("C"), C=struct(**{'a"b': TEXT})), 'schema C.a"b'),
    "two fields of one name": (answer(reference("C"), C=struct(aB=TEXT, a_b=TEXT)), "2 fields a_b"),
    "a composition of itself": (answer(reference("C"), C=reference("C")), "composed of itself"),
    "a composition at odds": (
        answer(reference("C"), C={"allOf": [reference("A"), struct(a={"type": "integer"})]}),
        "schema C.a is two things",
    ),
    "fields beside a choice": (answer(reference("C"), C=A | EITHER), "schema C has fields beside"),
    "a lonely discriminator": (
        answer(reference("C"), C=A | {"discriminator": {"propertyName": "a"}}),
        "schema C has a discriminator without",
    ),
    "a list of itself": (answer(reference("C"), C=listed(reference("C"))), "/components/schemas/C"),
    "two schemas of one name": (
        spec_of(operation(), schemas={"a_b": A, "AB": A}),
        "are both class AB",
    ),
    "an answer of two types": (answer(EITHER), "operation getThing, answer is one of A | B"),
    "an answer of two media": (
        media(s200={**JSON_TEXT, "text/csv": {"schema": TEXT}}),
        "operation getThing answers with one of application/json, text/csv",
    ),
    "an answer by status": (
        media(s200=JSON_TEXT, s202={"application/json": {"schema": A}}),
        "operation getThing answers with another type for each status",
    ),
    "an answer of no type": (media(s200={"text/x": {}}), "operation getThing: an answer of text/x"),
    "a cookie": (placed("cookie"), "operation getThing, parameter p is in 'cookie'"),
    "a deep object": (placed("query", style="deepObject"), "parameter p has style 'deepObject'"),
    "a joined list": (placed("query", listed(TEXT), explode=False), "parameter p is not exploded"),
    "an object in the query": (placed("query", A), "operation getThing, p is an object"),
    "a list in a header": (placed("header", listed(TEXT)), "operation getThing"),
    "lists in the query": (
        placed("query", listed(listed(TEXT))),
        "operation getThing, p is a list",
    ),
    "a path that lacks it": (placed("path"), "parameter p is in the path /things/0 or"),
    "a bare stream": (
        spec_of(operation(None, body=BINARY, body_type="application/octet-stream")),
        "operation getThing takes a bare stream",
    ),
    "a body of text": (
        spec_of(operation(None, body=TEXT, body_type="text/plain")),
        "operation getThing",
    ),
    "a list of files": (
        spec_of(operation(None, body=struct(f=listed(BINARY)), body_type="multipart/form-data")),
        "operation getThing, f is a file in a list",
    ),
    "no tag": (spec_of(operation(tags=[])), "operation getThing has no tag"),
    "no id": (spec_of(operation(operationId=None)), "operation POST /things/0 has no operationId"),
    "an id with a space": (spec_of(operation(id="get it")), "operation get it"),
    "ids that clash": (
        spec_of(operation(id="getIt"), operation(id="get_it")),
        "operation getIt and operation get_it are both get_it",
    ),
    "groups that clash": (
        spec_of(operation(tags=["A b"]), operation(id="x", tags=["A (b)"])),
        "group A (b) and group A b are both a_b",
    ),
    "only OAuth": (
        spec_of(
            operation(security=[{"oauth": []}]),
            components={"securitySchemes": {"oauth": {"type": "oauth2"}}},
        ),
        "operation getThing can only be signed by oauth",
    ),
    "no version": (spec_of(operation(), release="main"), "release 'main'"),
    "a webhook": (spec_of(operation(), webhooks={}), "the document uses webhooks"),
    "an extension of a path": (
        spec_of(paths={"/x": {"x-immich-new": 1, "get": operation()}}),
        "path /x uses x-immich-new",
    ),
    "no OpenAPI": (spec_of(operation(responses=[])), "operation getThing is not as OpenAPI"),
}


@pytest.mark.parametrize("case", CASES)
def test_the_generator_names_what_it_cannot_express(case: str, tmp_path: Path) -> None:
    spec, told = CASES[case]
    assert told in problems_of(lambda: generate(spec, tmp_path))


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    spec = spec_of(operation({"not": {}}), operation({"if": {}}, id="other"))
    problems = problems_of(lambda: generate(spec, tmp_path)).splitlines()
    assert [problem.split(",")[0] for problem in problems] == [
        "operation getThing",
        "operation other",
    ]
