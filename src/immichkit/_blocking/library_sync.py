# Written by scripts/mirror from src/immichkit/_async/library_sync.py; edits are lost.
"""Between the server and the copy of a library: one update, and what the server counts."""

from __future__ import annotations

from immichkit_api import operations
from immichkit_api.models import AssetVisibility, PartnerDirection, SyncRequestType

from immichkit._blocking.caller import my_id
from immichkit._blocking.immich import Immich
from immichkit._blocking.syncing import SyncEngine, SyncEvents
from immichkit._runtime import Runtime
from immichkit.errors import PermissionDeniedError
from immichkit.local.library.effects import REQUESTED
from immichkit.local.library.reading import Reader
from immichkit.local.library.records import RecordReader
from immichkit.local.library.reports import LibraryUpdate
from immichkit.local.library.store import Store
from immichkit.records import OnBadRecord
from immichkit.sync.asking import advised
from immichkit.sync.events import SyncEvent

__all__ = ["LibrarySync", "library_counts"]


class LibrarySync:
    """One update of a copy: the source of events for an engine, and what it hands them to."""

    def __init__(
        self,
        immich: Immich,
        store: Store,
        batch_size: int,
        on_bad_record: OnBadRecord,
    ) -> None:
        self._client = immich._client  # noqa: SLF001  # the mirror is a part of the package
        self._sync = immich.sync
        self._store = store
        self._batch_size = batch_size
        self._on_bad_record: OnBadRecord = on_bad_record

    @property
    def is_dry(self) -> bool:
        """Whether nothing is to be written, here or there."""
        return self._client.settings.dry_run

    def run(self, reader: Reader, *, reset: bool) -> LibraryUpdate:
        """What the update brought; ``reader`` reads it from the file."""
        blocking = Runtime.blocking
        before = blocking(reader.last_number)
        user_id, acks = self._position()
        base_url = self._client.settings.base_url
        if blocking(self._store.begin, user_id, base_url, acks):
            reset = True
        engine = SyncEngine(self, self, REQUESTED, self._batch_size, reset=reset)
        report = engine.run()
        number = blocking(reader.last_number)
        changed = {} if number == before else blocking(reader.counts, number)
        return LibraryUpdate(
            number=number,
            counts=report.counts,
            was_reset=report.was_reset,
            completed=report.completed,
            bad_records=report.bad_records,
            **changed,
        )

    def count(self, *, reset: bool) -> LibraryUpdate:
        """What an update would bring, as far as that can be told without writing anything."""
        user_id, acks = self._position()
        agrees = Runtime.blocking(self._store.agrees, user_id, acks)
        was_reset = reset or not agrees
        counts: dict[str, int] = {}
        if was_reset and acks:
            # To send everything the server would first forget them.
            return LibraryUpdate(was_reset=True)
        for event in self.stream([*REQUESTED], False):
            was_reset = was_reset or event.type == "SyncResetV1"
            if not event.type.startswith("Sync"):
                kind = event.type.value
                counts[kind] = counts.get(kind, 0) + 1
        return LibraryUpdate(counts=counts, was_reset=was_reset)

    def stream(self, types: list[SyncRequestType], reset: bool, /) -> SyncEvents:
        """The events of one stream, with rows for the tables."""
        return _Records(self._client, types, reset=reset, on_bad_record=self._on_bad_record)

    def ack(self, acks: list[str], /) -> None:
        """Let the server know what is on the disk, the file itself having it noted before."""
        Runtime.blocking(self._store.acknowledging, acks)
        self._sync.ack(acks)

    def process_events(self, events: list[SyncEvent]) -> None:
        """Apply a run of events, in one transaction and one visit to another thread."""
        data, acks = [event.data for event in events], [event.ack for event in events]
        Runtime.blocking(self._store.apply, events[0].type, data, acks)

    def reset(self) -> None:
        """Get ready for everything to come anew."""
        Runtime.blocking(self._store.reset)

    def complete(self) -> None:
        """Take note that everything has come."""
        Runtime.blocking(self._store.complete)

    def _position(self) -> tuple[str, dict[str, str]]:
        """Whose session it is, and how far the server says that it has come."""
        user_id = my_id(self._client)
        try:
            acks = self._client.execute(operations.sync.get_sync_ack())
        except PermissionDeniedError as error:
            raise advised(error) from None
        return user_id, {one.type.value: one.ack for one in acks}


class _Records(SyncEvents):
    """A stream whose events go into tables."""

    reader = RecordReader


def library_counts(immich: Immich) -> dict[str, int]:
    """How many of everything the server has, as far as it counts."""
    seen = immich.assets.get_asset_statistics()
    favorites = immich.assets.get_asset_statistics(is_favorite=True)
    archived = immich.assets.get_asset_statistics(visibility=AssetVisibility.ARCHIVE)
    trashed = immich.assets.get_asset_statistics(is_trashed=True)
    stacks = immich.stacks.search_stacks()
    partners = immich.partners.get_partners(direction=PartnerDirection.SHARED_WITH)
    albums = immich.albums.get_all_albums()
    return {
        "images": seen.images,
        "videos": seen.videos,
        "favorites": favorites.total,
        "archived": archived.total,
        "trashed": trashed.total,
        "stacks": len(stacks),
        "partners": len(partners),
        "albums": len(albums),
        "album_assets": sum(album.asset_count for album in albums),
    }
