"""Photos: their EXIF, their XMP, their size and their pixels, all read by Pillow.

Pillow is the one library here: it makes the thumbnails anyhow, and it reads the EXIF of JPEG, TIFF
(and with it DNG and most raw files), PNG, WebP and AVIF alike.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing.reading import sidecars, thumbhash
from immichkit.testing.reading.facts import Facts, moment

# A server without it knows photos by their names only.
HAS_PILLOW: Final = find_spec("PIL") is not None

if TYPE_CHECKING or HAS_PILLOW:
    from PIL import ExifTags, Image, ImageOps

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, Sequence
    from pathlib import Path

    from immichkit.testing.reading.facts import Moment

_XMP: Final = 700
_RATING: Final = 0x4746
_MOST_STARS: Final = 5
# From so many seconds on an exposure is written as a decimal number.
_LONG: Final = 0.25001
# Warnings too, where the tests that this server is for turn them into errors.
_WHAT_PILLOW_RAISES: Final = (
    OSError,
    ValueError,
    SyntaxError,
    ArithmeticError,
    LookupError,
    Warning,
)


class UnreadableError(Exception):
    """There is no picture in the file that this Pillow can read."""


def can_read(name: str) -> bool:
    """Whether Pillow knows files of this name's kind."""
    extension = "." + name.rpartition(".")[2].lower()
    return HAS_PILLOW and (extension in Image.registered_extensions() or extension == ".dng")


def read(path: Path) -> Facts:
    """What the photo says; raises `UnreadableError` if it is none."""
    with _opened(path) as image:
        facts = _facts(image)
        embedded = image.info.get("xmp") or image.getexif().get(_XMP)
        if isinstance(embedded, str | bytes):
            facts.fill_from(sidecars.read(embedded))
        return facts


def hash_of(path: Path) -> str:
    """The picture's thumbhash; raises `UnreadableError` if there is none."""
    with _opened(path) as image:
        image.draft("RGB", (200, 200))
        return thumbhash.of(ImageOps.exif_transpose(image))


def shrink(path: Path, size: int, target: Path, format_: str) -> None:
    """A picture whose shorter side has this many pixels at most; raises `UnreadableError`."""
    with _opened(path) as image:
        image.draft("RGB", (size * 2, size * 2))
        turned = ImageOps.exif_transpose(image)
        width, height = turned.size
        scale = size / min(width, height)
        if scale < 1:
            smaller = (max(1, round(width * scale)), max(1, round(height * scale)))
            turned = turned.resize(smaller, Image.Resampling.LANCZOS, reducing_gap=2.0)
        mode = "RGBA" if format_ == "WEBP" and turned.has_transparency_data else "RGB"
        turned.convert(mode).save(target, format_, quality=80)


def edit(path: Path, edits: Sequence[Mapping[str, Any]], target: Path) -> None:
    """The picture cut, turned and mirrored so, as a JPEG; raises `UnreadableError`."""
    with _opened(path) as image:
        edited = ImageOps.exif_transpose(image)
        for one in edits:
            wanted = one["parameters"]
            if one["action"] == "crop":
                right, lower = wanted["x"] + wanted["width"], wanted["y"] + wanted["height"]
                edited = edited.crop((wanted["x"], wanted["y"], right, lower))
            elif one["action"] == "rotate":
                # Pillow turns to the left, the server to the right.
                edited = edited.rotate(-wanted["angle"], expand=True)
            elif wanted["axis"] == "horizontal":
                edited = ImageOps.mirror(edited)
            else:
                edited = ImageOps.flip(edited)
        edited.convert("RGB").save(target, "JPEG", quality=80)


def draw_blank(width: int, height: int, size: int, target: Path, format_: str) -> None:
    """A grey picture in these proportions, in place of a film's first frame."""
    scale = min(1.0, size / min(width, height))
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    Image.new("RGB", small, "dimgrey").save(target, format_, quality=80)


