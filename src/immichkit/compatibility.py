"""Whether this release of the package and a server fit together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import attrs
from immichkit_api import facts

from immichkit.availability import release_key

__all__ = ["Compatibility", "assess"]


@attrs.frozen(kw_only=True)
class Compatibility:
    """How a server's version and this release of the package go together.

    ``status`` is "supported" if the server's release was tested, "newer" if the server is newer
    than what was tested (mostly fine: unknown fields are ignored, unknown enum values keep their
    text), "unsupported" if it is too old. ``notes`` say in words what to expect and to do.
    """

    server: str
    supported_from: str
    supported_to: str
    status: Literal["supported", "newer", "unsupported"]
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether the two can be used together."""
        return self.status != "unsupported"


def assess(
    server: str, package: str, rows: Sequence[Sequence[str]] = facts.COMPATIBILITY
) -> Compatibility:
    """The compatibility of ``package``, a release of immichkit, with a server of that version.

    ``rows`` are those of COMPATIBILITY.csv: package, generated from, server from, server to,
    status.
    """
    own = next((row for row in rows if row[0] == package), None)
    low, high = (own[2], own[3]) if own else (facts.SUPPORTED_FROM, facts.SUPPORTED_TO)
    version = release_key(server)
    notes: list[str] = []
    status: Literal["supported", "newer", "unsupported"] = "supported"
    if version < release_key(low):
        status = "unsupported"
        notes.append(
            f"Many answers of v{server}, every asset among them, have another shape than since "
            f"v{low}: upgrade the server to v{low} or later."
        )
    elif version > release_key(high):
        status = "newer"
        notes.append(
            f"v{server} came after this package was made for v{high}. New fields are ignored and "
            "new enum values keep their text; an operation that changed its shape raises a "
            "DecodeError. Look for a newer release of immichkit."
        )
    better = [row[0] for row in rows if row is not own and _covers(row, version)]
    if status != "supported" and better:
        notes.append(f"Made for v{server}: immichkit {', '.join(better)}.")
    return Compatibility(
        server=server, supported_from=low, supported_to=high, status=status, notes=tuple(notes)
    )


def _covers(row: Sequence[str], version: tuple[int, ...]) -> bool:
    return release_key(row[2]) <= version <= release_key(row[3])
