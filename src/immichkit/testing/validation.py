"""Checks of what a client sends, which complain in the server's own words.

A check takes a value, where it stood, and the list of complaints; it gives back the value that
the handler works with. `MISSING` stands for what was not sent, which is not the same as null.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from immichkit.testing import times
from immichkit.testing.answers import RefusalError

Path = tuple[str | int, ...]
Complaint = dict[str, Any]
Check = Callable[[Any, Path, list[Complaint]], Any]


class Missing:
    """The type of `MISSING`: a field that was not sent."""

    def __bool__(self) -> bool:
        """Missing is false, so that ``body.get(…) or default`` reads as expected."""
        return False


MISSING: Final = Missing()

_UUID4_TEXT: Final = (
    r"^([0-9a-fA-F]{8}-[0-9a-fA-F]{4}-4[0-9a-fA-F]{3}-[89abAB][0-9a-fA-F]{3}-[0-9a-fA-F]{12})$"
)
_UUID4: Final = re.compile(_UUID4_TEXT, re.ASCII)
_EMAIL_TEXT: Final = (
    r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
    r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*$"
)
_EMAIL: Final = re.compile(_EMAIL_TEXT, re.ASCII)


def read(check: Check, value: Any) -> Any:
    """The checked value; raises the 400 that lists every complaint at once."""
    complaints: list[Complaint] = []
    checked = check(value, (), complaints)
    if complaints:
        raise RefusalError(400, "Validation failed", errors=complaints)
    return checked


def kind_of(value: Any) -> str:
    """What JavaScript calls the value: undefined, null, boolean, number, string, array, object."""
    if isinstance(value, Missing):
        return "undefined"
    if value is None:
        return "null"
    for types, name in (
        (bool, "boolean"),
        ((int, float), "number"),
        (str, "string"),
        (list, "array"),
    ):
        if isinstance(value, types):
            return name
    return "object"


def complain(complaints: list[Complaint], code: str, path: Path, message: str, **more: Any) -> Any:
    """Add one complaint; its value counts as missing from here on."""
    complaints.append({**more, "code": code, "path": list(path), "message": message})
    return MISSING


def _wrong_type(expected: str, value: Any, path: Path, complaints: list[Complaint]) -> Any:
    message = f"Invalid input: expected {expected}, received {kind_of(value)}"
    return complain(complaints, "invalid_type", path, message, expected=expected)


def _bad_format(
    name: str, pattern: str, message: str, path: Path, complaints: list[Complaint]
) -> Any:
    quoted = f"/{pattern}/"
    return complain(
        complaints,
        "invalid_format",
        path,
        message,
        origin="string",
        format=name,
        pattern=quoted,
    )


def optional(check: Check) -> Check:
    """The check, or nothing sent at all."""

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        return MISSING if value is MISSING else check(value, path, complaints)

    return checked


def nullable(check: Check) -> Check:
    """The check, or null, or nothing sent at all."""

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        return value if value is MISSING or value is None else check(value, path, complaints)

    return checked


def text(*, strip: bool = False, minimum: int = 0) -> Check:
    """A string, if wanted without the blanks around it and of a least length."""

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        if not isinstance(value, str):
            return _wrong_type("string", value, path, complaints)
        if len(value) < minimum:
            return _too_small("string", minimum, path, complaints, unit=" characters")
        return value.strip() if strip else value

    return checked


def matching(pattern: str) -> Check:
    """A string that the pattern, in JavaScript's words, fits."""
    exact = pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern
    whole = re.compile(exact, re.ASCII)

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        if not isinstance(value, str):
            return _wrong_type("string", value, path, complaints)
        if whole.search(value):
            return value
        message = f"Invalid string: must match pattern /{pattern}/"
        return _bad_format("regex", pattern, message, path, complaints)

    return checked


