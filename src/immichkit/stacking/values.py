"""What a criterion finds in an asset: a text, empty if there is none, or a time."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import NoReturn

from immichkit.errors import CriteriaError
from immichkit.stacking.criteria import Criterion, Regex, Split
from immichkit.stacking.fields import FLAGS, TEXTS, TIMES, Fields
from immichkit.stacking.patterns import Pattern
from immichkit.stacking.times import bucket, nanoseconds, nanoseconds_of_all, written

__all__ = ["TIME_MARK", "TimeValue", "Value", "values_of"]

TIME_MARK = "\0"
"""What texts that stand for times begin with, and no other text."""


def values_of(criteria: tuple[Criterion, ...], fields: Fields) -> list[Value]:
    """What each of ``criteria`` finds; all regular expressions are compiled first."""
    return [_value_of(criterion, fields) for criterion in criteria]


def stem(name: str) -> str:
    """``name`` without its extension: what follows the last dot, unless that is in a folder."""
    head, dot, tail = name.rpartition(".")
    return head if dot and "/" not in tail else name


def parts(text: str, delimiters: tuple[str, ...]) -> list[str]:
    """``text`` cut at each of ``delimiters``; an empty one cuts between any two characters."""
    found = [text]
    for delimiter in delimiters:
        found = [cut for one in found for cut in (one.split(delimiter) if delimiter else [*one])]
    return found


class Value:
    """What ``criterion`` finds in the assets of ``fields``, each named by its index there.

    Whatever does not fit the criterion raises a `CriteriaError`.
    """

    def __init__(self, criterion: Criterion, fields: Fields) -> None:
        regex = criterion.regex
        self.criterion = criterion
        self.fields = fields
        self.pattern = (
            Pattern(regex.pattern, f"{criterion.place}.regex.key")
            if regex and regex.pattern
            else None
        )

    def text(self, index: int) -> str:
        """What is found in the asset at ``index``, empty if nothing is."""
        self.misfit(index, f"there is no key {self.criterion.key!r}")

    def match(self, index: int) -> str | int | None:
        """What an expression has of the asset, None if it does not match; times are numbers."""
        return self.text(index) or None

    def texts(self) -> tuple[str, ...]:
        """What is found in each asset."""
        return tuple([self.text(index) for index in range(len(self.fields))])

    def promoted(self, index: int) -> str:  # noqa: ARG002  # only names and paths differ in it
        """What the group ``promote_index`` finds, empty if the expression does not match."""
        return ""

    def misfit(self, index: int, text: str) -> NoReturn:
        """Raise what tells that the criterion does not fit the asset at ``index``, and why."""
        asset_id, place = self.fields.ids[index], self.criterion.place
        asset = f"{self.fields.names[index]!r} ({asset_id})"
        raise CriteriaError(
            f"the criterion at {place} does not fit the asset {asset}: {text}",
            place=place,
            asset_id=asset_id,
        )


class _Cut(Value):
    """A name or a path, of which a part may be taken."""

    def __init__(self, criterion: Criterion, fields: Fields) -> None:
        super().__init__(criterion, fields)
        self._read = _reader(criterion, self.pattern)

    @cached_property
    def _whole(self) -> tuple[str, ...]:
        if self.criterion.key == "originalFileName":
            return self.fields.names
        return tuple([path.replace("\\", "/") for path in self.fields.texts("originalPath")])

    def text(self, index: int) -> str:
        try:
            return self._read(self._whole[index])
        except IndexError as error:
            self.misfit(index, str(error))

    def texts(self) -> tuple[str, ...]:
        try:
            return tuple(map(self._read, self._whole))
        except IndexError:
            return super().texts()

    def promoted(self, index: int) -> str:
        regex, pattern = self.criterion.regex, self.pattern
        if regex is None or pattern is None or regex.promote_index is None:
            return ""
        return pattern.find(self._whole[index], regex.promote_index) or ""


class _Plain(Value):
    """Any other text, which counts as a whole."""

    @cached_property
    def _whole(self) -> tuple[str, ...]:
        return self.fields.texts(self.criterion.key)

    def text(self, index: int) -> str:
        return self._whole[index]

    def match(self, index: int) -> str | None:
        text = self._whole[index]
        passes = self.pattern is None or self.pattern.find(text, 0) is not None
        return text if text and passes else None

    def texts(self) -> tuple[str, ...]:
        return self._whole


class _Flag(Value):
    """True or false; an expression matches what is true."""

    @cached_property
    def _flags(self) -> tuple[bool, ...]:
        return self.fields.flags(self.criterion.key)

    def text(self, index: int) -> str:
        return "true" if self._flags[index] else "false"

    def match(self, index: int) -> str | None:
        return "true" if self._flags[index] else None


class TimeValue(Value):
    """A time, whole or cut to a multiple of the criterion's delta."""

    @property
    def joins(self) -> bool:
        """Whether times belong together that are near each other, in whatever bucket."""
        return self.criterion.delta_ms > 0

    def times(self) -> tuple[int | None, ...]:
        """The time of each asset in nanoseconds, None if it has none."""
        return self._known or tuple([self.time(index) for index in range(len(self.fields))])

    def readable_times(self) -> tuple[int | None, ...]:
        """As `times`, but None also where what is there is no time."""
        return self._known or tuple(map(self._readable, self._raw))

    def time(self, index: int) -> int | None:
        """The time of the asset at ``index``."""
        if self._known:
            return self._known[index]
        try:
            return nanoseconds(self._raw[index])
        except ValueError as error:
            self.misfit(index, str(error))

    def cut(self, index: int) -> int | None:
        """The time of the asset at ``index`` as it counts without its neighbours."""
        time = self.time(index)
        return None if time is None else bucket(time, self.criterion.delta_ms)

    def text(self, index: int) -> str:
        time = self.cut(index)
        return "" if time is None else f"{TIME_MARK}{time}"

    def match(self, index: int) -> str | int | None:
        time = self.cut(index)
        if time is None or (self.pattern and self.pattern.find(written(time), 0) is None):
            return None
        return time

    @staticmethod
    def _readable(raw: object) -> int | None:
        try:
            return nanoseconds(raw)
        except ValueError:
            return None

    @cached_property
    def _raw(self) -> tuple[object, ...]:
        key = self.criterion.key
        return self.fields.raw(key, TIMES[key])

    @cached_property
    def _known(self) -> tuple[int | None, ...] | None:
        # A time that cannot be read is an error only for an asset that an expression asks about.
        try:
            return tuple(nanoseconds_of_all(self._raw))
        except ValueError:
            return None


