"""Requests that no generated operation makes."""

from __future__ import annotations

import re
from collections.abc import Collection, Coroutine, Iterable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from immichkit_api import wire
from immichkit_api.types import UNSET, Operation, Request

from immichkit.options import check_number, check_type, kind_of

__all__ = ["checked_many", "encoded_json", "not_a_request", "undeclared"]

T = TypeVar("T")


def not_a_request(value: object) -> TypeError:
    """The exception for ``value``, which was given where a `Request` is wanted."""
    if isinstance(value, Coroutine):
        value.close()  # or Python warns that nobody has awaited it
        advice = "That call sends its request itself: await it, or make a request with operations."
    elif callable(value):
        advice = "Call the method itself, or make its request with immichkit.operations."
    else:
        advice = "Make one with immichkit.operations, such as operations.server.ping_server()."
    return TypeError(f"A Request is wanted, not {kind_of(value)}. {advice}")


def checked_many(requests: Iterable[Request[T]], limit: int) -> Iterator[Request[T]]:
    """``requests``, to be sent ``limit`` at a time; `TypeError` at what is no request."""
    check_type("limit", limit, int, "a whole number")
    check_number("limit", limit, least=1, whole=True)
    if not isinstance(requests, Iterable):
        raise TypeError(f"execute_many takes an iterable of requests, not {kind_of(requests)}.")
    return _each_checked(requests)


def _each_checked(requests: Iterable[Request[T]]) -> Iterator[Request[T]]:
    for request in requests:
        if not isinstance(request, Request):
            raise not_a_request(request)
        yield request


def encoded_json(operation: Operation[Any], body: object) -> bytes:
    """``body`` as JSON; `TypeError`, naming operation and argument, for what JSON has not."""
    try:
        return msgspec.json.encode(body, enc_hook=_listed)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        name = operation.name or operation.id
        where = f"{_culprit(body)} of {name}"
        if isinstance(error, _UnsendableError):
            raise TypeError(f"{where} cannot be sent: {error}") from None
        problem = "it holds a value that JSON has no form for"
        raise ValueError(f"{where} cannot be sent: {problem} ({type(error).__name__}).") from None


class _UnsendableError(TypeError):
    pass


def _listed(value: object) -> list[Any]:
    """The list that stands for a collection of any kind, such as the keys of a dict."""
    if isinstance(value, Collection):
        return list(value)
    # An iterator could be sent only once, and a request is sent as often as need be.
    advice = " Make a list of it." if isinstance(value, Iterable) else ""
    raise _UnsendableError(f"it holds {kind_of(value)}, which JSON has no form for.{advice}")


def _culprit(body: object) -> str:
    """The argument in ``body`` that cannot be encoded, as Python calls it."""
    for name, value in body.items() if isinstance(body, Mapping) else ():
        try:
            msgspec.json.encode({name: value}, enc_hook=_listed)
        except (TypeError, ValueError, OverflowError, RecursionError):
            return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", str(name)).lower()
    return "the body"


def undeclared(
    method: str,
    path: str,
    *,
    json: Any = UNSET,
    params: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Request[Any]:
    """A request for ``path`` below ``/api``, which the contract need not know.

    What is answered is decoded by its content type. ``params`` take the values that operations
    take, a list for a repeated parameter.
    """
    if "://" in path:
        raise ValueError(f"A path is wanted, such as /server/ping, not the address {path!r}.")
    method = method.upper()
    path, _, query = path.partition("?")
    path = "/" + path.removeprefix("/api/").lstrip("/")
    wire.refuse_naive("json", json)
    for name, value in (params or {}).items():
        if isinstance(value, Iterator):
            raise TypeError(f"params[{name!r}] is a {kind_of(value)}: make a list of it.")
    operation = Operation[Any](
        f"{method} {path}",
        method,
        path,
        Any,
        writes=method not in {"GET", "HEAD"},
        body=None if json is UNSET else "json",
    )
    return Request(
        operation=operation,
        path=path,
        query={**dict(parse_qsl(query, keep_blank_values=True)), **wire.query(params or {})},
        headers=dict(headers or {}),
        body=json,
    )
