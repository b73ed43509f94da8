"""Where the specification is wrong, as data: JSON Patch operations, a reason each (RFC 6902)."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from typing import Any

import jsonpatch

from .canonical import Json
from .errors import GenerationError


def correct(
    contract: Mapping[str, Any], corrections: Iterable[Mapping[str, Any]]
) -> tuple[dict[str, Json], list[str]]:
    """The contract with ``corrections`` applied, and what no longer applies, in words.

    A correction whose place is gone, or that is there already, is left out and named: a newer
    release may have mended it.
    """
    corrected: dict[str, Json] = copy.deepcopy(dict(contract))
    idle: list[str] = []
    for correction in corrections:
        if not (correction.get("reason") and correction.get("patch")):
            raise GenerationError([f"openapi/corrections.json: no reason or patch in {correction}"])
        try:
            patch = jsonpatch.JsonPatch(correction["patch"])
        except jsonpatch.InvalidJsonPatch as error:
            raise GenerationError(
                [f"openapi/corrections.json: {correction['reason']} is no patch: {error}"]
            ) from error
        try:
            result = patch.apply(corrected)
        except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, TypeError) as error:
            idle.append(f"{correction['reason']} ({error})")
            continue
        if result == corrected:
            idle.append(f"{correction['reason']} (the specification says so by now)")
        corrected = result
    return corrected, idle
