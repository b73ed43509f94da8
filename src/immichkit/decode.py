"""From the bytes of an answer to the type that its operation promises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

import msgspec
from immichkit_api.types import Operation

from immichkit.errors import DecodeError

__all__ = ["decode", "decode_any"]

T = TypeVar("T")

# msgspec says in three ways that it cannot read something: what is no UTF-8 comes bare.
_BAD_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)

_PLAIN = msgspec.json.Decoder()


def decode(operation: Operation[T], content: bytes, headers: Mapping[str, str] | None = None) -> T:
    """What ``content`` means as an answer to ``operation``; `DecodeError` if it does not fit.

    Where the server gives some callers less, such as an asset behind a shared link without
    metadata, the operation lists smaller forms: the first that fits is taken.
    """
    value: Any
    kind = operation.response
    if kind is None:
        value = None
    elif kind is bytes:
        value = content
    elif kind is str:
        value = _text(content, headers or {})
    elif kind is Any:
        value = _undeclared(operation, content, headers or {})
    else:
        try:
            value = _decoder(kind).decode(content)
        except _BAD_JSON as error:
            for smaller in operation.reduced:
                try:
                    value = _decoder(smaller).decode(content)
                except _BAD_JSON:
                    continue
                break
            else:
                raise _misfit(operation, content, error) from None
    return cast("T", value)


def decode_any(operation: Operation[Any], content: bytes) -> Any:
    """``content`` as plain Python values; `DecodeError` if it is no JSON."""
    try:
        return _PLAIN.decode(content)
    except _BAD_JSON as error:
        raise _misfit(operation, content, error) from None


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    # Making one walks through every model that it can meet; using it again costs nothing.
    return msgspec.json.Decoder(kind)


def _text(content: bytes, headers: Mapping[str, str]) -> str:
    found = re.search(r"charset=\"?([\w-]+)", headers.get("content-type", ""))
    try:
        return content.decode(found[1] if found else "utf-8", errors="replace")
    except LookupError:
        return content.decode("utf-8", errors="replace")


def _undeclared(operation: Operation[Any], content: bytes, headers: Mapping[str, str]) -> Any:
    """The answer to something that the contract lacks, by what its headers call it."""
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if not content:
        return None
    if kind == "application/json" or kind.endswith("+json"):
        return decode_any(operation, content)
    return _text(content, headers) if kind.startswith("text/") else content


def _misfit(operation: Operation[Any], content: bytes, error: Exception) -> DecodeError:
    name = operation.name or operation.id
    problem, _, path = str(error).partition(" - at `")
    path = path.removesuffix("`") or "$"
    if missing := re.fullmatch(r"Object missing required field `(.+)`", problem):
        path = f"{path}.{missing[1]}"
        problem = "the field is missing"
    if not content.strip():
        problem = "the body is empty"
    elif not isinstance(error, msgspec.ValidationError):
        problem = f"the body, {len(content)} bytes, is no whole JSON text ({problem})"
    return DecodeError(
        f"The answer to {name} does not have the expected shape at {path}: {problem}. "
        f"{_advice(error)}",
        json_path=path,
        operation=name,
    )


def _advice(error: Exception) -> str:
    if not isinstance(error, msgspec.ValidationError):
        return "A proxy in front of the server may have cut or replaced it; try again."
    # Only now, since errors are rare and the facts are large.
    from immichkit_api import facts  # noqa: PLC0415

    return (
        f"This release supports servers from {facts.SUPPORTED_FROM} to {facts.SUPPORTED_TO}; "
        "compare with server.get_server_version(). The raw answer comes with send(), as .content."
    )
