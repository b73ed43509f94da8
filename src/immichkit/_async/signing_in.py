"""Signing in with a password, and out."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from immichkit_api import operations

from immichkit._async.client import AsyncClient
from immichkit.auth import AccessToken
from immichkit.errors import AuthenticationError, ImmichError, ServerError
from immichkit.session import Session

__all__ = ["sign_in", "sign_out"]


async def sign_in(client: AsyncClient, email: str, password: str) -> Session:
    """A new session; no error repeats the password."""
    settings = client.settings.hiding([password])
    request = operations.authentication.login(email=email, password=password)
    return Session.of(settings.base_url, await client.with_settings(settings).execute(request))


async def sign_out(client: AsyncClient) -> str | None:
    """The identity provider's address for signing out there as well, after doing so here."""
    if not isinstance(client.settings.auth, AccessToken):
        # v3.1 answers a key with success and does nothing.
        raise ImmichError("There is no session to sign out of: this client has no access token.")
    request = operations.authentication.logout()
    # v3.1 tells the address to who says that he came by OAuth; the hint proves that he did.
    request = request.with_headers({"cookie": "immich_auth_type=oauth"})
    try:
        answer = await client.execute(request)
    except ServerError:
        # v3.1 ends the session before it asks the provider, which may be out of reach.
        if await _is_over(client):
            return None
        raise
    hinted = "id_token_hint" in parse_qs(urlsplit(answer.redirect_uri).query)
    return answer.redirect_uri if hinted else None


async def _is_over(client: AsyncClient) -> bool:
    """Whether the server no longer knows this client's session."""
    try:
        await client.execute(operations.authentication.validate_access_token())
    except AuthenticationError:
        return True
    return False
