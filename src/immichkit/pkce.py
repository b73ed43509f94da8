"""The secrets of one sign-in: proof that who began it is who finishes it (RFC 7636)."""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Callable

import attrs

from immichkit.options import check_type

__all__ = ["PKCE"]

_SHORTEST_STATE = 22
"""Characters: six bits each, and fewer than 128 bits could be guessed."""


@attrs.frozen(kw_only=True)
class PKCE:
    """A code verifier and a state for one sign-in; neither may be used twice.

    The verifier stays here until the end, only its challenge goes out at the beginning. The state
    comes back with the callback and tells it from any that somebody else has brought about.
    """

    verifier: str = attrs.field(repr=False)
    state: str = attrs.field(repr=False)

    def __attrs_post_init__(self) -> None:
        _check_verifier(self.verifier)
        check_type("state", self.state, str, "a text")
        if not re.fullmatch(r"[A-Za-z0-9._~-]+", self.state):
            raise ValueError("A state consists of ASCII letters, digits and - . _ ~ only.")

    @classmethod
    def new(
        cls,
        verifier_length: int = 64,
        state_length: int = 32,
        rand: Callable[[int], bytes] = secrets.token_bytes,
    ) -> PKCE:
        """New secrets of so many characters, made of what ``rand`` gives for a number of bytes.

        A verifier has 43 to 128 characters, a state at least 22.
        """
        if not 43 <= verifier_length <= 128:  # noqa: PLR2004  # as RFC 7636, section 4.1 says
            raise ValueError(f"verifier_length must be from 43 to 128, not {verifier_length!r}.")
        if state_length < _SHORTEST_STATE:
            raise ValueError(
                f"state_length must be at least {_SHORTEST_STATE}, not {state_length!r}: "
                "a shorter one could be guessed."
            )
        return cls(verifier=_text(rand, verifier_length), state=_text(rand, state_length))

    @staticmethod
    def challenge(verifier: str) -> str:
        """The challenge that goes with ``verifier``, by the method S256."""
        _check_verifier(verifier)
        return _base64url(hashlib.sha256(verifier.encode("ascii")).digest())

    @property
    def code_challenge(self) -> str:
        """The challenge that goes with this verifier."""
        return self.challenge(self.verifier)


def _text(rand: Callable[[int], bytes], length: int) -> str:
    """``length`` random characters that need no escaping anywhere."""
    made = rand(length)
    if not isinstance(made, bytes) or len(made) != length:
        raise ValueError("rand must give as many bytes as it is asked for, as token_bytes does.")
    return _base64url(made)[:length]


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _check_verifier(verifier: object) -> None:
    """Refuse what RFC 7636 does not allow, without showing it."""
    check_type("verifier", verifier, str, "a text")
    if not re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", str(verifier)):
        raise ValueError(
            "A code verifier has 43 to 128 characters: ASCII letters, digits and - . _ ~ only."
        )
