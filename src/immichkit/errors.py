"""What can go wrong, as exceptions that say what was wrong, where, and what to do.

* ImmichError
  + TransportError
    - RequestTimeoutError
  + ApiError
    - AuthenticationError
      · ElevationRequiredError
    - PermissionDeniedError
    - NotFoundError
    - ValidationError
    - RateLimitedError
    - TooLargeError
    - ServerError
    - MaintenanceError
    - RedirectError
    - NotImmichError
  + DecodeError
    - InvalidEventError (also a SyncError)
  + IntegrityError
  + NotOnThisServerError
  + DryRunError
  + OAuthError
  + SyncError
    - SyncInterruptedError
  + MirrorError
  + PartialFailureError
  + CriteriaError
  + JournalError
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

__all__ = [
    "ApiError",
    "AuthenticationError",
    "CriteriaError",
    "DecodeError",
    "DryRunError",
    "ElevationRequiredError",
    "ImmichError",
    "IntegrityError",
    "InvalidEventError",
    "JournalError",
    "MaintenanceError",
    "MirrorError",
    "NotFoundError",
    "NotImmichError",
    "NotOnThisServerError",
    "OAuthError",
    "PartialFailureError",
    "PermissionDeniedError",
    "RateLimitedError",
    "RedirectError",
    "RequestTimeoutError",
    "ServerError",
    "SyncError",
    "SyncInterruptedError",
    "TooLargeError",
    "TransportError",
    "ValidationError",
]

# Every class can be made from its text alone: that is how copying and pickling, between processes
# for instance, bring an exception back before they restore its attributes.


class ImmichError(Exception):
    """Anything that this package raises about a server, an answer or the way there."""


class TransportError(ImmichError):
    """No whole answer came: a name that does not resolve, a connection refused or broken.

    ``sent`` tells whether the request may have reached the server; if it is False, nothing has
    happened there. ``lasting`` tells that trying again cannot help, as with a bad certificate.
    """

    def __init__(self, text: str = "", *, sent: bool = True, lasting: bool = False) -> None:
        super().__init__(text)
        self.sent = sent
        self.lasting = lasting


class RequestTimeoutError(TransportError):
    """The server, or a connection to it, took longer than the client's ``timeout`` allows."""


class ApiError(ImmichError):
    """The server answered, and the answer is no success.

    ``status_code`` is that of HTTP. ``message`` holds the server's own words, ``errors`` its list
    of what is wrong with which field (mappings with ``path`` and ``message``; empty for most).
    ``correlation_id`` finds the request in the server's log. ``operation`` names what was called,
    such as ``albums.create_album``; ``method`` and ``path`` are what went over the wire.
    """

    def __init__(
        self,
        text: str = "",
        *,
        status_code: int = 0,
        message: str = "",
        errors: list[dict[str, Any]] | None = None,
        correlation_id: str | None = None,
        operation: str = "",
        method: str = "",
        path: str = "",
    ) -> None:
        super().__init__(text)
        self.status_code = status_code
        self.message = message
        self.errors = errors or []
        self.correlation_id = correlation_id
        self.operation = operation
        self.method = method
        self.path = path


class AuthenticationError(ApiError):
    """The server does not know the credential, or asks for one."""


class ElevationRequiredError(AuthenticationError):
    """A locked asset needs an unlocked session: sign in and give the PIN code; a key cannot.

    The credential itself is good.
    """


class PermissionDeniedError(ApiError):
    """The credential is good but may not do this.

    ``permission`` is what an API key would need, such as ``asset.upload``, if the server says it.
    """

    permission: str | None = None


class NotFoundError(ApiError):
    """There is no such thing, or it is none of the caller's: the server does not tell which."""


class ValidationError(ApiError):
    """The server refuses the arguments; ``errors`` names the fields, if the server does."""


class RateLimitedError(ApiError):
    """Too many requests, by a proxy's count: ask again after ``retry_after`` seconds.

    ``retry_after`` is None if the answer does not say how long to wait.
    """

    retry_after: float | None = None


class TooLargeError(ApiError):
    """The request has more bytes than a proxy in front of the server lets through."""


class ServerError(ApiError):
    """The server, or a proxy in front of it, failed."""


