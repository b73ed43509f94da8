"""How a client is set up: what its constructor is told, or the environment."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import NoneType
from typing import TYPE_CHECKING, Any, TypeVar

from msgspec import Struct, structs

from immichkit.auth import AccessToken, ApiKey, Credential, SharedLink, base_url
from immichkit.options import check_several, check_type, kind_of
from immichkit.retry import RetryPolicy
from immichkit.timeouts import Timeout
from immichkit.version import __version__

if TYPE_CHECKING:
    from immichkit.events import RequestHook, ResponseHook

__all__ = ["Settings", "api_keys_of", "credential", "login_from"]

T = TypeVar("T")

_SHORTEST_SECRET = 8


def _lowered(headers: Mapping[str, str] | None) -> dict[str, str]:
    """``headers`` by their names in small letters; refused if they could not be sent."""
    if headers is None:
        return {}
    check_type("headers", headers, Mapping, "a mapping from name to text")
    for name, value in headers.items():
        check_type("The name of a header", name, str, "a text")
        check_type(f"The header {name}", value, str, "a text")
    lowered = {name.lower(): value for name, value in headers.items()}
    for name, value in lowered.items():
        # Without the value: it may well be a credential for a proxy.
        if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9a-z-]+", name):
            raise ValueError(f"{name!r} cannot be the name of a header.")
        if not re.fullmatch(r"[\x20-\x7e\t]*", value):
            raise ValueError(f"The header {name} holds a line break or is not ASCII.")
    return lowered


class Settings(Struct, frozen=True, kw_only=True):
    """Where a client sends its requests, as whom, and how patiently.

    Made by `of`, which checks and completes what a person has given.
    """

    base_url: str
    auth: Credential | None
    timeout: Timeout
    retry: RetryPolicy | None
    headers: dict[str, str]
    on_request: RequestHook | None
    on_response: ResponseHook | None
    server_version: str | None = None
    dry_run: bool = False
    hidden: tuple[str, ...] = ()

    def __repr__(self) -> str:
        # Not the headers: they may hold a proxy's credential.
        return f"Settings({self.base_url!r}, auth={self.auth!r})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("base_url", self.base_url), ("auth", self.auth)]

    @classmethod
    def of(
        cls,
        address: str,
        *,
        auth: Credential | None = None,
        timeout: Timeout | float,
        retry: RetryPolicy | None,
        headers: Mapping[str, str] | None = None,
        on_request: RequestHook | None = None,
        on_response: ResponseHook | None = None,
        server_version: str | None = None,
        dry_run: bool = False,
    ) -> Settings:
        """Settings for the server at ``address``; `ValueError` for what could never work.

        `TypeError` for what is of another type than it has to be.
        """
        _check_retry(retry)
        check_type("server_version", server_version, (str, NoneType), "a text such as 3.1.0")
        check_type("dry_run", dry_run, bool, "True or False")
        for name, hook in (("on_request", on_request), ("on_response", on_response)):
            if hook is not None and not callable(hook):
                raise TypeError(f"{name} must be a function or None, not {kind_of(hook)}.")
        if server_version is not None and not re.match(r"v?\d+\.\d+\.\d+", server_version):
            raise ValueError(f"{server_version!r} is not a server version such as 3.1.0.")
        return cls(
            base_url=base_url(address),
            auth=auth,
            timeout=Timeout.of(timeout),
            retry=retry,
            headers=_lowered(headers),
            on_request=on_request,
            on_response=on_response,
            server_version=server_version,
            dry_run=dry_run,
        )

    def replaced(self, changes: Mapping[str, Any]) -> Settings:
        """These settings with some replaced, as their maker would take them."""
        given = {name: getattr(self, name) for name in self.__struct_fields__} | dict(changes)
        hidden = given.pop("hidden")
        return Settings.of(given.pop("base_url"), **given).hiding(hidden)

    def hiding(self, secrets: Iterable[str]) -> Settings:
        """These settings with more texts that no error may show, whoever repeats them."""
        return structs.replace(self, hidden=(*self.hidden, *secrets))

    def shared_headers(self) -> dict[str, str]:
        """What every request to the server itself carries, the credential included."""
        headers = {"user-agent": f"immichkit/{__version__}", **self.headers}
        if self.auth is not None:
            signed = self.auth.headers()
            if isinstance(self.auth, AccessToken) and "authorization" in self.headers:
                # That header is the proxy's then; the server takes a token in this one, too.
                signed = {"x-immich-user-token": self.auth.token}
            headers |= signed
        return headers

    def concealed(self, body: bytes) -> bytes:
        """``body`` without our credentials, should a server or a proxy repeat them."""
        for secret in self._secrets():
            body = body.replace(secret.encode(), b"***")
        return body

    def concealed_text(self, text: str) -> str:
        """``text`` without our credentials, as they are or with backslashes in front of quotes."""
        for secret in self._secrets():
            text = text.replace(secret, "***").replace(repr(secret)[1:-1], "***")
        return text

    def _secrets(self) -> list[str]:
        ours = () if self.auth is None else self.auth.secrets()
        # Short values, such as a "1", would turn half of the answer into stars.
        found = (*ours, *self.headers.values(), *self.hidden)
        return [text for text in found if len(text) >= _SHORTEST_SECRET]


def _check_retry(retry: object) -> None:
    amount = retry if isinstance(retry, int) and not isinstance(retry, bool) else 3
    check_type(
        "retry",
        retry,
        (RetryPolicy, NoneType),
        "a RetryPolicy, or None for a single try",
        f"Write retry=RetryPolicy(retries={amount}).",
    )


def _check_auth(auth: object) -> None:
    advice = "A key goes into api_key=…, a token into access_token=…." * isinstance(auth, str)
    kinds = (ApiKey, AccessToken, SharedLink, NoneType)
    check_type("auth", auth, kinds, "an ApiKey, an AccessToken or a SharedLink", advice)


def credential(
    api_key: str | None, access_token: str | None, auth: Credential | None
) -> Credential | None:
    """The one credential that was given, None if there is none; `ValueError` for several."""
    _check_auth(auth)
    given: list[Credential] = [] if auth is None else [auth]
    if api_key is not None:
        given.append(ApiKey(api_key))
    if access_token is not None:
        given.append(AccessToken(access_token))
    if len(given) > 1:
        raise ValueError("Give one of api_key, access_token and auth: the server heeds only one.")
    return given[0] if given else None


def api_keys_of(api_keys: str | Iterable[str]) -> list[tuple[int, str]]:
    """The keys of a list, or of a text with commas between them, each once, with its number.

    The numbers begin at 1 and count what is left out too, since it came before. Raises
    `ValueError` if there are none.
    """
    if not isinstance(api_keys, str):
        check_several("api_keys", api_keys, "API keys, or a text with commas between them")
    given = api_keys.split(",") if isinstance(api_keys, str) else list(api_keys)
    first: dict[str, int] = {}
    for number, key in enumerate(given, 1):
        check_type(f"Key {number}", key, str, "a text")
        if key.strip():
            first.setdefault(key.strip(), number)
    if not first:
        raise ValueError("There is no API key: give a list, or a text such as 'key1,key2'.")
    return [(number, key) for key, number in first.items()]


def _from(environment: Mapping[str, str], variable: str, make: Callable[[str], T]) -> T | None:
    """What ``make`` makes of a variable, None if it is empty; an error names the variable."""
    text = environment.get(variable, "").strip()
    try:
        return make(text) if text else None
    except ValueError as error:
        raise ValueError(f"{variable} in the environment: {error}") from None


def _checked_url(text: str) -> str:
    base_url(text)
    return text


def login_from(
    environment: Mapping[str, str], saved: Callable[[], Iterable[tuple[str, Credential]]]
) -> tuple[str, Credential]:
    """The base URL and the credential that the environment names, else the first that is ``saved``.

    ``saved`` reads the logins on this computer; each credential goes to no other server than its
    own. Raises `ValueError`, saying what to set, if nothing is found.
    """
    url = _from(environment, "IMMICH_BASE_URL", _checked_url)
    url = url or _from(environment, "IMMICH_INSTANCE_URL", _checked_url)
    key = _from(environment, "IMMICH_API_KEY", ApiKey)
    auth = key or _from(environment, "IMMICH_ACCESS_TOKEN", AccessToken)
    if url and auth is not None:
        return url, auth
    others: list[str] = []
    for saved_url, saved_auth in saved() if auth is None else ():
        if not url or base_url(url) == base_url(saved_url):
            return saved_url, saved_auth
        if saved_url not in others:
            others.append(saved_url)
    missing = [] if url else ["IMMICH_BASE_URL (such as https://photos.example.com)"]
    missing += [] if auth is not None else ["IMMICH_API_KEY (or IMMICH_ACCESS_TOKEN)"]
    text = (
        f"Which server, and as whom? Set {' and '.join(missing)} in the environment, "
        "keep a login with CredentialStore().save(…), or sign in with Immich's own command line: "
        "immich login URL KEY."
    )
    if others:
        text += f" The logins on this computer are for {' and '.join(others)}, not for {url}."
    raise ValueError(text)
