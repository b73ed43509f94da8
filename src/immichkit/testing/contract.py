"""Which operations a server of this release has, whether or not this one has them too."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from immichkit_api.facts import OPERATIONS

from immichkit.testing.releases import NEWEST

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immichkit.testing.releases import Release

# v3.1 answers PATCH as it does PUT here, without saying so in its document.
PATCHED: Final = (
    "/admin/users/{id}",
    "/admin/users/{id}/preferences",
    "/api-keys/{id}",
    "/assets",
    "/assets/{id}",
    "/libraries/{id}",
    "/memories/{id}",
    "/people/{id}",
    "/sessions/{id}",
    "/stacks/{id}",
    "/tags/{id}",
    "/users/me",
    "/users/me/preferences",
    "/workflows/{id}",
)
_PARAMETER: Final = re.compile(r"\\\{(\w+)\\\}")


def template_at(
    method: str, path: str, release: Release = NEWEST
) -> tuple[str, Mapping[str, str]] | None:
    """The path of the operation that a request is for, ``{name}`` and all, and its parameters.

    None where no server of this release has an operation. HEAD is answered as GET is.
    """
    wanted = "GET" if method == "HEAD" else method
    for template, pattern in _patterns().get((wanted, path.rstrip("/").count("/")), ()):
        match = pattern.fullmatch(path)
        if match is not None and release.has(f"operations/{operation_at(wanted, template)}"):
            return template, match.groupdict()
    return None


def operation_at(method: str, template: str) -> str:
    """The id of the operation."""
    return _operations()["GET" if method == "HEAD" else method, template]


@functools.cache
def _operations() -> dict[tuple[str, str], str]:
    found = {(method, template): id_ for id_, (method, template, _name) in OPERATIONS.items()}
    return found | {("PATCH", template): found["PUT", template] for template in PATCHED}


@functools.cache
def _patterns() -> dict[tuple[str, int], list[tuple[str, re.Pattern[str]]]]:
    """What requests look like, by their method and number of slashes.

    Of two patterns that match, the one with fewer parameters comes first, so that
    ``/assets/statistics`` is not taken for an asset.
    """
    found: dict[tuple[str, int], list[tuple[str, re.Pattern[str]]]] = {}
    for method, template in sorted(_operations(), key=_number_of_parameters):
        expression = _PARAMETER.sub(r"(?P<\1>[^/]+)", re.escape(template))
        # Seen in v3.1: neither the case nor a slash at the end matters behind /api.
        pattern = re.compile(f"/api(?i:{expression})/?")
        key = (method, template.count("/") + 1)
        found.setdefault(key, []).append((template, pattern))
    return found


def _number_of_parameters(operation: tuple[str, str]) -> int:
    return operation[1].count("{")
