"""Numbers in names that put them into an order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TypeAlias

__all__ = ["KEYWORDS", "Numbering", "Series", "is_sequence", "sequence", "whole_number"]

KEYWORDS: Final = frozenset({"biggestNumber", "biggestSize", "smallestSize"})
"""The entries that are no part of a name, but order what is equal."""

Numbering: TypeAlias = Callable[[str], int | None]
"""From a name to the rank that a number in it gives, None if it has none."""

_FAR_BEHIND: Final = 10_000
"""How far behind the others names are that lack the text which a sequence follows."""

_LARGEST: Final = 2**63
_MOST_DIGITS: Final = 100_000
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,4000}")
_DIGITS: Final = re.compile(r"[0-9]+")


def whole_number(text: str) -> int | None:
    """``text`` as a number of 64 bits, None if it is none."""
    if not _INTEGER.fullmatch(text):
        return None
    number = int(text)
    return number if -_LARGEST <= number < _LARGEST else None


def is_sequence(entry: str) -> bool:
    """Whether an entry asks for the order of numbers."""
    return entry == "sequence" or entry.startswith("sequence:")


def _numbers(parts: Iterable[str]) -> Iterator[int]:
    return (number for part in parts if (number := whole_number(part)) is not None)


def sequence(entry: str, listed: Sequence[str]) -> Numbering:
    """What ranks names by their number, as ``entry`` of ``listed`` asks for.

    ``sequence`` takes any number, ``sequence:4`` one of four digits, and ``sequence:IMG_`` one that
    follows IMG_.
    """
    place, what = listed.index(entry), entry.partition(":")[2]
    digits = whole_number(what)
    if what and digits is None:
        return _following(what, place, len(listed) + _FAR_BEHIND)
    return _anywhere(max(digits or 0, 0), place)


def _anywhere(digits: int, place: int) -> Numbering:
    # No name has so many digits that the expression could not be compiled.
    form = re.compile(f"[0-9]{{{min(digits, _MOST_DIGITS)}}}") if digits else _DIGITS

    def rank(name: str) -> int | None:
        parts = [part for part in name.split("_") if not digits or len(part) == digits]
        number = next(_numbers((*parts, *form.findall(name)[:1])), None)
        return None if number is None else place + number

    return rank


def _following(prefix: str, place: int, without: int) -> Numbering:
    form = re.compile(f"{re.escape(prefix)}([0-9]+)")

    def rank(name: str) -> int | None:
        found = form.search(name)
        if found is None:
            return None if prefix in name else without
        number = whole_number(found[1])
        return None if number is None else place + number

    return rank


class Series:
    """Entries that differ in their first number only, such as ``img1`` and ``img2``.

    A name goes on with them if it, or a part between underscores, is such an entry with at least
    as many digits as the first one. Of a bare number it is then the first of the name that counts.
    """

    def __init__(self, listed: Sequence[str], head: str, digits: int, tail: str) -> None:
        self._listed = listed
        self._bare = not head and not tail
        self._form = re.compile(f"{re.escape(head)}([0-9]{{{digits},}}){re.escape(tail)}")

    @classmethod
    def of(cls, listed: Sequence[str]) -> Series | None:
        """The series that ``listed`` is, keywords left out; None if it is none."""
        plain = [entry for entry in listed if entry not in KEYWORDS]
        found = [match for entry in plain if (match := _DIGITS.search(entry))]
        around = {(match.string[: match.start()], match.string[match.end() :]) for match in found}
        numbers = {whole_number(match[0]) for match in found} - {None}
        if len(numbers) < max(len(plain), 2) or len(around) > 1 or listed[0] in KEYWORDS:
            return None
        ((head, tail),) = around
        return cls(listed, head, len(found[0][0]), tail)

    def begins(self, first: str) -> bool:
        """Whether the series counts in a stack whose first name is ``first``."""
        if any(entry in first for entry in self._listed):
            return True
        return self.number(first) is not None if self._bare else bool(self._form.search(first))

    def number(self, name: str) -> int | None:
        """The number with which ``name`` goes on, None if it does not."""
        parts = [*name.split("_"), name]
        matches = list(filter(None, map(self._form.fullmatch, parts)))
        numbers = _numbers(parts) if self._bare else _numbers(match[1] for match in matches)
        return next(numbers, None) if matches else None
