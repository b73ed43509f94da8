"""The Python SDK for Immich servers: every operation typed, in a blocking and an async form."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from immichkit_api.types import UNSET, File, Operation, Request, SavedFile

from immichkit.auth import AccessToken, ApiKey, SharedLink
from immichkit.errors import (
    ApiError,
    AuthenticationError,
    DecodeError,
    DryRunError,
    ElevationRequiredError,
    ImmichError,
    MaintenanceError,
    NotFoundError,
    NotImmichError,
    NotOnThisServerError,
    PermissionDeniedError,
    RateLimitedError,
    RedirectError,
    RequestTimeoutError,
    ServerError,
    TooLargeError,
    TransportError,
    ValidationError,
)
from immichkit.responses import Response
from immichkit.retry import RetryPolicy
from immichkit.timeouts import Timeout
from immichkit.version import __version__

if TYPE_CHECKING:
    from immichkit_api.facts import SERVER_VERSION

    from immichkit import models, operations
    from immichkit._async.body import AsyncBody
    from immichkit._async.immich import AsyncImmich
    from immichkit._blocking.body import Body
    from immichkit._blocking.immich import Immich
    from immichkit.compatibility import Compatibility
    from immichkit.dry_run import HeldBack
    from immichkit.events import RequestEvent, ResponseEvent
    from immichkit.outcomes import Outcome
    from immichkit.records import BadRecord

__all__ = [
    "SERVER_VERSION",
    "UNSET",
    "AccessToken",
    "ApiError",
    "ApiKey",
    "AsyncBody",
    "AsyncImmich",
    "AuthenticationError",
    "BadRecord",
    "Body",
    "Compatibility",
    "DecodeError",
    "DryRunError",
    "ElevationRequiredError",
    "File",
    "HeldBack",
    "Immich",
    "ImmichError",
    "MaintenanceError",
    "NotFoundError",
    "NotImmichError",
    "NotOnThisServerError",
    "Operation",
    "Outcome",
    "PermissionDeniedError",
    "RateLimitedError",
    "RedirectError",
    "Request",
    "RequestEvent",
    "RequestTimeoutError",
    "Response",
    "ResponseEvent",
    "RetryPolicy",
    "SavedFile",
    "ServerError",
    "SharedLink",
    "Timeout",
    "TooLargeError",
    "TransportError",
    "ValidationError",
    "__version__",
    "models",
    "operations",
]

_LATER = {
    "SERVER_VERSION": "immichkit_api.facts",
    "AsyncBody": "immichkit._async.body",
    "AsyncImmich": "immichkit._async.immich",
    "BadRecord": "immichkit.records",
    "Body": "immichkit._blocking.body",
    "Compatibility": "immichkit.compatibility",
    "HeldBack": "immichkit.dry_run",
    "Immich": "immichkit._blocking.immich",
    "Outcome": "immichkit.outcomes",
    "RequestEvent": "immichkit.events",
    "ResponseEvent": "immichkit.events",
}


def __getattr__(name: str) -> Any:
    """Import what not every program needs when it is first asked for (PEP 562)."""
    if name in _LATER:
        value = getattr(import_module(_LATER[name]), name)
    elif name in {"models", "operations"}:
        return import_module(f"immichkit.{name}")
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
