"""The rank of a name or an extension in a list of what makes a parent."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import cast

from immichkit.stacking.sequences import KEYWORDS, Numbering, Series, is_sequence, sequence

__all__ = ["Ranks", "base", "entries"]


def entries(given: str | Iterable[str], argument: str) -> tuple[str, ...]:
    """The entries of a list, or of a text with commas between them; an empty text has none.

    Raises `TypeError`, which names the ``argument``, for anything else.
    """
    listed: tuple[object, ...] = (given,)
    if isinstance(given, str):
        listed = tuple(given.split(",")) if given else ()
    elif isinstance(given, Iterable):
        listed = tuple(given)
    texts = [entry.strip() for entry in listed if isinstance(entry, str)]
    if len(texts) < len(listed):
        raise TypeError(f"{argument} is a text with commas or a list of texts, not {given!r}.")
    return tuple(texts)


def base(name: str) -> str:
    """The last part of ``name``, if that is a path; of nothing it is a dot."""
    if "/" not in name:
        return name or "."
    return name.rstrip("/").rpartition("/")[2] or "/"


class Ranks:
    """The ranks of texts, where ``listed`` has what a parent's contains, the best first.

    A text that contains no entry has the place of the empty entry, if there is one. Else, of
    ``names`` only, its number may count: by an entry ``sequence``, or where the entries are a
    series. What has no number, either, has the place of a keyword, or one behind all entries.
    """

    def __init__(self, listed: tuple[str, ...], *, names: bool) -> None:
        keywords = [entry in KEYWORDS or is_sequence(entry) for entry in listed]
        self._contained = [
            (_lowered(entry), place)
            for place, entry in enumerate(listed)
            if entry and not keywords[place]
        ]
        self._number: Numbering | None = None
        self._series: Series | None = None
        self._other = len(listed)
        if "" in listed:
            self._other = listed.index("")
            return
        if names and listed:
            sequences = [sequence(entry, listed) for entry in listed if is_sequence(entry)]
            self._number = sequences[0] if sequences else None
            self._series = None if sequences else Series.of(listed)
            keywords = [entry in KEYWORDS for entry in listed]
        if True in keywords:
            self._other = keywords.index(True)

    def ranks(self, texts: list[str], numbers: Iterable[int | None]) -> list[int]:
        """The rank of each text, the smallest the best; ``numbers`` are what numbers count as."""
        lowered = [_lowered(text) for text in texts]
        together = "\n".join(lowered)
        ranks = [self._other if number is None else number for number in numbers]
        for entry, place in reversed(self._contained):
            if entry in together:
                ranks = [
                    place if entry in text else rank
                    for text, rank in zip(lowered, ranks, strict=True)
                ]
        return ranks

    def numbers(self, texts: list[str], sizes: Iterable[int]) -> Iterable[int | None]:
        """The number of each text as it counts in its stack; the stacks have ``sizes``."""
        if self._number:
            return map(self._number, texts)
        return self._continued(texts, sizes) if self._series else [None] * len(texts)

    def _continued(self, texts: list[str], sizes: Iterable[int]) -> Iterator[int | None]:
        series, rest = cast("Series", self._series), iter(texts)
        for size in sizes:
            stack = list(islice(rest, size))
            begins = series.begins(stack[0])
            yield from (series.number(text) if begins else None for text in stack)


def _lowered(text: str) -> str:
    """``text`` in lower case, each character for itself."""
    return text.lower() if text.isascii() else "".join([char.lower()[0] for char in text])
