"""XMP: what is written about a photo beside it or inside it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from immichkit.testing.reading.facts import Facts, moment

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immichkit.testing.reading.facts import Moment

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
# From the one that counts most; XMP writes no offset where none is known.
_DATES: Final = ("DateTimeOriginal", "CreateDate", "DateTimeDigitized", "DateCreated")
_SPACES: Final = {
    "http://ns.adobe.com/xap/1.0/",
    "http://ns.adobe.com/exif/1.0/",
    "http://ns.adobe.com/tiff/1.0/",
    "http://ns.adobe.com/photoshop/1.0/",
    "http://purl.org/dc/elements/1.1/",
    "http://www.digikam.org/ns/1.0/",
    "http://ns.adobe.com/lightroom/1.0/",
}
_DEGREES: Final = re.compile(r"(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?([NSEW])")
_MOST_STARS: Final = 5


def read(text: str | bytes) -> Facts:
    """What the XMP says; nothing if it is none."""
    try:
        # Expat bounds what entities may grow to, and the file is the tester's own.
        root = ElementTree.fromstring(text)  # noqa: S314
    except (ElementTree.ParseError, ValueError):
        return Facts()
    found: dict[str, list[str]] = {}
    for description in root.iter(f"{_RDF}Description"):
        for name, values in _properties(description):
            found.setdefault(name, []).extend(values)
    first = {name: values[0] for name, values in found.items() if values}
    latitude, longitude = (
        _degrees(first.get(f"GPS{way}", "")) for way in ("Latitude", "Longitude")
    )
    has_place = latitude is not None and longitude is not None and (latitude or longitude)
    return Facts(
        taken=_taken(first),
        latitude=latitude if has_place else None,
        longitude=longitude if has_place else None,
        description=(first.get("ImageDescription") or first.get("description", "")).strip() or None,
        rating=_rating(first.get("Rating", "")),
        tags=_tags(found),
    )


def _properties(description: ElementTree.Element) -> Iterable[tuple[str, list[str]]]:
    for name, value in description.attrib.items():
        space, _, local = name.removeprefix("{").rpartition("}")
        if space in _SPACES:
            yield local, [value]
    for child in description:
        space, _, local = child.tag.removeprefix("{").rpartition("}")
        if space in _SPACES:
            items = [item.text or "" for item in child.iter(f"{_RDF}li")]
            yield local, items or [child.text or ""]


def _taken(first: dict[str, str]) -> Moment | None:
    for name in _DATES:
        written = moment(first.get(name, ""))
        if written is not None:
            return written
    return None


def _tags(found: dict[str, list[str]]) -> tuple[str, ...]:
    """The tags as paths with slashes; the flat ones only where no program has written those."""
    for name, separator in (("TagsList", "/"), ("hierarchicalSubject", "|"), ("subject", "|")):
        if found.get(name):
            paths = (value.strip().replace(separator, "/") for value in found[name])
            return tuple(dict.fromkeys(path for path in paths if path))
    return ()


def _degrees(text: str) -> float | None:
    """``48,51.396N`` or a decimal number as degrees."""
    written = _DEGREES.fullmatch(text.strip())
    if written is None:
        try:
            return float(text)
        except ValueError:
            return None
    whole = int(written[1]) + float(written[2]) / 60 + float(written[3] or 0) / 3600
    return round(-whole if written[4] in "SW" else whole, 8)


def _rating(text: str) -> int | None:
    try:
        stars = round(float(text))
    except (ValueError, OverflowError):
        return None
    return stars if 1 <= stars <= _MOST_STARS else None
