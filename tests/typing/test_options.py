"""Clients made in other ways than by their constructor keep their type."""

from __future__ import annotations

from typing import assert_type

import httpx
import pytest

from immichkit import AsyncImmich, Immich


class MyImmich(Immich):
    """A client of a user's own."""


def test_subclass_keeps_its_type_in_views() -> None:
    immich = MyImmich("http://photos.test", http_client=httpx.Client())
    view = immich.with_options(timeout=1, retry=None)
    assert_type(view, MyImmich)
    assert type(view) is MyImmich


def test_subclass_is_made_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMMICH_BASE_URL", "http://photos.test")
    monkeypatch.setenv("IMMICH_API_KEY", "key")
    immich = MyImmich.from_env(timeout=5, http_client=httpx.Client())
    assert_type(immich, MyImmich)
    assert type(immich) is MyImmich
    assert_type(AsyncImmich.from_env(http_client=httpx.AsyncClient()), AsyncImmich)
