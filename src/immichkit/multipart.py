"""The form that files are uploaded in, written the one way that the server reads rightly.

The parts come in a set order, for the server judges each file by what it has read so far:
files first, then the other fields, and ``filename`` last of all (v3.1 takes it for the name of
every file that follows it, and then refuses a sidecar as "Unsupported file type a.jpg").
"""

from __future__ import annotations

import io
import os
import re
import secrets
from collections.abc import Iterator, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, Final

import attrs
import msgspec
from immichkit_api import wire
from immichkit_api.types import UNSET, File

from immichkit.options import kind_of

__all__ = ["Form", "file_names", "form"]

_AT_HAND: Final = 1 << 19
"""Bytes: a form up to here is copied together rather than sent in pieces."""


@attrs.frozen
class Form:
    """A form as it goes over the wire: stretches of bytes, with files between them to be read."""

    boundary: str
    stretches: tuple[bytes | File, ...] = attrs.field(repr=False)

    @property
    def content_type(self) -> str:
        """The header that tells the server how to take the form apart."""
        return f"multipart/form-data; boundary={self.boundary}"

    @property
    def is_at_hand(self) -> bool:
        """Whether it is small and wholly in memory, so that no disk has to be waited for."""
        contents = [part.content if isinstance(part, File) else part for part in self.stretches]
        sizes = [len(content) for content in contents if isinstance(content, bytes)]
        return len(sizes) == len(contents) and sum(sizes) <= _AT_HAND


def form(fields: Mapping[str, Any], boundary: str | None = None) -> Form:
    """The form that carries ``fields``, by wire name; those that are None or `UNSET` are left out.

    A `File` or a path becomes a part with a file name, a list or a model one field of JSON text,
    anything else its text. A boundary given must occur nowhere in the files.
    """
    if boundary is None:
        # 128 random bits: a constant one would break on the photo that happens to hold it.
        boundary = f"immichkit-{secrets.token_hex(16)}"
    return Form(boundary, tuple(_stretches(fields, boundary)))


def file_names(fields: object) -> str:
    """The names of the files in a form, for a message; only names: folders can be private."""
    values = fields.values() if isinstance(fields, Mapping) else ()
    named = [
        value.name if isinstance(value, File) else os.fspath(value)
        for value in values
        if isinstance(value, File | PathLike)
    ]
    return ", ".join(repr(re.split(r"[/\\]", str(name))[-1]) for name in named) or "none"


def _stretches(fields: Mapping[str, Any], boundary: str) -> Iterator[bytes | File]:
    given = {name: value for name, value in fields.items() if value is not None}
    given = {name: value for name, value in given.items() if value is not UNSET}
    files = {name: value for name, value in given.items() if isinstance(value, File | PathLike)}
    texts = {name: value for name, value in given.items() if name not in files}
    if "filename" in texts:
        texts["filename"] = texts.pop("filename")
    for name, value in files.items():
        file = value if isinstance(value, File) else File(content=value, name=Path(value).name)
        _check_file(name, file)
        # Without a file name the server takes the part for a text and says "File is required".
        yield _head(boundary, name, file.name or "file")
        yield file
        yield b"\r\n"
    for name, value in texts.items():
        yield _head(boundary, name) + _text(name, value) + b"\r\n"
    yield f"--{boundary}--\r\n".encode()


def _check_file(field: str, file: File) -> None:
    """Refuse what gives no bytes, before anything is sent."""
    content: object = file.content
    if not isinstance(file.name, str):
        raise TypeError(f"{field}: the name of a File is a text, not {kind_of(file.name)}.")
    if isinstance(content, str):
        raise TypeError(
            f"{field}: the content of a File is bytes, a path or an open file, not a text. "
            "For a path write File(content=Path(…), name=…), for a text its .encode()."
        )
    if isinstance(content, io.TextIOBase):
        raise TypeError(f'{field}: the file is open as text. Open it with mode "rb".')
    if not isinstance(content, bytes | PathLike) and not hasattr(content, "read"):
        raise TypeError(
            f"{field}: the content of a File is bytes, a path or an open file, "
            f"not {kind_of(content)}."
        )


def _head(boundary: str, name: str, filename: str | None = None) -> bytes:
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'
    if filename is not None:
        # Plain filename= in UTF-8: the server does not read filename*=.
        head += f'; filename="{_quoted(filename)}"\r\nContent-Type: application/octet-stream'
    return f"{head}\r\n\r\n".encode(errors="replace")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return escaped.replace("\r", "%0D").replace("\n", "%0A").replace("\x00", "%00")


def _text(name: str, value: object) -> bytes:
    if isinstance(value, msgspec.Struct | Mapping | list | tuple):
        # One field with a JSON array: v3.1 refuses repeated fields and single objects.
        wire.refuse_naive(name, value)
        return msgspec.json.encode(value)
    return wire.text(name, value).encode(errors="replace")
