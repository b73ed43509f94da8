"""Enumerations that stay open: a server may know members that this release does not."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import Self


class OpenStrEnum(StrEnum):
    """Texts that the server uses; one that is not listed becomes a member that keeps its text."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        member = str.__new__(cls, value)
        member._name_ = value
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether this release of the package lists the member."""
        return type(self).__members__.get(self._name_) is self


class OpenIntEnum(IntEnum):
    """Numbers that the server uses; one that is not listed becomes a member that keeps it."""

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, int):
            return None
        member = int.__new__(cls, value)
        member._name_ = str(value)
        member._value_ = value
        return member

    @property
    def is_known(self) -> bool:
        """Whether this release of the package lists the member."""
        return type(self).__members__.get(self._name_) is self
