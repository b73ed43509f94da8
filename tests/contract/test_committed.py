"""What is committed in openapi/ and generated/: whole, without prose, and in step."""

from __future__ import annotations

import importlib
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from generator.__main__ import main
from generator.classes import named
from generator.corrections import correct
from generator.reading import PROSE
from immichkit_api import facts, models
from immichkit_api.types import Operation
from mini_spec import ROOT

WIDTH = 88


@cache
def committed(name: str) -> Any:
    return json.loads((ROOT / "openapi" / name).read_text(encoding="utf-8"))


@cache
def corrected() -> Any:
    contract, idle = correct(committed("contract.json"), committed("corrections.json"))
    return named(contract), idle


def constants() -> Iterator[tuple[Any, Operation[Any]]]:
    """The facts of every operation, and the constant that states them."""
    for id_, (_, _, name) in facts.OPERATIONS.items():
        group, function = name.split(".")
        module = importlib.import_module(f"immichkit_api.operations.{group}")
        constant = getattr(module, function.rstrip("_").upper())
        yield corrected()[0]["operations"][id_], constant


def test_the_contract_is_whole() -> None:
    contract = committed("contract.json")
    parts = (contract[part] for part in ("operations", "tags", "schemas"))
    assert [len(part) for part in parts] == [254, 37, 376]


def test_the_contract_holds_no_prose() -> None:
    def texts(value: Any) -> Iterator[str]:
        if isinstance(value, dict):
            yield from (key for key in value if key in PROSE and isinstance(value[key], str))
            value = list(value.values())
        for item in value if isinstance(value, list) else ():
            yield from texts(item)

    assert list(texts(committed("contract.json"))) == []


@pytest.mark.parametrize("kind", ["operations", "schemas"])
def test_everything_has_a_summary_of_one_line(kind: str) -> None:
    overlay = committed("overlay.json")[kind]
    assert sorted(overlay) == sorted(corrected()[0][kind])
    summaries = {name: entry.get("summary", "") for name, entry in overlay.items()}
    assert {name: text for name, text in summaries.items() if not 0 < len(text) <= WIDTH} == {}
    assert {name for name, text in summaries.items() if text[-1] != "."} == set()


def test_every_group_has_a_summary() -> None:
    assert sorted(committed("overlay.json")["groups"]) == committed("contract.json")["tags"]


def test_every_correction_applies_and_has_a_reason() -> None:
    assert corrected()[1] == []
    reasons = [correction["reason"] for correction in committed("corrections.json")]
    assert all(reason.endswith(".") for reason in reasons)
    assert len(set(reasons)) == len(reasons)


def test_the_history_knows_the_releases_before() -> None:
    releases = committed("history.json")["releases"]
    assert {"2.7.5", "3.0.0", "3.0.3", "3.1.0"} <= set(releases)
    assert set(facts.RELEASES) == set(releases)


def test_a_field_that_came_with_3_0_3_is_optional() -> None:
    assert models.UserPreferencesResponseDto.__annotations__["recently_added"].endswith("UnsetType")


def test_every_constant_states_the_facts_of_the_contract() -> None:
    count = 0
    for stated, constant in constants():
        assert (constant.method, constant.path) == (stated["method"], stated["path"])
        assert constant.permission == stated.get("permission")
        assert constant.state == stated.get("state")
        assert constant.admin_only == stated.get("adminOnly", False)
        assert constant.authenticated == bool(stated["security"])
        assert (constant.body is None) == ("body" not in stated)
        count += 1
    assert count == 254


def test_every_constant_states_the_marks_of_the_overlay() -> None:
    overlay = committed("overlay.json")["operations"]
    for stated, constant in constants():
        marks = overlay[constant.id]
        reads = stated["method"] == "GET" or marks.get("reads", False)
        assert constant.writes == marks.get("writes", not reads), constant.id
        assert constant.repeatable == marks.get("repeatable", constant.repeatable), constant.id
        assert list(constant.writes_when) == marks.get("writes_when", []), constant.id


def test_what_is_generated_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0, capsys.readouterr().err
