from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from immichkit.testing import ImmichServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def server() -> Iterator[ImmichServer]:
    """A server of this test alone, which listens on no port."""
    embedded = ImmichServer()
    yield embedded
    embedded.close()


@pytest.fixture
def client(server: ImmichServer) -> Iterator[httpx.Client]:
    """A plain HTTP client with the administrator's key, in process."""
    headers = {"x-api-key": server.api_key}
    with httpx.Client(
        transport=server.transport(), base_url="http://immich.test/api", headers=headers
    ) as plain:
        yield plain


@pytest.fixture
def anonymous(server: ImmichServer) -> Iterator[httpx.Client]:
    """A plain HTTP client without a credential, in process."""
    with httpx.Client(transport=server.transport(), base_url="http://immich.test/api") as plain:
        yield plain
