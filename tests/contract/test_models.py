"""Schemas become models that decode what a server sends."""

from __future__ import annotations

import datetime
from typing import Any

import msgspec
import pytest
from mini_spec import Json, Package, generate, operation, reference, spec_of, struct

TEXT: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}


def choice(*schemas: str, **facts: Json) -> Json:
    return {"oneOf": [reference(schema) for schema in schemas], **facts}


ODD_NAMES = ["from", "list", "class", "datetime", "field", "deviceOS", "logout_token", "a.b", "x-y"]
SCHEMAS: dict[str, Json] = {
    "Color": {"type": "string", "enum": ["red", "a-b", "a_b", "1", "", "None", "True"]},
    "Level": {"type": "integer", "enum": [0, 1, -1]},
    "Painted": struct("color", color=reference("Color"), level=reference("Level")),
    "Inline": struct("size", size={"type": "string", "enum": ["S", "L"]}),
    "Const": struct("kind", kind={"const": "only"}),
    "Times": struct(
        "day",
        "at",
        day={"type": "string", "format": "date"},
        at={"type": "string", "format": "date-time"},
    ),
    "Formats": struct(
        *"abcdef",
        a={"type": "string", "format": "uuid"},
        b={"type": "string", "format": "unheard-of"},
        c={"type": "integer", "format": "int64"},
        d={"type": "number"},
        e={"type": "string", "pattern": r"^\p{L}+$"},
        f={"type": "integer", "exclusiveMinimum": 3},
    ),
    "Nulls": struct(
        *"abcd",
        a={"type": "string", "nullable": True},
        b={"type": ["string", "null"]},
        c={"anyOf": [reference("Inline"), {"type": "null"}]},
        d={"type": "string", "enum": ["x", None]},
    ),
    "Named": struct(
        "from", **dict.fromkeys(ODD_NAMES, TEXT), many={"type": "array", "items": TEXT}
    ),
    "Tree": struct(kids={"type": "array", "items": reference("Tree")}, owner=reference("Owner")),
    "Owner": struct(tree=reference("Tree")),
    "Composed": {"allOf": [reference("Inline"), reference("Const"), struct("own", own=TEXT)]},
    "Same": reference("Inline"),
    "Counts": {"type": "object", "additionalProperties": INTEGER},
    "Texts": {"type": "array", "items": TEXT},
    "Id": {"type": "string", "format": "uuid"},
    "ByName": struct("all", all={"type": "object", "additionalProperties": reference("Inline")}),
    "Aliases": struct("counts", counts=reference("Counts"), texts=reference("Texts")),
    "Free": struct("data", data={"type": "object"}),
    "Nested": struct("rows", rows={"type": "array", "items": struct("cell", cell=TEXT)}),
    "Cat": struct("kind", "name", kind=TEXT, name=TEXT),
    "Dog": struct("kind", "name", kind=TEXT, name=TEXT),
    "Pet": struct("pet", pet=choice("Cat", "Dog", discriminator={"propertyName": "kind"})),
    "Bird": struct("kind", kind={"type": "string", "enum": ["bird"]}),
    "Fish": struct("kind", kind={"type": "string", "enum": ["fish"]}),
    "Cages": struct("animals", animals={"type": "array", "items": choice("Bird", "Fish")}),
    "Circle": struct("radius", radius=INTEGER),
    "Square": struct("side", side=INTEGER),
    "Drawn": struct("shape", "as", shape=choice("Circle", "Square"), **{"as": TEXT}),
    "Request": struct("a", a=TEXT),
    "snake_case": struct("a", a=TEXT),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return generate(spec_of(operation(), schemas=SCHEMAS), tmp_path_factory.mktemp("models"))


@pytest.fixture
def decode(package: Package) -> Any:
    return lambda model, json: msgspec.json.decode(json, type=package.model(model))


def test_values_that_clash_in_capitals_get_names_of_their_own(package: Package) -> None:
    members = {member.name: member.value for member in package.model("Color")}
    assert members == {
        "RED": "red",
        "A_B": "a-b",
        "A_B_2": "a_b",
        "VALUE_1": "1",
        "EMPTY": "",
        "NONE": "None",
        "TRUE": "True",
    }


def test_an_unknown_text_keeps_its_text(decode: Any) -> None:
    painted = decode("Painted", b'{"color": "teal"}')
    assert not painted.color.is_known
    assert painted.color == "teal"
    assert msgspec.json.encode(painted) == b'{"color":"teal"}'


def test_a_value_that_reads_like_a_member_is_not_known_for_it(decode: Any) -> None:
    assert not decode("Painted", b'{"color": "A_B"}').color.is_known


def test_an_unknown_number_keeps_its_value(decode: Any, package: Package) -> None:
    assert decode("Painted", b'{"color": "red", "level": 7}').level == 7
    assert [member.name for member in package.model("Level")] == [
        "VALUE_0",
        "VALUE_1",
        "VALUE_MINUS_1",
    ]


def test_an_inline_enum_becomes_a_class_named_after_its_place(
    decode: Any, package: Package
) -> None:
    assert decode("Inline", b'{"size": "L"}').size is package.model("InlineSize").L


def test_a_constant_is_an_enum_of_one(decode: Any) -> None:
    assert decode("Const", b'{"kind": "only"}').kind.is_known
    assert decode("Const", b'{"kind": "newer"}').kind == "newer"


def test_dates_are_dates_and_ids_are_texts(decode: Any, package: Package) -> None:
    times = decode("Times", b'{"day": "2024-05-01", "at": "2024-05-01T10:00:00Z"}')
    assert times.day == datetime.date(2024, 5, 1)
    assert times.at == datetime.datetime(2024, 5, 1, 10, tzinfo=datetime.UTC)
    types = package.model("Formats").__annotations__
    assert types == {"a": "str", "b": "str", "c": "int", "d": "float", "e": "str", "f": "int"}


def test_every_way_of_saying_null_means_null(decode: Any) -> None:
    nulls = decode("Nulls", b'{"a": null, "b": null, "c": null, "d": null}')
    assert (nulls.a, nulls.b, nulls.c, nulls.d) == (None, None, None, None)


def test_wire_names_survive_whatever_python_makes_of_them(decode: Any) -> None:
    json = b'{"from":"1","a.b":"2","class":"3","deviceOS":"4","list":"5","logout_token":"6"}'
    named = decode("Named", json)
    assert (named.from_, named.a_b, named.class_, named.device_os, named.list_) == tuple("12345")
    assert msgspec.json.decode(msgspec.json.encode(named)) == msgspec.json.decode(json)


def test_a_field_that_hides_a_type_does_not_spoil_the_next_one(decode: Any) -> None:
    assert decode("Named", b'{"from": "", "many": ["x"]}').many == ["x"]


def test_models_may_contain_each_other(decode: Any, package: Package) -> None:
    tree = decode("Tree", b'{"kids": [{"kids": []}], "owner": {"tree": {}}}')
    assert isinstance(tree.kids[0], package.model("Tree"))
    assert isinstance(tree.owner.tree, package.model("Tree"))


def test_a_composition_has_the_fields_of_all_its_parts(decode: Any) -> None:
    composed = decode("Composed", b'{"size": "S", "kind": "only", "own": "x"}')
    assert (composed.size, composed.kind, composed.own) == ("S", "only", "x")


def test_a_schema_that_only_refers_demands_what_the_other_demands(decode: Any) -> None:
    with pytest.raises(msgspec.ValidationError, match="missing required field `size`"):
        decode("Same", b"{}")


def test_schemas_without_fields_are_other_names_for_plain_types(
    package: Package, decode: Any
) -> None:
    assert package.model("Counts") == dict[str, int]
    assert package.model("Texts") == list[str]
    assert package.model("Id") is str
    assert decode("Aliases", b'{"counts": {"a": 1}, "texts": ["b"]}').counts == {"a": 1}


def test_a_map_of_models_holds_models(decode: Any, package: Package) -> None:
    by_name = decode("ByName", b'{"all": {"a": {"size": "S"}}}')
    assert isinstance(by_name.all["a"], package.model("Inline"))
    assert decode("Free", b'{"data": {"any": [1]}}').data == {"any": [1]}


def test_inline_objects_become_classes_however_deep(decode: Any, package: Package) -> None:
    rows = decode("Nested", b'{"rows": [{"cell": "x"}]}').rows
    assert isinstance(rows[0], package.model("NestedRowsItem"))


@pytest.mark.parametrize("kind", ["Cat", "Dog"])
def test_a_discriminator_decides_between_models(decode: Any, package: Package, kind: str) -> None:
    pet = decode("Pet", f'{{"pet": {{"kind": "{kind}", "name": "x"}}}}').pet
    assert isinstance(pet, package.model(kind))


def test_an_unknown_discriminator_leaves_a_plain_mapping(decode: Any) -> None:
    assert decode("Pet", b'{"pet": {"kind": "Cow", "legs": 4}}').pet == {"kind": "Cow", "legs": 4}


def test_enums_of_one_decide_between_models_in_a_list(decode: Any, package: Package) -> None:
    fish, bird = decode("Cages", b'{"animals": [{"kind": "fish"}, {"kind": "bird"}]}').animals
    assert isinstance(fish, package.model("Fish"))
    assert isinstance(bird, package.model("Bird"))


def test_required_fields_decide_where_a_sibling_field_names_the_kind(
    decode: Any, package: Package
) -> None:
    drawn = decode("Drawn", b'{"as": "square", "shape": {"side": 2}}')
    assert isinstance(drawn.shape, package.model("Square"))
    assert decode("Drawn", b'{"as": "new", "shape": {"x": 2}}').shape == {"x": 2}


def test_class_names_keep_clear_of_what_the_package_itself_uses(package: Package) -> None:
    assert package.model("RequestModel")(a="x").a == "x"
    assert package.model("SnakeCase")(a="x").a == "x"


def test_a_field_that_an_older_supported_server_lacks_is_optional(
    tmp_path: Any,
) -> None:
    old = spec_of(operation(reference("A")), schemas={"A": struct("a", a=TEXT)}, release="3.0.0")
    new = spec_of(operation(reference("A")), schemas={"A": struct("a", "b", a=TEXT, b=TEXT)})
    package = generate(new, tmp_path, older=(old,))
    assert package.model("A")(a="x").b is msgspec.UNSET


def test_a_field_that_was_once_null_may_be_null(tmp_path: Any) -> None:
    null = {"A": struct("a", a={**TEXT, "nullable": True})}
    old = spec_of(operation(reference("A")), schemas=null, release="3.0.0")
    new = spec_of(operation(reference("A")), schemas={"A": struct("a", a=TEXT)})
    assert generate(new, tmp_path, older=(old,)).model("A").__annotations__["a"] == "str | None"


def test_releases_before_the_supported_ones_make_nothing_optional(tmp_path: Any) -> None:
    old = spec_of(operation(reference("A")), schemas={"A": struct(a=TEXT)}, release="2.7.5")
    new = spec_of(operation(reference("A")), schemas={"A": struct("a", a=TEXT)})
    assert generate(new, tmp_path, older=(old,)).model("A").__annotations__["a"] == "str"
