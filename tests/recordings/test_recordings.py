"""What a real server said, against what the package makes of it."""

from __future__ import annotations

import datetime
import inspect
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from exchanges import Exchange, load
from immichkit_api import facts, models, operations, wire
from immichkit_api.types import UNSET, Operation, Request

from immichkit import errors
from immichkit.decode import decode
from immichkit.refusals import api_error

CONTRACT = json.loads(
    (Path(__file__).parents[2] / "openapi" / "contract.json").read_text(encoding="utf-8")
)
KNOWN = [exchange for exchange in load() if exchange.operation is not None]
ANSWERS = [e for e in KNOWN if e.status < 300 and "json" in e.response]
REFUSALS = [e for e in KNOWN if e.status >= 400]
ACCEPTED = [e for e in KNOWN if e.status < 300 and isinstance(e.request.get("json"), dict)]


# These two speak of what was sent, not of what was asked for.
NOT_FOUND = r"(?!Multipart: |Live photo video )(Not found or no .* access|.* not found( for .*)?)$"


def of(chosen: list[Exchange]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("exchange", chosen, ids=lambda exchange: exchange.id)


def operation_of(exchange: Exchange) -> Operation[Any]:
    assert exchange.operation is not None
    return exchange.operation


def test_recordings_are_whole() -> None:
    assert len(load()) == 1631
    assert len(ANSWERS) > 900
    assert len(REFUSALS) > 350
    assert len(ACCEPTED) > 400


@of(ANSWERS)
def test_accepted_answer_decodes_with_its_operation(exchange: Exchange) -> None:
    operation = operation_of(exchange)
    value = decode(operation, exchange.content)
    if operation.response is not None:
        assert same(msgspec.to_builtins(value), exchange.response["json"])


@of(ACCEPTED)
def test_accepted_request_encodes_back_to_itself(exchange: Exchange) -> None:
    recorded = exchange.request["json"]
    request = request_for(operation_of(exchange), exchange)
    sent = {} if request.body is UNSET else json.loads(msgspec.json.encode(request.body))
    assert sent.keys() == known(operation_of(exchange), recorded).keys()
    assert same(sent, known(operation_of(exchange), recorded))
    assert request.path == exchange.request["path"].removeprefix("/api").lower() or "{" in (
        operation_of(exchange).path
    )


@of(REFUSALS)
def test_refusal_becomes_the_right_exception(exchange: Exchange) -> None:
    response = exchange.response
    error = api_error(
        operation_of(exchange), exchange.status, response["headers"], exchange.content
    )
    message = response["json"]["message"] if "json" in response else ""
    assert type(error) is expected(exchange.status, message)
    assert error.status_code == exchange.status
    assert error.operation == operation_of(exchange).name
    assert error.message == message
    assert len(error.errors) == len((response.get("json") or {}).get("errors", []))


def expected(status: int, message: str) -> type[errors.ApiError]:
    """The exception that DESIGN names for a recorded refusal."""
    if status == 401:
        elevated = message == "Elevated permission is required"
        return errors.ElevationRequiredError if elevated else errors.AuthenticationError
    if status == 403:
        return errors.PermissionDeniedError
    if status == 404 or re.match(NOT_FOUND, message):
        return errors.NotFoundError
    if status == 400:
        return errors.ValidationError
    if status == 413:
        return errors.TooLargeError
    return errors.ServerError if status >= 500 else errors.ApiError


def request_for(operation: Operation[Any], exchange: Exchange) -> Request[Any]:
    """The request that the operation's function makes of the recorded arguments."""
    function = function_of(operation)
    values = arguments_of(operation, exchange.request["json"])
    path = [
        p["name"] for p in CONTRACT["operations"][operation.id]["parameters"] if p["in"] == "path"
    ]
    required = [
        name
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is parameter.KEYWORD_ONLY
        and parameter.default is parameter.empty
        and name not in values
    ]
    placeholders = dict.fromkeys(required, "x")
    return function(*("x" for _ in path), **values, **placeholders)


def function_of(operation: Operation[Any]) -> Callable[..., Request[Any]]:
    group, name = operation.name.split(".")
    function: Callable[..., Request[Any]] = getattr(getattr(operations, group), name)
    return function


def arguments_of(operation: Operation[Any], recorded: dict[str, Any]) -> dict[str, Any]:
    """The recorded body as typed arguments, by the names that Python has for them."""
    body = msgspec.convert(recorded, body_type(operation))
    fields = msgspec.structs.fields(type(body))
    overlay = {"faces.reassign_faces_by_id": {"id": "face_id"}}.get(operation.name, {})
    return {
        overlay.get(field.name, field.name): getattr(body, field.name)
        for field in fields
        if field.encode_name in recorded
    }


def known(operation: Operation[Any], recorded: dict[str, Any]) -> dict[str, Any]:
    """What of the recorded body the contract knows: the recordings also tried other keys."""
    names = {field.encode_name for field in msgspec.structs.fields(body_type(operation))}
    return {name: value for name, value in recorded.items() if name in names}


@cache
def body_type(operation: Operation[Any]) -> Any:
    (schema,) = CONTRACT["operations"][operation.id]["body"]["content"].values()
    return getattr(models, schema["$ref"].rpartition("/")[2])


def same(ours: object, recorded: object) -> bool:
    """Whether two JSON values say the same, date-times compared as instants."""
    match ours, recorded:
        case dict(), dict():
            return ours.keys() == recorded.keys() and all(
                same(value, recorded[key]) for key, value in ours.items()
            )
        case list(), list():
            return len(ours) == len(recorded) and all(map(same, ours, recorded))
        case str(), str() if ours != recorded:
            return instant(ours) == instant(recorded)
        case _:
            return ours == recorded


def instant(text: str) -> datetime.datetime:
    return datetime.datetime.fromisoformat(text)


def test_every_operation_says_where_it_is() -> None:
    for id_, (method, path, name) in facts.OPERATIONS.items():
        group, function = name.split(".")
        assert callable(getattr(getattr(operations, group), function)), id_
        assert (method, path) == (
            CONTRACT["operations"][id_]["method"],
            CONTRACT["operations"][id_]["path"],
        )


def test_segment_keeps_ids_as_they_are() -> None:
    assert wire.segment("id", "9bff3557-a785-448e-85d6-352f8765b3eb") == (
        "9bff3557-a785-448e-85d6-352f8765b3eb"
    )
