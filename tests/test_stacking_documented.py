"""Every example of immich-stack's pages about criteria and promotion."""

from __future__ import annotations

from typing import Any

import documented_criteria
import documented_lists
import documented_promotion
import pytest
from stacking_examples import Example, asset

from immichkit import group_assets

EXAMPLES = [
    *documented_criteria.FORMS,
    *documented_criteria.PARTS,
    *documented_criteria.TREES,
    *documented_lists.LISTS,
    *documented_promotion.STACKING_LOGIC,
    *documented_promotion.EDITED_PHOTO_PROMOTION,
    *documented_promotion.WHATS_NEW,
]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.page}: {example.what}")
def test_an_example_gives_its_stacks(example: Example) -> None:
    options: dict[str, Any] = {}
    if example.names is not None:
        options["parent_filename_promote"] = example.names
    if example.extensions is not None:
        options["parent_ext_promote"] = example.extensions
    assets = [asset(text) for text in example.assets.split()]
    found = group_assets(assets, example.criteria, **options)
    assert sorted(" ".join(stack.asset_ids) for stack in found) == sorted(example.stacks)
