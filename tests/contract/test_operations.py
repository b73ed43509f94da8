"""Operations become functions that make requests, and methods that execute them."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, Literal, get_args
from uuid import UUID

import pytest
from generator.errors import GenerationError
from mini_spec import Json, Package, Recorder, generate, operation, reference, spec_of, struct
from msgspec import UNSET

TEXT: Json = {"type": "string"}
BINARY: Json = {"type": "string", "format": "binary"}
A: Json = struct("a", a=TEXT)


def placed(where: str, name: str, schema: Json, *, required: bool = False) -> Json:
    return {"in": where, "name": name, "schema": schema, "required": required}


def listed(item: Json) -> Json:
    return {"type": "array", "items": item}


OPERATIONS = [
    operation(None, id="plain"),
    operation(None, id="search", query={"deviceOS": TEXT, "when": {**TEXT, "format": "date-time"}}),
    operation(None, id="choose", query={"kinds": listed({"type": "string", "enum": ["x", "y"]})}),
    operation(None, id="demand", parameters=[placed("query", "q", TEXT, required=True)]),
    operation(None, id="head", parameters=[placed("header", "x-immich-pos", {"type": "integer"})]),
    operation(None, id="fill", body=struct("id", "since", id=TEXT, since=TEXT, note=TEXT)),
    operation(None, id="sendModels", body=listed(reference("A"))),
    operation(None, id="sendIds", body=listed({**TEXT, "format": "uuid"})),
    operation(None, id="sendEither", body={"oneOf": [reference("A"), reference("B")]}),
    operation(None, id="import"),
    operation(None, id="list", query={"list": listed(TEXT), "wire": TEXT}),
    operation(None, id="odd.name-2"),
    operation(
        None,
        id="upload",
        body=struct("file", file=BINARY, side=BINARY),
        body_type="multipart/form-data",
    ),
    operation(BINARY, id="read", media_type="image/*"),
    operation(TEXT, id="playlist", media_type="application/vnd.apple.mpegurl"),
    operation(TEXT, id="table", media_type="text/csv"),
    operation(TEXT, id="word"),
    operation({**TEXT, "format": "date-time"}, id="clock"),
    operation(listed(reference("A")), id="all"),
    operation(
        None,
        id="byDefault",
        responses={"default": {"content": {"application/json": {"schema": A}}}},
    ),
    operation(None, id="moved", responses={"302": {}}),
    operation(None, id="quoted", query={'q"x\\': {**TEXT, "default": '"""'}}),
    operation(None, id="elsewhere", tags=["Brand new (x)"]),
    operation(None, id="twice", tags=["Things", "Brand new (x)"]),
    operation(
        None, id="maybe", requestBody={"content": {"application/json": {"schema": listed(TEXT)}}}
    ),
]
OPERATIONS += [
    operation(
        None,
        id="several",
        body=struct(
            ids=listed({**TEXT, "format": "uuid"}),
            names=listed(TEXT),
            owner={**TEXT, "format": "uuid"},
            takenAt={**TEXT, "format": "date-time"},
            bornOn={**TEXT, "format": "date"},
            kind=reference("Kind"),
            parts=listed(reference("Part")),
        ),
    ),
]
PATHS: dict[str, Json] = {
    "/a/{self}/b/{target}": {
        "parameters": [placed("path", "target", TEXT, required=True)],
        "get": operation(
            None, id="inPath", parameters=[placed("path", "self", TEXT, required=True)]
        ),
    },
    "/c/{id}": {
        "put": operation(
            None,
            id="clashing",
            body=struct("id", id=TEXT),
            parameters=[placed("path", "id", TEXT, required=True)],
        )
    },
    "/d/{day}": {
        "get": operation(
            None,
            id="onDay",
            parameters=[placed("path", "day", {**TEXT, "format": "date"}, required=True)],
        )
    },
    "/e": {
        "get": operation(
            None,
            id="shared",
            parameters=[{"$ref": "#/components/parameters/Page"}],
            requestBody={"$ref": "#/components/requestBodies/One"},
            responses={"200": {"$ref": "#/components/responses/One"}},
        )
    },
}
ONE = {"content": {"application/json": {"schema": reference("A")}}}
PATHS["/f/{id}/{number}"] = {
    "get": operation(
        None,
        id="byId",
        parameters=[
            placed("path", "id", {**TEXT, "format": "uuid"}, required=True),
            placed("path", "number", {"type": "integer"}, required=True),
        ],
    )
}
COMPONENTS = {
    "parameters": {"Page": placed("query", "page", {"type": "integer"})},
    "requestBodies": {"One": ONE},
    "responses": {"One": ONE},
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    schemas = {
        "A": A,
        "B": struct("b", b=TEXT),
        "Kind": {"type": "string", "enum": ["big", "small"]},
        "Part": struct("startedAt", startedAt={**TEXT, "format": "date-time"}),
    }
    spec = spec_of(*OPERATIONS, paths=PATHS, schemas=schemas, components=COMPONENTS)
    return generate(spec, tmp_path_factory.mktemp("operations"))


def test_parameters_left_out_are_not_sent(package: Package) -> None:
    search = package.function("search")
    assert search().query == {}
    assert search(device_os="linux").query == {"deviceOS": "linux"}


def test_a_moment_needs_its_time_zone(package: Package) -> None:
    search = package.function("search")
    noon = datetime.datetime(2024, 5, 1, 12, tzinfo=datetime.UTC)
    assert search(when=noon).query == {"when": "2024-05-01T12:00:00+00:00"}
    with pytest.raises(ValueError, match="no time zone"):
        search(when=noon.replace(tzinfo=None))


def test_a_list_is_a_repeated_parameter(package: Package) -> None:
    kinds = package.model("ChooseKindsItem")
    assert package.function("choose")(kinds=[kinds.X, kinds.Y]).query == {"kinds": ["x", "y"]}


def test_a_required_parameter_is_demanded(package: Package) -> None:
    with pytest.raises(TypeError, match="q"):
        package.function("demand")()


def test_a_header_goes_under_its_own_name(package: Package) -> None:
    assert package.function("head")(x_immich_pos=3).headers == {"x-immich-pos": "3"}


def test_the_fields_of_a_body_are_arguments(package: Package) -> None:
    request = package.function("fill")(id="1", since="2", note=None)
    assert request.body == {"id": "1", "since": "2", "note": None}
    assert "note" not in package.function("fill")(id="1", since="2").body


def test_a_body_that_is_no_object_is_one_argument(package: Package) -> None:
    one = package.model("A")(a="1")
    assert package.function("send_models")(body=[one]).body == [one]
    assert package.function("send_ids")(body=["1"]).body == ["1"]
    assert package.function("send_either")(body=one).body == one


def test_a_body_that_may_be_missing_is_missing_and_not_null(package: Package) -> None:
    assert package.function("maybe")().body is UNSET


@pytest.mark.parametrize("name", ["import_", "list_", "odd_name_2"])
def test_ids_that_are_no_names_become_some(package: Package, name: str) -> None:
    executor = Recorder()
    getattr(package.module("groups.things").ThingsApi(executor), name)()
    assert executor.requests[0].operation.name == f"things.{name}"


def test_arguments_keep_clear_of_what_their_function_uses(package: Package) -> None:
    assert package.function("list_")(list=["a"], wire_="b").query == {"list": ["a"], "wire": "b"}


def test_a_file_brings_its_name(package: Package) -> None:
    body = package.function("upload")(file="/photos/a.jpg").body
    assert body["file"].name == "a.jpg"
    assert list(body) == ["file"]


@pytest.mark.parametrize(
    ("name", "response"),
    [("read", bytes), ("playlist", str), ("table", str), ("plain", None), ("moved", None)],
)
def test_an_answer_has_the_type_of_its_body(package: Package, name: str, response: Any) -> None:
    assert package.function(name)().operation.response is response


def test_a_text_in_json_is_not_taken_for_a_body_of_text(package: Package) -> None:
    assert package.function("word")().operation.response is package.module("types").JsonText


def test_what_is_not_an_object_is_answered_as_it_is(package: Package) -> None:
    assert package.function("clock")().operation.response is datetime.datetime
    assert str(package.function("all")().operation.response).endswith("models.a.A]")


def test_the_default_answer_counts_where_there_is_no_other(package: Package) -> None:
    response = package.function("by_default")().operation.response
    assert response is package.model("ByDefaultResponse")


def test_only_bytes_are_saved_to_a_file(package: Package) -> None:
    api = package.module("groups.things").ThingsApi
    assert hasattr(api, "read_to_file")
    assert not hasattr(api, "table_to_file")


def test_path_parameters_come_in_the_order_of_the_path(package: Package) -> None:
    assert package.function("in_path")("x/y", "z").path == "/a/x%2Fy/b/z"
    assert package.function("on_day")(datetime.date(2024, 5, 1)).path == "/d/2024-05-01"


def test_a_path_parameter_cannot_lead_to_another_route(package: Package) -> None:
    with pytest.raises(ValueError, match="another route"):
        package.function("in_path")("..", "z")


@pytest.mark.parametrize("value", ["", ".", None, UNSET, ["a"], b"a", 1.5])
def test_what_is_no_path_parameter_is_named(package: Package, value: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=r"^id of things\.by_id is "):
        package.function("by_id")(value, 1)


def test_a_model_instead_of_its_id_is_told_apart(package: Package) -> None:
    class Asset:
        id = "1"

    with pytest.raises(TypeError, match=r"id of things\.by_id is an Asset.*perhaps its \.id"):
        package.function("by_id")(Asset(), 1)


CAPITALS, SMALL = "9BFF3557-A785-448E-85D6-352F8765B3EB", "9bff3557-a785-448e-85d6-352f8765b3eb"


@pytest.mark.parametrize("id", [CAPITALS, SMALL, UUID(SMALL)])
def test_ids_are_sent_in_the_letters_that_the_server_knows(package: Package, id: Any) -> None:
    assert package.function("by_id")(id, 7).path == f"/f/{SMALL}/7"
    several = package.function("several")
    assert several(ids=[id], owner=id).body == {"ids": [SMALL], "owner": SMALL}


def test_only_ids_change_their_letters(package: Package) -> None:
    assert package.function("in_path")(CAPITALS, "z").path == f"/a/{CAPITALS}/b/z"
    assert package.function("several")(names=[CAPITALS]).body == {"names": [CAPITALS]}


@pytest.mark.parametrize("names", [["a"], ("a",), {"a"}, {"a": 1}.keys()])
def test_any_collection_does_for_a_list(package: Package, names: Any) -> None:
    assert package.function("several")(names=names).body == {"names": ["a"]}
    assert package.function("list_")(list=names).query == {"list": ["a"]}


@pytest.mark.parametrize("names", ["abc", b"abc", {"a": 1}, iter("abc"), 3])
@pytest.mark.parametrize("name", ["names", "ids"])
def test_what_is_no_list_is_refused_by_its_name(package: Package, name: str, names: Any) -> None:
    with pytest.raises(TypeError, match=f"^{name} is a.* a list is needed"):
        package.function("several")(**{name: names})


def test_a_moment_without_a_time_zone_is_refused_by_its_name(package: Package) -> None:
    naive = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC).replace(tzinfo=None)
    with pytest.raises(ValueError, match="^taken_at has no time zone"):
        package.function("several")(taken_at=naive)
    part = package.model("Part")(started_at=naive)
    with pytest.raises(ValueError, match=r"^parts\[0\]\.started_at has no time zone"):
        package.function("several")(parts=[part])


