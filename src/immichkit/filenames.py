"""Names for files on this computer, out of what a server says they are called."""

from __future__ import annotations

import mimetypes
import re
from pathlib import PurePath
from urllib.parse import unquote

__all__ = ["numbered", "safe", "suggested"]

_LONGEST = 200
"""Bytes in UTF-8: file systems take 255, and a ".part" or a number has to fit behind."""

_LONGEST_ENDING = 20
"""Characters: beyond them, what follows the last dot is no ending."""

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)", re.IGNORECASE)


def suggested(disposition: str, content_type: str, fallback: str) -> str:
    """A safe name for a download: the one its ``Content-Disposition`` gives, else ``fallback``.

    The fallback gets an ending by the content's type.
    """
    if name := safe(_named(disposition)):
        return name
    kind = content_type.partition(";")[0].strip()
    ending = (mimetypes.guess_extension(kind) or "") if kind else ""
    return (safe(fallback) or "download") + ("" if kind == "application/octet-stream" else ending)


def safe(name: str) -> str:
    """``name`` as one component of a path that every system can have; "" if nothing is left.

    A server, or whoever uploaded the photo to it, must not choose the folder.
    """
    name = re.split(r"[/\\]", name)[-1]
    name = re.sub(r'[\x00-\x1f\x7f<>:"|?*]', "_", name).strip(" ")
    name = name.rstrip(". ")
    name = _RESERVED.sub(r"_\1", name) if _RESERVED.match(name) else name
    return _shortened(name)


def numbered(name: str, number: int) -> str:
    """The name to try when ``name`` is taken: ``photo (1).jpg``."""
    path = PurePath(name)
    return f"{path.stem} ({number}){path.suffix}"


def _named(disposition: str) -> str:
    if found := re.search(r"filename\*\s*=\s*([\w-]*)'[^']*'([^;\s]+)", disposition, re.IGNORECASE):
        try:
            return unquote(found[2], encoding=found[1] or "utf-8", errors="replace")
        except LookupError:
            return unquote(found[2], errors="replace")
    if found := re.search(r'filename\s*=\s*"((?:[^"\\]|\\.)*)"', disposition, re.IGNORECASE):
        return re.sub(r"\\(.)", r"\1", found[1])
    found = re.search(r"filename\s*=\s*([^;\s]+)", disposition, re.IGNORECASE)
    return found[1] if found else ""


def _shortened(name: str) -> str:
    if len(name.encode(errors="replace")) <= _LONGEST:
        return name
    path = PurePath(name)
    ending = path.suffix if len(path.suffix) <= _LONGEST_ENDING else ""
    room = _LONGEST - len(ending.encode(errors="replace"))
    # Bytes are cut, so that a character may be halved: it is dropped.
    return name.encode(errors="replace")[:room].decode(errors="ignore").rstrip(". ") + ending
