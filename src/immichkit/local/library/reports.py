"""What became of an update of a library's copy, and of a comparison with the server."""

from __future__ import annotations

from typing import Any

import attrs

from immichkit.records import BadRecord

__all__ = ["LibraryCheck", "LibraryUpdate"]


@attrs.frozen(kw_only=True)
class LibraryUpdate:
    """What an update of a mirror brought.

    ``counts`` has the number of events by their type; it is empty for a dry run that could not
    count them. ``created``, ``updated`` and ``deleted`` say
    how many of which entity changed, such as ``{"asset": 3}``; they are empty for the update that
    fills the mirror. ``number`` is that of the last update that changed something, this one or one
    before. ``was_reset`` tells that everything was sent anew; ``completed`` that nothing is
    missing, which only dry run leaves open. ``bad_records`` are the events that could not be read,
    where they are collected.
    """

    number: int = 0
    counts: dict[str, int] = attrs.field(factory=dict)
    created: dict[str, int] = attrs.field(factory=dict)
    updated: dict[str, int] = attrs.field(factory=dict)
    deleted: dict[str, int] = attrs.field(factory=dict)
    was_reset: bool = False
    completed: bool = False
    bad_records: list[BadRecord] = attrs.field(factory=list)

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return attrs.asdict(self)


@attrs.frozen(kw_only=True)
class LibraryCheck:
    """How many of everything a mirror has, and the server.

    ``mirrored`` and ``on_server`` have the same keys, such as ``images`` or ``albums``.
    """

    mirrored: dict[str, int]
    on_server: dict[str, int]

    @property
    def differences(self) -> dict[str, int]:
        """How many more the mirror has, fewer if negative; what agrees is left out."""
        found = {what: self.mirrored[what] - count for what, count in self.on_server.items()}
        return {what: count for what, count in found.items() if count}

    def to_dict(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {**attrs.asdict(self), "differences": self.differences}

    def __str__(self) -> str:
        lines = [
            f"{what}: {self.mirrored[what]} in the mirror, {self.on_server[what]} on the server"
            for what in self.differences
        ]
        return "\n".join(lines) or "The mirror has as many of everything as the server."
