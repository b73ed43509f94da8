"""pytest fixtures: an embedded server for each test, and clients of it.

pytest loads this module wherever immichkit is installed, so it imports nothing but pytest until a
fixture is used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immichkit import AsyncImmich, Immich
    from immichkit.testing import ImmichServer

_MARKER = "immich_server"
_VERSION = "immich_server_version"
_OPTIONS = {"version": "server_version", "folder": "folder"}


def pytest_addoption(parser: pytest.Parser) -> None:
    """Make the settings known."""
    parser.addini(_VERSION, "The release of Immich that the embedded server keeps to.", default="")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    text = f"{_MARKER}(version=..., folder=...): what the embedded server of a test is like."
    config.addinivalue_line("markers", text)


@pytest.fixture
def immich_server(request: pytest.FixtureRequest) -> Iterator[ImmichServer]:
    """An Immich server of this test alone, empty but for its administrator, on a port.

    ``@pytest.mark.immich_server(version="3.0.0")`` makes it an older release, ``folder=…`` lets
    it keep its state there. The setting ``immich_server_version`` is for tests without a marker.
    """
    from immichkit.testing import ImmichServer  # noqa: PLC0415 - brings the web framework

    with ImmichServer(**_options(request)) as server:
        yield server


@pytest.fixture
def immich(immich_server: ImmichServer) -> Iterator[Immich]:
    """A blocking client of `immich_server` with the administrator's key."""
    with immich_server.client() as client:
        yield client


@pytest.fixture
def async_immich(immich_server: ImmichServer) -> Iterator[AsyncImmich]:
    """An async client of `immich_server` with the administrator's key.

    The fixture itself is not async, so that it suits whatever runs the test: anyio's plugin,
    pytest-asyncio in any mode, pytest-trio.
    """
    from immichkit.testing.loop import BackgroundLoop  # noqa: PLC0415 - brings asyncio

    client = immich_server.async_client()
    yield client
    loop = BackgroundLoop("immichkit-closing")
    try:
        loop.submit(client.close()).result()
    finally:
        loop.close()


def _options(request: pytest.FixtureRequest) -> dict[str, Any]:
    """What the settings and the markers say, of which the marker nearest to the test wins."""
    version = request.config.getini(_VERSION)
    options: dict[str, Any] = {"server_version": version} if version else {}
    for marker in reversed(list(request.node.iter_markers(_MARKER))):
        unknown = marker.kwargs.keys() - _OPTIONS.keys()
        if marker.args or unknown:
            what = ", ".join([*map(repr, marker.args), *sorted(unknown)])
            raise pytest.UsageError(f"The marker {_MARKER} takes version= and folder=, not {what}")
        options |= {_OPTIONS[name]: value for name, value in marker.kwargs.items()}
    return options
