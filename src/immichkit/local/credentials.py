"""The logins that are kept on this computer, for this user's eyes only."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
import tempfile
from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO, Final

import attrs
import msgspec
import platformdirs
from msgspec import Struct

from immichkit.auth import AccessToken, ApiKey, base_url
from immichkit.session import Session

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

__all__ = ["CredentialStore", "SavedLogin"]

logger = logging.getLogger("immichkit")

_VERSION: Final = 1


@attrs.frozen(kw_only=True)
class SavedLogin:
    """A user on a server, with the session's token or the API key to act as them."""

    base_url: str
    user_id: str
    user_email: str
    name: str = ""
    access_token: str | None = attrs.field(default=None, repr=False)
    api_key: str | None = attrs.field(default=None, repr=False)

    def __attrs_post_init__(self) -> None:
        if (self.access_token is None) == (self.api_key is None):
            raise ValueError("A login has an access_token or an api_key: give one of them.")
        base_url(self.base_url)
        _ = self.auth

    @classmethod
    def of(cls, session: Session) -> SavedLogin:
        """The login that ``session`` is."""
        return cls(
            base_url=session.base_url,
            user_id=session.user_id,
            user_email=session.user_email,
            name=session.name,
            access_token=session.access_token,
        )

    @property
    def auth(self) -> AccessToken | ApiKey:
        """What a client signs its requests with."""
        if self.access_token is not None:
            return AccessToken(self.access_token)
        return ApiKey(self.api_key or "")

    def is_at(self, address: str) -> bool:
        """Whether it is one of the server at ``address``, with or without ``/api``."""
        return base_url(self.base_url) == base_url(address)

    def is_of(self, user: str) -> bool:
        """Whether it is one of ``user``, known by address or id."""
        return user.casefold() in {self.user_email.casefold(), self.user_id}


class _Content(Struct, frozen=True, kw_only=True):
    """What the file holds."""

    version: int
    logins: tuple[SavedLogin, ...]


class CredentialStore:
    """The logins of any number of users on any number of servers, in one file.

    The first is the default, and the first on a server is the default there. The file lies in the
    user's folder for settings unless ``path`` says where; nobody else may read it. It is replaced
    as a whole, and several processes may write to it.
    """

    def __init__(self, path: str | os.PathLike[str] | None = None) -> None:
        folder = platformdirs.user_config_path("immichkit")
        self.path: Final = folder / "credentials.json" if path is None else Path(path).expanduser()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self.path)!r})"

    def logins(self) -> tuple[SavedLogin, ...]:
        """All logins, the default first; `ValueError` if the file cannot be understood."""
        try:
            with self.path.open("rb") as file:
                _make_private(self.path, file)
                content = file.read()
        except (FileNotFoundError, NotADirectoryError):
            return ()
        return self._decoded(content)

    def find(self, address: str | None = None, user: str | None = None) -> SavedLogin | None:
        """The first login on the server at ``address``, of the ``user`` with that address or id."""
        for login in self.logins():
            if (address is None or login.is_at(address)) and (user is None or login.is_of(user)):
                return login
        return None

    def save(self, login: Session | SavedLogin, *, default: bool = True) -> None:
        """Keep ``login`` in place of what there is of that user on that server.

        It becomes the default unless it is not to be, or keeps its place.
        """
        new = SavedLogin.of(login) if isinstance(login, Session) else login
        with self._locked():
            kept = list(self.logins())
            places = [place for place, old in enumerate(kept) if _is_same(old, new)]
            kept = [old for old in kept if not _is_same(old, new)]
            place = 0 if default else min([*places, len(kept)])
            kept.insert(place, new)
            self._write(kept)

    def remove(self, login: Session | SavedLogin) -> bool:
        """Forget that user on that server; False if there was no such login.

        The server knows nothing of it: a session goes on until it is signed out.
        """
        gone = SavedLogin.of(login) if isinstance(login, Session) else login
        with self._locked():
            logins = self.logins()
            kept = [old for old in logins if not _is_same(old, gone)]
            if len(kept) < len(logins):
                self._write(kept)
            return len(kept) < len(logins)

    def _decoded(self, content: bytes) -> tuple[SavedLogin, ...]:
        try:
            found = msgspec.json.decode(content, type=_Content)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise ValueError(
                f"The logins in {self.path} cannot be read: {error}. Mend the file, or remove it "
                "and sign in again."
            ) from None
        if found.version != _VERSION:
            raise ValueError(
                f"The logins in {self.path} are of a newer immichkit (version {found.version}). "
                "Upgrade, or remove the file and sign in again."
            )
        return found.logins

    def _write(self, logins: list[SavedLogin]) -> None:
        """Put ``logins`` in the file's place, on the disk and not only in memory."""
        content = msgspec.json.format(
            msgspec.json.encode(_Content(version=_VERSION, logins=tuple(logins))), indent=2
        )
        target = Path(os.path.realpath(self.path))  # a link, to a folder in the cloud or so, stays
        # Made with mode 0600.
        handle, name = tempfile.mkstemp(prefix=f".{target.name}-", dir=target.parent)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise

    @contextlib.contextmanager
    def _locked(self) -> Generator[None]:
        """Nobody else writes meanwhile, in this process or another."""
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_RDWR | os.O_CREAT
        lock = self.path.with_name(f"{self.path.name}.lock")
        with os.fdopen(os.open(lock, flags, 0o600), "r+b") as file:
            _lock(file)
            yield  # closing the file gives the lock back


def _is_same(one: SavedLogin, other: SavedLogin) -> bool:
    return one.is_at(other.base_url) and one.user_id == other.user_id


def _make_private(path: Path, file: BinaryIO) -> None:
    """Take away from others what only the user may read, and say so."""
    mode = os.fstat(file.fileno()).st_mode
    if os.name == "nt" or not mode & 0o077:
        return
    logger.warning("%s could be read by other users: now it cannot.", path)
    with contextlib.suppress(OSError):
        path.chmod(0o600)


def _lock(file: BinaryIO) -> None:
    """Wait until ``file`` is locked for us alone."""
    if sys.platform == "win32":
        msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
    else:
        with contextlib.suppress(OSError):  # a network share without locks
            fcntl.flock(file, fcntl.LOCK_EX)
