"""Answers of every supported release, against the types made from the newest contract."""

from __future__ import annotations

import json

import pytest
from contract_samples import answer_schema, every_operation, sample
from immichkit_api import facts
from test_availability import HISTORY, having

from immichkit.availability import release_key
from immichkit.decode import decode

OLDEST = release_key(facts.SUPPORTED_FROM)
SUPPORTED = [release for release in facts.RELEASES if release_key(release) >= OLDEST]


def knows(release: str, item: str) -> bool:
    """Whether a release has a field of the newest contract; what is corrected, all have."""
    kind, schema, field = item.split("/")
    span = HISTORY[kind].get(schema, {}).get(field)
    return span is None or release in having(span)


@pytest.mark.parametrize("release", SUPPORTED)
def test_answers_of_the_release_decode(release: str) -> None:
    left_out = 0
    for operation in every_operation():
        schema = answer_schema(operation)
        if schema is None or operation.response in {bytes, str}:
            continue
        content = sample(schema, lambda item: knows(release, item))
        left_out += content != sample(schema)
        decode(operation, json.dumps(content).encode())
    assert bool(left_out) == (release == "3.0.0")
