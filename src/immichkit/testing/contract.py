"""Which operations a server of this release has, whether or not this one has them too."""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING, Final

from immichkit_api.facts import OPERATIONS

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARAMETER: Final = re.compile(r"\\\{(\w+)\\\}")


def template_at(method: str, path: str) -> tuple[str, Mapping[str, str]] | None:
    """The path of the operation that a request is for, ``{name}`` and all, and its parameters.

    None where no server of this release has an operation. HEAD is answered as GET is.
    """
    wanted = "GET" if method == "HEAD" else method
    for template, pattern in _patterns().get((wanted, path.rstrip("/").count("/")), ()):
        match = pattern.fullmatch(path)
        if match is not None:
            return template, match.groupdict()
    return None


@functools.cache
def _patterns() -> dict[tuple[str, int], list[tuple[str, re.Pattern[str]]]]:
    """What requests look like, by their method and number of slashes.

    Of two patterns that match, the one with fewer parameters comes first, so that
    ``/assets/statistics`` is not taken for an asset.
    """
    found: dict[tuple[str, int], list[tuple[str, re.Pattern[str]]]] = {}
    for method, template, _name in sorted(OPERATIONS.values(), key=_number_of_parameters):
        expression = _PARAMETER.sub(r"(?P<\1>[^/]+)", re.escape(template))
        # Seen in v3.1: neither the case nor a slash at the end matters behind /api.
        pattern = re.compile(f"/api(?i:{expression})/?")
        key = (method, template.count("/") + 1)
        found.setdefault(key, []).append((template, pattern))
    return found


def _number_of_parameters(operation: tuple[str, str, str]) -> int:
    return operation[1].count("{")
