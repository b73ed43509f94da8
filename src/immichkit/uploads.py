"""Uploads as decisions: what is asked for, what a file is, what the server's answers mean."""

from __future__ import annotations

import base64
import datetime
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TypeAlias

import attrs
from immichkit_api import operations
from immichkit_api.models import AssetMediaResponseDto
from immichkit_api.types import UNSET, File, Request

from immichkit.walking import Selection

__all__ = [
    "AlbumChoice",
    "Candidate",
    "Identity",
    "Known",
    "OnProgress",
    "Tally",
    "UploadOptions",
    "UploadProgress",
    "upload_request",
    "why_it_stays",
]

AlbumChoice: TypeAlias = "str | Callable[[Path], str | None] | None"
"""An album by name: one for all files, or what a function says of each."""

_EPOCH: Final = datetime.datetime.fromtimestamp(0, datetime.UTC)


@attrs.frozen(kw_only=True)
class Identity:
    """What tells one state of a file from another, short of reading it.

    ``ctime_ns`` cannot be set by a program; it is of no use beyond one run, for a backup program
    changes it, too.
    """

    size: int
    mtime_ns: int
    inode: int
    ctime_ns: int = attrs.field(default=0)


@attrs.frozen
class Known:
    """An asset of ours that has a file's bytes."""

    asset_id: str
    is_trashed: bool


@attrs.define(kw_only=True, eq=False)
class Candidate:
    """A photo or video on its way to the server, with what was found out about it so far.

    ``index`` is its place among all that was found. ``below`` is its folder's way from the root
    that was named. ``motion`` is the video that is to be sent before it and linked to it.
    """

    index: int
    path: Path
    below: str
    sidecar: Path | None = None
    sharers: tuple[Path, ...] = ()
    motion: Candidate | None = None
    is_motion: bool = False
    sha1: bytes = b""
    identity: Identity | None = None
    is_from_cache: bool = False
    known: Known | None = None
    asset_id: str | None = None
    was_sent: bool = False
    is_settled: bool = False
    was_looked_at_again: bool = False

    @property
    def checksum(self) -> str:
        """The SHA-1 as the server writes it."""
        return base64.b64encode(self.sha1).decode()

    def files(self) -> list[Candidate]:
        """What is to be settled with it, in the order of sending."""
        return [self] if self.motion is None else [self.motion, self]


def _concurrency(_instance: object, _attribute: object, value: int) -> None:
    if value < 1:
        raise ValueError(f"concurrency must be at least 1, not {value}.")


@attrs.frozen(kw_only=True)
class UploadOptions:
    """What was asked for besides the files."""

    selection: Selection
    recursive: bool = True
    album: AlbumChoice = None
    album_by: Literal["folder"] | None = attrs.field(
        default=None, validator=attrs.validators.in_([None, "folder"])
    )
    sidecars: bool = True
    live_photos: Literal["server", "by_name"] = attrs.field(
        default="server", validator=attrs.validators.in_(["server", "by_name"])
    )
    favorite: bool | None = None
    visibility: Any = None
    tags: tuple[str, ...] = ()
    stack: Any = None
    restore_trashed: bool = False
    concurrency: int = attrs.field(default=4, validator=_concurrency)
    hash_cache: bool | Path = False
    after: Literal["keep", "delete"] | Path = "keep"

    def __attrs_post_init__(self) -> None:
        if self.album is not None and self.album_by is not None:
            raise ValueError("album and album_by both name an album: give one of them.")
        if isinstance(self.after, str) and self.after not in {"keep", "delete"}:
            raise ValueError(
                f'after is "keep", "delete" or a Path to move files to, not {self.after!r}.'
            )

    def album_of(self, file: Candidate) -> str | None:
        """The name of the album that the file is to be put into, if any."""
        if callable(self.album):
            return self.album(file.path) or None
        if self.album_by == "folder":
            return file.path.absolute().parent.name or None
        return self.album


def upload_request(
    file: Candidate, content: bytes | Path | BinaryIO, options: UploadOptions, video_id: str | None
) -> Request[AssetMediaResponseDto]:
    """The request that sends the file, whose bytes are ``content``."""
    modified = _date(file.identity.mtime_ns if file.identity else 0)
    sidecar = file.sidecar
    return operations.assets.upload_asset(
        asset_data=File(content=content, name=file.path.name),
        file_created_at=modified,
        file_modified_at=modified,
        filename=file.path.name,
        is_favorite=UNSET if options.favorite is None else options.favorite,
        visibility=UNSET if options.visibility is None else options.visibility,
        live_photo_video_id=UNSET if video_id is None else video_id,
        sidecar_data=UNSET if sidecar is None else File(content=sidecar, name=sidecar.name),
        x_immich_checksum=file.checksum,
    )


def why_it_stays(asset_id: str | None, known: Known | None) -> str | None:
    """Why a file must not leave this computer, by what the server says now; None if it may."""
    if known is None:
        return "the server does not have it"
    if known.is_trashed:
        return "the server's copy is in the trash"
    if known.asset_id != asset_id:
        return "the server has it as another asset by now"
    return None


def _date(nanoseconds: int) -> datetime.datetime:
    """A time of the file system in UTC; one that no calendar has becomes 1970."""
    try:
        return _EPOCH + datetime.timedelta(microseconds=nanoseconds // 1000)
    except OverflowError:
        return _EPOCH


@attrs.frozen(kw_only=True)
class UploadProgress:
    """How far a run is: counts of files and bytes from its beginning.

    ``sent_bytes`` counts repeated attempts, too. ``scanned`` is the whole once ``is_scan_over``.
    """

    scanned: int = 0
    is_scan_over: bool = False
    hashed: int = 0
    hashed_bytes: int = 0
    sent_bytes: int = 0
    done: int = 0


OnProgress: TypeAlias = Callable[[UploadProgress], object]


class Tally:
    """Counts that several threads add to."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._now = {field.name: 0 for field in attrs.fields(UploadProgress)}

    def add(self, **counts: int) -> None:
        """Count on."""
        with self._lock:
            for name, count in counts.items():
                self._now[name] += count

    def sent(self, size: int) -> None:
        """Count bytes that were sent."""
        self.add(sent_bytes=size)

    def hashed(self, size: int) -> None:
        """Count bytes that were hashed."""
        self.add(hashed_bytes=size)

    def progress(self) -> UploadProgress:
        """The counts as they are now."""
        with self._lock:
            now = dict(self._now)
        is_scan_over = bool(now.pop("is_scan_over"))
        return UploadProgress(**now, is_scan_over=is_scan_over)
