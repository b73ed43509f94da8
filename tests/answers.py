"""Answers for a client without a server, and what it asked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
from immichkit_api.types import Operation, Request

KEY = "the-key-that-nobody-may-see"
PING: Operation[dict[str, str]] = Operation(
    "pingServer", "GET", "/server/ping", dict[str, str], name="server.ping_server", writes=False
)
PHOTO: Operation[bytes] = Operation(
    "downloadAsset", "GET", "/assets/{id}/original", bytes, name="assets.download_asset"
)


def a(
    method: str, response: Any = None, *, name: str = "tests.a", repeatable: bool | None = None
) -> Any:
    """A request by ``method`` that is answered with ``response``."""
    operation = Operation[Any](
        f"{method}Thing", method, "/things", response, name=name, repeatable=repeatable
    )
    return Request(operation=operation, path="/things")


def ping() -> Request[dict[str, str]]:
    return Request(operation=PING, path="/server/ping")


def photo(id: str = "one") -> Request[bytes]:
    return Request(operation=PHOTO, path=f"/assets/{id}/original")


Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


class Answers:
    """Gives one answer after the other, the last of them for ever, and keeps what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self._answers[0] if len(self._answers) == 1 else self._answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx.Response) else answer(request)


def json(status: int, value: Any, **headers: str) -> httpx.Response:
    names = {name.replace("_", "-"): text for name, text in headers.items()}
    return httpx.Response(status, json=value, headers=names)


def refused(status: int, message: str, **headers: str) -> httpx.Response:
    return json(status, {"message": message}, **headers)


def page(status: int, title: str = "Welcome") -> httpx.Response:
    return httpx.Response(status, html=f"<!doctype html><html><title>{title}</title></html>")
