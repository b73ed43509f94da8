"""Trees of criteria: whether an asset matches, and by which values."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from immichkit.errors import CriteriaError
from immichkit.stacking.criteria import Expression
from immichkit.stacking.values import Value

__all__ = ["Matcher", "matcher", "mistake"]

Matcher = Callable[[int], dict[str, str | int] | None]
"""From the index of an asset to the value of each key that made it match; None if it does not."""


def matcher(expression: Expression, values: list[Value]) -> Matcher:
    """What tells whether an asset matches ``expression``, whose criteria find ``values``.

    Of several values of one key the last counts; an OR has those of its first child that matches,
    a NOT has none. A mistake in the tree raises a `CriteriaError` when an asset gets there.
    """
    return _matcher(expression, iter(values))


def _matcher(node: Expression, values: Iterator[Value]) -> Matcher:
    if node.criterion is not None:
        return _leaf(next(values))
    children = [_matcher(child, values) for child in node.children]
    text = mistake(node)
    if text:
        return _refusing(node, text)
    if node.operator == "AND":
        return _all_of(children)
    return _first_of(children) if node.operator == "OR" else _unless(children[0])


def mistake(node: Expression) -> str:
    """What is wrong with a node that has no criterion, empty if nothing is."""
    if node.operator is None:
        return "a node needs criteria or an operator"
    if node.operator not in {"AND", "OR", "NOT"}:
        return f"the operators are AND, OR and NOT, in capitals; there is no {node.operator!r}"
    if not node.children:
        return f"{node.operator} needs children"
    return "NOT has one child" if node.operator == "NOT" and len(node.children) > 1 else ""


def _refusing(node: Expression, text: str) -> Matcher:
    def refuse(_index: int) -> dict[str, str | int] | None:
        raise CriteriaError(f"the criteria are wrong at {node.place}: {text}", place=node.place)

    return refuse


def _leaf(value: Value) -> Matcher:
    key, match = value.criterion.key, value.match

    def leaf(index: int) -> dict[str, str | int] | None:
        found = match(index)
        return None if found is None else {key: found}

    return leaf


def _all_of(children: list[Matcher]) -> Matcher:
    first, *others = children

    def all_of(index: int) -> dict[str, str | int] | None:
        found = first(index)
        if found is None:
            return None
        for child in others:
            more = child(index)
            if more is None:
                return None
            found |= more
        return found

    return all_of


def _first_of(children: list[Matcher]) -> Matcher:
    def first_of(index: int) -> dict[str, str | int] | None:
        for child in children:
            found = child(index)
            if found is not None:
                return found
        return None

    return first_of


def _unless(child: Matcher) -> Matcher:
    def unless(index: int) -> dict[str, str | int] | None:
        return {} if child(index) is None else None

    return unless
