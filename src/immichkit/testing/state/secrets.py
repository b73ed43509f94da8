"""Keys and tokens, of which the server keeps only a hash."""

from __future__ import annotations

import hashlib
import secrets


def new_secret() -> str:
    """A key or token of the length and letters of the server's."""
    return secrets.token_urlsafe(32)


def digest(secret: str) -> bytes:
    """What is kept of a key or token."""
    return hashlib.sha256(secret.encode()).digest()
