"""Signing in with the identity provider that the server trusts."""

from __future__ import annotations

import sys
import time
import webbrowser
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from immichkit_api import operations
from immichkit_api.types import Request

from immichkit._async.client import AsyncClient
from immichkit._loopback import Loopback
from immichkit._runtime import AsyncRuntime
from immichkit.errors import ApiError, OAuthError, TransportError
from immichkit.models import UserAdminResponseDto
from immichkit.needs import needs
from immichkit.oauth import Callback, OAuthContext, OAuthLogin, check_redirect_uri, refused_login
from immichkit.options import check_number, check_type
from immichkit.pkce import PKCE
from immichkit.session import Session

__all__ = ["AsyncOAuth"]

T = TypeVar("T")


class AsyncOAuth:
    """Signing in with the server's identity provider, and tying an account to it.

    A client without a credential can sign in: ``AsyncImmich(url).oauth``.
    """

    def __init__(self, client: AsyncClient) -> None:
        self._client = client

    @needs("authentication.start_oauth")
    async def start(
        self, redirect_uri: str, *, expires_in: float = 600, pkce: PKCE | None = None
    ) -> OAuthLogin:
        """The address to open in a browser, and what to keep until the browser comes back.

        The browser is sent to ``redirect_uri`` in the end, which the identity provider must have
        been told of. It has ``expires_in`` seconds for that. ``pkce`` is made anew unless given.
        Raises `OAuthError` if the server cannot begin, such as when OAuth is turned off there.
        """
        check_redirect_uri(redirect_uri)
        check_number("expires_in", expires_in, above=0)
        check_type("pkce", pkce, (PKCE, type(None)), "a PKCE or None")
        pkce = pkce or PKCE.new()
        request = operations.authentication.start_oauth(
            redirect_uri=redirect_uri, state=pkce.state, code_challenge=pkce.code_challenge
        )
        begun = await self._answered(request, (pkce.state, pkce.verifier))
        return OAuthLogin.begun(
            begun.url,
            pkce,
            base_url=self._client.settings.base_url,
            redirect_uri=redirect_uri,
            expires_at=datetime.now(UTC) + timedelta(seconds=expires_in),
        )

    @needs("authentication.finish_oauth")
    async def finish(self, callback_url: str, context: OAuthContext) -> Session:
        """The session of whoever has signed in, from the address that the browser came to.

        Raises `OAuthError`, whose ``kind`` says why not. A context is good for one callback: this
        process knows which it has seen; of others only the identity provider knows, and refuses
        their code.
        """
        callback = self._accepted(callback_url, context)
        request = operations.authentication.finish_oauth(
            url=callback.url, state=context.state, code_verifier=context.verifier
        )
        login = await self._once(request, context, callback)
        return Session.of(self._client.settings.base_url, login)

    @needs("authentication.link_oauth_account")
    async def link(self, callback_url: str, context: OAuthContext) -> UserAdminResponseDto:
        """The signed-in user, who from now on can also sign in as whoever came back.

        It takes a session, or an API key with all permissions.
        """
        callback = self._accepted(callback_url, context)
        # Not the app's own address: v3.1 overrides it in a sign-in, but not here.
        request = operations.authentication.link_oauth_account(
            url=callback.provider_url, state=context.state, code_verifier=context.verifier
        )
        return await self._once(request, context, callback)

    @needs("authentication.unlink_oauth_account")
    async def unlink(self) -> UserAdminResponseDto:
        """The signed-in user, who can no longer sign in with an identity provider.

        The next such sign-in with the user's address links them again.
        """
        return await self._client.execute(operations.authentication.unlink_oauth_account())

    @needs("authentication.start_oauth", "authentication.finish_oauth")
    async def login_in_browser(
        self,
        *,
        port: int = 0,
        timeout: float = 300,
        open_browser: Callable[[str], object] | None = webbrowser.open,
        on_url: Callable[[str], object] | None = None,
    ) -> Session:
        """The session of whoever signs in in a browser on this computer.

        The browser comes back to ``http://127.0.0.1:PORT/callback``, which the identity provider
        must allow: any port there, or the ``port`` given. ``on_url`` is called with the address
        to sign in at, ``open_browser`` too; in the async face either may be a coroutine function.
        Where the latter is None or opens nothing, and there is no ``on_url``, the address is
        printed among the errors. After ``timeout`` seconds it is over with an `OAuthError`. However
        it ends, nothing listens any more.
        """
        check_number("timeout", timeout, above=0)
        for name, given in (("open_browser", open_browser), ("on_url", on_url)):
            AsyncRuntime.check_callback(name, given)
        with Loopback(port) as loopback:
            # The context outlives the wait: finishing takes a moment as well.
            login = await self.start(loopback.redirect_uri, expires_in=timeout + 60)
            loopback.listen(login.context)
            deadline = time.monotonic() + timeout
            await _show(login.url, open_browser, on_url)
            while (callback_url := loopback.callback_url) is None:
                if time.monotonic() >= deadline:
                    raise OAuthError(
                        f"Nobody came back from the browser within {timeout:g} s. If it shows an "
                        f"error, let the identity provider allow {loopback.redirect_uri}.",
                        kind="timeout",
                    )
                await AsyncRuntime.sleep(0.05)
        return await self.finish(callback_url, login.context)

    def _accepted(self, callback_url: str, context: OAuthContext) -> Callback:
        check_type("context", context, OAuthContext, "an OAuthContext", "start() gives one.")
        now = datetime.now(UTC)
        return context.accept(callback_url, self._client.settings.base_url, now)

    async def _once(self, request: Request[T], context: OAuthContext, callback: Callback) -> T:
        """The answer to ``request``, which uses up the context unless it never left."""
        try:
            return await self._answered(request, callback.secrets)
        except TransportError as error:
            if not error.sent:
                context.release()
            raise

    async def _answered(self, request: Request[T], secrets: tuple[str, ...]) -> T:
        """The answer to ``request``; no error repeats what is secret in it."""
        client = self._client.with_settings(self._client.settings.hiding(secrets))
        client.dry_run_log = self._client.dry_run_log
        try:
            return await client.execute(request)
        except ApiError as error:
            failure = refused_login(error)
        raise failure


async def _show(
    url: str,
    open_browser: Callable[[str], object] | None,
    on_url: Callable[[str], object] | None,
) -> None:
    """Bring the address before a person's eyes."""
    if on_url is not None:
        await AsyncRuntime.call(on_url, url)
    try:
        is_open = (
            open_browser is not None
            and await AsyncRuntime.call(AsyncRuntime.blocking, open_browser, url) is not False
        )
    except (OSError, webbrowser.Error):
        is_open = False
    if not is_open and on_url is None:
        print(f"To sign in, open this address in a browser:\n{url}", file=sys.stderr, flush=True)  # noqa: T201
