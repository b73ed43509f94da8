"""A whole answer, with the model that it decodes to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, TypeVar

from immichkit_api.types import Operation

from immichkit.decode import decode, decode_any

__all__ = ["Response", "correlation_id", "is_html"]

T_co = TypeVar("T_co", covariant=True)


class Response(Generic[T_co]):
    """A whole answer: its status, headers and body, and the model that the body decodes to.

    ``elapsed`` is the seconds from sending the request to the last byte of the answer, without
    earlier tries. ``is_repeat`` tells whether one of those may have been carried out, its answer
    lost. ``correlation_id`` finds the request in the server's log.
    """

    __slots__ = (
        "_value",
        "content",
        "elapsed",
        "headers",
        "is_repeat",
        "operation",
        "status_code",
    )

    _value: T_co

    def __init__(
        self,
        operation: Operation[T_co],
        *,
        status_code: int,
        headers: Mapping[str, str],
        content: bytes,
        elapsed: float,
        is_repeat: bool = False,
    ) -> None:
        self.operation = operation
        self.status_code = status_code
        self.headers = headers
        self.content = content
        self.elapsed = elapsed
        self.is_repeat = is_repeat

    def __repr__(self) -> str:
        # Neither headers nor content: a login's answer holds the token in both.
        name = self.operation.name or self.operation.id
        return f"<Response {self.status_code} of {name}, {len(self.content)} bytes>"

    @property
    def correlation_id(self) -> str | None:
        """The name that the server gave to this request in its log."""
        return correlation_id(self.headers)

    @property
    def value(self) -> T_co:
        """The model, decoded when first asked for; `DecodeError` if the body does not fit."""
        try:
            return self._value
        except AttributeError:
            self._value = decode(self.operation, self.content, self.headers)
            return self._value

    def json(self) -> Any:
        """The body as plain Python values, every field that the server sent included."""
        return decode_any(self.operation, self.content)


def correlation_id(headers: Mapping[str, str]) -> str | None:
    """The name that the server gave to a request in its log, if it gave one."""
    value = headers.get("x-correlation-id")
    # What is answered outside the API carries the text "undefined".
    return None if value in {None, "", "undefined"} else value


def is_html(headers: Mapping[str, str], body: bytes = b"") -> bool:
    """Whether a web page came, which no operation of the API gives."""
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in {"", "text/plain"}:
        return body[:200].lstrip().lower().startswith((b"<!doctype html", b"<html"))
    return kind in {"text/html", "application/xhtml+xml"}
