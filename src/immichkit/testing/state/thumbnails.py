"""Small pictures of assets and users, made when somebody first asks for them."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Final

from immichkit.testing import media
from immichkit.testing.reading import pictures

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from immichkit.testing.state.blobs import Blobs
    from immichkit.testing.state.database import Row

# Name, length of the shorter side and format of each size, as v3.1 is delivered.
_SIZES: Final = {"thumbnail": ("webp", 250, "WEBP"), "preview": ("jpeg", 1440, "JPEG")}
# A film of which even the size is unknown.
_UNKNOWN: Final = (640, 360)


class Thumbnails:
    """The small pictures on the disk."""

    def __init__(self, blobs: Blobs) -> None:
        self._blobs = blobs
        # Two at a time: pictures take memory and the processor, and other requests want some.
        self._turns = threading.BoundedSemaphore(2)

    def of_asset(self, asset: Row, size: str, edited: Path | None = None) -> Path | None:
        """The asset's ``thumbnail`` or ``preview``; None if there is no picture in its file.

        The file itself, where it may hold one that this server has no means to read. With the
        path of its edited picture, a small one of that.
        """
        _extension, length, format_ = _SIZES[size]
        target = self._blobs.path(_path(asset, size, is_edited=edited is not None))
        if target.exists():
            return target
        original = edited or self._blobs.path(asset["original_path"])
        is_film = asset["type"] == "VIDEO"
        if not pictures.HAS_PILLOW or not (is_film or pictures.can_read(original.name)):
            return original
        width, height = asset["width"] or _UNKNOWN[0], asset["height"] or _UNKNOWN[1]

        def make(path: Path) -> None:
            if is_film:
                pictures.draw_blank(width, height, length, path, format_)
            else:
                pictures.shrink(original, length, path, format_)

        return target if self._made(target, make) else None

    def of_user(self, user_id: str, uploaded: Path, name: str) -> str | None:
        """The path of a profile image made of the uploaded picture; None if it is none.

        It is the picture itself where this server has no means to make it smaller.
        """
        folder = f"/data/profile/{user_id}/{uuid.uuid4()}"
        if not pictures.HAS_PILLOW:
            path = folder + media.extension_of(name)
            self._blobs.keep(uploaded.name, path)
            return path
        extension, length, format_ = _SIZES["thumbnail"]
        path = f"{folder}.{extension}"
        is_made = self._made(
            self._blobs.path(path),
            lambda target: pictures.shrink(uploaded, length, target, format_),
        )
        return path if is_made else None

    def _made(self, target: Path, make: Callable[[Path], None]) -> bool:
        target.parent.mkdir(parents=True, exist_ok=True)
        # Whole or not at all, for others may ask for it meanwhile.
        unfinished = target.with_name(f"{uuid.uuid4()}.part")
        try:
            with self._turns:
                make(unfinished)
        except pictures.UnreadableError:
            unfinished.unlink(missing_ok=True)
            return False
        unfinished.replace(target)
        return True


def paths(asset: Row) -> list[str]:
    """Where the asset's pictures lie besides the original, those that were made."""
    return [*(_path(asset, size) for size in _SIZES), *edited_paths(asset)]


def edited_paths(asset: Row) -> list[str]:
    """Where the edited picture lies, and the small ones of it."""
    return [edited_path(asset), *(_path(asset, size, is_edited=True) for size in _SIZES)]


def edited_path(asset: Row) -> str:
    """Where the edited picture lies."""
    return f"{_folder(asset)}/{asset['id']}_edited_fullsize.jpeg"


def _path(asset: Row, size: str, *, is_edited: bool = False) -> str:
    mark = "_edited" if is_edited else ""
    return f"{_folder(asset)}/{asset['id']}{mark}_{size}.{_SIZES[size][0]}"


def _folder(asset: Row) -> str:
    id_: str = asset["id"]
    return f"/data/thumbs/{asset['owner_id']}/{id_[:2]}/{id_[2:4]}"
