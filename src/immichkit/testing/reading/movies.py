"""MP4 and QuickTime: how long, how large, and when it was begun; no frame is decoded."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, BinaryIO, Final

from immichkit.testing.reading.facts import Facts, Moment

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

# Such a file counts from 1904.
_SECONDS_BEFORE_1970: Final = 2_082_844_800
_LARGEST_MOOV: Final = 64 * 1024 * 1024
_CONTAINERS: Final = {b"trak", b"mdia", b"minf", b"stbl"}
# The first two rows of a track's matrix, in sixteenth bits, by the EXIF number that turns alike.
_TURNS: Final = {(1, 0, 0, 1): 1, (0, 1, -1, 0): 6, (-1, 0, 0, -1): 3, (0, -1, 1, 0): 8}
_ONE: Final = 1 << 16


def read(path: Path) -> Facts | None:
    """What the film says; None if it is of no kind that is known here."""
    with path.open("rb") as file:
        moov = _moov(file)
    if moov is None:
        return None
    facts = Facts()
    try:
        for kind, body in _boxes(moov):
            if kind == b"mvhd":
                _read_head(body, facts)
            elif kind == b"trak" and facts.width is None:
                _read_track(body, facts)
    except struct.error:
        # Cut short: what was found until here holds.
        return facts
    return facts


def _moov(file: BinaryIO) -> bytes | None:
    """The box that describes all others, wherever in the file it stands."""
    size = file.seek(0, 2)
    place, is_first = 0, True
    while place + 8 <= size:
        file.seek(place)
        length, kind = struct.unpack(">I4s", file.read(8))
        head = 8
        if length == 1:
            length, head = struct.unpack(">Q", file.read(8))[0], 16
        elif length == 0:
            length = size - place
        if (is_first and not kind.isalnum()) or length < head:
            return None
        if kind == b"moov":
            return file.read(length - head) if length <= _LARGEST_MOOV else None
        place, is_first = place + length, False
    return None


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    place = 0
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        if length < 8:  # noqa: PLR2004 - the box's own head
            return
        yield kind, data[place + 8 : place + length]
        place += length


def _read_head(body: bytes, facts: Facts) -> None:
    begun, _, scale, length = struct.unpack_from(">QQIQ" if body[0] else ">IIII", body, 4)
    if scale:
        facts.duration = round(length / scale * 1000)
    if begun > _SECONDS_BEFORE_1970:
        # Written in UTC, whatever the camera's clock showed.
        facts.taken = Moment((begun - _SECONDS_BEFORE_1970) * 1_000_000, 0)
        facts.zone = "UTC"


def _read_track(body: bytes, facts: Facts) -> None:
    found: dict[bytes, bytes] = {}
    pending = [body]
    while pending:
        for kind, inner in _boxes(pending.pop()):
            found.setdefault(kind, inner)
            if kind in _CONTAINERS:
                pending.append(inner)
    if found.get(b"hdlr", b"")[8:12] != b"vide" or b"tkhd" not in found:
        return
    head = found[b"tkhd"]
    place = 52 if head[0] else 40
    matrix = struct.unpack_from(">5i", head, place)
    width, height = struct.unpack_from(">II", head, place + 36)
    facts.width, facts.height = width // _ONE, height // _ONE
    a, b, _, c, d = (number // _ONE for number in matrix)
    facts.orientation = _TURNS.get((a, b, c, d))
    facts.fps = _rate(found.get(b"mdhd", b""), found.get(b"stts", b""))


def _rate(head: bytes, durations: bytes) -> float | None:
    """Frames a second, from the unit of time and how long runs of frames are shown."""
    if not head or not durations:
        return None
    (scale,) = struct.unpack_from(">I", head, 20 if head[0] else 12)
    frames = length = 0
    for count, each in struct.iter_unpack(">II", durations[8:]):
        frames, length = frames + count, length + count * each
    return round(frames * scale / length, 3) if length else None
