"""The history says which release has what, and nothing gets into it by hand."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest
from generator.classes import named
from generator.distil import distil
from generator.errors import GenerationError
from generator.history import History, release_key
from hypothesis import given
from hypothesis import strategies as st
from mini_spec import Json, operation, reference, spec_of, struct

TEXT: Json = {"type": "string"}
DATE: Json = {"type": "string", "format": "date"}
OLD = spec_of(
    operation(reference("OldName"), id="getOld", query={"day": TEXT}),
    schemas={"OldName": struct("a", a=TEXT, gone=TEXT)},
    release="3.0.0",
)
MIDDLE = spec_of(
    operation(reference("OldName"), id="getOld", query={"day": DATE}),
    schemas={"OldName": struct("a", a=TEXT, gone=TEXT)},
    release="3.0.3",
)
NEW = spec_of(
    operation(reference("NewName"), id="getNew", query={"day": DATE}, body=struct(b=TEXT)),
    schemas={"NewName": struct("a", "more", a=TEXT, gone=TEXT, more=TEXT)},
)


def seen(*specs: Json) -> History:
    """The history after these releases, each taken in as a regeneration does it."""
    history, before = History(), None
    for spec in specs:
        contract = distil(spec)
        now = named(contract)
        history.add(contract, now, before)
        before = now
    return history


def test_an_item_knows_its_releases() -> None:
    history = seen(OLD, NEW)
    assert history.releases_of("operations/getNew") == {"3.0.0", "3.1.0"}
    assert history.releases_of("body/getNew/b") == {"3.1.0"}
    assert history.has("required/NewName/more", "3.1.0")


def test_what_was_renamed_keeps_its_past() -> None:
    history = seen(OLD, MIDDLE, NEW)
    assert history.releases_of("fields/NewName/a") == {"3.0.0", "3.0.3", "3.1.0"}
    assert not history.releases_of("schemas/OldName")


def test_a_type_is_noted_only_where_it_differs() -> None:
    data = seen(OLD, MIDDLE, NEW).to_json()
    assert data["types"] == {
        "parameters": {
            "getNew/query.day/date": "3.0.3..",
            "getNew/query.day/string": "3.0.0..3.0.0",
        }
    }


@pytest.mark.parametrize("order", list(itertools.permutations([OLD, MIDDLE, NEW])))
def test_the_order_in_which_releases_are_seen_does_not_matter(order: tuple[Json, ...]) -> None:
    # The last one gives the names, so it is the same each time.
    assert seen(*order, NEW).to_json() == seen(OLD, MIDDLE, NEW).to_json()


def test_taking_a_release_in_again_changes_nothing() -> None:
    assert seen(OLD, NEW, NEW).to_json() == seen(OLD, NEW).to_json()


def test_a_release_taken_in_anew_forgets_what_it_had() -> None:
    without = copy.deepcopy(NEW)
    del without["components"]["schemas"]["NewName"]["properties"]["gone"]
    assert not seen(NEW, without).releases_of("fields/NewName/gone")


def test_a_hand_in_the_history_is_noticed() -> None:
    data = seen(OLD, NEW).to_json()
    data["fields"]["NewName"]["more"] = "3.0.0.."
    with pytest.raises(GenerationError, match=r"history\.json was edited by hand"):
        History.from_json(data)


def test_a_contract_is_known_fact_for_fact() -> None:
    history, contract = seen(NEW), distil(NEW)
    assert history.knows(contract)
    contract["operations"]["getNew"]["permission"] = "other"
    assert not history.knows(contract)


def test_a_release_comes_after_its_candidates() -> None:
    releases = ["3.10.0", "3.2.0", "3.2.0-rc.2", "3.2.0-rc.10"]
    assert sorted(releases, key=release_key) == ["3.2.0-rc.2", "3.2.0-rc.10", "3.2.0", "3.10.0"]


RELEASES = ["2.7.5", "3.0.0", "3.0.3", "3.1.0"]
NAMES = st.text("ab/.[]{}", min_size=1)


@given(st.dictionaries(NAMES, st.sets(st.sampled_from(RELEASES), min_size=1)))
def test_a_history_comes_back_from_json_as_it_was(fields: dict[str, set[str]]) -> None:
    items = {f"fields/Schema/{name}": found for name, found in fields.items()}
    history = History(RELEASES, items, dict.fromkeys(RELEASES, "0"))
    again: Any = History.from_json(history.to_json())
    assert again.items() == history.items()
    assert again.releases == RELEASES
