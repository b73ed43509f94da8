"""XMP sidecars: what the server knows of a photo, in a file that other programs read."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree as Xml

from immichkit_api.models import ExifResponseDto

if TYPE_CHECKING:
    from immichkit_api.models import AssetResponseDto

__all__ = ["sidecar_of"]

_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_SPACES: Final = {
    "rdf": _RDF,
    "x": "adobe:ns:meta/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
}
_UNFIT: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold at all."""

for _prefix, _space in _SPACES.items():
    Xml.register_namespace(_prefix, _space)


def sidecar_of(asset: AssetResponseDto) -> bytes:
    """The description, rating, date, place, tags and people of ``asset``, as XMP.

    An upload with it brings back all but the people; the same asset gives the same bytes.
    """
    root = Xml.Element(_name("x:xmpmeta"))
    about = Xml.SubElement(Xml.SubElement(root, _name("rdf:RDF")), _name("rdf:Description"))
    about.set(_name("rdf:about"), "")
    if isinstance(asset.exif_info, ExifResponseDto):
        _describe(about, asset, asset.exif_info)
    tags = [tag.value for tag in asset.tags] if asset.tags else []
    _list(about, "digiKam:TagsList", "Seq", tags)
    _list(about, "dc:subject", "Bag", dict.fromkeys(tag.rpartition("/")[2] for tag in tags))
    people = [person.name for person in asset.people] if asset.people else []
    _list(about, "Iptc4xmpExt:PersonInImage", "Bag", filter(None, people))
    Xml.indent(root)
    text: str = Xml.tostring(root, encoding="unicode")
    return f"{text}\n".encode()


def _describe(about: Xml.Element, asset: AssetResponseDto, exif: ExifResponseDto) -> None:
    if exif.rating:
        about.set(_name("xmp:Rating"), str(exif.rating))
    if isinstance(exif.date_time_original, datetime.datetime):
        zone = _zone(asset.local_date_time - exif.date_time_original) if exif.time_zone else None
        taken = asset.local_date_time.replace(tzinfo=zone)
        about.set(_name("exif:DateTimeOriginal"), taken.isoformat(timespec="milliseconds"))
    if isinstance(exif.latitude, float | int) and isinstance(exif.longitude, float | int):
        about.set(_name("exif:GPSLatitude"), _degrees(exif.latitude, "NS"))
        about.set(_name("exif:GPSLongitude"), _degrees(exif.longitude, "EW"))
    if isinstance(exif.description, str) and exif.description:
        # v3.1 prefers the one that may be in the photo itself, unless both are here.
        for name in ("dc:description", "tiff:ImageDescription"):
            _list(about, name, "Alt", [exif.description])


def _zone(offset: datetime.timedelta) -> datetime.timezone | None:
    """The zone of a local time that is so far from the same moment in UTC."""
    is_zone = abs(offset) < datetime.timedelta(days=1) and not offset.total_seconds() % 60
    return datetime.timezone(offset) if is_zone else None


def _degrees(value: float, signs: str) -> str:
    """In XMP's form, degrees and minutes: ``48,51.39600000N``."""
    whole, minutes = divmod(round(abs(value) * 60, 8), 60)
    return f"{whole:.0f},{minutes:.8f}{signs[value < 0]}"


def _list(about: Xml.Element, name: str, kind: str, texts: Iterable[str]) -> None:
    texts = list(texts)
    if not texts:
        return
    items = Xml.SubElement(Xml.SubElement(about, _name(name)), _name(f"rdf:{kind}"))
    for text in texts:
        item = Xml.SubElement(items, _name("rdf:li"))
        if kind == "Alt":
            item.set("xml:lang", "x-default")
        item.text = _UNFIT.sub("", text)


def _name(name: str) -> str:
    prefix, _, local = name.partition(":")
    return f"{{{_SPACES[prefix]}}}{local}"
