"""Of assets that are alike but for their time: which were taken near enough to each other."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, Final

from immichkit.stacking.times import bucket

__all__ = ["alike", "near_each_other"]

_MILLISECOND: Final = 1_000_000


def alike(keys: Sequence[Hashable]) -> Iterator[list[int]]:
    """The indices of equal ``keys``, of those that are there more than once."""
    # Chains of numbers instead of a list for each key: the garbage collector would walk over those
    # again and again, which takes as long as all the rest.
    first: dict[Hashable, int] = {}
    last = array("q", [-1]) * len(keys)
    following = array("q", [-1]) * len(keys)
    for index, key in enumerate(keys):
        start = first.setdefault(key, index)
        if start != index:
            end = last[start] if last[start] >= 0 else start
            following[end] = last[start] = index
    for start, end in enumerate(last):
        if end >= 0:
            indices = [start]
            while indices[-1] != end:
                indices.append(following[indices[-1]])
            yield indices


def near_each_other(
    indices: list[int], times: list[int], within_ms: int, marks: list[Any] | None
) -> list[list[int]]:
    """Runs of ``indices`` whose neighbours in ``times`` are not more than ``within_ms`` apart.

    What is less than a millisecond of a gap does not count. Those with the same of ``marks``, which
    are the times cut to ``within_ms`` if there are none, are together as they are; others are in
    the order of time.
    """
    if marks is None:
        together = bucket(min(times), within_ms) == bucket(max(times), within_ms)
    else:
        together = marks.count(marks[0]) == len(marks)
    if together:
        return [indices]
    ordered = sorted(zip(times, marks or indices, indices, strict=True))
    last, _, index = ordered[0]
    runs = [[index]]
    for time, _, index in ordered[1:]:
        if (time - last) // _MILLISECOND > within_ms:
            runs.append([])
        runs[-1].append(index)
        last = time
    return runs