def test_a_date_is_no_moment_and_a_moment_no_date(package: Package) -> None:
    several = package.function("several")
    noon = datetime.datetime(2026, 5, 1, 12, tzinfo=datetime.UTC)
    with pytest.raises(TypeError, match=r"^taken_at is a date without a time.*combine"):
        several(taken_at=noon.date())
    with pytest.raises(TypeError, match=r"^born_on is a date-time.*\.date\(\)"):
        several(born_on=noon)
    assert several(taken_at=noon, born_on=noon.date()).body == {
        "takenAt": noon,
        "bornOn": noon.date(),
    }


def test_an_enum_is_given_by_its_text_too(package: Package) -> None:
    several = package.function("several")
    assert several(kind="big").body == several(kind=package.model("Kind").BIG).body
    annotation = package.module("operations.things").several.__annotations__["kind"]
    assert annotation == "KindLike | UnsetType"
    assert '``kind`` is "big" or "small".' in several.__doc__
    assert get_args(package.module("models").KindLike)[1] == Literal["big", "small"]


def test_bytes_to_upload_need_a_name(package: Package) -> None:
    with pytest.raises(TypeError, match=r"^file is a bytes.*File\(content="):
        package.function("upload")(file=b"abc")


def test_a_body_field_called_like_a_parameter_says_that_it_is_in_the_body(package: Package) -> None:
    request = package.function("clashing")("1", body_id="2")
    assert (request.path, request.body) == ("/c/1", {"id": "2"})


