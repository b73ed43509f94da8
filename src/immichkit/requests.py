"""Requests that no generated operation makes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from immichkit_api import wire
from immichkit_api.types import UNSET, Operation, Request

__all__ = ["undeclared"]


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
