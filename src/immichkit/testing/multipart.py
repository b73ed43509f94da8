"""Upload forms, parsed while they arrive: files go to disk chunk by chunk, never into memory."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Callable, Container
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import unquote

from attrs import define, field
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser
from starlette.requests import ClientDisconnect, Request

from immichkit.testing.answers import RefusalError

if TYPE_CHECKING:
    from immichkit.testing.state.blobs import Blobs

_ASSET_FIELDS: Final = frozenset({"assetData", "sidecarData"})
_LONGEST_TEXT: Final = 1024 * 1024
_BOUNDARY: Final = re.compile(r';\s*boundary=(?:"([^"]*)"|([^;\s]*))', re.IGNORECASE)
_PARAMETER: Final = re.compile(r';\s*([\w*-]+)=(?:"((?:[^"\\]|\\.)*)"|([^;\s]*))')


@define
class ReceivedFile:
    """A file that waits in ``incoming`` under ``stored_name``.

    ``known_as`` is what the server took it for when it began to arrive: the form's ``filename``,
    if that had come before, or else its own name.
    """

    stored_name: str
    file_name: str
    known_as: str
    size: int = 0
    sha1: Any = field(factory=lambda: hashlib.sha1(usedforsecurity=False))


@define
class Form:
    """What came: text by field name (a list where a name came twice) and files."""

    texts: dict[str, Any] = field(factory=dict)
    files: dict[str, ReceivedFile] = field(factory=dict)


Accept = Callable[[str, str], None]


async def receive(
    request: Request, blobs: Blobs, accept: Accept, *, fields: Container[str] = _ASSET_FIELDS
) -> Form:
    """The form, once all of it is here; only these fields may hold files.

    ``accept`` is asked about each file as it begins, with the field and what the file is known
    as by then; it raises a `RefusalError` to end the upload. Whatever is raised here, no file
    of the form stays behind.
    """
    boundary = _BOUNDARY.search(request.headers.get("content-type", ""))
    if boundary is None:
        raise RefusalError(400, "Multipart: Boundary not found")
    reader = _Reader(boundary[1] or boundary[2], blobs, accept, fields)
    try:
        async for chunk in request.stream():
            # Written on the loop: a chunk is 64 KiB and costs less than handing it to a thread.
            reader.write(chunk)
        reader.finish()
    except BaseException as error:
        reader.discard()
        if isinstance(error, ClientDisconnect | RefusalError):
            raise
        if isinstance(error, FormParserError):
            raise RefusalError(400, "Multipart: Unexpected end of form") from None
        raise
    return reader.form


def discard(form: Form, blobs: Blobs) -> None:
    """Delete the form's files that nobody kept."""
    for file in form.files.values():
        blobs.incoming(file.stored_name).unlink(missing_ok=True)


class _Reader:
    """The form so far, and the part that is arriving."""

    def __init__(self, boundary: str, blobs: Blobs, accept: Accept, fields: Container[str]) -> None:
        self.form = Form()
        self._blobs = blobs
        self._accept = accept
        self._fields = fields
        self._headers: dict[str, str] = {}
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._name = ""
        self._text: bytearray | None = None
        self._file: ReceivedFile | None = None
        self._output: BinaryIO | None = None
        self._is_whole = False
        self._parser = MultipartParser(
            boundary.encode("latin-1", errors="replace"),
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_header_field,
                "on_header_value": self._on_header_value,
                "on_header_end": self._on_header_end,
                "on_headers_finished": self._on_headers_finished,
                "on_part_data": self._on_part_data,
                "on_part_end": self._on_part_end,
                "on_end": self._on_end,
            },
        )

    def write(self, chunk: bytes) -> None:
        self._parser.write(chunk)

    def finish(self) -> None:
        self._parser.finalize()
        if not self._is_whole:
            raise RefusalError(400, "Multipart: Unexpected end of form")

    def discard(self) -> None:
        if self._output is not None:
            self._output.close()
        discard(self.form, self._blobs)

    def _on_header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _on_header_value(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _on_header_end(self) -> None:
        name = self._header_name.decode("latin-1").lower()
        self._headers[name] = self._header_value.decode("utf-8", errors="replace")
        self._header_name.clear()
        self._header_value.clear()

    def _on_headers_finished(self) -> None:
        parameters = _parameters(self._headers.get("content-disposition", ""))
        self._name = parameters.get("name", "")
        file_name = parameters.get("filename")
        self._text = self._file = None
        if file_name:
            self._begin_file(file_name)
        elif file_name is None and "octet-stream" not in self._headers.get("content-type", ""):
            # A file without a name is passed over, as by v3.1; anything else is text.
            self._text = bytearray()

    def _begin_file(self, file_name: str) -> None:
        if self._name not in self._fields or self._name in self.form.files:
            raise RefusalError(400, f"Unexpected field - {self._name}")
        known_as = self.form.texts.get("filename") or file_name
        self._accept(self._name, known_as)
        self._file = self.form.files[self._name] = ReceivedFile(
            str(uuid.uuid4()), file_name, known_as
        )
        self._output = self._blobs.create(self._file.stored_name)

    def _on_part_data(self, data: bytes, start: int, end: int) -> None:
        if self._file is not None and self._output is not None:
            piece = memoryview(data)[start:end]
            self._output.write(piece)
            self._file.sha1.update(piece)
            self._file.size += len(piece)
        elif self._text is not None:
            self._text += data[start:end]
            if len(self._text) > _LONGEST_TEXT:
                raise RefusalError(400, f"Field value too long - {self._name}")

    def _on_part_end(self) -> None:
        if self._output is not None and self._file is not None:
            self._output.close()
            self._output = None
            if self._file.size == 0:
                raise RefusalError(400, "File is empty")
        elif self._text is not None:
            value = self._text.decode("utf-8", errors="replace")
            earlier = self.form.texts.get(self._name)
            if earlier is None:
                self.form.texts[self._name] = value
            else:
                several = earlier if isinstance(earlier, list) else [earlier]
                self.form.texts[self._name] = [*several, value]

    def _on_end(self) -> None:
        self._is_whole = True


def _parameters(header: str) -> dict[str, str]:
    """The parameters of a ``Content-Disposition``; a file's name without its folders."""
    found: dict[str, str] = {}
    for name, quoted, bare in _PARAMETER.findall(header):
        # A backslash escapes a quote or itself and stands for itself before anything else.
        found[name.lower()] = re.sub(r'\\(["\\])', r"\1", quoted) if quoted else bare
    extended = found.pop("filename*", None)
    if extended is not None and extended.lower().startswith("utf-8'"):
        found["filename"] = unquote(extended.split("'", 2)[-1])
    if "filename" in found:
        found["filename"] = re.split(r"[/\\]", found["filename"])[-1]
    return found
