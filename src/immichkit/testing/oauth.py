"""The embedded provider in the hands of a test: who signs in, without a browser."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from immichkit.testing.provider import LOGGED_OUT, PATH, ProviderError, asked, claims_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immichkit.testing.state.oauth import OAuth


class OAuthProvider:
    """The identity provider of an embedded server, which believes everybody."""

    def __init__(self, oauth: OAuth, address: Callable[[], str]) -> None:
        self._oauth: Final = oauth
        self._address: Final = address

    @property
    def issuer(self) -> str:
        """The provider's name, which is its address: a path of the server's own."""
        return self._address() + PATH

    def sign_in(
        self,
        url: str,
        *,
        email: str | None,
        deny: bool = False,
        claims: Mapping[str, Any] | None = None,
    ) -> str:
        """The callback address that a browser would end up at, from the one that it was sent to.

        ``claims`` say more of who signs in than the address, such as ``name``, ``sub`` or
        ``immich_role``. With ``deny`` the user turns back at the login page. Raises `ValueError`
        if the address is no login page of this provider.
        """
        page, request = urlsplit(url), asked(url)
        issuer = f"{page.scheme}://{page.netloc}{PATH}"
        if page.path != f"{PATH}/auth":
            raise ValueError("This is not the address of the provider's login page")
        try:
            if deny:
                return self._oauth.provider.deny(request, issuer)
            return self._oauth.provider.permit(request, issuer, claims_of(email, claims or {}))
        except ProviderError as error:
            raise ValueError(f"The provider refuses the request: {error}") from None

    def logout_token(self, sub: str) -> str:
        """What the provider sends to ``/oauth/backchannel-logout`` when somebody signs out."""
        return self._oauth.provider.id_token(
            self.issuer, {"sub": sub, "events": {LOGGED_OUT: {}}, "jti": str(time.time_ns())}
        )

    def __repr__(self) -> str:
        """The issuer."""
        return f"<OAuthProvider {self.issuer}>"
