"""Uploads as decisions: what is asked for, what a file is, what the server's answers mean."""

from __future__ import annotations

import base64
import copy
import datetime
import threading
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, TypeAlias

import attrs
from immichkit_api import operations
from immichkit_api.models import AssetMediaResponseDto, AssetVisibility
from immichkit_api.types import UNSET, File, Request

from immichkit.errors import ApiError
from immichkit.options import check_number, check_type, kind_of
from immichkit.walking import Selection

__all__ = [
    "AlbumChoice",
    "Candidate",
    "Identity",
    "Known",
    "OnProgress",
    "QuotaRefusal",
    "Tally",
    "UploadOptions",
    "UploadProgress",
    "check_text",
    "is_over_quota",
    "upload_request",
    "why_it_stays",
]

AlbumChoice: TypeAlias = "str | Callable[[Path], str | Awaitable[str | None] | None] | None"
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
    that was named, and ``is_linked`` tells whether that leads through a link to another folder.
    ``sharers`` are other photos of its sidecar, ``sidecar_sha1`` is that of what was sent of it.
    ``motion`` is the video that is to be sent before it and linked to it. ``earlier_ids`` are
    assets with what was in the file before somebody wrote to it while it was sent.
    """

    index: int
    path: Path
    below: str
    sidecar: Path | None = None
    sidecar_sha1: bytes | None = None
    sharers: tuple[Path, ...] = ()
    motion: Candidate | None = None
    is_motion: bool = False
    is_linked: bool = False
    sha1: bytes = b""
    identity: Identity | None = None
    is_from_cache: bool = False
    known: Known | None = None
    asset_id: str | None = None
    was_sent: bool = False
    is_settled: bool = False
    was_looked_at_again: bool = False
    earlier_ids: list[str] = attrs.field(factory=list)

    @property
    def checksum(self) -> str:
        """The SHA-1 as the server writes it."""
        return base64.b64encode(self.sha1).decode()

    def files(self) -> list[Candidate]:
        """What is to be settled with it, in the order of sending."""
        return [self] if self.motion is None else [self.motion, self]


@attrs.frozen(kw_only=True)
class UploadOptions:
    """What was asked for besides the files."""

    selection: Selection
    recursive: bool = True
    album: AlbumChoice = None
    album_by: Literal["folder"] | None = None
    sidecars: bool = True
    live_photos: Literal["server", "by_name"] = "server"
    favorite: bool | None = None
    visibility: Any = None
    tags: tuple[str, ...] = ()
    stack: Any = None
    restore_trashed: bool = False
    concurrency: int = 4
    hash_cache: bool | Path = False
    after: Literal["keep", "delete"] | Path = "keep"

    def __attrs_post_init__(self) -> None:
        if self.album is not None and self.album_by is not None:
            raise ValueError("album and album_by both name an album: give one of them.")
        if isinstance(self.album, str):
            check_text("album", self.album)
        elif self.album is not None and not callable(self.album):
            raise TypeError(f"album must be a name or a function, not {kind_of(self.album)}.")
        _check_choice("album_by", self.album_by, (None, "folder"))
        _check_choice("live_photos", self.live_photos, ("server", "by_name"))
        if self.favorite is not None:
            check_type("favorite", self.favorite, bool, "True, False or None")
        if self.visibility is not None:
            _check_choice("visibility", self.visibility, [str(each) for each in AssetVisibility])
        for tag in self.tags:
            check_type("tags", tag, str, "texts")
            check_text("A tag", tag)
        check_number("concurrency", self.concurrency, least=1, whole=True)
        if isinstance(self.after, str) and self.after not in {"keep", "delete"}:
            raise ValueError(
                f'after is "keep", "delete" or a Path to move files to, not {self.after!r}.'
            )

    def folder_album(self, file: Candidate) -> str | None:
        """The album that the file is to be put into, unless a function has to be asked."""
        if self.album_by == "folder":
            return file.path.absolute().parent.name or None
        return self.album if isinstance(self.album, str) else None


def check_text(what: str, text: str) -> None:
    """Raise `ValueError` for a text that is empty, or that no server can be sent."""
    if not text:
        raise ValueError(f"{what} is empty.")
    try:
        text.encode()
    except UnicodeEncodeError:
        # What Python makes of a file name that is no UTF-8.
        raise ValueError(f"{what} is no text that can be sent: {text!r}.") from None


def _check_choice(name: str, value: object, choices: Sequence[object]) -> None:
    if value not in choices:
        known = ", ".join(map(repr, choices))
        raise ValueError(f"{name} is one of {known}, not {value!r}.")


def upload_request(
    file: Candidate,
    content: bytes | Path | BinaryIO,
    sidecar: bytes | None,
    options: UploadOptions,
    video_id: str | None,
) -> Request[AssetMediaResponseDto]:
    """The request that sends the file, whose bytes are ``content``, with those of its sidecar."""
    modified = _date(file.identity.mtime_ns if file.identity else 0)
    name = "" if file.sidecar is None else file.sidecar.name
    return operations.assets.upload_asset(
        asset_data=File(content=content, name=file.path.name),
        file_created_at=modified,
        file_modified_at=modified,
        filename=file.path.name,
        is_favorite=UNSET if options.favorite is None else options.favorite,
        visibility=UNSET if options.visibility is None else options.visibility,
        live_photo_video_id=UNSET if video_id is None else video_id,
        sidecar_data=UNSET if sidecar is None else File(content=sidecar, name=name),
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


def is_over_quota(error: ApiError) -> bool:
    """Whether a file was refused because the user may have no more on the server."""
    return error.status_code == 400 and "quota" in error.message.lower()  # noqa: PLR2004


class QuotaRefusal:
    """What the server said of a file that did not fit, and would say of others as large.

    It reads all of a file before it says so: sending more of them would be for nothing.
    """

    def __init__(self, file: Candidate, error: ApiError) -> None:
        self._size = _size(file)
        self._why = str(error)
        self._error = error
        error.args = (f"{error} Delete something for good, or ask for a larger quota.",)

    def check(self, file: Candidate) -> None:
        """Raise the refusal for a file that cannot fit either."""
        if _size(file) >= self._size:
            error = copy.copy(self._error)
            error.args = (f"Not sent, since {self._size} bytes were too much already: {self._why}",)
            raise error


def _size(file: Candidate) -> int:
    return 0 if file.identity is None else file.identity.size


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
