"""What becomes known of an asset once its file was looked into, after the upload was answered."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import media, zones
from immichkit.testing.reading import movies, pictures, places, sidecars
from immichkit.testing.reading.facts import Facts
from immichkit.testing.state.queues import METADATA, THUMBNAILS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from immichkit.testing.state.assets import Assets
    from immichkit.testing.state.blobs import Blobs
    from immichkit.testing.state.database import Database, Row
    from immichkit.testing.state.queues import Queues
    from immichkit.testing.state.tags import Tags

# Of a grey picture, which is all that this server has of a film or of what it cannot read.
_BLANK: Final = "GggCBIBYax6IiIiJiI8AAAAAAA=="


class Readings:
    """Looks into the files of new assets, once each, as the queues of such work allow."""

    def __init__(
        self, database: Database, blobs: Blobs, assets: Assets, tags: Tags, queues: Queues
    ) -> None:
        self._database = database
        self._blobs = blobs
        self._assets = assets
        self._tags = tags
        self._queues = queues
        self._lock = threading.Lock()

    def promise(self, asset_id: str, *, source: str = "upload") -> None:
        """Keep in mind that this asset's file is still to be looked into, past a restart too."""
        if not self._queues.is_waiting(METADATA, asset_id):
            data = {"id": asset_id, "source": source}
            self._queues.add(METADATA, "AssetExtractMetadata", data, asset_id)

    def work(self, asset_ids: Iterable[str] | None = None) -> None:
        """Do what waits, for these assets or for all, in queues that are not paused."""
        if not self._queues.is_paused(METADATA):
            self.finish(self._queues.assets(METADATA) if asset_ids is None else asset_ids)
        if not self._queues.is_paused(THUMBNAILS):
            for asset_id in self._queues.assets(THUMBNAILS):
                with self._lock:
                    if self._queues.is_waiting(THUMBNAILS, asset_id):
                        self._look_at(asset_id)
        self._queues.finish_chores()

    def finish(self, asset_ids: Iterable[str]) -> None:
        """Look into the files of those that are still to be done, even while that is paused.

        Whoever changes assets calls this first, so that a late look does not undo the change.
        """
        for asset_id in set(self._queues.assets(METADATA)).intersection(asset_ids):
            with self._lock:
                # It may have been done while this one waited.
                if self._queues.is_waiting(METADATA, asset_id):
                    self._read(asset_id)

    def _read(self, asset_id: str) -> None:
        row = self._assets.get(asset_id)
        asset: dict[str, Any] = {}
        exif: dict[str, Any] = {}
        tags: tuple[str, ...] = ()
        is_held_back = self._queues.is_paused(THUMBNAILS)
        if row is not None:
            path = self._blobs.path(row["original_path"])
            own, beside = _own_facts(path, row), self._sidecar(row)
            if own is not None:
                asset, exif = _columns(own, beside, row)
                tags = (beside or own).tags or own.tags
            if path.exists():
                exif["modify_date"] = row["stored_modified_at"]
            if not is_held_back:
                asset |= _picture(path, row)
        with self._database.transaction():
            if row is not None:
                self._apply(row, asset, exif)
                for value in tags:
                    self._tag(row, value)
                if is_held_back:
                    data = {"id": asset_id, "source": "upload"}
                    self._queues.add(THUMBNAILS, "AssetGenerateThumbnails", data, asset_id)
                else:
                    self._queues.count(THUMBNAILS)
            self._queues.done(METADATA, asset_id)

    def _look_at(self, asset_id: str) -> None:
        row = self._assets.get(asset_id)
        picture = {} if row is None else _picture(self._blobs.path(row["original_path"]), row)
        with self._database.transaction():
            if row is not None:
                self._apply(row, picture, {})
            self._queues.done(THUMBNAILS, asset_id)

    def _sidecar(self, row: Row) -> Facts | None:
        if row["sidecar_path"] is None:
            return None
        try:
            return sidecars.read(self._blobs.path(row["sidecar_path"]).read_bytes())
        except OSError:
            return None

    def _apply(self, row: Row, asset: dict[str, Any], exif: dict[str, Any]) -> None:
        """Set what is not so already; without any news the asset does not count as updated."""
        changed, about = (
            {name: value for name, value in columns.items() if row[name] != value}
            for columns in (asset, exif)
        )
        if changed or about:
            self._assets.change([row["id"]], asset=changed, exif=about)

    def _tag(self, row: Row, value: str) -> None:
        tag = self._tags.upsert(row["owner_id"], value)
        if tag is not None:
            self._tags.tag([tag["id"]], [row["id"]])


