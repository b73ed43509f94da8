"""What becomes of one of many requests, or of one of many users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast

import attrs
from immichkit_api.types import Request

if TYPE_CHECKING:
    from immichkit_api.models import ApiKeyResponseDto

__all__ = ["KeyOutcome", "Outcome"]

T_co = TypeVar("T_co", covariant=True)


def _shown(request: Request[Any]) -> str:
    """The request and, if it uploads, the names of its files: else all uploads look the same."""
    if request.operation.body != "multipart":
        return repr(request)
    from immichkit.multipart import file_names  # noqa: PLC0415

    return f"{request!r} with {file_names(request.body)}"


@attrs.frozen(kw_only=True)
class Outcome(Generic[T_co]):
    """What became of one of many requests: a ``value``, or the ``error`` that it ended with.

    The error is an `ImmichError`, or what the computer itself said: an `OSError` for a file to
    upload that is not there.
    """

    request: Request[T_co] = attrs.field(repr=_shown)
    _value: T_co | None = attrs.field(default=None, alias="value")
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        """Whether the request was answered with a success."""
        return self.error is None

    @property
    def value(self) -> T_co:
        """The model, as `Immich.execute` would have returned it; raises ``error``, if any."""
        if self.error is not None:
            raise self.error
        return cast("T_co", self._value)


@attrs.frozen(kw_only=True)
class KeyOutcome(Generic[T_co]):
    """One of many users: a client for that user as ``value``, or the ``error`` that the API
    key met.

    ``number`` counts the keys as they were given, from 1. ``key`` is what the server says of it:
    its name and its permissions, never the key itself.
    """

    number: int
    key: ApiKeyResponseDto | None = attrs.field(
        default=None, repr=lambda key: "None" if key is None else repr(key.name)
    )
    _value: T_co | None = attrs.field(default=None, alias="value", repr=False)
    error: Exception | None = None

    @property
    def ok(self) -> bool:
        """Whether the server knows the key."""
        return self.error is None

    @property
    def value(self) -> T_co:
        """The client, good until there are no more keys; raises ``error``, if any."""
        if self.error is not None:
            raise self.error
        return cast("T_co", self._value)
