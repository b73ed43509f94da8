"""The identity provider that the embedded server brings along: who you are is what you type."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import threading
import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import msgspec
from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

# Where the provider is, beside the API.
PATH: Final = "/_provider"
CLIENT_ID: Final = "client-default"
CLIENT_SECRET: Final = "client-default"  # noqa: S105 - everybody may know it
LOGGED_OUT: Final = "http://schemas.openid.net/event/backchannel-logout"
_LIFETIME: Final = 600
_TOKEN_LIFETIME: Final = 3600
_MOST_PENDING: Final = 1000


class ProviderError(Exception):
    """What the provider refuses, in the words of OAuth; never a code or a token."""


@frozen
class _Grant:
    """What a code stands for until it is redeemed."""

    redirect_uri: str
    challenge: str | None = field(repr=False)
    claims: Mapping[str, Any]
    issuer: str
    expires_at: float


class Provider:
    """Hands out codes and takes them back once; safe to use from any thread.

    It speaks the authorization code flow with S256 and trusts whoever signs in.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._grants: dict[str, _Grant] = {}

    def check(self, request: Mapping[str, str]) -> None:
        """Raise the `ProviderError` of a request to sign in that says too little or nonsense."""
        if request.get("client_id") != CLIENT_ID:
            raise ProviderError("invalid_client")
        if request.get("response_type") != "code":
            raise ProviderError("unsupported_response_type")
        if not urlsplit(request.get("redirect_uri", "")).scheme:
            raise ProviderError("invalid_redirect_uri")
        if "code_challenge" in request and request.get("code_challenge_method") != "S256":
            raise ProviderError("invalid_request")

    def permit(self, request: Mapping[str, str], issuer: str, claims: Mapping[str, Any]) -> str:
        """The address that a browser is sent to once somebody with these claims has signed in."""
        self.check(request)
        code = secrets.token_urlsafe(32)
        with self._lock:
            while len(self._grants) >= _MOST_PENDING:
                del self._grants[next(iter(self._grants))]
            self._grants[code] = _Grant(
                request["redirect_uri"],
                request.get("code_challenge"),
                claims,
                issuer,
                time.monotonic() + _LIFETIME,
            )
        return _redirect(request, {"code": code}, issuer)

    def deny(self, request: Mapping[str, str], issuer: str) -> str:
        """The address that a browser is sent to when its user would rather not."""
        self.check(request)
        words = {"error": "access_denied", "error_description": "End-User aborted interaction"}
        return _redirect(request, words, issuer)

    def redeem(
        self, code: str, *, redirect_uri: str, client_secret: str, verifier: str | None
    ) -> tuple[Mapping[str, Any], str]:
        """The claims that the code stands for and an ID token; raises `ProviderError`.

        A code is good for one try.
        """
        if not hmac.compare_digest(client_secret.encode(), CLIENT_SECRET.encode()):
            raise ProviderError("invalid_client")
        with self._lock:
            grant = self._grants.pop(code, None)
        if grant is None or grant.expires_at < time.monotonic():
            raise ProviderError("invalid_grant")
        if redirect_uri != grant.redirect_uri:
            raise ProviderError("invalid_grant")
        if grant.challenge is not None and challenge_of(verifier or "") != grant.challenge:
            raise ProviderError("invalid_grant")
        return grant.claims, self.id_token(grant.issuer, grant.claims)

    def id_token(self, issuer: str, claims: Mapping[str, Any]) -> str:
        """A signed statement of the claims."""
        return _signed(
            {
                **claims,
                "iss": issuer,
                "aud": CLIENT_ID,
                "iat": int(time.time()),
                "exp": int(time.time()) + _TOKEN_LIFETIME,
            }
        )

    def statement(self, token: str) -> dict[str, Any]:
        """What a token of this provider says; raises `ProviderError` if it is none."""
        content, _, signature = token.rpartition(".")
        if not content or not hmac.compare_digest(_signature(content), signature.encode()):
            raise ProviderError("invalid_token")
        payload = content.partition(".")[2]
        padded = payload + "=" * (-len(payload) % 4)
        found: dict[str, Any] = msgspec.json.decode(base64.urlsafe_b64decode(padded))
        return found


def asked(url: str) -> dict[str, str]:
    """The request to sign in that an address of the provider's login page is."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def challenge_of(verifier: str) -> str:
    """The S256 challenge of a verifier."""
    return _base64(hashlib.sha256(verifier.encode()).digest()).decode()


def claims_of(email: str | None, more: Mapping[str, Any]) -> dict[str, Any]:
    """What is said of who signs in with this address; None among them takes a claim away."""
    known: dict[str, Any] = {"sub": email or "nobody", "email": email}
    if email is not None:
        known["name"] = email.partition("@")[0]
    return {name: value for name, value in {**known, **more}.items() if value is not None}


def _redirect(request: Mapping[str, str], answer: Mapping[str, str], issuer: str) -> str:
    target = request["redirect_uri"]
    state = {"state": request["state"]} if "state" in request else {}
    query = urlencode({**answer, **state, "iss": issuer})
    return f"{target}{'&' if '?' in target else '?'}{query}"


def _signed(payload: Mapping[str, Any]) -> str:
    parts = ({"alg": "HS256", "typ": "JWT"}, payload)
    content = b".".join(_base64(msgspec.json.encode(part)) for part in parts).decode()
    return f"{content}.{_signature(content).decode()}"


def _signature(content: str) -> bytes:
    return _base64(hmac.digest(CLIENT_SECRET.encode(), content.encode(), "sha256"))


def _base64(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")
