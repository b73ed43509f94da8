"""Assets that any chain of common values links."""

from __future__ import annotations

from collections.abc import Iterator

from immichkit.stacking.criteria import Group
from immichkit.stacking.values import Value

__all__ = ["linked"]


def linked(groups: tuple[Group, ...], values: list[Value], count: int) -> Iterator[list[int]]:
    """Which of ``count`` assets belong together, where some groups link by any of their criteria.

    ``values`` are those of all criteria of ``groups`` in their order. Each stack has its assets in
    the order in which one follows the links, at each asset to the first that is new.
    """
    links = [_links(column) for column in _columns(groups, values, count)]
    seen = [False] * count
    for start in range(count):
        if seen[start]:
            continue
        seen[start] = True
        stack, path = [start], [start]
        while path:
            here = path[-1]
            others = [new for of in links if (new := _first_new(of[here], seen)) is not None]
            if others:
                following = min(others)
                seen[following] = True
                stack.append(following)
                path.append(following)
            else:
                path.pop()
        if len(stack) > 1:
            yield stack


def _links(column: tuple[str, ...]) -> list[list[int]]:
    """For each asset those with the same key, of which it is one; all of them share one list.

    The lists are in reverse, so that what has been seen can be dropped at their end.
    """
    alike: dict[str, list[int]] = {}
    for index in reversed(range(len(column))):
        if column[index]:
            alike.setdefault(column[index], []).append(index)
    return [alike[key] if key else [] for key in column]


def _first_new(alike: list[int], seen: list[bool]) -> int | None:
    while alike and seen[alike[-1]]:
        alike.pop()
    return alike[-1] if alike else None


def _columns(
    groups: tuple[Group, ...], values: list[Value], count: int
) -> Iterator[tuple[str, ...]]:
    """What links each asset, for each criterion or for several together; empty if nothing does."""
    rest = iter(values)
    for group in groups:
        members = [next(rest) for _ in group.criteria]
        if group.operator == "OR":
            yield from (value.texts() for value in members)
        elif members:
            yield tuple([_all_of(members, index) for index in range(count)])


def _all_of(values: list[Value], index: int) -> str:
    """What all of ``values`` find together; empty if one finds nothing, which ends the search."""
    texts = []
    for value in values:
        text = value.text(index)
        if not text:
            return ""
        texts.append(text)
    return "|".join(texts)
