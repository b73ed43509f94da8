"""Regular expressions as immich-stack has them: those of RE2, which cannot run away."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from immichkit.errors import CriteriaError

__all__ = ["Pattern"]

# What the library takes and Go does not, and the names of groups, of which Go lets two be equal.
_TOKEN: Final = re.compile(
    r"(?P<byte>\\C)|\\Q.*?(?:\\E|\Z)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]"
    r"|(?P<angle>\(\?<)|\(\?P<(?P<name>[^>]*)>",
    re.DOTALL,
)
_NAME: Final = re.compile(r"[0-9A-Za-z_]+")
_HALVES: Final = re.compile("[\ud800-\udfff]")
_MEMORY: Final = 64 * 2**20


class Pattern:
    """A compiled regular expression; ``groups`` counts those that capture.

    Raises `CriteriaError`, which names the ``place``, if Go would refuse it.
    """

    def __init__(self, pattern: str, place: str) -> None:
        try:
            self._match, self._anchor, self.groups = _compiled(pattern)
        except ValueError as error:
            text = f"the regular expression {pattern!r} cannot be used: {error}"
            raise CriteriaError(f"the criteria are wrong at {place}: {text}", place=place) from None

    def find(self, text: str, group: int) -> str | None:
        """What ``group`` finds in ``text``, empty if it took no part; None without a match."""
        content = _utf8(text)
        spans = self._match(self._anchor, content, 0, len(content))
        if spans[0][0] < 0:
            return None
        start, end = spans[group]
        return content[start:end].decode() if end > 0 else ""


@lru_cache
def _compiled(pattern: str) -> tuple[Callable[..., list[tuple[int, int]]], Any, int]:
    try:
        re2: Any = import_module("re2")
    except ImportError:
        raise ValueError('it needs google-re2: pip install "immichkit[stacking]"') from None
    options = re2.Options()
    options.log_errors, options.max_mem = False, _MEMORY
    try:
        compiled = re2.compile(_utf8(_TOKEN.sub(_as_go, pattern)), options)
    except re2.error as error:
        reason = error.args[0]
        raise ValueError(reason.decode() if isinstance(reason, bytes) else reason) from None
    # Its own search makes objects that take twice the time of the search itself.
    return compiled._regexp.Match, re2._Anchor.UNANCHORED, compiled.groups  # noqa: SLF001


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        # JSON can have half a character, which UTF-8 cannot.
        return _HALVES.sub("\ufffd", text).encode()


def _as_go(token: re.Match[str]) -> str:
    if token["byte"]:
        raise ValueError(r"there is no \C")
    if token["angle"]:
        raise ValueError("there is no look-behind, and a named group is (?P<name>…)")
    if token["name"] is None:
        return token[0]
    if not _NAME.fullmatch(token["name"]):
        raise ValueError(f"{token['name']!r} is no name for a group")
    return "("
