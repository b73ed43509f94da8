"""How a client is set up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from immichkit import AccessToken, ApiKey
from immichkit.auth import Credential
from immichkit.local.cli_login import read_cli_login
from immichkit.settings import login_from

URL = "https://photos.test"


def nothing() -> Iterator[tuple[str, Credential]]:
    return iter(())


def saved() -> Iterator[tuple[str, Credential]]:
    yield "https://saved.test/api", ApiKey("saved-key")
    yield "https://other.test/api", AccessToken("other-token")


@pytest.mark.parametrize(
    ("environment", "login"),
    [
        ({"IMMICH_BASE_URL": URL, "IMMICH_API_KEY": "k"}, (URL, ApiKey("k"))),
        ({"IMMICH_INSTANCE_URL": URL, "IMMICH_API_KEY": "k"}, (URL, ApiKey("k"))),
        ({"IMMICH_BASE_URL": URL, "IMMICH_ACCESS_TOKEN": "t"}, (URL, AccessToken("t"))),
        (
            {"IMMICH_BASE_URL": URL, "IMMICH_INSTANCE_URL": "x", "IMMICH_API_KEY": "k"},
            (URL, ApiKey("k")),
        ),
        (
            {"IMMICH_BASE_URL": URL, "IMMICH_API_KEY": "k", "IMMICH_ACCESS_TOKEN": "t"},
            (URL, ApiKey("k")),
        ),
        ({}, ("https://saved.test/api", ApiKey("saved-key"))),
        ({"IMMICH_BASE_URL": ""}, ("https://saved.test/api", ApiKey("saved-key"))),
        (
            {"IMMICH_BASE_URL": "https://saved.test"},
            ("https://saved.test/api", ApiKey("saved-key")),
        ),
        (
            {"IMMICH_INSTANCE_URL": "https://other.test"},
            ("https://other.test/api", AccessToken("other-token")),
        ),
    ],
)
def test_login_is_found(environment: dict[str, str], login: tuple[str, object]) -> None:
    assert login_from(environment, saved) == login


@pytest.mark.parametrize(
    ("environment", "missing"),
    [
        ({"IMMICH_BASE_URL": URL}, "Set IMMICH_API_KEY"),
        ({"IMMICH_API_KEY": "k"}, "Set IMMICH_BASE_URL"),
    ],
)
def test_saved_key_goes_to_its_own_server_only(environment: dict[str, str], missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        login_from(environment, saved)


@pytest.mark.parametrize(
    ("environment", "variable"),
    [
        ({"IMMICH_BASE_URL": "photos.test", "IMMICH_API_KEY": "k"}, "IMMICH_BASE_URL"),
        ({"IMMICH_INSTANCE_URL": "photos.test", "IMMICH_API_KEY": "k"}, "IMMICH_INSTANCE_URL"),
        ({"IMMICH_BASE_URL": URL, "IMMICH_API_KEY": "secr et"}, "IMMICH_API_KEY"),
        ({"IMMICH_BASE_URL": URL, "IMMICH_ACCESS_TOKEN": "secr et"}, "IMMICH_ACCESS_TOKEN"),
    ],
)
def test_error_names_the_variable_that_is_wrong(environment: dict[str, str], variable: str) -> None:
    with pytest.raises(ValueError, match=f"^{variable} in the environment: ") as caught:
        login_from(environment, nothing)
    assert "secr" not in str(caught.value)


def test_line_break_behind_a_variable_does_no_harm() -> None:
    environment = {"IMMICH_BASE_URL": f"{URL}\n", "IMMICH_API_KEY": "k\n"}
    assert login_from(environment, nothing) == (URL, ApiKey("k"))


def test_error_names_the_servers_of_other_logins() -> None:
    with pytest.raises(ValueError, match=r"CredentialStore.* are for .*, not for https://third"):
        login_from({"IMMICH_BASE_URL": "https://third.test"}, saved)


def test_error_names_all_that_is_missing() -> None:
    with pytest.raises(ValueError, match="IMMICH_BASE_URL .* and IMMICH_API_KEY .* immich login"):
        login_from({}, nothing)


@pytest.mark.parametrize(
    "text",
    [
        "url: https://photos.test/api\nkey: k#1\n",
        'url: "https://photos.test/api"\r\nkey: "k#1"\r\n',
        "key: 'k#1'\nurl:   https://photos.test/api   \n",
        "instanceUrl: https://photos.test/api\napiKey: k#1\n",
    ],
)
def test_file_of_the_official_command_line_is_read(tmp_path: Path, text: str) -> None:
    (tmp_path / "auth.yml").write_text(text, newline="")
    login = read_cli_login({"IMMICH_CONFIG_DIR": str(tmp_path)})
    assert login == {"url": "https://photos.test/api", "key": "k#1"}


def test_missing_file_of_the_official_command_line_is_no_login(tmp_path: Path) -> None:
    assert read_cli_login({"IMMICH_CONFIG_DIR": str(tmp_path / "none")}) == {}