@contextmanager
def _opened(path: Path) -> Generator[Image.Image]:
    if not HAS_PILLOW:
        raise UnreadableError(path)
    try:
        with Image.open(path) as image:
            yield image
    except (*_WHAT_PILLOW_RAISES, Image.DecompressionBombError) as error:
        raise UnreadableError(path) from error


def _facts(image: Image.Image) -> Facts:
    base = image.getexif()
    exif = base.get_ifd(ExifTags.IFD.Exif)
    place = _place(base.get_ifd(ExifTags.IFD.GPSInfo))
    width, height = image.size
    tags = ExifTags.Base
    return Facts(
        taken=_taken(exif),
        width=width,
        height=height,
        orientation=_orientation(base.get(tags.Orientation)),
        make=_text(base.get(tags.Make)),
        model=_text(base.get(tags.Model)),
        lens_model=_text(exif.get(tags.LensModel)),
        f_number=_number(exif.get(tags.FNumber), digits=1),
        focal_length=_number(exif.get(tags.FocalLength), digits=1),
        iso=_whole(exif.get(tags.ISOSpeedRatings)),
        exposure_time=_exposure(exif.get(tags.ExposureTime)),
        latitude=None if place is None else place[0],
        longitude=None if place is None else place[1],
        description=_text(base.get(tags.ImageDescription)),
        rating=_rating(base.get(_RATING)),
    )


def _taken(exif: Mapping[int, Any]) -> Moment | None:
    tags = ExifTags.Base
    offset = _text(exif.get(tags.OffsetTimeOriginal)) or _text(exif.get(tags.OffsetTime)) or ""
    for date, fraction in (
        (tags.DateTimeOriginal, tags.SubsecTimeOriginal),
        (tags.DateTimeDigitized, tags.SubsecTimeDigitized),
    ):
        written = moment(_text(exif.get(date)) or "", _text(exif.get(fraction)) or "", offset)
        if written is not None:
            return written
    return None


def _place(gps: Mapping[int, Any]) -> tuple[float, float] | None:
    """Latitude and longitude; None without them, and for the place where they are both zero."""
    tags = ExifTags.GPS
    latitude = _degrees(gps.get(tags.GPSLatitude), gps.get(tags.GPSLatitudeRef), "S")
    longitude = _degrees(gps.get(tags.GPSLongitude), gps.get(tags.GPSLongitudeRef), "W")
    if latitude is None or longitude is None or not (latitude or longitude):
        return None
    is_on_earth = abs(latitude) <= 90 and abs(longitude) <= 180  # noqa: PLR2004 - degrees
    return (latitude, longitude) if is_on_earth else None


def _degrees(parts: Any, side: Any, negative: str) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ArithmeticError):
        return None
    found = degrees + minutes / 60 + seconds / 3600
    if not math.isfinite(found):
        return None
    return round(-found if side == negative else found, 8)


def _text(value: Any) -> str | None:
    if isinstance(value, bytes):
        value = value.decode("utf-8", errors="replace")
    return value.strip("\0 \t\r\n") or None if isinstance(value, str) else None


def _number(value: Any, *, digits: int) -> float | None:
    try:
        found = float(value)
    except (TypeError, ValueError, ArithmeticError):
        return None
    return round(found, digits) if math.isfinite(found) else None


def _whole(value: Any) -> int | None:
    first = value[0] if isinstance(value, tuple) and value else value
    return first if isinstance(first, int) else None


def _orientation(value: Any) -> int | None:
    return value if isinstance(value, int) and 1 <= value <= 8 else None  # noqa: PLR2004 - EXIF


def _exposure(value: Any) -> str | None:
    seconds = _number(value, digits=9)
    if seconds is None:
        return None
    if 0 < seconds < _LONG:
        return f"1/{math.floor(0.5 + 1 / seconds)}"
    return f"{seconds:.1f}".removesuffix(".0")


def _rating(value: Any) -> int | None:
    return value if isinstance(value, int) and 1 <= value <= _MOST_STARS else None
