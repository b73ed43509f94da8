# Written by scripts/mirror from tests/_async/test_declared_needs.py; edits are lost.
"""Every helper declares what it sends, which is what it really sends."""

from __future__ import annotations

import inspect
import re
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import attrs
import pytest
from _blocking.helper_scenarios import SCENARIOS as SCENARIOS_OF_OTHERS
from _blocking.helper_scenarios import Scenario, World
from _blocking.organising_scenarios import ORGANISING
from _blocking.stacking_scenarios import STACKING
from _blocking.undo_scenarios import UNDOING
from immichkit_api.facts import OPERATIONS

from immichkit import (
    Immich,
    Journal,
    LibraryMirror,
    Operation,
    PermissionDeniedError,
    operations,
    permissions,
)
from immichkit._blocking.helper_groups import HelperGroups
from immichkit.key_permissions import Permissions, needs_of
from immichkit.needs import declared
from immichkit.testing import ImmichServer, contract
from immichkit.testing.request_log import SeenRequest

pytestmark = pytest.mark.anyio

FREE = {
    "base_url, close, dry_run_log, from_env, from_session, with_options": "sends nothing",
    "execute, execute_many, request, save, send, stream": "sends what it is given",
    "mirror.follow": "has no end, and sends what mirror.update does",
}
SCENARIOS: dict[str, list[Scenario]] = {}
for scenarios in (SCENARIOS_OF_OTHERS, ORGANISING, STACKING, UNDOING):
    for helper, several in scenarios.items():
        SCENARIOS.setdefault(helper, []).extend(several)
EXEMPT = {name for names in FREE for name in names.split(", ")}
ASKED_BY_ANY = "server.get_server_version"
PROVES_LESS = {
    ("archive", "asset.read"),
    ("audit", "asset.read"),
    ("download_to_file", "asset.read"),
    ("upload_of_what_is_in_the_trash", "asset.read"),
}
"""What a scenario does without, as is documented: names to compare, checksums, a second look."""


def helpers() -> dict[str, Any]:
    """What was written by hand and can be called, by group and name."""
    found: dict[str, Any] = {}
    for name, attribute in vars(HelperGroups).items():
        if isinstance(attribute, cached_property):
            group = type(attribute.func(SimpleNamespace(_client=None)))
            found |= {f"{name}.{helper}": function for helper, function in own(group).items()}
    found |= own(Immich) | {"journal.undo": Journal.undo}
    mirror = own(LibraryMirror)
    return found | {f"mirror.{name}": mirror[name] for name in ("follow", "update", "verify")}


def own(kind: type) -> dict[str, Any]:
    """The public functions in the body of a class."""
    names = [name for name in vars(kind) if not name.startswith("_")]
    return {name: getattr(kind, name) for name in names if inspect.isroutine(getattr(kind, name))}


@pytest.mark.parametrize("name", sorted(helpers().keys() - EXEMPT))
def test_a_helper_declares_what_it_sends_and_has_a_scenario(name: str) -> None:
    assert declared(helpers()[name]), f"{name} declares nothing: decorate it with @needs(…)"
    assert SCENARIOS.get(name), f"{name} has no scenario in helper_scenarios.py"


@pytest.mark.parametrize("name", sorted(helpers().keys() - EXEMPT))
def test_what_a_helper_declares_are_operations(name: str) -> None:
    known = {operation for _method, _path, operation in OPERATIONS.values()}
    for need in declared(helpers()[name]):
        assert set(need.operations) <= known


def run(call: Any) -> Any:
    """Make the call, and whatever it gives to go through or to enter."""
    result = call()
    if hasattr(result, "__iter__"):
        return list(result)
    if hasattr(result, "__enter__"):
        with result as entered:
            return entered
    return result


@attrs.frozen(kw_only=True)
class Use:
    """One use of a helper with a key for what it declares: what it may send, and what it did."""

    required: set[str]
    optional: set[str]
    wanted: Permissions
    seen: list[SeenRequest]
    outcome: Any

    @property
    def sent(self) -> set[str]:
        return {operation_of(one) for one in self.seen}


