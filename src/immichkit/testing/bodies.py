"""Reading the bodies of requests: JSON, plain forms, and what is not wanted."""

from __future__ import annotations

import json
import re
from typing import Any, Final
from urllib.parse import parse_qs

from starlette.requests import ClientDisconnect, Request

from immichkit.testing.answers import RefusalError
from immichkit.testing.validation import MISSING

_LIMIT: Final = 10 * 1024 * 1024
_PRINTED_IN_FULL: Final = 40
_MEDIA_TYPE: Final = re.compile(r"\s*([^;\s]*)")


def media_type(request: Request) -> str:
    """The content type without its parameters, in small letters; empty if there is none."""
    match = _MEDIA_TYPE.match(request.headers.get("content-type", ""))
    return "" if match is None else match[1].lower()


async def drain(request: Request) -> None:
    """Let the client finish sending, as Node does, so that it comes to read the answer."""
    try:
        async for _chunk in request.stream():
            pass
    except (ClientDisconnect, RuntimeError):
        # Gone, or read to its end already.
        return


async def read(request: Request) -> Any:
    """The body as JSON or as a form's fields; `MISSING` where it is of any other type."""
    kind = media_type(request)
    if kind not in {"application/json", "application/x-www-form-urlencoded"}:
        await drain(request)
        return MISSING
    body = bytearray()
    async for chunk in request.stream():
        if len(body) + len(chunk) > _LIMIT:
            await drain(request)
            # v3.1 fails on it where one would expect a 413.
            raise RefusalError(500, "Internal server error")
        body += chunk
    if kind == "application/x-www-form-urlencoded":
        fields = parse_qs(body.decode(errors="replace"), keep_blank_values=True)
        return {name: given if len(given) > 1 else given[0] for name, given in fields.items()}
    return parse(body.decode(errors="replace")) if body else {}


def parse(text: str) -> Any:
    """The JSON, which must be an object or a list; raises a 400 in the words of Node."""
    start = text.lstrip()[:1]
    if start and start not in "{[":
        raise RefusalError(400, f"Unexpected token '{start}', {_shortened(text)} is not valid JSON")
    try:
        value = json.loads(text, parse_constant=_refuse_constant)
        return _with_whole_characters(value) if "\\u" in text else value
    except json.JSONDecodeError as error:
        raise RefusalError(400, _in_the_words_of_node(error)) from None


def _with_whole_characters(value: Any) -> Any:
    """The value with a mark in place of each half of a surrogate pair, as Node writes it out."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_with_whole_characters(one) for one in value]
    if isinstance(value, dict):
        return {
            _with_whole_characters(name): _with_whole_characters(one) for name, one in value.items()
        }
    return value


def _refuse_constant(name: str) -> Any:
    raise RefusalError(400, f"Unexpected token '{name[0]}', \"{name}\" is not valid JSON")


def _in_the_words_of_node(error: json.JSONDecodeError) -> str:
    text, position = error.doc, error.pos
    where = f"in JSON at position {position} (line {error.lineno} column {error.colno})"
    if error.msg == "Expecting ',' delimiter":
        closing, what = _innermost(text[:position])
        return f"Expected ',' or '{closing}' after {what} {where}"
    if error.msg.startswith("Unterminated string"):
        end = f"in JSON at position {len(text)}"
        return f"Unterminated string {end} (line {error.lineno} column {len(text) + 1})"
    if position >= len(text):
        return "Unexpected end of JSON input"
    if error.msg == "Expecting ':' delimiter":
        return f"Expected ':' after property name {where}"
    if error.msg.startswith("Expecting property name"):
        return f"Expected property name or '}}' {where}"
    if error.msg == "Extra data":
        return f"Unexpected non-whitespace character after JSON at position {position}"
    return f"Unexpected token '{text[position]}', {_shortened(text, position)} is not valid JSON"


def _innermost(text: str) -> tuple[str, str]:
    """Which bracket is still open, and what Node calls the thing before the mistake."""
    unquoted = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
    depth = 0
    for char in reversed(unquoted):
        depth += (char in "}]") - (char in "{[")
        if depth < 0:
            return ("}", "property value") if char == "{" else ("]", "array element")
    return "}", "property value"


def _shortened(text: str, position: int = 0) -> str:
    """The text in quotes, cut to ten characters around the place if it is long."""
    first, last = max(0, position - 10), position + 10
    before = "..." if first > 0 else ""
    after = "..." if last < len(text) else ""
    if len(text) <= _PRINTED_IN_FULL:
        return f'"{text}"'
    return f'{before}"{text[first:last]}"{after}'
