"""All that the embedded server remembers: tables in SQLite, files in a folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immichkit.testing import times
from immichkit.testing.state.albums import Albums
from immichkit.testing.state.api_keys import ApiKeys
from immichkit.testing.state.asset_metadata import AssetMetadata
from immichkit.testing.state.assets import Assets
from immichkit.testing.state.blobs import Blobs
from immichkit.testing.state.counts import Counts
from immichkit.testing.state.database import Database, batches, new_id
from immichkit.testing.state.downloads import Downloads
from immichkit.testing.state.duplicates import Duplicates
from immichkit.testing.state.edits import Edits
from immichkit.testing.state.explore import Explore
from immichkit.testing.state.memories import Memories
from immichkit.testing.state.oauth import OAuth
from immichkit.testing.state.partners import Partners
from immichkit.testing.state.people import People
from immichkit.testing.state.queues import Queues
from immichkit.testing.state.readings import Readings
from immichkit.testing.state.search import Search
from immichkit.testing.state.sessions import Sessions
from immichkit.testing.state.shared_links import SharedLinks
from immichkit.testing.state.stacks import Stacks
from immichkit.testing.state.sync import Sync
from immichkit.testing.state.tags import Tags
from immichkit.testing.state.texts import Texts
from immichkit.testing.state.thumbnails import Thumbnails
from immichkit.testing.state.timeline import Timeline
from immichkit.testing.state.trash import Trash
from immichkit.testing.state.users import Caller, Users

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
        self.keys = ApiKeys(self._database, self.users)
        self.sessions = Sessions(self._database, self.users)
        self.assets = Assets(self._database)
        self.counts = Counts(self._database)
        self.albums = Albums(self._database)
        self.search = Search(self._database)
        self.tags = Tags(self._database)
        self.trash = Trash(self._database)
        self.metadata = AssetMetadata(self._database)
        self.queues = Queues(self._database)
        self.readings = Readings(self._database, self.blobs, self.assets, self.tags, self.queues)
        self.thumbnails = Thumbnails(self.blobs)
        self.downloads = Downloads(self._database)
        self.stacks = Stacks(self._database)
        self.duplicates = Duplicates(self._database)
        self.partners = Partners(self._database)
        self.timeline = Timeline(self._database)
        self.edits = Edits(self._database, self.blobs)
        self.shared_links = SharedLinks(self._database, self.users)
        self.explore = Explore(self._database)
        self.oauth = OAuth(self._database)
        self.people = People(self._database)
        self.memories = Memories(self._database)
        self.texts = Texts(self._database)
        self.sync = Sync(self._database)
        with self._database.transaction():
            self._begin(email, password)
            # Folders of older releases may lack these.
            for name, value in {"begun_at": str(times.now()), "version_id": new_id()}.items():
                if self._setting(name) is None:
                    self._database.insert("setting", name=name, value=value)
        self.purge()
        self.readings.work()

    def _begin(self, email: str, password: str) -> None:
        if self._setting("api_key") is not None:
            return
        admin = self.users.add(
            email,
            password,
            "Admin",
            is_admin=True,
            should_change_password=True,
            storage_label="admin",
        )
        _key, secret = self.keys.add(admin["id"], "Admin", ["all"])
        for name, value in {"api_key": secret, "email": email, "password": password}.items():
            self._database.insert("setting", name=name, value=value)

    def setting(self, name: str) -> str:
        """What the folder was begun with, such as ``api_key``, ``email`` or ``password``."""
        value = self._setting(name)
        if value is None:
            raise LookupError(name)
        return value

    def _setting(self, name: str) -> str | None:
        row = self._database.one("select value from setting where name = ?", [name])
        return None if row is None else row["value"]

    def purge(self) -> None:
        """Delete for good what a forced deletion has marked, assets and whole users."""
        for user_id in self.users.leaving():
            for path in self.users.remove(user_id):
                self.blobs.remove(path)
        # Bit by bit, for other requests wait meanwhile.
        for some in batches(self.assets.dying()):
            for path in self.assets.purge(some):
                self.blobs.remove(path)

    def close(self) -> None:
        """Let go of the file; without a folder of the caller's, everything is gone."""
        self._database.close()
        self.blobs.close()