def test_shared_components_are_followed(package: Package) -> None:
    request = package.function("shared")(page=2, a="x")
    assert (request.query, request.body) == ({"page": "2"}, {"a": "x"})


def test_nothing_in_a_specification_breaks_out_of_its_quotes(package: Package) -> None:
    assert package.function("quoted")(q_x="1").query == {'q"x\\': "1"}
    assert '``q_x`` defaults to "\\"\\"\\"".' in package.function("quoted").__doc__


def test_a_new_tag_is_a_new_group(package: Package) -> None:
    groups = package.module("groups").Groups(executor := Recorder())
    groups.brand_new_x.elsewhere()
    assert executor.requests[0].operation.id == "elsewhere"


def test_an_operation_of_two_groups_is_one_constant(package: Package) -> None:
    groups = package.module("operations")
    assert groups.things.TWICE is groups.brand_new_x.TWICE


def test_both_faces_have_the_same_methods(package: Package) -> None:
    module = package.module("groups.things")
    blocking, asynchronous = (set(vars(face)) for face in (module.ThingsApi, module.AsyncThingsApi))
    assert blocking == asynchronous


def test_an_operation_without_a_summary_gets_one_from_its_id(package: Package) -> None:
    assert package.function("send_models").__doc__.startswith("Send models.")


