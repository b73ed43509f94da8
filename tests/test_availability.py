"""What each known release has, against every operation, parameter and field of the contract."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from contract_samples import constant
from immichkit_api import facts, models, operations
from immichkit_api.types import Request

from immichkit.availability import depends_on_version, known_release, lacking

HISTORY = json.loads(
    (Path(__file__).parents[1] / "openapi" / "history.json").read_text(encoding="utf-8")
)
RELEASES: list[str] = HISTORY["releases"]


def having(span: str) -> set[str]:
    """The releases that a span of the history covers."""
    found: set[str] = set()
    for run in span.split(","):
        first, _, last = run.partition("..")
        start, end = RELEASES.index(first), RELEASES.index(last or RELEASES[-1])
        found.update(RELEASES[start : end + 1])
    return found


def using(operation: str, kind: str, item: str) -> Request[Any]:
    """A request that uses one thing, put together without the generated function."""
    value: Any = "x"
    if kind == "body":
        *outer, last = item.split(".")
        value = {last: value} if not last.endswith("[]") else {last.removesuffix("[]"): [value]}
        for name in reversed(outer):
            inner = [value] if name.endswith("[]") else value
            value = {name.removesuffix("[]"): inner}
        return Request(operation=constant(operation), path="/x", body=value)
    where, _, name = item.partition(".")
    if where == "header":
        return Request(operation=constant(operation), path="/x", headers={name: value})
    return Request(operation=constant(operation), path="/x", query={name: value})


def matrix() -> Iterator[tuple[str, Request[Any], set[str]]]:
    """Everything that the newest contract has: its name, a request with it, and who has it."""
    for id_, span in HISTORY["operations"].items():
        if id_ in facts.OPERATIONS:
            yield id_, Request(operation=constant(id_), path="/x"), having(span)
    for kind in ("parameters", "body"):
        for id_, items in HISTORY[kind].items():
            for item, span in items.items():
                if id_ not in facts.OPERATIONS or RELEASES[-1] not in having(span):
                    continue
                if not item.startswith("path.") and "[][]" not in item:
                    both = having(span) & having(HISTORY["operations"][id_])
                    yield f"{id_} {item}", using(id_, kind, item), both


def test_request_is_refused_if_and_only_if_the_release_lacks_something() -> None:
    checked = 0
    for name, request, releases in matrix():
        for release in RELEASES:
            assert bool(lacking(request, release)) == (release not in releases), (name, release)
            checked += 1
    assert checked > 4_000


def test_version_matters_only_where_a_supported_release_lacks_something() -> None:
    supported = set(RELEASES) - {"2.7.5"}
    for name, request, releases in matrix():
        assert depends_on_version(request) == (not supported <= releases), name


def test_field_inside_a_model_is_seen() -> None:
    update = models.UserPreferencesUpdateDto
    request = operations.users.update_my_preferences(
        recently_added=models.RecentlyAddedUpdate(sidebar_web=True)
    )
    assert lacking(request, "3.0.0") == [
        ("recentlyAdded", "3.0.3"),
        ("recentlyAdded.sidebarWeb", "3.0.3"),
    ]
    assert lacking(request, "3.1.0") == []
    assert update.__struct_encode_fields__


@pytest.mark.parametrize(
    ("version", "release"),
    [
        ("3.0.0", "3.0.0"),
        ("v3.0.2", "3.0.0"),
        ("3.0.3-rc.1", "3.0.3"),
        ("3.9.0", "3.1.0"),
        ("1.0.0", "2.7.5"),
    ],
)
def test_server_is_described_by_the_newest_release_not_newer(version: str, release: str) -> None:
    assert known_release(version) == release


def test_version_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="not a server version"):
        known_release("newest")
