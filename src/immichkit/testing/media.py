"""Which kinds of file the server takes, by their extension."""

from __future__ import annotations

import posixpath
from typing import Final

_RAW: Final = [
    "3fr",
    "ari",
    "arw",
    "cap",
    "cin",
    "cr2",
    "cr3",
    "crw",
    "dcr",
    "dng",
    "erf",
    "fff",
    "iiq",
    "k25",
    "kdc",
    "mrw",
    "nef",
    "nrw",
    "orf",
    "ori",
    "pef",
    "psd",
    "raf",
    "raw",
    "rw2",
    "rwl",
    "sr2",
    "srf",
    "srw",
    "x3f",
]
_IMAGE: Final = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    **{f".{name}": f"image/{name}" for name in _RAW},
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".hif": "image/hif",
    ".insp": "image/jpeg",
    ".jp2": "image/jp2",
    ".jpe": "image/jpeg",
    ".jxl": "image/jxl",
    ".mpo": "image/jpeg",
    ".svg": "image/svg",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
}
_VIDEO: Final = {
    ".3gp": "video/3gpp",
    ".3gpp": "video/3gpp",
    ".avi": "video/avi",
    ".flv": "video/x-flv",
    ".insv": "video/mp4",
    ".m2t": "video/mp2t",
    ".m2ts": "video/mp2t",
    ".m4v": "video/x-m4v",
    ".mkv": "video/x-matroska",
    ".mov": "video/quicktime",
    ".mp4": "video/mp4",
    ".mpe": "video/mpeg",
    ".mpeg": "video/mpeg",
    ".mpg": "video/mpeg",
    ".mts": "video/mp2t",
    ".mxf": "application/mxf",
    ".ts": "video/mp2t",
    ".vob": "video/mpeg",
    ".webm": "video/webm",
    ".wmv": "video/x-ms-wmv",
}
_SIDECAR: Final = {".xmp": "application/xml"}
_TYPES: Final = {**_IMAGE, **_VIDEO, **_SIDECAR}

ACCEPTED: Final = {"video": list(_VIDEO), "image": list(_IMAGE), "sidecar": list(_SIDECAR)}


def split(name: str) -> tuple[str, str]:
    """The name's stem and its extension with the dot; ``.jpg`` alone is all extension."""
    stem, extension = posixpath.splitext(posixpath.basename(name))
    if not extension and stem.startswith("."):
        return "", stem
    return stem, extension


def extension_of(name: str) -> str:
    """The extension with its dot, in the letters it was written in."""
    return split(name)[1]


def is_asset(name: str) -> bool:
    """Whether the server takes a file of this name as a photo or a video."""
    extension = extension_of(name).lower()
    return extension in _IMAGE or extension in _VIDEO


def is_sidecar(name: str) -> bool:
    """Whether the server takes a file of this name as a sidecar."""
    return extension_of(name).lower() in _SIDECAR


def mime_type(name: str) -> str:
    """The type that the server states for a file of this name."""
    return _TYPES.get(extension_of(name).lower(), "application/octet-stream")


def asset_type(name: str) -> str:
    """``VIDEO`` or ``IMAGE``."""
    return "VIDEO" if extension_of(name).lower() in _VIDEO else "IMAGE"
