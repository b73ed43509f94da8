"""Criteria that cannot mean what they say: misspelt, or with parts that would do nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NoReturn

from immichkit.errors import CriteriaError
from immichkit.stacking.criteria import Criteria, Criterion, Expression
from immichkit.stacking.expressions import mistake
from immichkit.stacking.fields import FLAGS, TEXTS, TIMES
from immichkit.stacking.patterns import Pattern

__all__ = ["MOST_DEPTH", "check_names", "check_sense", "wrong"]

MOST_DEPTH: Final = 200
"""How often an expression may be nested."""

_CUT: Final = ("originalFileName", "originalPath")
_CRITERION: Final[dict[str, Any]] = {
    "key": {},
    "split": {"delimiters": {}, "index": {}},
    "regex": {"key": {}, "index": {}, "promote_index": {}, "promote_keys": {}},
    "delta": {"milliseconds": {}},
}
_NODE: Final[dict[str, Any]] = {"operator": {}, "children": {}, "criteria": _CRITERION}
_NODE["children"] = _NODE
_ADVANCED: Final[dict[str, Any]] = {
    "mode": {},
    "groups": {"operator": {}, "criteria": _CRITERION},
    "expression": _NODE,
}
_NEEDED: Final = {"split": "delimiters", "regex": "key", "delta": "milliseconds"}


def wrong(place: str, text: str) -> NoReturn:
    """Raise what says that the criteria are wrong at ``place``, and why."""
    raise CriteriaError(f"the criteria are wrong at {place}: {text}", place=place)


def check_names(parsed: Any) -> None:
    """Raise `CriteriaError` if a field has a name that means nothing there, or lacks its main one.

    What is no object where one belongs is left to whoever reads it.
    """
    _check_names(parsed, "$", _CRITERION if isinstance(parsed, Sequence) else _ADVANCED)
    mode = parsed.get("mode") if isinstance(parsed, Mapping) else None
    if isinstance(mode, str) and mode not in {"", "advanced"}:
        wrong("$.mode", f"there is no mode {mode!r}; it is 'advanced'")


def _check_names(value: Any, place: str, known: Mapping[str, Any], depth: int = 0) -> None:
    if isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _check_names(item, f"{place}[{index}]", known, depth)
    if not isinstance(value, Mapping) or not known or depth > MOST_DEPTH:
        return
    for name, field in value.items():
        if name not in known:
            wrong(place, f"there is no field {name!r}; known are {', '.join(known)}")
        needed = _NEEDED.get(name) if known is _CRITERION else None
        _check_names(field, f"{place}.{name}", known[name], depth + 1)
        if needed and isinstance(field, Mapping) and field.get(needed) in (None, "", [], ()):
            wrong(f"{place}.{name}", f"it needs {needed!r}")


def check_sense(criteria: Criteria) -> None:
    """Raise `CriteriaError` for what no asset could fit, or what would be passed over."""
    for group in criteria.groups:
        if group.operator not in {"", "AND", "OR"}:
            wrong(
                f"{group.place}.operator",
                f"the operators of groups are AND and OR, in capitals; there is no "
                f"{group.operator!r}",
            )
    if criteria.expression is not None:
        _check_tree(criteria.expression)
    for criterion in criteria.used():
        _check_criterion(criterion, filters=criteria.expression is not None)


def _check_tree(node: Expression) -> None:
    if node.criterion is not None:
        if node.operator is not None or node.children:
            wrong(node.place, "a node has either criteria or an operator with children")
        return
    if text := mistake(node):
        wrong(node.place, text)
    for child in node.children:
        _check_tree(child)


def _check_criterion(criterion: Criterion, *, filters: bool) -> None:
    """Check one of an expression, where a regex ``filters`` whatever the key is, or of the rest."""
    key, place, split, regex = criterion.key, criterion.place, criterion.split, criterion.regex
    keys = (*TEXTS, *TIMES, *FLAGS)
    if key not in keys:
        wrong(place, f"there is no key {key!r}; known are {', '.join(keys)}")
    if split is not None:
        _check_use(criterion, "split", _CUT)
        if split.index < 0:
            wrong(f"{place}.split.index", "parts count from 0")
    if criterion.delta_ms:
        _check_use(criterion, "delta", TIMES)
        if criterion.delta_ms < 0:
            wrong(f"{place}.delta.milliseconds", "this must not be negative")
    if regex is None:
        return
    promotes = regex.promote_index is not None or bool(regex.promote_keys)
    _check_use(criterion, "regex", (*TEXTS, *TIMES) if filters and not promotes else _CUT)
    if regex.promote_keys and regex.promote_index is None:
        wrong(f"{place}.regex", "its 'promote_keys' need a 'promote_index'")
    groups = Pattern(regex.pattern, f"{place}.regex.key").groups
    for index in (regex.index, regex.promote_index or 0):
        if not 0 <= index <= groups:
            wrong(place, f"there is no group {index} in {regex.pattern!r}")


def _check_use(criterion: Criterion, part: str, keys: Iterable[str]) -> None:
    if criterion.key not in keys:
        text = f"it does nothing for {criterion.key}, only for {', '.join(keys)}"
        wrong(f"{criterion.place}.{part}", text)
