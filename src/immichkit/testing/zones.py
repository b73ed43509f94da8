"""Time zones by the names that the server gives them: ``Europe/Berlin``, ``UTC+2``, ``UTC``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIXED: Final = re.compile(r"UTC([+-])(\d{1,2})(?::(\d\d))?")
_WRITTEN: Final = re.compile(r"([+-])(\d\d):?(\d\d)$|[zZ]$")
_MINUTE: Final = 60_000_000


def of_date(text: str) -> str | None:
    """The zone that a written date-time states by its offset; None if it states none."""
    written = _WRITTEN.search(text)
    if written is None or "T" not in text:
        return None
    if written[1] is None:
        return "UTC"
    minutes = f":{written[3]}" if written[3] != "00" else ""
    return f"UTC{written[1]}{int(written[2])}{minutes}"


def local(moment: int, zone: str | None) -> int:
    """What a clock in the zone shows at the instant, as if that were UTC.

    A zone that nobody knows counts as UTC.
    """
    fixed = _FIXED.fullmatch(zone or "")
    if fixed is not None:
        minutes = int(fixed[2]) * 60 + int(fixed[3] or 0)
        return moment + (-minutes if fixed[1] == "-" else minutes) * _MINUTE
    try:
        offset = ZoneInfo(zone or "UTC").utcoffset(_EPOCH + timedelta(microseconds=moment))
    except (ZoneInfoNotFoundError, ValueError):
        return moment
    return moment + (offset or timedelta()) // timedelta(microseconds=1)


def instant(shown: int, zone: str | None) -> int:
    """When a clock in the zone shows this, which is given as if it were UTC."""
    # The offset may have changed between this reading taken for UTC and the true time.
    guess = shown - (local(shown, zone) - shown)
    return shown - (local(guess, zone) - guess)
