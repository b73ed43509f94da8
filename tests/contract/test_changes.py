"""Two contracts side by side: every change, whether it breaks code, and the version that follows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from generator.changes import Change, bump
from generator.comparison import compare
from generator.errors import GenerationError
from mini_spec import Json, contract_of, operation, reference, struct

TEXT: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}
NUMBER: Json = {"type": "number"}
OPERATIONS = [
    operation(reference("Thing"), id="getThing", query={"q": TEXT, "n": INTEGER}),
    operation(
        {"type": "array", "items": reference("Thing")}, id="makeThing", body=reference("Make")
    ),
]
SCHEMAS: dict[str, Json] = {
    "Thing": struct("id", "size", id=TEXT, size=INTEGER, color=reference("Color"), old=TEXT),
    "Color": {"type": "string", "enum": ["red", "blue"]},
    "Make": struct("name", name=TEXT, note=TEXT),
}


def changed(change: Callable[[list[Json], dict[str, Json]], Any]) -> list[str]:
    """The changes that ``change`` to the operations and schemas amounts to."""
    operations, schemas = copy.deepcopy(OPERATIONS), copy.deepcopy(SCHEMAS)
    change(operations, schemas)
    old = contract_of(*OPERATIONS, schemas=SCHEMAS)
    return [str(found) for found in compare(old, contract_of(*operations, schemas=schemas))]


def properties(schemas: dict[str, Json], schema: str) -> Json:
    found: Json = schemas[schema]["properties"]
    return found


def test_the_same_contract_has_no_changes() -> None:
    assert changed(lambda operations, schemas: None) == []


def test_a_new_operation_and_its_schema_are_told() -> None:
    def change(operations: list[Json], schemas: dict[str, Json]) -> None:
        operations.append(operation(reference("Extra"), id="getExtra"))
        schemas["Extra"] = struct(a=TEXT)

    assert changed(change) == ["operation getExtra: added: POST /things/2", "schema Extra: added"]


def test_an_operation_that_is_gone_breaks_code() -> None:
    told = changed(lambda operations, schemas: operations.pop(0))
    assert "BREAKING  operation getThing: removed" in told


def test_a_renamed_operation_is_known_by_its_route() -> None:
    told = changed(lambda operations, schemas: operations[0].update(operationId="readThing"))
    assert told == ["BREAKING  operation readThing: renamed, was getThing"]


def test_an_operation_may_move_to_another_group() -> None:
    assert changed(lambda operations, schemas: operations[0].update(tags=["Others"])) == [
        "BREAKING  operation getThing: left the group Things",
        "operation getThing: joined the group Others",
    ]


def test_a_permission_is_told_without_breaking_code() -> None:
    told = changed(lambda operations, _: operations[0].update({"x-immich-permission": "a.read"}))
    assert told == ["operation getThing: permission is a.read, was not given"]


@pytest.mark.parametrize(
    ("parameter", "told"),
    [
        ({"name": "x", "schema": TEXT}, "parameter getThing(x): added in the query"),
        (
            {"name": "x", "schema": TEXT, "required": True},
            "BREAKING  parameter getThing(x): added in the query, required",
        ),
    ],
)
def test_a_new_parameter_breaks_code_if_it_is_required(parameter: Json, told: str) -> None:
    def change(operations: list[Json], schemas: dict[str, Json]) -> None:
        operations[0]["parameters"].append({"in": "query", **parameter})

    assert changed(change) == [told]


def test_a_parameter_that_is_gone_or_of_another_type_breaks_code() -> None:
    def change(operations: list[Json], schemas: dict[str, Json]) -> None:
        operations[0]["parameters"][0]["schema"] = {"type": "string", "format": "date"}
        operations[0]["parameters"].pop(1)

    assert changed(change) == [
        "BREAKING  parameter getThing(n): removed",
        "BREAKING  parameter getThing(q): is date, was string",
    ]


def test_a_format_or_a_limit_that_no_type_shows_is_only_told() -> None:
    def change(operations: list[Json], schemas: dict[str, Json]) -> None:
        properties(schemas, "Thing")["id"] = TEXT | {
            "format": "uuid",
            "pattern": "^.$",
            "maxLength": 36,
        }

    assert changed(change) == [
        "field Thing.id: has another pattern",
        "field Thing.id: maxLength is 36, was not given",
        "field Thing.id: format is uuid, was not given",
    ]


@pytest.mark.parametrize(
    ("before", "after", "sent", "answered"),
    [
        (INTEGER, NUMBER, False, True),
        (NUMBER, INTEGER, True, False),
        (TEXT, {"anyOf": [TEXT, INTEGER]}, False, True),
        ({"anyOf": [TEXT, INTEGER]}, TEXT, True, False),
        (TEXT, INTEGER, True, True),
        (TEXT, TEXT | {"nullable": True}, False, True),
        (TEXT | {"nullable": True}, TEXT, True, False),
    ],
)
def test_a_type_breaks_the_code_on_its_side_only(
    before: Json, after: Json, sent: bool, answered: bool
) -> None:
    def contract(schema: Json, *, body: bool) -> Json:
        holder = struct("f", f=schema)
        made = operation(None, body=holder) if body else operation(holder)
        return contract_of(made)

    for body, breaks in ((True, sent), (False, answered)):
        found = compare(contract(before, body=body), contract(after, body=body))
        assert [change.breaking for change in found] == [breaks]


def test_fields_come_go_and_are_renamed() -> None:
    def change(operations: list[Json], schemas: dict[str, Json]) -> None:
        thing = properties(schemas, "Thing")
        thing["identity"] = thing.pop("id")
        schemas["Thing"]["required"] = ["identity", "size"]
        make = properties(schemas, "Make")
        del make["note"]
        make["first"] = make["second"] = INTEGER
        schemas["Make"]["required"].append("first")

    assert changed(change) == [
        "BREAKING  field Make.first: added, required",
        "BREAKING  field Make.note: removed",
        "BREAKING  field Thing.identity: renamed, was id",
        "field Make.second: added",
    ]


def test_a_field_that_is_no_longer_sure_to_come_breaks_code() -> None:
    def change(operations: list[Json], schemas: dict[str, Json]) -> None:
        schemas["Thing"]["required"] = ["id", "color"]

    assert changed(change) == [
        "BREAKING  field Thing.size: is optional",
        "field Thing.color: is required",
    ]


def test_enum_values_are_open_so_only_lost_ones_break_code() -> None:
    def change(operations: list[Json], schemas: dict[str, Json]) -> None:
        schemas["Color"]["enum"] = ["RED", "green"]

    assert changed(change) == [
        "BREAKING  enum value Color.RED: renamed, was red",
        "BREAKING  enum value Color.blue: removed",
        "enum value Color.green: added",
    ]


def test_a_renamed_schema_is_known_by_its_place_and_its_fields() -> None:
    def change(operations: list[Json], schemas: dict[str, Json]) -> None:
        schemas["Paint"] = schemas.pop("Color")
        properties(schemas, "Thing")["color"] = reference("Paint")

    assert changed(change) == ["BREAKING  schema Paint: renamed, was Color"]


def test_another_body_or_answer_breaks_code() -> None:
    def change(operations: list[Json], schemas: dict[str, Json]) -> None:
        answer = operations[1]["responses"]["200"]["content"]["application/json"]
        answer["schema"] = reference("Thing")
        content = operations[1]["requestBody"]["content"]
        content["multipart/form-data"] = content.pop("application/json")

    assert changed(change) == [
        "BREAKING  answer makeThing: is Thing, was list of Thing",
        "BREAKING  body makeThing: is multipart/form-data, was application/json",
    ]


def test_an_answer_where_there_was_none_breaks_nothing() -> None:
    old, new = contract_of(operation(None)), contract_of(operation(TEXT))
    assert [str(change) for change in compare(old, new)] == [
        "answer getThing: is application/json, was nothing"
    ]


def test_statuses_headers_and_schemes_are_told() -> None:
    facts = {"201": {"headers": {"ETag": {"schema": TEXT}}}}
    scheme = {"k": {"type": "apiKey", "in": "header", "name": "x"}}
    new = contract_of(operation(None, responses=facts), components={"securitySchemes": scheme})
    told = [change.what.split(" is ")[0] for change in compare(contract_of(operation(None)), new)]
    assert sorted(told) == ["definition", "headers of the answer", "status"]


HARMLESS = Change("field", "A.b", "added")
BREAKING = Change("field", "A.b", "removed", breaking=True)


@pytest.mark.parametrize(
    ("changes", "version", "follows"),
    [
        ([HARMLESS, BREAKING], "1.4.2", "2.0.0"),
        ([HARMLESS, BREAKING], "0.4.2", "0.5.0"),
        ([HARMLESS], "1.4.2", "1.5.0"),
        ([], "1.4.2", "1.5.0"),
    ],
)
def test_a_new_release_is_a_minor_version_unless_code_breaks(
    changes: list[Change], version: str, follows: str
) -> None:
    assert bump(changes, version, new_release=True)[0] == follows


def test_the_same_api_of_the_same_release_is_a_patch() -> None:
    assert bump([], "1.4.2", new_release=False)[0] == "1.4.3"
    with pytest.raises(GenerationError, match=r"version\.py says 'one'"):
        bump([], "one", new_release=True)
