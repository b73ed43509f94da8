"""ThumbHash: a picture in some twenty bytes, which clients show until the thumbnail is there.

The format is Evan Wallace's; a picture is turned into brightness, two colour differences and
perhaps opacity, and of each only the lowest frequencies of its cosine transform are kept.
"""

from __future__ import annotations

import base64
import math
from operator import mul
from typing import TYPE_CHECKING, Final

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from PIL.Image import Image

_LARGEST: Final = 100


@frozen
class _Channel:
    """The mean, the other frequencies from 0 to 1, and how far apart they are."""

    mean: float
    others: list[float]
    scale: float


def of(image: Image) -> str:
    """The hash of the picture, in base64."""
    small = image.convert("RGBA")
    small.thumbnail((_LARGEST, _LARGEST))
    width, height = small.size
    red, green, blue, alpha = ([value / 255 for value in band.tobytes()] for band in small.split())
    opacity = sum(alpha)
    has_alpha = opacity < width * height
    if has_alpha:
        # What is transparent takes the mean colour of the rest.
        red, green, blue = (_over_mean(band, alpha, opacity) for band in (red, green, blue))
    light = [(r + g + b) / 3 for r, g, b in zip(red, green, blue, strict=True)]
    yellow_blue = [(r + g) / 2 - b for r, g, b in zip(red, green, blue, strict=True)]
    red_green = [r - g for r, g in zip(red, green, strict=True)]

    most, side = 5 if has_alpha else 7, max(width, height)
    across, down = (max(1, _round(most * length / side)) for length in (width, height))
    channels = [
        _channel(light, width, max(3, across), max(3, down)),
        _channel(yellow_blue, width, 3, 3),
        _channel(red_green, width, 3, 3),
    ]
    is_landscape = width > height
    head = [*_head(channels, has_alpha=has_alpha)]
    head += _shape(channels, down if is_landscape else across, is_landscape=is_landscape)
    if has_alpha:
        channels.append(_channel(alpha, width, 5, 5))
        head.append(_round(15 * channels[3].mean) | _round(15 * channels[3].scale) << 4)
    halves = [_round(15 * value) for channel in channels for value in channel.others]
    body = [low | high << 4 for low, high in zip(halves[::2], [*halves[1::2], 0], strict=False)]
    return base64.b64encode(bytes([*head, *body])).decode()


def _head(channels: list[_Channel], *, has_alpha: bool) -> bytes:
    light, yellow_blue, red_green = channels[:3]
    bits = (
        _round(63 * light.mean)
        | _round(31.5 + 31.5 * yellow_blue.mean) << 6
        | _round(31.5 + 31.5 * red_green.mean) << 12
        | _round(31 * light.scale) << 18
        | has_alpha << 23
    )
    return bits.to_bytes(3, "little")


def _shape(channels: list[_Channel], shorter: int, *, is_landscape: bool) -> bytes:
    _, yellow_blue, red_green = channels[:3]
    bits = (
        shorter
        | _round(63 * yellow_blue.scale) << 3
        | _round(63 * red_green.scale) << 9
        | is_landscape << 15
    )
    return bits.to_bytes(2, "little")


def _over_mean(band: list[float], alpha: list[float], opacity: float) -> list[float]:
    mean = sum(map(mul, band, alpha)) / opacity if opacity else 0.0
    return [mean * (1 - a) + a * value for value, a in zip(band, alpha, strict=True)]


def _channel(values: list[float], width: int, across: int, down: int) -> _Channel:
    height = len(values) // width
    rows = [values[start : start + width] for start in range(0, len(values), width)]
    waves = [_wave(width, index) for index in range(across)]
    # Along each row first, so that every row is looked at once for each wave and not for each
    # pair of them.
    columns = [[_dot(row, wave) for row in rows] for wave in waves]
    found: list[float] = []
    for y in range(down):
        fall = _wave(height, y)
        for x in range(across):
            if x * down >= across * (down - y):
                break
            found.append(_dot(columns[x], fall) / (width * height))
    others = found[1:]
    scale = max(map(abs, others), default=0.0)
    if scale:
        others = [0.5 + 0.5 / scale * value for value in others]
    return _Channel(found[0], others, scale)


def _wave(length: int, index: int) -> list[float]:
    return [math.cos(math.pi / length * index * (place + 0.5)) for place in range(length)]


def _dot(first: Sequence[float], second: Sequence[float]) -> float:
    products: Iterable[float] = map(mul, first, second)
    return sum(products)


def _round(value: float) -> int:
    # Halves go up, as in JavaScript.
    return math.floor(value + 0.5)
