"""Every operation of the contract through the client: sent rightly, decoded, and refused rightly."""

from __future__ import annotations

import json
from typing import Any

import httpx
import msgspec
import pytest
from contract_samples import answer, answer_schema, arguments, every_operation, required_places
from immichkit_api import facts
from immichkit_api.types import Operation

from immichkit import ApiError, AsyncImmich, DecodeError, NotImmichError

pytestmark = pytest.mark.anyio
HTML = b"<!doctype html><html><body>A proxy's page</body></html>"
of_every_operation = pytest.mark.parametrize(
    "operation", every_operation(), ids=lambda operation: operation.id
)


class Server:
    """Answers everything with one body and keeps what it was asked."""

    def __init__(self, content: bytes, kind: str = "application/json") -> None:
        self.content, self.kind = content, kind
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        return httpx.Response(200, content=self.content, headers={"content-type": self.kind})


async def call(operation: Operation[Any], server: Server) -> Any:
    positional, keywords = arguments(operation)
    group, name = operation.name.split(".")
    async with httpx.AsyncClient(transport=httpx.MockTransport(server)) as pool:
        immich = AsyncImmich(
            "http://photos.test",
            api_key="key",
            retry=None,
            http_client=pool,
            server_version=facts.SERVER_VERSION,
        )
        return await getattr(getattr(immich, group), name)(*positional, **keywords)


@of_every_operation
async def test_operation_is_sent_and_its_answer_decodes(operation: Operation[Any]) -> None:
    server = Server(answer(operation))
    value = await call(operation, server)
    (request,) = server.asked
    assert request.method == operation.method
    pattern = facts.OPERATIONS[operation.id][1].split("{")[0].rstrip("/")
    assert request.url.path.startswith(f"/api{pattern}")
    if operation.response in {None, bytes, str}:
        assert value == {None: None, bytes: b"raw", str: "raw"}[operation.response]
    else:
        assert value == msgspec.json.decode(server.content, type=operation.response)
        assert type(value) is type(msgspec.json.decode(server.content, type=operation.response))


@of_every_operation
async def test_bad_answers_name_the_operation_and_the_place(operation: Operation[Any]) -> None:
    schema = answer_schema(operation)
    if schema is None or operation.response in {bytes, str}:
        with pytest.raises(NotImmichError, match=operation.name):
            await call(operation, Server(HTML, "text/html"))
        return
    whole = answer(operation)
    for content in (whole[:-1], b"", b"nonsense"):
        with pytest.raises(DecodeError, match=operation.name) as caught:
            await call(operation, Server(content))
        assert caught.value.json_path == "$"
    with pytest.raises(NotImmichError, match=operation.name):
        await call(operation, Server(HTML, "text/html"))
    for way, path in list(required_places(schema))[:3]:
        for wrong in (None, ["wrong"] if not isinstance(at(whole, way), list) else "wrong"):
            with pytest.raises((DecodeError, ApiError), match=operation.name) as misfit:
                await call(operation, Server(replaced(whole, way, wrong)))
            assert isinstance(misfit.value, DecodeError)
            assert misfit.value.json_path.startswith(path)


def at(content: bytes, way: list[Any]) -> Any:
    place = json.loads(content)
    for step in way:
        place = place[step]
    return place


def replaced(content: bytes, way: list[Any], value: Any) -> bytes:
    whole = json.loads(content)
    place = whole
    for step in way[:-1]:
        place = place[step]
    place[way[-1]] = value
    return json.dumps(whole).encode()
