"""Signing in by an identity provider: what the administrator has set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from attrs import asdict, field, frozen

from immichkit.testing.provider import CLIENT_SECRET, Provider

if TYPE_CHECKING:
    from immichkit.testing.state.database import Database

_SETTING = "oauth"


@frozen(kw_only=True)
class OAuthSettings:
    """How people sign in by OAuth.

    ``default_storage_quota`` is in GiB. An ``issuer_url`` names another provider, which is never
    reached; a ``client_secret`` is one that the embedded provider may not accept.
    """

    auto_register: bool = True
    auto_launch: bool = False
    button_text: str = "Login with OAuth"
    has_pkce: bool = True
    mobile_redirect_uri: str = ""
    default_storage_quota: int | None = None
    client_secret: str = field(default=CLIENT_SECRET, repr=False)
    issuer_url: str | None = None


class OAuth:
    """The provider, and whether and how it is used."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.provider = Provider()

    @property
    def settings(self) -> OAuthSettings | None:
        """What was set, None while OAuth is off."""
        row = self._database.one("select value from setting where name = ?", [_SETTING])
        return None if row is None else OAuthSettings(**msgspec.json.decode(row["value"]))

    @settings.setter
    def settings(self, settings: OAuthSettings | None) -> None:
        with self._database.transaction():
            self._database.run("delete from setting where name = ?", [_SETTING])
            if settings is not None:
                value = msgspec.json.encode(asdict(settings)).decode()
                self._database.insert("setting", name=_SETTING, value=value)
