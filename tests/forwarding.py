"""A transport to an embedded server that passes on no more than it wants to."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

import attrs
import httpx

from immichkit.testing import ImmichServer


@attrs.define(kw_only=True)
class Forwarding:
    """Asks the server, as one of another release would that ignores what it does not know.

    ``drop`` are the filters of a search that it takes away, ``add`` those that it puts in; if not
    ``has_trash``, the server seems to keep none. For `httpx.MockTransport`.
    """

    server: ImmichServer
    drop: Collection[str] = ()
    add: Mapping[str, Any] = attrs.field(factory=dict)
    has_trash: bool = True

    def __call__(self, request: httpx.Request) -> httpx.Response:
        body = request.content
        if request.url.path.endswith("/search/metadata"):
            wanted = json.loads(body) | dict(self.add)
            left = {name: value for name, value in wanted.items() if name not in self.drop}
            body = json.dumps(left).encode()
        headers = {
            name: value
            for name, value in request.headers.items()
            if name not in {"content-length", "host"}
        }
        headers["accept-encoding"] = "identity"
        url = self.server.url + str(request.url.raw_path, "ascii")
        with httpx.Client() as client:
            answer = client.request(request.method, url, headers=headers, content=body)
        if request.url.path.endswith("/server/features"):
            return httpx.Response(200, json=answer.json() | {"trash": self.has_trash})
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
