"""The logins on this computer, whoever has made them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from immichkit.auth import ApiKey, Credential
from immichkit.local.cli_login import read_cli_login
from immichkit.local.credentials import CredentialStore

__all__ = ["saved_logins"]


def saved_logins(environment: Mapping[str, str]) -> Iterator[tuple[str, Credential]]:
    """Address and credential of each: those in the credential store, the default first.

    Behind them, that of Immich's own command line.
    """
    for login in CredentialStore().logins():
        yield login.base_url, login.auth
    file = read_cli_login(environment)
    if file.get("url") and file.get("key"):
        yield file["url"], ApiKey(file["key"])
