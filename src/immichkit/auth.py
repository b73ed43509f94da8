"""Who is asking, and whom: credentials as values, and the server's address."""

from __future__ import annotations

import re
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from msgspec import Struct
from msgspec.structs import force_setattr

from immichkit.options import check_type

__all__ = ["AccessToken", "ApiKey", "Credential", "SharedLink", "base_url", "origin"]


class _Hidden(Struct, frozen=True):
    """A value that never shows what it holds."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return []

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            self._take(name)

    def _take(self, name: str) -> None:
        """Keep what was given without the blanks around it, which come from files and mails."""
        value = getattr(self, name)
        if isinstance(value, str) and value.strip() != value:
            value = value.strip()
            force_setattr(self, name, value)
        _check(f"The {name} of {type(self).__name__}", value)

    def secrets(self) -> tuple[str, ...]:
        """The texts that must never be shown."""
        return tuple(filter(None, (getattr(self, name) for name in self.__struct_fields__)))


class ApiKey(_Hidden, frozen=True):
    """A key made under Account Settings → API Keys: it may do what its permissions name."""

    key: str

    def headers(self) -> dict[str, str]:
        """What a request has to carry."""
        return {"x-api-key": self.key}


class AccessToken(_Hidden, frozen=True):
    """The token of a signed-in session, from a login's answer or from the web page's cookie."""

    token: str

    def headers(self) -> dict[str, str]:
        """What a request has to carry."""
        return {"authorization": f"Bearer {self.token}"}


class SharedLink(_Hidden, frozen=True, kw_only=True):
    """A shared link, known by its ``key`` or by the ``slug`` that its owner chose.

    The ``password`` is asked for by the link's own page only, not by its photos.
    """

    key: str | None = None
    slug: str | None = None
    password: str | None = None

    def __post_init__(self) -> None:
        if (self.key is None) == (self.slug is None):
            raise ValueError("A shared link is known by its key or by its slug: give one of them.")
        self._take("key")
        self._take("slug")

    def headers(self) -> dict[str, str]:
        """What a request has to carry."""
        # As headers, not as ?key= and ?slug=: addresses end up in logs.
        if self.key is not None:
            return {"x-immich-share-key": self.key}
        return {"x-immich-share-slug": self.slug or ""}


Credential: TypeAlias = ApiKey | AccessToken | SharedLink
"""What a client can sign its requests with."""


def base_url(text: str) -> str:
    """The address of a server's API, ending in ``/api``, from what a person has typed or copied.

    A path in front of ``/api`` is kept, for servers that share a host. Raises `ValueError`, saying
    how to write it, when the address cannot be one; a password in it is never shown.
    """
    check_type("base_url", text, str, "a text such as https://photos.example.com")
    text = text.strip()
    if "://" not in text:
        # https:/photos.test and https:photos.test lack a slash, not a scheme.
        scheme = "http" if text.startswith("http:") else "https"
        rest = re.sub(r"^(https?:)?/*", "", _shown(text))
        raise ValueError(
            f"{_shown(text)!r} is no base URL: it must begin with https:// or http://, "
            f"for instance {scheme}://{rest or 'photos.example.com'}."
        )
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ValueError(f"{_shown(text)!r} is no base URL: {error}.") from None
    if parts.scheme not in {"http", "https"}:
        raise ValueError(f"A base URL begins with https:// or http://, not {parts.scheme}://.")
    if "@" in parts.netloc:
        raise ValueError(
            "The base URL holds a user name or a password. Leave them out; what a proxy in front "
            "of the server asks for goes into headers={'Authorization': …}."
        )
    if parts.query or parts.fragment:
        raise ValueError(f"{_shown(text)!r} is no base URL: leave out what follows the ? or the #.")
    if not re.fullmatch(r"[^\s/\\<>\"'`{}|^%]+", host):
        raise ValueError(f"{_shown(text)!r} is no base URL: it names no host.")
    if re.search(r"[\s\x00-\x1f\x7f]", parts.path):
        raise ValueError(f"{_shown(text)!r} is no base URL: its path holds a space.")
    path = re.sub(r"(/+api)*/*$", "", parts.path, flags=re.IGNORECASE)
    shown_host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown_host}{'' if port is None else f':{port}'}{path}/api"


def origin(url: str) -> tuple[str, str, int | None]:
    """Scheme, host and port: what must stay the same for a credential to be sent along."""
    parts = urlsplit(url)
    default = {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname or "", parts.port or default


def _shown(text: str) -> str:
    """``text`` for an error message: without what could be a password, a key in a query."""
    text = re.sub(r"(://)?[^/]*@", r"\1", text, count=1)
    return re.split(r"[?#]", text, maxsplit=1)[0]


def _check(what: str, value: object) -> None:
    """Refuse what could not be sent in a header, without showing it.

    Any later and the HTTP layer would put the whole header into its exception.
    """
    if value is None:
        return
    if not isinstance(value, str):
        raise TypeError(f"{what} must be a text, not {type(value).__name__}.")
    if not value:
        raise ValueError(f"{what} is empty.")
    if found := re.search(r"[^\x21-\x7e]", value):
        named = {" ": "a space", "\n": "a line break", "\r": "a line break", "\t": "a tab"}
        name = named.get(found[0], f"{found[0]!r} (U+{ord(found[0]):04X})")
        raise ValueError(
            f"{what} holds {name}, as character {found.start() + 1} of {len(value)}: "
            "only ASCII letters, digits and signs can be sent. Copy it anew."
        )