class MaintenanceError(ApiError):
    """The server is in maintenance mode: it answers hardly anything until an admin ends that."""


class RedirectError(ApiError):
    """The server sends the request elsewhere, and it was not followed.

    Only reads are followed, and never with a credential to another host. ``location`` is where
    the server points; ``base_url`` the base URL that would lead there directly, if there is one.
    """

    location: str | None = None
    base_url: str | None = None


class NotImmichError(ApiError):
    """What answered is no Immich API: the base URL is wrong, or a proxy's page came instead."""


class DecodeError(ImmichError):
    """An answer does not have the shape that this release knows.

    ``json_path`` is where, such as ``$.items[3].id``; ``operation`` names what was called, and
    ``server_version`` the server's release if it is known. Mostly the server is older or newer
    than this release supports.
    """

    def __init__(
        self,
        text: str = "",
        *,
        json_path: str = "$",
        operation: str = "",
        server_version: str | None = None,
    ) -> None:
        super().__init__(text)
        self.json_path = json_path
        self.operation = operation
        self.server_version = server_version


class IntegrityError(ImmichError):
    """The bytes that came are not those that the server has; they did not get the file's name."""


class NotOnThisServerError(ImmichError):
    """The server's release does not have what the request uses; nothing was sent.

    ``operation`` names what was called, ``lacking`` what of it the server lacks: the operation
    itself, parameters, fields of the body. ``needs`` is the release that has all of it.
    """

    def __init__(
        self,
        text: str = "",
        *,
        operation: str = "",
        lacking: tuple[str, ...] = (),
        needs: str = "",
        server_version: str = "",
    ) -> None:
        super().__init__(text)
        self.operation = operation
        self.lacking = lacking
        self.needs = needs
        self.server_version = server_version


class DryRunError(ImmichError):
    """A read needs something that dry run did not create, so the server cannot answer it."""


OAuthErrorKind: TypeAlias = Literal[
    "denied", "state", "wrong_redirect", "expired", "replayed", "server", "timeout"
]


class OAuthError(ImmichError):
    """A sign-in with an identity provider came to nothing; ``kind`` says where it ended.

    "denied": the provider refused, in the words of ``error`` and ``description``. "state": the
    callback is not that of this sign-in. "wrong_redirect": it came to another address than it was
    to, or without a code. "expired": too late. "replayed": a second time. "server": the server
    refused; its answer is the cause. "timeout": nobody came back from the browser in time.
    """

    def __init__(
        self,
        text: str = "",
        *,
        kind: OAuthErrorKind = "server",
        error: str | None = None,
        description: str | None = None,
    ) -> None:
        super().__init__(text)
        self.kind = kind
        self.error = error
        self.description = description


class SyncError(ImmichError):
    """A sync could not go on; what was acknowledged stays so, the rest comes again next time.

    ``report`` tells how far ``sync.run`` or a `SyncEngine` came; it is None elsewhere.
    """

    report: Any = None


class SyncInterruptedError(SyncError):
    """The stream of a sync ended, or stood still, before the server said that it was complete."""


class InvalidEventError(SyncError, DecodeError):
    """A line of a sync stream is no event, or its data does not have the shape of its type.

    ``number`` counts the events of the stream from 1; it is 0 for what comes from no stream.
    """

    number: int = 0


class MirrorError(ImmichError):
    """A `LibraryMirror` cannot use its file, or cannot use it in this way."""


class PartialFailureError(ImmichError):
    """Some of many things failed; ``report`` tells what became of each."""

    def __init__(self, text: str = "", *, report: Any = None) -> None:
        super().__init__(text)
        self.report = report


class CriteriaError(ImmichError):
    """The criteria for stacks are wrong, or cannot be applied to an asset; nothing was planned.

    ``place`` is where in the criteria: a line and column where they are no JSON, else a path such
    as ``$[0].split.index``. ``asset_id`` is the asset that they do not fit, None for any.
    """

    def __init__(self, text: str = "", *, place: str = "$", asset_id: str | None = None) -> None:
        super().__init__(text)
        self.place = place
        self.asset_id = asset_id


class JournalError(ImmichError):
    """A journal cannot be read or written, or is none; nothing is written without it."""
