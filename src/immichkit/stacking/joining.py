"""Of assets that are alike but for their time: which were taken near enough to each other."""

from __future__ import annotations

from array import array
from collections.abc import Hashable, Iterator, Sequence
from typing import Any, Final

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
    indices: list[int], times: list[int | None], marks: list[Any] | None, within_ms: int
) -> list[list[int]]:
    """Runs of ``indices`` whose neighbours in ``times`` are not more than ``within_ms`` apart.

    What is less than a millisecond of a gap does not count. They are in the order of time, and
    those of one time in that of ``marks``, if there are any. Those without a time are the last run.
    """
    rows = sorted(
        (time, mark, index)
        for time, mark, index in zip(times, marks or indices, indices, strict=True)
        if time is not None
    )
    runs: list[list[int]] = []
    last = None
    for time, _, index in rows:
        if last is None or (time - last) // _MILLISECOND > within_ms:
            runs.append([])
        runs[-1].append(index)
        last = time
    runs.append([index for time, index in zip(times, indices, strict=True) if time is None])
    return runs
