"""Times as nanoseconds since 1970, from what models and rows have."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, cast

__all__ = ["bucket", "nanoseconds", "nanoseconds_of_all", "written"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY: Final = _EPOCH.toordinal()
_MICROSECOND: Final = timedelta(microseconds=1)
_SECOND: Final = 10**9
_DAY: Final = 86400
_CYCLE: Final = 146_097  # days in 400 years
_HOURS, _SIXTY = 24, 60

_FORM: Final = re.compile(
    r"(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})"
    r"T(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})(?:[.,](?P<fraction>[0-9]+))?"
    r"(?:Z|(?P<sign>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2}))"
)
# What all servers send, and what `datetime` reads as they mean it.
_COMMON: Final = re.compile(
    r"(?:[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])\n)*+"
)


def nanoseconds(value: Any) -> int | None:
    """``value``, a `datetime` or a text, in nanoseconds since 1970 UTC; None if there is none.

    A text is written as the API does it: with a ``T``, and with its offset or ``Z``. Any other
    is a `ValueError`. A `datetime` without a zone is in UTC.
    """
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        value = value if value.tzinfo else value.replace(tzinfo=UTC)
        return cast("int", (value - _EPOCH) // _MICROSECOND * 1000)
    found = _FORM.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"{value!r} is not a time such as 2024-04-05T06:07:08.090Z")
    year, month, day, hour, minute, second = (int(found[place]) for place in range(1, 7))
    hours, minutes = int(found["hours"] or 0), int(found["minutes"] or 0)
    if hour >= _HOURS or max(minute, second) >= _SIXTY or hours > _HOURS or minutes > _SIXTY:
        raise ValueError(f"{value!r} is not a time of a day")
    seconds = _day_number(year, month, day) * _DAY + hour * 3600 + minute * 60 + second
    seconds += (hours * 60 + minutes) * (60 if found["sign"] == "-" else -60)
    return seconds * _SECOND + int((found["fraction"] or "0").ljust(9, "0")[:9])


def nanoseconds_of_all(values: Sequence[Any]) -> list[int | None]:
    """Each of ``values`` as `nanoseconds` has it, but much faster where they are alike."""
    kinds = set(map(type, values))
    try:
        if kinds == {datetime}:
            return [(time - _EPOCH) // _MICROSECOND * 1000 for time in values]
        if kinds == {str} and _COMMON.fullmatch("\n".join((*values, ""))):
            read = datetime.fromisoformat
            return [(read(time) - _EPOCH) // _MICROSECOND * 1000 for time in values]
    except (TypeError, ValueError, OverflowError):
        pass
    return [nanoseconds(value) for value in values]


def bucket(time: int, delta_ms: int) -> int:
    """``time`` cut to a multiple of ``delta_ms``, towards 1970; with a delta of 0 as it is."""
    if not delta_ms:
        return time
    size = abs(delta_ms) * 1_000_000
    return time - time % size if time >= 0 else -(-time - -time % size)


def written(time: int) -> str:
    """``time`` as a text in UTC, with all nine decimals."""
    seconds, fraction = divmod(time, _SECOND)
    days, second = divmod(seconds, _DAY)
    cycles, rest = divmod(days + _EPOCH_DAY - 1, _CYCLE)
    day = date.fromordinal(rest + 1)
    hour, minute = second // 3600, second % 3600 // 60
    return (
        f"{day.year + 400 * cycles:04}-{day:%m-%d}"
        f"T{hour:02}:{minute:02}:{second % 60:02}.{fraction:09}Z"
    )


def _day_number(year: int, month: int, day: int) -> int:
    """The days since 1970 began; the calendar repeats itself, and `date` has no year 0."""
    shift = 0 if year else 400
    return date(year + shift, month, day).toordinal() - shift // 400 * _CYCLE - _EPOCH_DAY
