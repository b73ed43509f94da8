"""Signing in with an identity provider: how it begins, and what a callback has to look like.

The server answers whatever is wrong with a callback in the same words, so it is looked at here
first (RFC 6749, RFC 8252, RFC 9700).
"""

from __future__ import annotations

import hmac
import re
import threading
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import SplitResult, parse_qs, urlsplit

import attrs

from immichkit.auth import origin
from immichkit.errors import ApiError, ImmichError, OAuthError, OAuthErrorKind, ValidationError
from immichkit.options import check_type
from immichkit.pkce import PKCE
from immichkit.session import plain, value_from

__all__ = ["Callback", "OAuthContext", "OAuthLogin", "check_redirect_uri", "refused_login"]

_FAILED = 500
_LONGEST = 200
_PORTS = {"http": 80, "https": 443}

_ADVICE = {
    "OAuth is not enabled": "An administrator can turn it on in the server's settings.",
    "Error in OAuth discovery": (
        "The server cannot reach the identity provider: is the issuer URL in its settings right?"
    ),
    "Failed to finish oauth": (
        "Only the server's log says why: mostly the code is used up or too old, the identity "
        "provider knows another redirect URI, or the client secret in the settings is wrong."
    ),
    "Failed to link": "Only the server's log says why.",
    "OAuth authentication failed": (
        "No user has this identity, and the server registers none by itself; or the user with that "
        "address has another identity."
    ),
    "does not have an email": "The identity provider must tell the server the user's address.",
    "already been linked": "Unlink it there first, or sign in with it.",
}
"""What to do about the server's refusals, by a part of its words."""

_used: dict[str, datetime] = {}
"""The states that callbacks came for, each until it would have expired anyway."""
_used_lock = threading.Lock()


@attrs.frozen(kw_only=True)
class Callback:
    """Where the browser was sent at the end: an address that belongs to the sign-in.

    ``url`` goes to the server that signs in, ``provider_url`` to one that links an account.
    """

    url: str = attrs.field(repr=False)
    provider_url: str = attrs.field(repr=False)
    secrets: tuple[str, ...] = attrs.field(repr=False)


@attrs.frozen(kw_only=True)
class OAuthContext:
    """What must be kept between the beginning and the end of a sign-in, and kept secret.

    It belongs to one sign-in at the server at ``base_url``, and is of no use after ``expires_at``.
    ``provider_redirect_uri`` is where the identity provider sends the browser, which is
    ``redirect_uri`` unless the server has an override for mobile apps.
    """

    base_url: str
    redirect_uri: str
    provider_redirect_uri: str
    verifier: str = attrs.field(repr=False)
    state: str = attrs.field(repr=False)
    expires_at: datetime

    def __attrs_post_init__(self) -> None:
        PKCE(verifier=self.verifier, state=self.state)
        check_redirect_uri(self.redirect_uri)
        if self.expires_at.tzinfo is None:
            raise ValueError("expires_at needs a time zone, such as datetime.UTC.")

    def to_dict(self) -> dict[str, Any]:
        """The context in what JSON can hold, its secrets in clear text."""
        return plain(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> OAuthContext:
        """The context that `to_dict` was called on; `ValueError` if ``data`` is none."""
        return value_from(data, cls)

    def is_answered_by(self, callback_url: str) -> bool:
        """Whether the address is that of the redirect and brings this sign-in's state."""
        try:
            parts, given = _read(callback_url)
        except ValueError:
            return False
        return _place(parts) == _place(urlsplit(self.redirect_uri)) and self._is_mine(given)

    def accept(self, callback_url: str, base_url: str, now: datetime) -> Callback:
        """What the callback brings for the server at ``base_url``; from now on it is used.

        Raises `OAuthError` for whatever the server would only fail at, or could be deceived by.
        """
        if base_url != self.base_url:
            raise ValueError(
                f"The context is of a sign-in at {self.base_url}, not at {base_url}: "
                "finish it with a client of that server."
            )
        check_type("callback_url", callback_url, str, "the whole address that the browser was sent")
        try:
            parts, given = _read(callback_url)
        except ValueError:
            raise _error("wrong_redirect", "The callback is no address.") from None
        hidden = (self.state, self.verifier, *_secrets(parts, given))
        if "error" in given:
            raise _denied(given, hidden)
        if not self._is_mine(given):
            raise _error(
                "state",
                "The callback does not belong to this sign-in: its state is another, or missing. "
                "Begin anew, and be wary if nobody here has just signed in.",
            )
        if _place(parts) != _place(urlsplit(self.redirect_uri)):
            came = parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="")
            raise _error(
                "wrong_redirect",
                f"The callback came to {_cleaned(came.geturl())}, the sign-in was to end at "
                f"{self.redirect_uri}. Behind a proxy, hand in the address that the browser shows.",
            )
        if len(given.get("code", ())) != 1 or not given["code"][0]:
            raise _error("wrong_redirect", "The callback brings no code of the identity provider.")
        if now >= self.expires_at:
            raise _error("expired", "The sign-in took too long. Begin anew.")
        self._claim(now)
        return Callback(
            url=f"{self.redirect_uri}?{parts.query}",
            provider_url=f"{self.provider_redirect_uri}?{parts.query}",
            secrets=hidden,
        )

    def release(self) -> None:
        """Let a callback come again, since the last one never reached the server."""
        with _used_lock:
            _used.pop(self.state, None)

    def _is_mine(self, given: Mapping[str, list[str]]) -> bool:
        states = given.get("state", [])
        return len(states) == 1 and hmac.compare_digest(
            states[0].encode(errors="replace"), self.state.encode()
        )

    def _claim(self, now: datetime) -> None:
        with _used_lock:
            for state in [state for state, end in _used.items() if end <= now]:
                del _used[state]
            if self.state in _used:
                raise _error("replayed", "This sign-in is over already. Begin anew.")
            _used[self.state] = self.expires_at


