"""Instants as the server keeps and prints them: whole microseconds since 1970, in UTC."""

from __future__ import annotations

import functools
import re
import time
from datetime import UTC, datetime, timedelta
from typing import Final

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DAY: Final = 86_400_000_000
_CLOCK: Final = tuple(f"{minute // 60:02d}:{minute % 60:02d}" for minute in range(1440))
FIRST: Final = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND
LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MICROSECOND

# The server's own pattern, which its refusals quote word for word.
DATETIME_PATTERN: Final = (
    r"^(?:(?:\d\d[2468][048]|\d\d[13579][26]|\d\d0[48]|[02468][048]00|[13579][26]00)-02-29|"
    r"\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\d|30)|"
    r"(?:02)-(?:0[1-9]|1\d|2[0-8])))T(?:(?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.\d+)?)?"
    r"(?:Z|([+-](?:[01]\d|2[0-3]):[0-5]\d)))$"
)
_DATETIME: Final = re.compile(DATETIME_PATTERN, re.ASCII)


def now() -> int:
    """The present, in microseconds since 1970."""
    return time.time_ns() // 1000


def from_iso(text: str) -> int | None:
    """The instant that a date-time with an offset names, or None if the server refuses the text.

    Digits after the milliseconds are cut off, as a JavaScript date does.
    """
    if _DATETIME.match(text) is None:
        return None
    moment = from_any(text)
    return None if moment is None else moment // 1000 * 1000


def from_any(text: str) -> int | None:
    """The instant of any ISO date-time; one without an offset counts as UTC, None if unreadable."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MICROSECOND


def _when(moment: int) -> datetime:
    """The instant, brought into the years that Python knows."""
    return _EPOCH + timedelta(microseconds=min(max(moment, FIRST), LAST))


def to_z(moment: int) -> str:
    """``2024-01-01T10:00:00.000Z``: how most fields print an instant."""
    # By hand, for the sync stream has millions of them.
    day, rest = divmod(min(max(moment, FIRST), LAST), _DAY)
    second, fraction = divmod(rest, 1_000_000)
    minute, second = divmod(second, 60)
    return f"{_date(day)}T{_CLOCK[minute]}:{second:02d}.{fraction // 1000:03d}Z"


@functools.lru_cache(4096)
def _date(day: int) -> str:
    return (_EPOCH + timedelta(days=day)).date().isoformat()


def to_offset(moment: int) -> str:
    """``2024-01-01T10:00:00.5+00:00``: how EXIF dates and nested objects print an instant."""
    text = _when(moment).isoformat()[:-6]
    return f"{text.rstrip('0') if '.' in text else text}+00:00"


def to_http(moment: int) -> str:
    """``Mon, 01 Jan 2024 00:00:00 GMT``: the form of ``Last-Modified``."""
    when = _when(moment)
    day = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[when.weekday()]
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{day}, {when:%d} {month[when.month - 1]} {when:%Y %H:%M:%S} GMT"
