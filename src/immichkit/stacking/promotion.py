"""Which asset of a stack is its parent, and the order of the others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import chain
from math import inf
from typing import Any, Final

from immichkit.errors import CriteriaError
from immichkit.stacking.fields import Fields
from immichkit.stacking.names import Ranks, base, entries
from immichkit.stacking.sequences import whole_number
from immichkit.stacking.values import Value

__all__ = ["DEFAULT_PARENT_EXTENSIONS", "DEFAULT_PARENT_NAMES", "Promotion"]

DEFAULT_PARENT_NAMES: Final = "cover,edit,crop,hdr,biggestNumber"
"""What the name of a stack's parent contains where nothing is said, the best first."""

DEFAULT_PARENT_EXTENSIONS: Final = ".jpg,.png,.jpeg,.heic,.dng"
"""The extensions that a stack's parent has where nothing is said, the best first."""

_USUAL: Final = {".jpeg": -4, ".jpg": -3, ".png": -2}


class Promotion:
    """The order of assets in a stack.

    ``names`` and ``extensions`` are lists, or texts with commas; ``values`` are those of all
    criteria, of which some may promote. An empty list of names promotes none, one of extensions is
    the default.
    """

    def __init__(
        self,
        fields: Fields,
        values: list[Value],
        names: str | Iterable[str],
        extensions: str | Iterable[str],
    ) -> None:
        listed = entries(names, "parent_filename_promote")
        kinds = entries(extensions, "parent_ext_promote") or DEFAULT_PARENT_EXTENSIONS.split(",")
        self._fields = fields
        self._values = values
        self._promoting = [
            (value, {key: rank for rank, key in enumerate(value.criterion.regex.promote_keys)})
            for value in values
            if value.criterion.regex and value.criterion.regex.promote_index is not None
        ]
        self._listed = len(listed)
        self._names = Ranks(listed, names=True)
        self._kind = _Kinds(tuple(kinds))
        self._delimiters = _delimiters(values) if "biggestNumber" in listed else ()
        self._larger = "biggestSize" in listed
        self._sizes = fields.sizes() if self._larger or "smallestSize" in listed else None

    def ordered(self, stacks: list[list[int]]) -> Iterator[list[int]]:
        """Each of ``stacks`` with the parent first; what is equal stays in its order."""
        indices = list(chain.from_iterable(stacks))
        keys = dict(zip(indices, self._keys(indices, stacks), strict=True))
        for stack in stacks:
            yield sorted(stack, key=keys.__getitem__)

    def _keys(self, indices: list[int], stacks: list[list[int]]) -> Iterator[tuple[Any, ...]]:
        """What the assets at ``indices``, which are those of ``stacks``, are sorted by."""
        names = [base(self._fields.names[index]) for index in indices]
        pieces = [name.rpartition(".") for name in names]
        ranks = self._names.ranks(names, self._names.numbers(names, map(len, stacks)))
        columns: list[Iterable[Any]] = [ranks]
        if self._promoting:
            columns.insert(0, map(self._promoted, indices))
        if self._delimiters:
            # What a sequence has put behind all entries keeps its order.
            columns.append(
                self._number(stem if dot else tail) if rank < self._listed else 0
                for (stem, dot, tail), rank in zip(pieces, ranks, strict=True)
            )
        columns.append(self._kind[f".{tail}" if dot else ""] for _, dot, tail in pieces)
        if self._sizes:
            columns.append(self._size(self._sizes[index]) for index in indices)
        return zip(*columns, names, strict=True)

    def _promoted(self, index: int) -> float:
        """The best index among the keys that promote; behind all of them if it is in none."""
        try:
            for value in self._values:
                value.text(index)
        except CriteriaError:
            # An expression may never have come to the criterion that does not fit this asset.
            return inf
        return min(ranks.get(value.promoted(index), inf) for value, ranks in self._promoting)

    def _number(self, stem: str) -> int:
        """The number after the last delimiter, the biggest first; what has none counts as 0."""
        last = stem
        for delimiter in self._delimiters:
            if delimiter in last:
                last = last.rpartition(delimiter)[2] if delimiter else last[-1:]
        if len(last) == len(stem) or not last.isdigit():
            return 0
        return -(whole_number(last) or 0)

    def _size(self, size: int) -> float:
        """The size as it counts; what has none comes last."""
        if size <= 0:
            return inf
        return -size if self._larger else size


class _Kinds(dict[str, tuple[int, int]]):
    """The rank of each extension, first by a list and then by what is usual."""

    def __init__(self, listed: tuple[str, ...]) -> None:
        super().__init__()
        self._ranks = Ranks(listed, names=False)

    def __missing__(self, extension: str) -> tuple[int, int]:
        (rank,) = self._ranks.ranks([extension], [None])
        self[extension] = rank, _USUAL.get(extension.lower(), 0)
        return self[extension]


def _delimiters(values: list[Value]) -> tuple[str, ...]:
    """Where the names are split, by the first criterion that splits them."""
    splits = (
        value.criterion.split for value in values if value.criterion.key == "originalFileName"
    )
    return next((split.delimiters for split in splits if split and split.delimiters), ())