@attrs.frozen(kw_only=True)
class OAuthLogin:
    """A sign-in that has begun: open ``url`` in a browser, keep ``context`` until it comes back."""

    url: str = attrs.field(repr=False)
    context: OAuthContext

    @classmethod
    def begun(
        cls, url: str, pkce: PKCE, *, base_url: str, redirect_uri: str, expires_at: datetime
    ) -> OAuthLogin:
        """The sign-in for which the server gives ``url``, an address at the identity provider."""
        override = parse_qs(urlsplit(url).query).get("redirect_uri", [redirect_uri])[0]
        context = OAuthContext(
            base_url=base_url,
            redirect_uri=redirect_uri,
            provider_redirect_uri=override,
            verifier=pkce.verifier,
            state=pkce.state,
            expires_at=expires_at,
        )
        return cls(url=url, context=context)


def check_redirect_uri(text: str) -> None:
    """Raise `ValueError`, saying how to write it, if a browser could not be sent back to ``text``.

    The server reads the callback's address and hands it to the identity provider in its normal
    form, so that any other form would be another address in the end, and be refused there.
    """
    check_type("redirect_uri", text, str, "an address such as http://127.0.0.1:8765/callback")
    if not re.fullmatch(r"[!-~]+", text) or "?" in text or "#" in text:
        raise ValueError(
            f"{text!r} is no redirect URI: it is an address without query or fragment, and without "
            "spaces or letters beyond ASCII."
        )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"{text!r} is no redirect URI: {error}.") from None
    if parts.scheme in _PORTS and host:
        shown_host = f"[{host}]" if ":" in host else host
        shown_port = "" if port in {None, _PORTS[parts.scheme]} else f":{port}"
        normal = f"{parts.scheme}://{shown_host}{shown_port}{parts.path or '/'}"
        if normal != text:
            raise ValueError(
                f"{text!r} would reach the identity provider as {normal} in the end: "
                "register that there, and give it here."
            )
    elif "." not in parts.scheme:
        raise ValueError(
            f"{text!r} is no redirect URI: it begins with http:// or https:// and a host, or with "
            "the scheme of an app, such as app.immich:///oauth-callback."
        )


def refused_login(error: ApiError) -> ImmichError:
    """``error``, the answer to a step of a sign-in, as the `OAuthError` that it is.

    What has to do with the credential, with a proxy or with the server's state stays what it is.
    """
    is_refused = isinstance(error, ValidationError) or error.status_code == _FAILED
    if not is_refused:
        return error
    advice = next((text for words, text in _ADVICE.items() if words in error.message), "")
    refused = _error("server", f"{error}{advice and ' '}{advice}")
    refused.__cause__ = error
    return refused


def _error(kind: OAuthErrorKind, text: str) -> OAuthError:
    return OAuthError(text, kind=kind)


def _denied(given: Mapping[str, list[str]], hidden: tuple[str, ...]) -> OAuthError:
    """The exception for a callback with the provider's own error."""
    error, description = (
        _cleaned(" ".join(given.get(name, ())), hidden) for name in ("error", "error_description")
    )
    said = f"{error}: {description}" if description else error or "it does not say why"
    text = f"The identity provider did not sign in: {said}"
    return OAuthError(
        text if text.endswith((".", "!", "?")) else f"{text}.",
        kind="denied",
        error=error or None,
        description=description or None,
    )


def _cleaned(text: str, hidden: tuple[str, ...] = ()) -> str:
    """``text`` of a stranger, fit for a message: one short line, no control characters."""
    for secret in hidden:
        text = text.replace(secret, "***")
    text = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(text.split())[:_LONGEST]


def _read(callback_url: str) -> tuple[SplitResult, dict[str, list[str]]]:
    """The parts of a callback's address and its parameters; `ValueError` if it is none."""
    parts = urlsplit(callback_url)
    _place(parts)
    return parts, parse_qs(parts.query, keep_blank_values=True, max_num_fields=100)


def _place(parts: SplitResult) -> tuple[object, ...]:
    """What of two addresses must be the same for them to lead to one place."""
    if parts.scheme in _PORTS:
        return *origin(parts.geturl()), parts.path or "/"
    # app.immich:/oauth-callback, with one slash or with three.
    return parts.scheme, f"{parts.netloc}{parts.path}".lstrip("/")


def _secrets(parts: SplitResult, given: Mapping[str, list[str]]) -> tuple[str, ...]:
    """The codes in a callback, as they are written there and as they are meant."""
    written = [pair.partition("=")[2] for pair in parts.query.split("&") if pair[:5] == "code="]
    return tuple(filter(None, (*written, *given.get("code", ()))))
