"""From the text or the JSON of criteria to `Criteria`, with errors that name the place."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, TypeVar

from immichkit.errors import CriteriaError
from immichkit.stacking.checking import MOST_DEPTH, check_names, check_sense, wrong
from immichkit.stacking.criteria import Criteria, Criterion, Expression, Group, Regex, Split
from immichkit.stacking.presets import DEFAULT_CRITERIA, PRESETS

__all__ = ["read_criteria"]

T = TypeVar("T")

_LARGEST: Final = 2**63
_KINDS: Final = {
    bool: "true or false",
    bytes: "bytes",
    dict: "an object",
    float: "a number with a fraction or exponent",
    int: "a number",
    list: "a list",
    str: "a text",
    type(None): "null",
}


def read_criteria(criteria: Any, *, strictly: bool = False) -> Criteria:
    """What ``criteria`` mean: a text, parsed JSON, the name of a preset, or None for the default.

    Raises `CriteriaError` if they do not have one of the three forms. In a text, what means nothing
    is passed over as immich-stack does, unless it is to be read ``strictly``; in all else it raises
    the same.
    """
    strictly = strictly or not isinstance(criteria, str)
    if criteria is None or criteria == "":
        criteria = DEFAULT_CRITERIA
    elif isinstance(criteria, str):
        criteria = PRESETS[criteria] if criteria in PRESETS else _parsed(criteria)
    if isinstance(criteria, str | bytes) or not isinstance(criteria, Sequence | Mapping):
        _refuse("$", "a list or an object", criteria)
    if strictly:
        check_names(criteria)
    if isinstance(criteria, Mapping):
        found = _advanced(criteria)
    else:
        found = Criteria(listed=_list(criteria, "$", _criterion))
    if strictly:
        check_sense(found)
    return found


def _parsed(text: str) -> Any:
    try:
        parsed = json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise CriteriaError(
            f"the criteria are neither JSON nor a preset ({', '.join(PRESETS)}): "
            f"{error.msg} at line {error.lineno}, column {error.colno}",
            place=f"line {error.lineno}, column {error.colno}",
        ) from None
    except RecursionError:
        raise CriteriaError("the criteria are nested too deeply", place="$") from None
    return [] if parsed is None else parsed


def _no_number(text: str) -> NoReturn:
    raise CriteriaError(f"the criteria are not JSON: it has no {text}", place="$")


def _advanced(fields: Mapping[Any, Any]) -> Criteria:
    found = _fields(fields, "$")
    mode = _text(found.get("mode"), "$.mode")
    groups = _list(found.get("groups"), "$.groups", _group)
    expression = found.get("expression")
    tree = None if expression is None else _expression(expression, "$.expression")
    if not mode:
        wrong("$", 'an object needs "mode": "advanced"; the plain form is a list of criteria')
    if mode != "advanced":
        return Criteria()
    if tree is not None:
        return Criteria(expression=tree)
    if not groups:
        wrong("$", 'the mode "advanced" needs an expression or groups')
    if any(group.operator not in {"", "AND"} for group in groups):
        return Criteria(groups=groups)
    branches = tuple(_all_of(group) for group in groups if group.criteria)
    return Criteria(expression=Expression("$.groups", "OR", branches)) if branches else Criteria()


def _all_of(group: Group) -> Expression:
    leaves = tuple(Expression(one.place, criterion=one) for one in group.criteria)
    return Expression(group.place, "AND", leaves)


def _group(value: Any, place: str) -> Group:
    found = _fields(value, place)
    return Group(
        place,
        _text(found.get("operator"), f"{place}.operator"),
        _list(found.get("criteria"), f"{place}.criteria", _criterion),
    )


def _expression(value: Any, place: str, depth: int = 0) -> Expression:
    if depth > MOST_DEPTH:
        wrong(place, f"an expression may be nested {MOST_DEPTH} times")
    found = _fields(value, place)
    operator, criterion = found.get("operator"), found.get("criteria")
    return Expression(
        place,
        None if operator is None else _text(operator, f"{place}.operator"),
        _list(
            found.get("children"),
            f"{place}.children",
            lambda child, where: _expression(child, where, depth + 1),
        ),
        None if criterion is None else _criterion(criterion, f"{place}.criteria"),
    )


def _criterion(value: Any, place: str) -> Criterion:
    found = _fields(value, place)
    split, regex, delta = found.get("split"), found.get("regex"), found.get("delta")
    within = {} if delta is None else _fields(delta, f"{place}.delta")
    return Criterion(
        place,
        _text(found.get("key"), f"{place}.key"),
        None if split is None else _split(split, f"{place}.split"),
        None if regex is None else _regex(regex, f"{place}.regex"),
        _number(within.get("milliseconds"), f"{place}.delta.milliseconds"),
    )


def _split(value: Any, place: str) -> Split:
    found = _fields(value, place)
    return Split(
        _list(found.get("delimiters"), f"{place}.delimiters", _text),
        _number(found.get("index"), f"{place}.index"),
    )


def _regex(value: Any, place: str) -> Regex:
    found = _fields(value, place)
    promote = found.get("promote_index")
    return Regex(
        _text(found.get("key"), f"{place}.key"),
        _number(found.get("index"), f"{place}.index"),
        None if promote is None else _number(promote, f"{place}.promote_index"),
        _list(found.get("promote_keys"), f"{place}.promote_keys", _text),
    )


def _fields(value: Any, place: str) -> dict[str, Any]:
    """The fields of an object by their name in lower case; null has none."""
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        _refuse(place, "an object", value)
    return {str(name).lower(): field for name, field in value.items()}


def _list(value: Any, place: str, read: Callable[[Any, str], T]) -> tuple[T, ...]:
    if value is None:
        return ()
    if isinstance(value, str | bytes) or not isinstance(value, Sequence):
        _refuse(place, "a list", value)
    return tuple(read(item, f"{place}[{index}]") for index, item in enumerate(value))


def _text(value: Any, place: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        _refuse(place, "a text", value)
    return value


def _number(value: Any, place: str) -> int:
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        _refuse(place, "a whole number", value)
    if not -_LARGEST <= value < _LARGEST:
        wrong(place, "the number is too large")
    return value


def _refuse(place: str, wanted: str, value: Any) -> NoReturn:
    kind = _KINDS.get(type(value), type(value).__name__)
    wrong(place, f"this must be {wanted}, not {kind}")
