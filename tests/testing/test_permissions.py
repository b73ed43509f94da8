from __future__ import annotations

import importlib

import pytest
from immichkit_api.facts import OPERATIONS

from immichkit.testing.routes import ALL

PLACES = sorted(ALL.keys() & {(method, path) for method, path, _name in OPERATIONS.values()})
NAMES = {(method, path): name for method, path, name in OPERATIONS.values()}
# Any key may ask whether it is good, and what it is.
FOR_ANY_KEY = {("POST", "/auth/validateToken"), ("GET", "/api-keys/me")}


@pytest.mark.parametrize("place", PLACES)
def test_a_route_demands_what_the_contract_says(place: tuple[str, str]) -> None:
    module, function = NAMES[place].split(".")
    operation = getattr(
        importlib.import_module(f"immichkit_api.operations.{module}"), function.upper()
    )
    route = ALL[place]
    assert route.is_public is not operation.authenticated
    if operation.authenticated:
        wanted = None if place in FOR_ANY_KEY else operation.permission or "all"
        assert route.permission == wanted