def used(scenario: Scenario, folder: Path, *, without: str | None = None) -> Use:
    """Make a scenario's call with a key for no more than it declares, and for one thing less."""
    folder.mkdir()
    with ImmichServer() as server:
        with (
            Immich(server.url, api_key=server.api_key) as immich,
            Immich(server.url, access_token=server.sign_in()) as session,
            Immich(server.url) as nobody,
        ):
            world = World(
                server=server,
                folder=folder,
                immich=immich,
                session=session,
                nobody=nobody,
                admin=server.client(),
            )
            call = scenario(world)
            server.settle()
            wanted = permissions(call)
            required, optional = (set(map(name_of, found)) for found in needs_of(call))
            (key,) = server._parts.state.keys.of(server.admin.id)
            held = [permission.value for permission in wanted if permission.value != without]
            server._parts.state.keys.change(key["id"], name=None, permissions=held)
            server.forget_requests()
            outcome: Any
            try:
                outcome = run(call)
            except PermissionDeniedError as error:
                outcome = error
            seen = [one for one in server.requests if one.path.startswith("/api/")]
    return Use(required=required, optional=optional, wanted=wanted, seen=seen, outcome=outcome)


def denied(outcome: Any) -> set[str | None]:
    """The permissions that it was refused for, by an exception or in its report."""
    if isinstance(outcome, PermissionDeniedError):
        return {outcome.permission}
    several = list(outcome if isinstance(outcome, list) else getattr(outcome, "results", []))
    for name in ("albums", "archives"):
        several += getattr(outcome, name, [])
    several += getattr(getattr(outcome, "stacks", None), "results", [])
    errors = [getattr(one, "error", None) for one in several]
    found = {one.permission for one in errors if isinstance(one, PermissionDeniedError)}
    problems = " ".join(problem for one in several for problem in getattr(one, "problems", ()))
    return found | set(re.findall(r"Missing required permission: (\w+\.\w+)", problems))


def name_of(operation: Operation[Any]) -> str:
    return operation.name


def operation_named(name: str) -> Operation[Any]:
    group, _, function = name.partition(".")
    found: Operation[Any] = getattr(getattr(operations, group), function.upper())
    return found


def operation_of(seen: SeenRequest) -> str:
    template, _parameters = contract.template_at(seen.method, seen.path) or ("", {})
    return OPERATIONS[contract.operation_at(seen.method, template)][2]


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_helper_sends_what_it_declares_and_nothing_else(name: str, tmp_path: Path) -> None:
    declared_, sent = set[str](), set[str]()
    for number, scenario in enumerate(SCENARIOS[name]):
        use = used(scenario, tmp_path / str(number))
        refused = {operation_of(one) for one in use.seen if one.status in {401, 403}}
        assert denied(use.outcome) == set()
        assert use.sent - {ASKED_BY_ANY} <= use.required | use.optional
        assert refused <= use.optional
        declared_ |= use.required
        sent |= use.sent
    assert declared_ - sent == set(), "what is declared but never sent asks for too much"


@pytest.mark.parametrize("name", sorted(SCENARIOS))
def test_a_key_without_one_of_them_is_refused_by_its_name(name: str, tmp_path: Path) -> None:
    done = set[str]()
    for number, scenario in enumerate(SCENARIOS[name]):
        use = used(scenario, tmp_path / f"{number}")
        if use.wanted == ["all"] or use.wanted.needs_session:
            continue  # by another kind of credential
        needed = permissions(*(operation_named(name) for name in use.sent & use.required))
        for without in {permission.value for permission in needed} - done:
            if (scenario.__name__, without) in PROVES_LESS:
                continue
            less = used(scenario, tmp_path / f"{number} {without}", without=without)
            assert without in denied(less.outcome), f"{scenario.__name__} without {without}"
            done.add(without)
