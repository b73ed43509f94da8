"""What the server says: JSON with the headers of the real one, and refusals that are raised."""

from __future__ import annotations

import base64
import gzip
import hashlib
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

import msgspec
from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_TYPE: Final = "application/json; charset=utf-8"
# The real server compresses from one kilobyte on.
_WORTH_COMPRESSING: Final = 1024


class RefusalError(Exception):
    """An answer that ends the handling of a request: a status, a message, perhaps a list."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        errors: list[dict[str, Any]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, message)
        self.status = status
        self.message = message
        self.errors = errors
        self.headers = headers

    def answer(self) -> Response:
        """The refusal as the server's v3 error body."""
        body: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            body["errors"] = self.errors
        return json_answer(body, self.status, headers=self.headers)


def no_access(permission: str) -> RefusalError:
    """What hides whether an object is absent or someone else's."""
    return RefusalError(400, f"Not found or no {permission} access")


def etag_of(body: bytes) -> str:
    """The tag that the real server gives a body: its length and its SHA-1."""
    digest = base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()
    return f'"{len(body):x}-{digest[:27]}"'


def json_answer(
    value: Any, status: int = 200, *, headers: Mapping[str, str] | None = None
) -> Response:
    """The value as compact JSON."""
    body = msgspec.json.encode(value)
    own = {"content-type": JSON_TYPE, "etag": etag_of(body)}
    return Response(body, status, headers={**own, **(headers or {})})


def empty(status: int = 204) -> Response:
    """No body and no type."""
    return Response(status_code=status)


def html_answer(body: str) -> Response:
    """A web page, never kept by a cache."""
    data = body.encode()
    headers = {
        "content-type": "text/html; charset=utf-8",
        "etag": etag_of(data),
        "cache-control": "no-store",
    }
    return Response(data, headers=headers)


def suited(response: Response, request_headers: Mapping[str, str]) -> Response:
    """The answer, or its 304 if the client has it already, or its compressed form."""
    tag = response.headers.get("etag")
    is_known = tag is not None and tag == request_headers.get("if-none-match")
    if response.status_code == HTTPStatus.OK and is_known:
        return Response(status_code=304, headers={"etag": tag or ""})
    is_json = response.headers.get("content-type") == JSON_TYPE
    if not is_json or len(response.body) < _WORTH_COMPRESSING:
        return response
    response.headers["vary"] = "Accept-Encoding"
    if "gzip" in request_headers.get("accept-encoding", ""):
        # The lightest level: who tests against this server waits for it.
        response.body = gzip.compress(bytes(response.body), compresslevel=1, mtime=0)
        response.headers["content-encoding"] = "gzip"
        response.headers["content-length"] = str(len(response.body))
    return response
