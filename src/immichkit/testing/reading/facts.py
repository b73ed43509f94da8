"""What can be known of a photo or a video from its file."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from attrs import define, fields

_WRITTEN: Final = re.compile(
    r"(\d{4})[-:](\d\d)[-:](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?\s*(Z|[+-]\d\d:?\d\d)?\s*"
)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SIDEWAYS: Final = 5


@define
class Moment:
    """A written date-time: what the clock showed, in microseconds as if in UTC, and its offset."""

    local: int
    offset_minutes: int | None = None

    @property
    def zone(self) -> str | None:
        """The offset as the server names it, such as ``UTC+2`` or ``UTC+5:30``."""
        if self.offset_minutes is None:
            return None
        hours, minutes = divmod(abs(self.offset_minutes), 60)
        sign = "-" if self.offset_minutes < 0 else "+"
        return f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")


@define
class Facts:
    """What a file says of itself; None and empty where it says nothing.

    ``width`` and ``height`` are those of the stored picture, before it is turned as
    ``orientation``, a number of EXIF from 1 to 8, demands.
    """

    taken: Moment | None = None
    zone: str | None = None
    width: int | None = None
    height: int | None = None
    orientation: int | None = None
    duration: int | None = None
    fps: float | None = None
    make: str | None = None
    model: str | None = None
    lens_model: str | None = None
    f_number: float | None = None
    focal_length: float | None = None
    iso: int | None = None
    exposure_time: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    description: str | None = None
    projection_type: str | None = None
    rating: int | None = None
    tags: tuple[str, ...] = ()

    @property
    def is_sideways(self) -> bool:
        """Whether width and height change places when the picture is shown."""
        return (self.orientation or 0) >= _SIDEWAYS

    def fill_from(self, other: Facts) -> None:
        """Take what is missing from the other."""
        for field in fields(Facts):
            if getattr(self, field.name) in (None, ()):
                setattr(self, field.name, getattr(other, field.name))


def moment(text: str, fraction: str = "", offset: str = "") -> Moment | None:
    """The date-time of a text such as ``2024:05:01 10:00:00`` or ``2024-05-01T10:00:00.5+02:00``.

    A fraction of a second and an offset may stand beside it. None if it is no date.
    """
    found = _WRITTEN.fullmatch(text.strip("\0 "))
    if found is None:
        return None
    numbers = [int(number or 0) for number in found.groups()[:6]]
    digits = found[7] or fraction.strip("\0 ")
    millis = int(digits[:3].ljust(3, "0")) if digits.isascii() and digits.isdigit() else 0
    year, month, day, hour, minute, second = numbers
    try:
        clock = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    local = (clock - _EPOCH) // timedelta(microseconds=1) + millis * 1000
    return Moment(local, _minutes(found[8] or offset.strip("\0 ")))


def _minutes(offset: str) -> int | None:
    if offset == "Z":
        return 0
    found = re.fullmatch(r"([+-])(\d\d):?(\d\d)", offset)
    if found is None:
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    return -minutes if found[1] == "-" else minutes
