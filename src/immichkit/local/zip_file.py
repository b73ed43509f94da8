"""Reading a zip through, so that nothing in it is broken."""

from __future__ import annotations

import base64
import hashlib
import zipfile
import zlib
from pathlib import Path

from immichkit.archives import ZipEntry
from immichkit.errors import IntegrityError

__all__ = ["entries_of"]

_CHUNK = 1 << 20


def entries_of(path: Path) -> list[ZipEntry]:
    """Every file in the zip, each read once, with its CRC and its size as the zip says.

    Raises `IntegrityError` if something is broken or the end is missing.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return [_entry(archive, info) for info in archive.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        # v3.1 ends an archive cleanly where an error stopped it: only the missing end tells.
        raise IntegrityError(f"The archive is broken or cut short: {error}.") from error


def _entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> ZipEntry:
    digest = hashlib.sha1(usedforsecurity=False)
    size = 0
    with archive.open(info) as file:
        # Reading to the end compares the CRC.
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    if size != info.file_size:
        raise IntegrityError(f"{info.filename} has {size} bytes instead of {info.file_size}.")
    return ZipEntry(info.filename, size, base64.b64encode(digest.digest()).decode())
