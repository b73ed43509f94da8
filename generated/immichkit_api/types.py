"""What every generated operation is made of: constants, requests and those who execute them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from os import PathLike
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Generic, Literal, Protocol, TypeAlias, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType, field

__all__ = [
    "UNSET",
    "AsyncExecutor",
    "Executor",
    "File",
    "FileSource",
    "Json",
    "JsonText",
    "Operation",
    "Overwrite",
    "Progress",
    "Request",
    "SavedFile",
    "UnsetType",
]

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

Json: TypeAlias = Any
"""A value that JSON can hold, as plain Python: dict, list, str, int, float, bool or None."""

JsonText: TypeAlias = Annotated[str, Meta()]
"""A text that comes as JSON, in quotes; a plain ``str`` stands for a body that is the text."""

Overwrite: TypeAlias = Literal["error", "skip", "replace", "rename"]
"""What to do when a file to be written is already there."""

Progress: TypeAlias = Callable[[int, int | None], object]
"""Called now and then while a file comes: bytes that are there, bytes in all if that is known."""


class File(Struct, frozen=True, kw_only=True):
    """Bytes to upload together with the file name that the server shall see.

    ``content`` is the bytes themselves, a path that is read while it is sent, or an open binary
    file, which is read from where it stands and must be seekable for the request to be repeated.
    """

    content: bytes | PathLike[str] | BinaryIO
    name: str


FileSource: TypeAlias = PathLike[str] | str | File
"""A file to upload: its path, which also gives its name, or a `File`."""


class SavedFile(Struct, frozen=True, kw_only=True):
    """A file that was downloaded whole: where it is, its size in bytes and its SHA-1.

    ``sha1`` is 20 bytes in base64, the form of an asset's ``checksum``. ``resumed_from`` is the
    offset at which this call continued what an earlier one had left, 0 if it began anew.
    ``verified`` tells that the SHA-1 is proven to be the server's; without it, only the length was
    compared. ``written`` is False when the file was there already and was left alone, as
    ``overwrite="skip"`` asks; ``sha1`` is then that of the file found, which is another one, or
    cannot be told from one, unless it is ``verified``.
    """

    path: Path
    size: int
    sha1: str
    resumed_from: int = 0
    verified: bool = False
    written: bool = True


class Operation(Struct, Generic[T_co], frozen=True):
    """One operation of the server's API, as its contract states it.

    ``name`` is how Python calls it: ``assets.get_asset_info``. ``response`` is the type that an
    answer decodes to: a model, a list of them, ``bytes`` or ``str`` for a body that is not JSON,
    ``None`` where nothing comes back; ``reduced`` are smaller forms of it that the server gives to
    some callers, to be tried when the full one does not fit. ``permission`` is what an API key must hold, None if any
    signed-in caller may use it, or if no sign-in is needed (``authenticated`` is False).
    ``since`` is the server release that added the operation. ``writes`` tells whether it changes
    anything on the server, ``writes_when`` which body fields turn a reading operation into a
    writing one, ``repeatable`` whether sending it twice does no more than once (None: as its method
    promises), ``signs_in``
    whether it only opens or guards a session.
    """

    id: str
    method: str
    path: str
    response: Any
    name: str = ""
    reduced: tuple[Any, ...] = ()
    permission: str | None = None
    since: str | None = None
    state: str | None = None
    writes: bool = True
    repeatable: bool | None = None
    admin_only: bool = False
    authenticated: bool = True
    body: Literal["json", "multipart", "form"] | None = None
    writes_when: tuple[str, ...] = ()
    signs_in: bool = False

    @property
    def deprecated(self) -> bool:
        """Whether the server's makers advise against it."""
        return self.state == "Deprecated"


class Request(Struct, Generic[T_co], frozen=True, kw_only=True):
    """An operation with its arguments: a value that a client executes, once or many times.

    ``path`` has its parameters filled in. ``query`` holds the text of each query parameter under
    its wire name, a list where the name is repeated. ``body`` is what the operation's ``body``
    kind says: for JSON the value to encode, with wire names and models inside; for forms a
    mapping from part name to value; `UNSET` when nothing is sent.
    """

    operation: Operation[T_co]
    path: str
    query: Mapping[str, str | list[str]] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Any = UNSET

    def __repr__(self) -> str:
        # Neither the query nor the body is shown: both can hold secrets.
        return f"<Request {self.operation.name}: {self.operation.method} {self.path}>"

    def with_headers(self, headers: Mapping[str, str]) -> Request[T_co]:
        """The same request with ``headers`` added; a header given twice takes the new value."""
        return Request(
            operation=self.operation,
            path=self.path,
            query=self.query,
            headers={**self.headers, **headers},
            body=self.body,
        )


class Executor(Protocol):
    """Who sends requests and waits for the answers: a blocking client."""

    def execute(self, request: Request[T], /) -> T: ...

    def save(
        self,
        request: Request[bytes],
        target: str | PathLike[str],
        /,
        *,
        overwrite: Overwrite = "error",
        resume: bool = True,
        verify: bool = True,
        on_progress: Progress | None = None,
    ) -> SavedFile: ...


class AsyncExecutor(Protocol):
    """Who sends requests and awaits the answers: an async client."""

    async def execute(self, request: Request[T], /) -> T: ...

    async def save(
        self,
        request: Request[bytes],
        target: str | PathLike[str],
        /,
        *,
        overwrite: Overwrite = "error",
        resume: bool = True,
        verify: bool = True,
        on_progress: Progress | None = None,
    ) -> SavedFile: ...
