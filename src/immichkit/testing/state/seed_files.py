"""The files of seeded photos: made from their path alone, when somebody asks for them."""

from __future__ import annotations

import base64
import posixpath
from typing import Final

# Where a storage template would put files; nothing that was uploaded lies here.
FOLDER: Final = "/data/library/"
_JPEG: Final = (".jpg", ".jpeg", ".jpe")
_COMMENT: Final = b"\xff\xfe"
# Eight by eight pixels, a light sky over something darker.
_PICTURE: Final = base64.b64decode(
    "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDACAWGBwYFCAcGhwkIiAmMFA0MCwsMGJGSjpQdGZ6eHJmcG6AkLicgIiu"
    "im5woNqirr7EztDOfJri8uDI8LjKzsb/wAALCAAIAAgBAREA/8QAFAABAAAAAAAAAAAAAAAAAAAAA//EABcQAAMB"
    "AAAAAAAAAAAAAAAAAAAUYqH/2gAIAQEAAD8ARuNP/9k="
)
SIDE: Final = 8
THUMBHASH: Final = "JAgOBwB4iHiPh4iHiFiHiIiJBwAAAAAA"


def path_of(owner_id: str, file_id: str, extension: str) -> str:
    """Where a seeded photo is said to lie."""
    return f"{FOLDER}{owner_id}/{file_id}{extension}"


def is_seeded(original_path: str) -> bool:
    """Whether the file can be made at any time."""
    return original_path.startswith(FOLDER)


def is_picture(original_path: str) -> bool:
    """Whether the file is a true picture; other kinds of file are only bytes."""
    return original_path.lower().endswith(_JPEG)


def content_of(original_path: str) -> bytes:
    """The file's bytes, like no other's: a small JPEG picture with its id inside."""
    file_id = posixpath.splitext(posixpath.basename(original_path))[0].encode()
    if not is_picture(original_path):
        return b"A file that immichkit made for a test: " + file_id
    length = (len(file_id) + 2).to_bytes(2, "big")
    start, rest = _PICTURE[:2], _PICTURE[2:]
    return start + _COMMENT + length + file_id + rest
