"""From assets and criteria to stacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from msgspec import Struct

from immichkit.stacking.fields import Fields
from immichkit.stacking.grouping import belonging_together
from immichkit.stacking.promotion import (
    DEFAULT_PARENT_EXTENSIONS,
    DEFAULT_PARENT_NAMES,
    Promotion,
)
from immichkit.stacking.reading import read_criteria
from immichkit.stacking.values import values_of

__all__ = ["StackGroup", "group_assets"]

_BATCH: Final = 100


class StackGroup(Struct, frozen=True, gc=False):
    """Assets that belong into one stack: their ids, the parent's first, and why they do."""

    asset_ids: tuple[str, ...]
    reason: str


def group_assets(
    assets: Iterable[Any],
    criteria: str | Sequence[Any] | Mapping[str, Any] | None = None,
    parent_filename_promote: str | Iterable[str] = DEFAULT_PARENT_NAMES,
    parent_ext_promote: str | Iterable[str] = DEFAULT_PARENT_EXTENSIONS,
) -> list[StackGroup]:
    """The stacks that ``assets`` make by ``criteria``; the order of ``assets`` says who is first
    where nothing else does, never who belongs together.

    An asset is in one stack at most, and one that has nothing in common with another is in none.
    ``assets`` are models (`AssetResponseDto`, `SyncAssetV2`), rows of a `LibraryMirror` (as
    `sqlite3.Row`), or mappings with the API's names; one that is given twice counts once.

    ``criteria`` are a text with JSON or that JSON parsed: a list, groups or an expression; or the
    name of a preset: ``raw+jpeg``, ``burst``, ``edited``, ``live``. None and an empty text are the
    default: the same name up to a ``~`` or a dot, taken within a second. Regular expressions, and
    so ``burst``, need the extra ``stacking``.

    ``parent_filename_promote`` and ``parent_ext_promote`` are lists, or texts with commas, of what
    the parent's name contains, the best first. An empty text promotes no names.

    Raises `CriteriaError` if the criteria are wrong or do not fit an asset. In a text, what means
    nothing is passed over, as immich-stack does; whatever plans or uploads refuses that, too.
    """
    fields = Fields(assets)
    read = read_criteria(criteria)
    values = values_of(read.used(), fields)
    promotion = Promotion(fields, values, parent_filename_promote, parent_ext_promote)
    ids = fields.ids
    found = belonging_together(read, values, len(fields))
    stacks = []
    while batch := list(islice(found, _BATCH)):
        ordered = promotion.ordered([places for places, _ in batch])
        stacks += [
            StackGroup(tuple([ids[place] for place in places]), reason)
            for places, (_, reason) in zip(ordered, batch, strict=True)
        ]
    return stacks