def boolean(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """JSON's true or false and nothing that looks like it."""
    return value if isinstance(value, bool) else _wrong_type("boolean", value, path, complaints)


def text_boolean(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """The words ``true`` and ``false`` of a form or a query, in exactly this spelling."""
    if not isinstance(value, str):
        return _wrong_type("string", value, path, complaints)
    if value in {"true", "false"}:
        return value == "true"
    message = 'Invalid option: expected one of "true"|"false"'
    more = {"expected": "stringbool", "values": ["true", "false"]}
    return complain(complaints, "invalid_value", path, message, **more)


def _too_small(
    what: str, bound: float, path: Path, complaints: list[Complaint], *, unit: str = ""
) -> Any:
    message = f"Too small: expected {what} to {'have' if unit else 'be'} >={bound}{unit}"
    more = {"origin": what, "minimum": bound, "inclusive": True}
    return complain(complaints, "too_small", path, message, **more)


def _too_big(
    what: str, bound: float, path: Path, complaints: list[Complaint], *, unit: str = ""
) -> Any:
    message = f"Too big: expected {what} to {'have' if unit else 'be'} <={bound}{unit}"
    more = {"origin": what, "maximum": bound, "inclusive": True}
    return complain(complaints, "too_big", path, message, **more)


def number(*, minimum: float | None = None, maximum: float | None = None) -> Check:
    """A JSON number within its bounds."""

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        if isinstance(value, bool) or not isinstance(value, int | float):
            return _wrong_type("number", value, path, complaints)
        if minimum is not None and value < minimum:
            return _too_small("number", minimum, path, complaints)
        if maximum is not None and value > maximum:
            return _too_big("number", maximum, path, complaints)
        return value

    return checked


_SAFE_INTEGER: Final = 2**53 - 1


def integer(*, minimum: int | None = None, maximum: int | None = None) -> Check:
    """A whole JSON number within its bounds."""
    bounded = number(minimum=minimum, maximum=maximum)

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        if isinstance(value, float):
            if not value.is_integer():
                message = "Invalid input: expected int, received number"
                more = {"expected": "int", "format": "safeint"}
                return complain(complaints, "invalid_type", path, message, **more)
            value = int(value)
        if isinstance(value, int) and abs(value) > _SAFE_INTEGER:
            return _beyond(value, path, complaints)
        return bounded(value, path, complaints)

    return checked


def _beyond(value: int, path: Path, complaints: list[Complaint]) -> Any:
    too_small = value < 0
    size, sign = ("small", ">=-") if too_small else ("big", "<=")
    message = f"Too {size}: expected int to be {sign}{_SAFE_INTEGER}"
    bound = {"minimum": -_SAFE_INTEGER} if too_small else {"maximum": _SAFE_INTEGER}
    more = {
        "origin": "int",
        "note": "Integers must be within the safe integer range.",
        "inclusive": True,
    }
    return complain(complaints, f"too_{size}", path, message, **more, **bound)


def text_integer(*, minimum: int | None = None, maximum: int | None = None) -> Check:
    """A whole number written as the text of a form field."""
    return _from_text(integer(minimum=minimum, maximum=maximum))


def text_number(*, minimum: float | None = None, maximum: float | None = None) -> Check:
    """A number written as the text of a query parameter."""
    bounded = _from_text(number(minimum=minimum, maximum=maximum))

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        # What was not sent is as good as no number to v3.1, and complained about as such.
        return bounded("NaN" if value is MISSING else value, path, complaints)

    return checked


def _from_text(bounded: Check) -> Check:
    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        if isinstance(value, str):
            value = read_number(value)
            if not math.isfinite(value):
                message = "Invalid input: expected number, received NaN"
                more = {"expected": "number", "received": "NaN"}
                return complain(complaints, "invalid_type", path, message, **more)
        return bounded(value, path, complaints)

    return checked


def read_number(text: str) -> float:
    """The number that JavaScript sees in a text; nothing counts as zero."""
    try:
        return float(text.strip() or 0)
    except ValueError:
        return math.nan


def one_of(*values: str) -> Check:
    """One of the words."""

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        if isinstance(value, str) and value in values:
            return value
        choices = "|".join(f'"{choice}"' for choice in values)
        message = f"Invalid option: expected one of {choices}"
        return complain(complaints, "invalid_value", path, message, values=list(values))

    return checked


def uuid4(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """The id of a version 4 UUID, in small or capital letters."""
    if not isinstance(value, str):
        return _wrong_type("string", value, path, complaints)
    if _UUID4.match(value):
        return value
    return _bad_format("uuid", _UUID4_TEXT, "Invalid UUID", path, complaints)


def email(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """An address, which comes back in small letters."""
    kind = kind_of(value)
    # JavaScript's typeof knows no null and no array.
    received = "object" if kind in {"null", "array"} else kind
    message = f"Invalid input: expected email, received {received}"
    if not isinstance(value, str):
        return complain(complaints, "invalid_type", path, message, expected="string")
    if _EMAIL.match(value):
        return value.lower()
    return _bad_format("email", _EMAIL_TEXT, message, path, complaints)


def instant(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """A date-time with ``Z`` or an offset, which comes back in microseconds since 1970."""
    kind = kind_of(value)
    received = "object" if kind in {"null", "array"} else kind
    message = f"Invalid input: expected ISO 8601 datetime string, received {received}"
    if not isinstance(value, str):
        return complain(complaints, "invalid_type", path, message, expected="string")
    moment = times.from_iso(value)
    if moment is not None:
        return moment
    return _bad_format("datetime", times.DATETIME_PATTERN, message, path, complaints)


def array(item: Check, *, minimum: int = 0, maximum: int | None = None) -> Check:
    """A list whose items all pass the check."""

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        if not isinstance(value, list):
            return _wrong_type("array", value, path, complaints)
        items = [item(one, (*path, index), complaints) for index, one in enumerate(value)]
        if len(items) < minimum:
            return _too_small("array", minimum, path, complaints, unit=" items")
        if maximum is not None and len(items) > maximum:
            return _too_big("array", maximum, path, complaints, unit=" items")
        return items

    return checked


def record(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """An object with whatever inside."""
    return value if isinstance(value, dict) else _wrong_type("record", value, path, complaints)


def shape(fields: Mapping[str, Check]) -> Check:
    """An object of these fields, complained about in this order; unknown fields are dropped.

    Fields that were not sent are not in the result either.
    """

    def checked(value: Any, path: Path, complaints: list[Complaint]) -> Any:
        if not isinstance(value, dict):
            return _wrong_type("object", value, path, complaints)
        result: dict[str, Any] = {}
        for name, check in fields.items():
            found = check(value.get(name, MISSING), (*path, name), complaints)
            if found is not MISSING:
                result[name] = found
        return result

    return checked


VISIBILITY: Final = one_of("archive", "timeline", "hidden", "locked")
IDS: Final = shape({"ids": array(uuid4)})
