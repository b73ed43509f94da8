"""Which assets belong together, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from immichkit.stacking.criteria import Criteria, Expression
from immichkit.stacking.expressions import matcher
from immichkit.stacking.joining import alike, near_each_other
from immichkit.stacking.linking import linked
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

    ``times`` are what must be near, at most ``within_ms`` from one to the next, None for an asset
    without; of ``marks`` those with an equal one are together anyway, if there is more than one
    time to go by. ``reason`` is what all stacks have in common.
    """

    keys: Sequence[str | None]
    times: Sequence[int | None]
    marks: list[Any] | None
    within_ms: int
    reason: str

    def together(self) -> Found:
        for indices in alike(self.keys):
            key = self.keys[indices[0]]
            if key is None:
                continue
            texts = [text for text in key.split("|") if text and TIME_MARK not in text]
            reason = f"{self.reason}: {', '.join(texts)}" if texts else self.reason
            dated = [index for index in indices if self.times[index] is not None]
            if key and len(indices) > len(dated) + 1:
                yield [index for index in indices if self.times[index] is None], reason
            if len(dated) > 1:
                times: list[Any] = [self.times[index] for index in dated]
                marks = self.marks and [self.marks[index] for index in dated]
                for run in near_each_other(dated, times, self.within_ms, marks):
                    if len(run) > 1:
                        yield run, reason


def _by_list(values: list[Value], count: int) -> _Keyed:
    """Assets by all that the criteria of a list find; what they do not find does not count."""
    timed = [value for value in values if isinstance(value, TimeValue) and value.joins]
    columns = [value.texts() for value in values if value not in timed]
    keys = columns[0] if columns else ("",) * count
    if len(columns) > 1:
        keys = tuple(["|".join(filter(None, row)) for row in zip(*columns, strict=True)])
    times = [value.times() for value in timed] or [(None,) * count]
    first, marks = times[0], None
    if len(times) > 1:
        first = tuple([_first(row) for row in zip(*times, strict=True)])
        cuts = zip(*(map(value.cut, range(count)) for value in timed), strict=True)
        marks = [tuple(cut for cut in row if cut is not None) for row in cuts]
    return _Keyed(keys, first, marks, _widest(values), f"same {', '.join(_names(values))}")


def _by_expression(expression: Expression, values: list[Value], count: int) -> _Keyed:
    """Assets by the values that make them match."""
    match = matcher(expression, values)
    timed = [value for value in values if isinstance(value, TimeValue)]
    near = {value.criterion.key: value for value in timed if value.joins}
    keys: list[str | None] = [None] * count
    times: list[int | None] = [None] * count
    marks: list[Any] = [None] * count
    for index in range(count):
        found = match(index)
        if found:
            cuts = {key: found.pop(key) for key in near if key in found}
            if cuts:
                times[index] = near[next(iter(cuts))].time(index)
                marks[index] = tuple(cuts.values())
            keys[index] = "|".join([f"{key}={text}" for key, text in sorted(found.items())])
    reason = ", ".join(("same values", *_names(near.values())))
    more = marks if len(timed) > 1 else None
    return _Keyed(tuple(keys), tuple(times), more, _widest(values), reason)


def _first(times: tuple[int | None, ...]) -> int | None:
    return next((time for time in times if time is not None), None)


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
