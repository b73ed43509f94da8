"""Which assets belong together, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from immichkit.stacking.criteria import Criteria, Expression
from immichkit.stacking.expressions import matcher
from immichkit.stacking.joining import alike, near_each_other
from immichkit.stacking.linking import linked
from immichkit.stacking.times import bucket
from immichkit.stacking.values import TIME_MARK, TimeValue, Value

__all__ = ["belonging_together"]

Found = Iterator[tuple[list[int], str]]


def belonging_together(criteria: Criteria, values: list[Value], count: int) -> Found:
    """The indices of assets that ``criteria`` put into one stack, with the reason.

    ``values`` are those of all criteria that are used, in their order.
    """
    if criteria.groups:
        reason = f"linked by {' or '.join(_names(values))}"
        return ((indices, reason) for indices in linked(criteria.groups, values, count))
    if criteria.expression is not None:
        return _by_expression(criteria.expression, values, count).together()
    return _by_list(values, count).together() if values else iter(())


@attrs.frozen
class _Keyed:
    """Assets by what must be equal: ``keys``, of which None leaves an asset alone.

    Those with equal ``marks``, too, are together; where they are not, ``times`` must be near, at
    most ``within_ms`` from one to the next, and what has none is by itself. The marks are the times
    cut to ``within_ms`` if there are none. ``reason`` is what all stacks have in common.
    """

    keys: Sequence[str | None]
    times: Sequence[int | None]
    marks: list[Any] | None
    within_ms: int
    reason: str

    def together(self) -> Found:
        for same in alike(self.keys):
            key = self.keys[same[0]]
            if key is None:
                continue
            found = same if key else [index for index in same if self.times[index] is not None]
            for members in self._alike(found):
                if len(members) > 1:
                    yield members, self._because(key)

    def _alike(self, indices: list[int]) -> list[list[int]]:
        """Those of ``indices``, all with one key, that are together."""
        times = [self.times[index] for index in indices]
        marks = self.marks and [self.marks[index] for index in indices]
        dated = [time for time in times if time is not None]
        if marks:
            same = marks.count(marks[0]) == len(marks)
        elif len(dated) < len(times) or not dated:
            same = not dated
        else:
            same = bucket(min(dated), self.within_ms) == bucket(max(dated), self.within_ms)
        return [indices] if same else near_each_other(indices, times, marks, self.within_ms)

    def _because(self, key: str) -> str:
        texts = [text for text in key.split("|") if text and TIME_MARK not in text]
        return f"{self.reason}: {', '.join(texts)}" if texts else self.reason


def _by_list(values: list[Value], count: int) -> _Keyed:
    """Assets by all that the criteria of a list find; what they do not find does not count."""
    timed = [value for value in values if isinstance(value, TimeValue) and value.joins]
    columns = [value.texts() for value in values if value not in timed]
    keys = columns[0] if columns else ("",) * count
    if len(columns) > 1:
        keys = tuple(["|".join(filter(None, row)) for row in zip(*columns, strict=True)])
    times, marks = _first_of([value.times() for value in timed], count), None
    if len(timed) > 1:
        cuts = zip(*(map(value.cut, range(count)) for value in timed), strict=True)
        marks = [tuple(cut for cut in row if cut is not None) for row in cuts]
    return _Keyed(keys, times, marks, _widest(values), f"same {', '.join(_names(values))}")


def _by_expression(expression: Expression, values: list[Value], count: int) -> _Keyed:
    """Assets by the values that make them match."""
    match = matcher(expression, values)
    timed = [value for value in values if isinstance(value, TimeValue) and value.joins]
    near = dict.fromkeys(value.criterion.key for value in timed)
    keys: list[str | None] = [None] * count
    marks: list[Any] = [None] * count
    for index in range(count):
        found = match(index)
        if found:
            marks[index] = tuple([(key, found.pop(key)) for key in near if key in found])
            keys[index] = "|".join([f"{key}={text}" for key, text in sorted(found.items())])
    times = _first_of([value.readable_times() for value in timed], count)
    reason = ", ".join(("same values", *_names(timed)))
    return _Keyed(tuple(keys), times, marks, _widest(values), reason)


def _first_of(columns: list[tuple[int | None, ...]], count: int) -> tuple[int | None, ...]:
    """Of several times of each asset the first that is there."""
    if not columns:
        return (None,) * count
    if len(columns) == 1:
        return columns[0]
    rows = zip(*columns, strict=True)
    return tuple([next((time for time in row if time is not None), None) for row in rows])


def _widest(values: list[Value]) -> int:
    return max(
        (value.criterion.delta_ms for value in values if isinstance(value, TimeValue)), default=0
    )


def _names(values: Iterable[Value]) -> list[str]:
    """What the criteria ask for, each once."""
    names = [
        f"{value.criterion.key} within {abs(value.criterion.delta_ms)} ms"
        if isinstance(value, TimeValue) and value.criterion.delta_ms
        else value.criterion.key
        for value in values
    ]
    return list(dict.fromkeys(names))
