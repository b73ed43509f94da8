"""Names that are legal in Python and still tell what they stand for."""

from __future__ import annotations

import keyword

import pytest
from generator import names
from hypothesis import given
from hypothesis import strategies as st

ANY_NAME = st.text(st.characters(codec="ascii"), min_size=1) | st.text(min_size=1)


@pytest.mark.parametrize(
    ("wire", "python"),
    [
        ("getAssetInfo", "get_asset_info"),
        ("deviceOS", "device_os"),
        ("redirectOAuthToMobile", "redirect_oauth_to_mobile"),
        ("HTMLPage", "html_page"),
        ("logout_token", "logout_token"),
        ("x-immich-hls-pos", "x_immich_hls_pos"),
        ("Users (admin)", "users_admin"),
        ("import", "import_"),
        ("self", "self_"),
        ("3d", "value_3d"),
        ("日本", "value"),
    ],
)
def test_a_name_becomes_snake_case(wire: str, python: str) -> None:
    assert names.identifier(wire) == python


@given(ANY_NAME)
def test_every_name_becomes_an_identifier(wire: str) -> None:
    for made in (names.identifier(wire), names.member(wire), names.constant(wire)):
        assert made.isidentifier()
        assert not keyword.iskeyword(made)


@given(ANY_NAME)
def test_every_name_becomes_a_class_name_that_stays_as_it_is(schema: str) -> None:
    made = names.class_name(schema)
    assert made.isidentifier()
    assert made[0].isupper()
    assert names.class_name(made) == made


@given(st.lists(st.text() | st.integers(), unique=True))
def test_the_members_of_an_enum_never_clash(values: list[str | int]) -> None:
    members = names.enum_members(values)
    assert len(set(members)) == len(values)
    assert all(member.isidentifier() and member.isupper() for member in members)


@pytest.mark.parametrize("python", ["device_os", "from_", "x_1b", "a_b_c", "is_2fa_on"])
def test_the_wire_name_is_the_one_that_msgspec_gives(python: str) -> None:
    import msgspec

    struct = msgspec.defstruct("Example", [(python, int)], rename="camel")
    assert names.camel(python) == struct.__struct_encode_fields__[0]