def test_the_overlay_has_the_last_word_on_what_an_operation_does(tmp_path: Path) -> None:
    facts = {"summary": "Look.", "reads": True, "names": {"body.id": "thing"}}
    spec = spec_of(operation(None, body=struct("id", id=TEXT)))
    look = generate(spec, tmp_path, overlay={"operations": {"getThing": facts}}).function(
        "get_thing"
    )
    assert look.__doc__.startswith("Look.")
    assert not look(thing="1").operation.writes
    assert look(thing="1").body == {"id": "1"}


def test_the_overlay_explains_arguments(tmp_path: Path) -> None:
    words = {"arguments": {"id": "is the name of the thing"}}
    count = {"type": "integer", "minimum": 1}
    spec = spec_of(operation(BINARY, query={"id": TEXT, "count": count}, media_type="image/*"))
    package = generate(spec, tmp_path, overlay={"operations": {"getThing": words}})
    doc = package.function("get_thing").__doc__
    assert "``id`` is the name of the thing.\n\n    ``count`` is at least 1.\n" in doc
    saved = package.module("groups.things").ThingsApi.get_thing_to_file.__doc__
    assert saved.startswith("Save to a file what `get_thing` gives")
    assert all(f'"{way}"' in saved for way in ("error", "skip", "replace", "rename"))


def test_the_overlay_explains_no_argument_that_is_not_there(tmp_path: Path) -> None:
    overlay = {"operations": {"getThing": {"arguments": {"gone": "is no more"}}}}
    with pytest.raises(GenerationError, match="getThing has no argument gone"):
        generate(spec_of(operation(None)), tmp_path, overlay=overlay)


def test_a_parameter_that_older_servers_lack_says_so(tmp_path: Path) -> None:
    old = spec_of(operation(None, query={"a": TEXT}), release="3.0.0")
    new = spec_of(operation(None, query={"a": TEXT, "b": TEXT}))
    package = generate(new, tmp_path, older=(old,))
    assert "``b`` needs server 3.1.0 or later." in package.function("get_thing").__doc__
    assert package.module("facts").LACKING == {"parameters/getThing/query.b": ("3.1.0",)}


def test_a_parameter_whose_type_changed_says_what_it_was(tmp_path: Path) -> None:
    moment, day = ({**TEXT, "format": form} for form in ("date-time", "date"))
    old = spec_of(operation(None, query={"at": moment}), release="3.0.0")
    package = generate(spec_of(operation(None, query={"at": day})), tmp_path, older=(old,))
    assert "``at`` was a date-time before server 3.1.0." in package.function("get_thing").__doc__
