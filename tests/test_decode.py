"""From bytes to models."""

from __future__ import annotations

import contextlib
import datetime
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from immichkit_api.types import Operation

from immichkit import DecodeError
from immichkit.decode import decode, decode_any


class Small(msgspec.Struct):
    id: str


class Item(msgspec.Struct):
    id: str
    taken: datetime.datetime
    size: int


class Page(msgspec.Struct):
    items: list[Item]
    next: str | None = None


def operation(response: Any, *reduced: Any) -> Operation[Any]:
    return Operation[Any](
        "searchAssets", "POST", "/x", response, name="search.search_assets", reduced=reduced
    )


ITEM = b'{"id":"1","taken":"2026-11-21T06:11:00.042Z","size":3,"unknown":true}'


def test_answer_becomes_its_model_and_unknown_fields_are_ignored() -> None:
    page = decode(operation(Page), b'{"items":[' + ITEM + b"]}")
    assert page.items[0].size == 3


def test_each_kind_of_answer_has_its_type() -> None:
    assert decode(operation(bytes), b"\xff") == b"\xff"
    assert decode(operation(str), "né".encode()) == "né"
    assert decode(operation(str), b"\xe9", {"content-type": "text/plain; charset=latin-1"}) == "é"
    assert decode(operation(str), b"x", {"content-type": "text/plain; charset=no-such"}) == "x"
    assert decode(operation(None), b"anything") is None
    assert decode(operation(list[Small]), b'[{"id":"1"}]') == [Small("1")]


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [
        ("2026-11-21T06:11:00.042Z", 42000),
        ("2026-11-21T06:11:00.51971+00:00", 519710),
        ("2026-11-21T06:11:00.5+00:00", 500000),
        ("2026-11-21T07:11:00+01:00", 0),
        ("2026-11-21T06:11:00", 0),
    ],
)
def test_date_times_come_in_several_shapes(text: str, microsecond: int) -> None:
    item = decode(operation(Item), ITEM.replace(b"2026-11-21T06:11:00.042Z", text.encode()))
    expected = datetime.datetime(2026, 11, 21, 6, 11, 0, microsecond, tzinfo=datetime.UTC)
    assert item.taken in {expected, expected.replace(tzinfo=None)}


@pytest.mark.parametrize(
    ("content", "path", "problem"),
    [
        (b'{"items":[{"taken":"2026-11-21T06:11:00Z","size":1}]}', "$.items[0].id", "missing"),
        (b'{"items":[' + ITEM.replace(b'"1"', b"null") + b"]}", "$.items[0].id", "got `null`"),
        (b'{"items":[' + ITEM.replace(b"3", b'"3"') + b"]}", "$.items[0].size", "got `str`"),
        (b'{"items":[' + ITEM.replace(b"06:11", b"late") + b"]}", "$.items[0].taken", "datetime"),
        (b'{"items":null}', "$.items", "got `null`"),
        (b"[]", "$", "got `array`"),
        (b'{"items":[', "$", "no whole JSON text"),
        (b"", "$", "the body is empty"),
        (b" \n", "$", "the body is empty"),
        (b"<html>", "$", "no whole JSON text"),
        (b'{"items":[{"id":"\xff"}]}', "$", "utf-8"),
        (b'{"x":' + b"[" * 100_000, "$", "no whole JSON text"),
    ],
)
def test_misfit_names_operation_place_and_problem(content: bytes, path: str, problem: str) -> None:
    with pytest.raises(DecodeError, match=r"search\.search_assets") as caught:
        decode(operation(Page), content)
    assert caught.value.json_path == path
    assert caught.value.operation == "search.search_assets"
    assert f"at {path}: " in str(caught.value)
    assert problem in str(caught.value)


def test_misfit_names_the_servers_that_are_supported() -> None:
    with pytest.raises(DecodeError, match=r"supports servers from 3\.0\.0 to 3\."):
        decode(operation(Page), b"{}")


def test_smaller_form_is_taken_where_the_full_one_does_not_fit() -> None:
    assert decode(operation(Item, Small), b'{"id":"1"}') == Small("1")
    assert decode(operation(Item, Small), ITEM).size == 3


def test_misfit_of_every_form_is_told_of_the_full_one() -> None:
    with pytest.raises(DecodeError) as caught:
        decode(operation(Item, Small), b'{"taken":null,"id":1}')
    assert caught.value.json_path.startswith("$.")


def test_undeclared_answer_is_judged_by_its_content_type() -> None:
    undeclared = operation(Any)
    assert decode(undeclared, b'{"a":1}', {"content-type": "application/json"}) == {"a": 1}
    assert decode(undeclared, b"{}", {"content-type": "application/problem+json"}) == {}
    assert decode(undeclared, b"a", {"content-type": "text/plain"}) == "a"
    assert decode(undeclared, b"a", {"content-type": "image/png"}) == b"a"
    assert decode(undeclared, b"", {"content-type": "application/json"}) is None


def test_plain_values_need_json() -> None:
    with pytest.raises(DecodeError, match=r"search\.search_assets"):
        decode_any(operation(Page), b"{")


@given(st.binary())
def test_any_bytes_become_a_model_or_an_error_of_ours(content: bytes) -> None:
    with contextlib.suppress(DecodeError):
        assert isinstance(decode(operation(Page), content), Page)
