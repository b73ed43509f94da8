# Written by scripts/mirror from tests/_async/test_opening.py; edits are lost.
"""How a client is made, changed and closed."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import httpx
import pytest
from answers import KEY, Answers, json, ping
from immichkit_api.groups import Groups

from immichkit import Immich, RetryPolicy, SharedLink, Timeout

pytestmark = pytest.mark.anyio
VARIABLES = (
    *("IMMICH_BASE_URL", "IMMICH_INSTANCE_URL", "IMMICH_API_KEY", "IMMICH_ACCESS_TOKEN"),
    *("IMMICH_CONFIG_DIR", "XDG_CONFIG_HOME"),
)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """None of the variables that name a server, and an empty home."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return monkeypatch


def asked_by(options: dict[str, Any]) -> httpx.Request:
    """What a client made from the environment sends."""
    answers = Answers(json(200, {"res": "pong"}))
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    Immich.from_env(http_client=pool, **options).execute(ping())
    return answers.asked[0]


@pytest.mark.parametrize("url", ["IMMICH_BASE_URL", "IMMICH_INSTANCE_URL"])
def test_environment_names_server_and_key(environment: pytest.MonkeyPatch, url: str) -> None:
    environment.setenv(url, "https://photos.test/api")
    environment.setenv("IMMICH_API_KEY", KEY)
    asked = asked_by({})
    assert (asked.url.host, asked.headers["x-api-key"]) == ("photos.test", KEY)


def test_environment_may_name_a_token(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("IMMICH_BASE_URL", "https://photos.test")
    environment.setenv("IMMICH_ACCESS_TOKEN", KEY)
    assert (asked_by({})).headers["authorization"] == f"Bearer {KEY}"


def test_login_of_the_official_command_line_is_found(
    environment: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / ".config" / "immich"
    folder.mkdir(parents=True)
    (folder / "auth.yml").write_text(f"url: https://photos.test/api\nkey: {KEY}\n")
    asked = asked_by({})
    assert (asked.url.host, asked.headers["x-api-key"]) == ("photos.test", KEY)


def test_without_any_login_the_error_says_what_to_set(
    environment: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(ValueError, match=r"IMMICH_BASE_URL .* IMMICH_API_KEY .* immich login"):
        Immich.from_env()


def test_several_credentials_are_refused() -> None:
    with pytest.raises(ValueError, match="Give one of"):
        Immich("https://photos.test", api_key="a", auth=SharedLink(slug="b"))


def test_without_a_credential_none_is_sent() -> None:
    answers = Answers(json(200, {"res": "pong"}))
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    Immich("https://photos.test", http_client=pool).execute(ping())
    assert not {"x-api-key", "authorization"} & set(answers.asked[0].headers)


def test_timeouts_reach_the_transport() -> None:
    answers = Answers(json(200, {"res": "pong"}))
    pool = httpx.Client(transport=httpx.MockTransport(answers), timeout=1)
    immich = Immich("https://photos.test", http_client=pool)
    immich.execute(ping())
    immich.with_options(timeout=5).execute(ping())
    immich.with_options(timeout=Timeout(read=7)).execute(ping())
    waits = [request.extensions["timeout"] for request in answers.asked]
    assert [(wait["connect"], wait["read"]) for wait in waits] == [(10, 60), (5, 5), (10, 7)]


def test_view_shares_the_pool_and_keeps_the_rest() -> None:
    answers = Answers(json(200, {"res": "pong"}))
    pool = httpx.Client(transport=httpx.MockTransport(answers))
    immich = Immich("https://photos.test", api_key=KEY, http_client=pool, headers={"x": "1"})
    view = immich.with_options(retry=None, headers={"y": "2"})
    view.execute(ping())
    assert type(view) is Immich
    assert answers.asked[0].headers["x-api-key"] == KEY
    assert answers.asked[0].headers["y"] == "2"
    assert "x" not in answers.asked[0].headers


def test_closing_a_view_closes_nothing() -> None:
    with Immich("https://photos.test") as immich:
        with immich.with_options(retry=RetryPolicy(1)):
            pass
        assert not immich._client._http.is_closed
    assert immich._client._http.is_closed


def test_unclosed_client_warns() -> None:
    immich = Immich("https://photos.test", api_key=KEY)
    pool = immich._client._http
    with pytest.warns(ResourceWarning, match="unclosed") as caught:
        del immich
        gc.collect()
    assert KEY not in str(caught[0].message)
    pool.close()


def test_client_that_was_never_made_does_not_warn() -> None:
    with pytest.raises(ValueError, match="base URL"):
        Immich("photos.test")
    gc.collect()


def test_verbs_hide_no_group_and_helpers_no_operation() -> None:
    immich = Immich("https://photos.test", http_client=httpx.Client())
    own = {name for name in vars(Immich) if not name.startswith("_")}
    for name in own & set(vars(Groups)):
        helper, generated = type(getattr(immich, name)), type(getattr(immich, name)).__base__
        assert generated.__module__ == f"immichkit_api.groups.{name}"
        added = {part for part in vars(helper) if not part.startswith("_")}
        assert added
        # A twin may be replaced by a richer one of its name, an operation never.
        shadowed = added & set(vars(generated))
        assert all(part.endswith("_to_file") for part in shadowed)


def test_base_url_ends_in_api() -> None:
    immich = Immich("https://photos.test/sub/", http_client=httpx.Client())
    assert immich.base_url == "https://photos.test/sub/api"