def _own_facts(path: Path, row: Row) -> Facts | None:
    """What the file says; nothing of a picture that cannot be read, None of such a film."""
    try:
        return movies.read(path) if row["type"] == "VIDEO" else pictures.read(path)
    except pictures.UnreadableError:
        return Facts()
    except OSError:
        return None


def _picture(path: Path, row: Row) -> dict[str, Any]:
    """What shows that there are thumbnails; nothing of what is hidden, which gets none."""
    return {} if row["visibility"] == "hidden" else {"thumbhash": thumbhash_of(path)}


def thumbhash_of(path: Path) -> str | None:
    """The hash of the file's thumbnail; None if there can be none."""
    try:
        if media.asset_type(path.name) == "VIDEO":
            return None if movies.read(path) is None else _BLANK
        return pictures.hash_of(path) if pictures.can_read(path.name) else _BLANK
    except (OSError, pictures.UnreadableError):
        return None


def _columns(own: Facts, beside: Facts | None, row: Row) -> tuple[dict[str, Any], dict[str, Any]]:
    """What becomes of the asset and of its EXIF."""
    taken, local, zone = _dates(own, beside, row)
    if beside is not None:
        beside.fill_from(own)
    facts = beside or own
    shown = (facts.height, facts.width) if facts.is_sideways else (facts.width, facts.height)
    place = _place(facts)
    asset = {
        "file_created_at": taken,
        "local_date_time": local,
        "width": shown[0],
        "height": shown[1],
        "duration": own.duration,
    }
    exif = {
        "date_time_original": taken,
        "time_zone": zone,
        "exif_image_width": facts.width,
        "exif_image_height": facts.height,
        "orientation": None if facts.orientation is None else str(facts.orientation),
        "make": facts.make,
        "model": facts.model,
        "lens_model": facts.lens_model,
        "f_number": facts.f_number,
        "focal_length": facts.focal_length,
        "iso": facts.iso,
        "exposure_time": facts.exposure_time,
        "latitude": facts.latitude,
        "longitude": facts.longitude,
        "city": place and place.city,
        "state": place and place.state,
        "country": place and place.country,
        "description": facts.description or "",
        "projection_type": facts.projection_type,
        "rating": facts.rating,
        "fps": facts.fps,
    }
    return asset, exif


def _dates(own: Facts, beside: Facts | None, row: Row) -> tuple[int, int, str | None]:
    """When it was taken, what a clock showed there, and the zone of that clock.

    What is written beside the file counts more than what is written in it, its place included.
    """
    by_place, taken = _place(own), own.taken
    zone = own.zone
    if zone is None and taken is not None:
        zone = taken.zone
    if zone is None and by_place is not None:
        zone = by_place.zone
    if beside is not None:
        if beside.taken is not None:
            taken, zone = beside.taken, beside.taken.zone
        there = _place(beside)
        zone = there.zone if there is not None else zone
    if taken is None:
        # What the upload states, and of it the earlier time, as v3.1 has it.
        earliest: int = min(row["file_created_at"], row["file_modified_at"])
        return earliest, earliest, zone
    if taken.offset_minutes is not None:
        instant = taken.local - taken.offset_minutes * 60_000_000
    elif zone is not None and taken is own.taken and by_place is not None:
        instant = zones.instant(taken.local, zone)
    else:
        instant = taken.local
    return instant, zones.local(instant, zone), zone


def _place(facts: Facts) -> places.Place | None:
    if facts.latitude is None or facts.longitude is None:
        return None
    return places.nearest(facts.latitude, facts.longitude)
