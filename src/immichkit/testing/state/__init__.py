"""All that the embedded server remembers: tables in SQLite, files in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immichkit.testing.state.albums import Albums
from immichkit.testing.state.assets import Assets
from immichkit.testing.state.blobs import Blobs
from immichkit.testing.state.database import Database
from immichkit.testing.state.search import Search
from immichkit.testing.state.users import Caller, Users, new_secret

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["Caller", "State"]


class State:
    """The server's memory, in a folder that outlives it or, without one, until `close`.

    A folder keeps the administrator and the key that it was begun with.
    """

    def __init__(self, folder: Path | None, *, email: str, password: str) -> None:
        if folder is not None:
            folder.mkdir(parents=True, exist_ok=True)
        self.blobs = Blobs(folder)
        self._database = Database(None if folder is None else folder / "immich.sqlite3")
        self.users = Users(self._database)
        self.assets = Assets(self._database)
        self.albums = Albums(self._database)
        self.search = Search(self._database)
        with self._database.transaction():
            self._begin(email, password)
        self.purge()

    def _begin(self, email: str, password: str) -> None:
        if self._setting("api_key") is not None:
            return
        admin = self.users.add(email, password, "Admin", is_admin=True)
        _key, secret = self.users.add_key(admin["id"], "Admin", ["all"], secret=new_secret())
        for name, value in (("api_key", secret), ("email", email), ("password", password)):
            self._database.insert("setting", name=name, value=value)

    def setting(self, name: str) -> str:
        """What the folder was begun with: ``api_key``, ``email`` or ``password``."""
        value = self._setting(name)
        if value is None:
            raise LookupError(name)
        return value

    def _setting(self, name: str) -> str | None:
        row = self._database.one("select value from setting where name = ?", [name])
        return None if row is None else row["value"]

    def purge(self) -> None:
        """Delete for good what a forced deletion has marked."""
        for path in self.assets.purge(self.assets.dying()):
            self.blobs.remove(path)

    def close(self) -> None:
        """Let go of the file; without a folder of the caller's, everything is gone."""
        self._database.close()
        self.blobs.close()
