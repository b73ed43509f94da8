"""What tests of more than one folder share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import bulk_bodies
import pytest
from hypothesis import settings
from raw_server import RawServer
from real_browser import Browser, started

from immichkit.testing import ImmichServer

# Without --thorough, `scripts/test` does a tenth of the work; on a busy machine any test is slow.
settings.register_profile("tenth", max_examples=100, deadline=None)
settings.register_profile("thorough", max_examples=1000, deadline=None)
settings.load_profile("thorough" if os.environ.get("IMMICHKIT_THOROUGH") else "tenth")


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


ORGANISING = {
    f"test_{name}"
    for name in (
        "album_folders",
        "album_trouble",
        "albums",
        "albums_forgotten",
        "applying",
        "declared_needs",
        "duplicates",
        "duplicates_looked_at",
        "duplicates_random",
        "ignored_filters",
        "paused_queues",
        "people",
        "people_trouble",
        "repeated_ids",
        "stacks",
        "stacks_hidden",
        "stacks_random",
        "stacks_unseen",
        "trash_fix",
        "trashing",
        "wait_until_processed",
    )
}
OF_THE_SERVER = Path(__file__).parent / "testing"
"""Where wrong bodies are sent on purpose."""


@pytest.fixture(autouse=True)
def _bulk_bodies(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where libraries are tidied up, no bulk request is wrong."""
    if request.path.stem not in ORGANISING or request.path.is_relative_to(OF_THE_SERVER):
        yield
        return
    with bulk_bodies.checked() as wrong:
        yield
    assert not wrong


@pytest.fixture
def server() -> Iterator[ImmichServer]:
    """An embedded server on a port."""
    with ImmichServer() as server:
        yield server


@pytest.fixture
def raw_server() -> Iterator[RawServer]:
    with RawServer() as server:
        yield server


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """One for all tests of a process: it takes a moment to start."""
    with started(tmp_path_factory.mktemp("browser")) as browser:
        yield browser
