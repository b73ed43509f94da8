"""Clients of immichkit that speak to an embedded server without a socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immichkit import AsyncImmich, Immich
from immichkit.testing.transports import BASE_URL, async_http_client, http_client

if TYPE_CHECKING:
    from immichkit.testing.transports import AsyncInProcessTransport, InProcessTransport


def blocking_client(transport: InProcessTransport, api_key: str) -> Immich:
    """A blocking client with the key, whose requests take this way."""
    return Immich(BASE_URL, api_key=api_key, http_client=http_client(transport))


def async_client(transport: AsyncInProcessTransport, api_key: str) -> AsyncImmich:
    """An async client with the key, whose requests take this way."""
    return AsyncImmich(BASE_URL, api_key=api_key, http_client=async_http_client(transport))
