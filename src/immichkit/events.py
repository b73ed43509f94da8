"""What hooks are told: of a request before it is sent, of an answer when it begins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import attrs

__all__ = ["RequestEvent", "RequestHook", "ResponseEvent", "ResponseHook"]


@attrs.frozen(kw_only=True)
class RequestEvent:
    """A request about to be sent, for a hook: ``attempt`` counts from 1."""

    operation: str
    method: str
    path: str
    attempt: int


@attrs.frozen(kw_only=True)
class ResponseEvent:
    """An answer whose headers have come, for a hook; ``elapsed`` is seconds since it was sent."""

    operation: str
    method: str
    path: str
    attempt: int
    status_code: int
    headers: Mapping[str, str] = attrs.field(repr=False)
    elapsed: float


RequestHook: TypeAlias = Callable[[RequestEvent], object]
"""Called before each request is sent, further tries included."""
ResponseHook: TypeAlias = Callable[[ResponseEvent], object]
"""Called when the headers of each answer have come, failures included."""