def _value_of(criterion: Criterion, fields: Fields) -> Value:
    key = criterion.key
    if key in {"originalFileName", "originalPath"}:
        return _Cut(criterion, fields)
    kind = (
        TimeValue if key in TIMES else _Flag if key in FLAGS else _Plain if key in TEXTS else Value
    )
    return kind(criterion, fields)


def _reader(criterion: Criterion, pattern: Pattern | None) -> Callable[[str], str]:
    """What takes the part of a name or path that ``criterion`` is about.

    It raises an `IndexError` where that part is missing.
    """
    if criterion.regex and pattern:
        return _searching(criterion.regex, pattern)
    split = criterion.split
    before = stem if criterion.key == "originalFileName" else str
    if split is None or not split.delimiters:
        return before
    if split.index == 0 and all(split.delimiters):
        # What comes before the first dot does not change with the extension.
        return _first(split.delimiters, str if "." in split.delimiters else before)
    return _nth(split, before)


def _searching(regex: Regex, pattern: Pattern) -> Callable[[str], str]:
    wanted = [regex.index, *([] if regex.promote_index is None else [regex.promote_index])]
    missing = [index for index in wanted if not 0 <= index <= pattern.groups]

    def search(text: str) -> str:
        found = pattern.find(text, 0 if missing else regex.index)
        if found is not None and missing:
            raise IndexError(f"there is no group {missing[0]} in {regex.pattern!r}")
        return found or ""

    return search


def _first(delimiters: tuple[str, ...], before: Callable[[str], str]) -> Callable[[str], str]:
    def first(text: str) -> str:
        text = before(text)
        for delimiter in delimiters:
            text = text.partition(delimiter)[0]
        return text

    return first


def _nth(split: Split, before: Callable[[str], str]) -> Callable[[str], str]:
    def nth(text: str) -> str:
        found = parts(before(text), split.delimiters)
        if not 0 <= split.index < len(found):
            raise IndexError(f"there is no part {split.index} in {before(text)!r}")
        return found[split.index]

    return nth
