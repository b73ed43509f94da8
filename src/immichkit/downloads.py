"""Continuing a download: what to ask for, and what the answer means."""

from __future__ import annotations

import base64
import datetime
import hashlib
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias
from urllib.parse import urlencode

import msgspec
from immichkit_api.structs import Reduced
from immichkit_api.types import Request
from msgspec import Struct

from immichkit.errors import (
    ApiError,
    ElevationRequiredError,
    ImmichError,
    NotFoundError,
    PermissionDeniedError,
)

if TYPE_CHECKING:
    from immichkit_api.models import AssetResponseDto

__all__ = [
    "UNREADABLE",
    "Beginning",
    "Expected",
    "Meaning",
    "begun",
    "expected_content",
    "expected_of",
    "headers",
    "is_past_the_end",
    "meaning",
    "source_of",
]

UNREADABLE: Final = (ElevationRequiredError, NotFoundError, PermissionDeniedError)
"""How the server refuses to tell of an asset whose file it may give out all the same."""

Meaning: TypeAlias = Literal["continue", "restart", "again", "refuse"]
"""What to do with an answer: write it behind what is there, or from the start; ask for the whole
file instead; or give up, since it is part of a file that nobody asked for."""

_CREDENTIALS = frozenset({"key", "slug", "password"})
"""Query parameters that say who asks, not for what; and nobody shall find them on a disk."""

_STRETCH = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


class Beginning(Struct, frozen=True, kw_only=True):
    """What is known of a file that is partly here: enough to ask for the rest of the same one.

    ``source`` is the address it comes from, without what identifies the user. ``validator`` is the
    server's name for this state of the file, letter by letter: its ETag, else its Last-Modified.
    ``size`` is that of the whole file.
    """

    source: str
    validator: str
    size: int

    def encoded(self) -> bytes:
        """As the content of a small file."""
        return msgspec.json.encode(self)

    @classmethod
    def decoded(cls, content: bytes) -> Beginning | None:
        """What `encoded` gave; None for anything else, such as half of it."""
        try:
            return msgspec.json.decode(content, type=cls)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return None

    def offset(self, here: int) -> int:
        """Where to continue if ``here`` bytes are on the disk; 0: there is nothing to continue.

        It is always inside of the file, even when all of it is here: v3.1 answers 404 to an offset
        past the end, and the last byte, asked for again, tells whether the file is still the same.
        """
        return max(0, min(here, self.size - 1)) if here <= self.size else 0


class Expected(Struct, frozen=True, kw_only=True):
    """What is known of a file before it comes, None for what is not.

    ``checksum`` is its SHA-1 in base64, ``modified_at`` the date to give it. ``check`` looks into
    the whole file, whose SHA-1 it is told, before it takes its name, and raises if it shall not.
    """

    checksum: str | None = None
    modified_at: datetime.datetime | None = None
    check: Callable[[Path, str], object] | None = None


def expected_of(asset: AssetResponseDto, *, edited: bool, by_link: bool) -> Expected:
    """What the original of ``asset`` has to be, or its ``edited`` form.

    v3.1 has no checksum of an edited form, which is also what a shared link always gives, and for
    files of external libraries one of their path; a link that hides metadata tells nothing.
    """
    if isinstance(asset, Reduced):
        return Expected()
    is_edited = asset.is_edited and (edited or by_link)
    is_known = asset.library_id is None and not is_edited
    return Expected(
        checksum=asset.checksum if is_known else None, modified_at=asset.file_modified_at
    )


def expected_content(content: bytes) -> Expected:
    """What a file has to be whose bytes are known."""
    digest = hashlib.sha1(content, usedforsecurity=False).digest()
    return Expected(checksum=base64.b64encode(digest).decode())


def source_of(base_url: str, request: Request[Any]) -> str:
    """The address that ``request`` reads, the same for whoever asks."""
    query = {name: text for name, text in request.query.items() if name not in _CREDENTIALS}
    return f"{base_url}{request.path}{'?' if query else ''}{urlencode(query, doseq=True)}"


def begun(source: str, answer: Mapping[str, str]) -> Beginning | None:
    """How to come back for the rest of the file that ``answer`` brings whole; None: not at all."""
    validator = answer.get("etag") or answer.get("last-modified")
    length = answer.get("content-length", "")
    # The length of compressed bytes is not that of the file.
    if not validator or not length.isdecimal() or "content-encoding" in answer:
        return None
    return Beginning(source=source, validator=validator, size=int(length))


def headers(beginning: Beginning | None, offset: int) -> dict[str, str]:
    """What asks for the rest from ``offset`` on, if the file is still the one that was begun."""
    if beginning is None or offset == 0:
        return {}
    # v3.1 compares letter by letter: without its W/, the weak ETag brings the whole file.
    return {"range": f"bytes={offset}-", "if-range": beginning.validator}


def meaning(
    beginning: Beginning | None, offset: int, status: int, answer: Mapping[str, str]
) -> Meaning:
    """What a successful answer is to a request for everything from ``offset`` on."""
    if status != 206:  # noqa: PLR2004
        return "restart"
    if beginning is None or offset == 0:
        return "refuse"
    found = _STRETCH.fullmatch(answer.get("content-range", "").strip())
    stretch = tuple(int(number) for number in found.groups()) if found else ()
    length = answer.get("content-length", "")
    validators = {answer.get("etag"), answer.get("last-modified")}
    is_rest = (
        stretch == (offset, beginning.size - 1, beginning.size)
        and length in {"", str(beginning.size - offset)}
        # A proxy may have dropped them; what contradicts is another file.
        and (validators == {None} or beginning.validator in validators)
        and "content-encoding" not in answer
    )
    return "continue" if is_rest else "again"


def is_past_the_end(failure: ImmichError) -> bool:
    """Whether a request for the rest of a file may have failed because there is no such rest.

    v3.1 answers 404 where HTTP has 416. If it is the file that is gone, asking for all of it will
    tell.
    """
    return isinstance(failure, ApiError) and failure.status_code in {404, 412, 416}
