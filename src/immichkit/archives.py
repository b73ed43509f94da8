"""What a zip from the server has to hold, and which assets it lacks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from msgspec import Struct

from immichkit.errors import IntegrityError

if TYPE_CHECKING:
    from immichkit_api.models import AssetResponseDto

__all__ = ["Content", "ZipEntry", "compared", "numbered_archive"]


class ZipEntry(Struct, frozen=True):
    """One file in a zip: its name, its size and its SHA-1 in base64."""

    name: str
    size: int
    sha1: str


class Content(Struct, frozen=True):
    """Which of the assets that were asked for a zip has, and which it lacks."""

    proven: list[str]
    missing: list[str]


def numbered_archive(target: Path, number: int) -> Path:
    """The name of one of several archives: ``album+1.zip``."""
    return target.with_name(f"{target.stem}+{number}{target.suffix}")


def compared(
    asset_ids: Sequence[str],
    entries: Sequence[ZipEntry],
    known: Mapping[str, AssetResponseDto],
    *,
    edited: bool,
) -> Content:
    """What of ``asset_ids`` is in a zip with these ``entries``.

    Assets that are ``known``, with a checksum that is that of their file, are looked for by it;
    the others by their name, which v3.1 makes unique by a number. Raises `IntegrityError` for a
    zip that holds more than was asked for, or an asset's file with other bytes.
    """
    if len(entries) > len(asset_ids):
        raise IntegrityError(
            f"{len(asset_ids)} files were asked for, but the archive has {len(entries)}."
        )
    if bad := [entry.name for entry in entries if _leads_outside(entry.name)]:
        raise IntegrityError(f"The archive has an entry called {bad[0]!r}, which is no file name.")
    left = list(entries)
    proven: list[str] = []
    unproven: list[str] = []
    for id_ in asset_ids:
        asset = known.get(id_)
        has_checksum = asset is not None and asset.library_id is None
        sha1 = asset.checksum if asset is not None and has_checksum else None
        found = next((entry for entry in left if entry.sha1 == sha1), None)
        if found is None or (edited and asset is not None and asset.is_edited):
            unproven.append(id_)
        else:
            left.remove(found)
            proven.append(id_)
    return Content(proven, _missing(unproven, left, known, edited=edited))


def _missing(
    ids: Iterable[str],
    left: list[ZipEntry],
    known: Mapping[str, AssetResponseDto],
    *,
    edited: bool,
) -> list[str]:
    """Those of ``ids`` for which none of the entries that are ``left`` can stand."""
    missing: list[str] = []
    for id_ in ids:
        asset = known.get(id_)
        if asset is None:
            if left:
                left.pop()
            else:
                missing.append(id_)
            continue
        found = next((one for one in left if _is_called(one.name, asset)), None)
        if found is None:
            missing.append(id_)
            continue
        left.remove(found)
        if asset.library_id is None and not (edited and asset.is_edited):
            raise IntegrityError(
                f"{found.name} has the SHA-1 {found.sha1}, but that of the asset is "
                f"{asset.checksum}."
            )
    return missing


def _is_called(entry: str, asset: AssetResponseDto) -> bool:
    """Whether an entry's name is that of the asset, less what no file system takes."""
    name, own = PurePosixPath(entry), PurePosixPath(asset.original_file_name)
    stem, _, number = name.stem.rpartition("+")
    stems = {name.stem, stem} if number.isdecimal() else {name.stem}
    plain = "".join(char for char in own.stem if char not in '/?<>\\:*|"' and char.isprintable())
    return bool({plain, own.stem} & stems)


def _leads_outside(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or not path.name
