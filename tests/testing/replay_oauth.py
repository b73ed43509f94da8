"""What a recorded sign-in by OAuth needs besides its requests: somebody at the provider."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from immichkit.testing.provider import challenge_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immichkit.testing import ImmichServer

PROVIDER = "http://127.0.0.1:2286"
VERIFIER = "v" * 64
CODE = re.compile(r"<oauthCode:\d+>")
OLGA = {"sub": "olga", "email": "olga@immich.app", "name": "OAuth User"}
ALICE = {"sub": "alice", "email": "alice@immich.app", "name": "OAuth User"}
# Who signs in at the recorded provider, by the note of the request; else it is Olga.
PEOPLE: dict[str, dict[str, Any]] = {
    "callback: a user with no address": {"sub": "no-email", "email": None, "name": None},
    "callback: a user with no name": {
        "sub": "no-name",
        "email": "oauth-no-name@immich.app",
        "name": None,
    },
    "callback: a user with a user name": {
        "sub": "with-username",
        "email": "oauth-with-username@immich.app",
        "name": None,
    },
    "callback: a user with a quota": {
        "sub": "with-quota",
        "email": "oauth-with-quota@immich.app",
        "name": None,
        "preferred_username": "user-quota",
        "immich_quota": 25,
    },
    "callback: a user with a role": {
        "sub": "with-role",
        "email": "oauth-with-role@immich.app",
        "name": None,
        "immich_role": "admin",
    },
    "link with a session": ALICE,
    "link: that identity is taken": ALICE,
    "callback: the linked user signs in": ALICE,
    "callback: linked again by its address, or registered anew": ALICE,
    "link with a key that may do all": {"sub": "bob", "email": "bob@immich.app"},
    "callback: not registered": {"sub": "stranger", "email": "stranger@immich.app"},
}
SETTINGS = {
    "clientSecret": "client_secret",
    "autoRegister": "auto_register",
    "mobileRedirectUri": "mobile_redirect_uri",
    "issuerUrl": "issuer_url",
}


class Visitor:
    """Stands in for the browser between two requests of a recorded sign-in."""

    def __init__(self, server: ImmichServer) -> None:
        self._server = server
        self._settings: dict[str, Any] = {"button_text": "Login with OIDC"}
        self._pages: dict[str, str] = {}
        server.enable_oauth(**self._settings)

    def seed(self, seed: Mapping[str, Any]) -> None:
        """Set what was put into the recorded server's settings."""
        changed = seed.get("system-config.oauth")
        if changed is None:
            return
        for name, value in changed.items():
            if name in SETTINGS:
                self._settings[SETTINGS[name]] = value
        if str(self._settings.get("issuer_url", "")).startswith(PROVIDER):
            del self._settings["issuer_url"]
        if changed.get("enabled", True):
            self._server.enable_oauth(**self._settings)
        else:
            self._server.disable_oauth()

    def keep(self, page: str) -> None:
        """Remember where a client was sent to sign in."""
        self._pages[_parameter(page, "state")] = page

    def code(self, note: str, state: str) -> str:
        """The code that somebody comes back with who was sent to sign in with this state."""
        claims = PEOPLE.get(note, OLGA)
        page = self._pages[state]
        return _parameter(
            self._server.oauth.sign_in(page, email=claims["email"], claims=claims), "code"
        )


def secrets_of(recorded: list[dict[str, Any]]) -> dict[str, str]:
    """Ours in place of the recorded states, challenges and verifiers, which clients make up."""
    text = str([exchange["request"] for exchange in recorded])
    return {
        **{found: found.strip("<>").replace(":", "-") for found in _all("oauthState", text)},
        **dict.fromkeys(_all("codeChallenge", text), challenge_of(VERIFIER)),
        **dict.fromkeys(_all("codeVerifier", text), VERIFIER),
    }


def _all(kind: str, text: str) -> set[str]:
    return set(re.findall(rf"<{kind}:\d+>", text))


def _parameter(url: str, name: str) -> str:
    return parse_qs(urlsplit(url).query)[name][0]
