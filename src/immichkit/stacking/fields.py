"""The fields of assets, one after the other: of models, of mappings, of the rows of a mirror."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property, partial
from operator import attrgetter
from typing import Any, Final

from immichkit_api.types import UNSET, UnsetType

from immichkit.errors import CriteriaError

__all__ = ["FLAGS", "TEXTS", "TIMES", "Fields"]

TIMES: Final = {
    "localDateTime": "local_date_time",
    "fileCreatedAt": "file_created_at",
    "fileModifiedAt": "file_modified_at",
    "updatedAt": "updated_at",
}
"""The keys that are times, each with the name that it has in models and rows."""

FLAGS: Final = {
    "hasMetadata": "has_metadata",
    "isArchived": "is_archived",
    "isFavorite": "is_favorite",
    "isOffline": "is_offline",
    "isTrashed": "is_trashed",
}
"""The keys that are true or false."""

TEXTS: Final = {
    "originalFileName": "original_file_name",
    "originalPath": "original_path",
    "id": "id",
    "deviceAssetId": "device_asset_id",
    "deviceId": "device_id",
    "duration": "duration",
    "ownerId": "owner_id",
    "type": "type",
    "checksum": "checksum",
}
"""All other keys."""


class Fields:
    """The fields of ``assets``, each read when it is first asked for.

    Whatever is given twice, by its id, is there once.
    """

    # All are tuples: of texts and numbers those are no concern of the garbage collector, which
    # would walk over as many lists again and again.

    def __init__(self, assets: Iterable[Any]) -> None:
        self._assets = tuple(assets)
        self.ids = self._ids()
        if len(set(self.ids)) < len(self.ids):
            once = dict(zip(reversed(self.ids), reversed(self._assets), strict=True))
            self.ids = tuple(dict.fromkeys(self.ids))
            self._assets = tuple(map(once.__getitem__, self.ids))

    def __len__(self) -> int:
        return len(self._assets)

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The file name of each asset."""
        return self.texts("originalFileName")

    def texts(self, key: str) -> tuple[str, ...]:
        """The field ``key`` of each asset as a text, empty if there is none."""
        values = self.raw(key, TEXTS[key])
        if set(map(type, values)) == {str}:
            return values
        return tuple(["" if value is None else str(value) for value in values])

    def flags(self, key: str) -> tuple[bool, ...]:
        """Whether ``key`` is true of each asset, also where the sync stream has other words."""
        values = self.raw(key, FLAGS[key])
        instead: Iterable[Any] = values
        if None in values and key == "isTrashed":
            instead = self.raw("deletedAt", "deleted_at")
        elif None in values and key == "isArchived":
            instead = (where == "archive" for where in self.raw("visibility", "visibility"))
        both = zip(values, instead, strict=True)
        return tuple([bool(other if value is None else value) for value, other in both])

    def sizes(self) -> tuple[int, ...]:
        """The size of each asset's file in bytes, 0 if it is not known."""
        return tuple([size or 0 for size in self.known_sizes()])

    def known_sizes(self) -> tuple[int | None, ...]:
        """The size of each asset's file in bytes, None if it is not known."""
        size = ("fileSizeInByte", "file_size_in_byte")
        nested = _read(self.raw("exifInfo", "exif_info"), *size)
        flat = self.raw(*size)
        pairs = zip(nested, flat, strict=True)
        return tuple([next((one for one in pair if isinstance(one, int)), None) for pair in pairs])

    def raw(self, wire: str, name: str) -> tuple[Any, ...]:
        """A field by its name on the wire and in models; None where it is missing."""
        return _read(self._assets, wire, name)

    def _ids(self) -> tuple[str, ...]:
        ids = self.raw("id", "id")
        wrong = [index for index, given in enumerate(ids) if not isinstance(given, str)]
        if wrong:
            kind = type(self._assets[wrong[0]]).__name__
            raise CriteriaError(f"what was given as asset {wrong[0]}, a {kind}, has no id")
        return ids


def _read(things: tuple[Any, ...], wire: str, name: str) -> tuple[Any, ...]:
    readers = {kind: _reader(kind, wire, name) for kind in set(map(type, things))}
    if len(readers) == 1:
        (reader,) = readers.values()
        values = tuple(map(reader, things))
    else:
        values = tuple([readers[type(thing)](thing) for thing in things])
    if UnsetType in set(map(type, values)):
        return tuple([None if value is UNSET else value for value in values])
    return values


def _reader(kind: type[Any], wire: str, name: str) -> Callable[[Any], Any]:
    """What reads a field of an asset of type ``kind``; None where it has none."""
    if issubclass(kind, Mapping):
        return lambda asset: asset.get(wire) if wire in asset else asset.get(name)
    if hasattr(kind, "keys"):
        return partial(_of_row, name)
    return attrgetter(name) if hasattr(kind, name) else lambda asset: getattr(asset, name, None)


def _of_row(name: str, row: Any) -> Any:
    try:
        return row[name]
    except (IndexError, KeyError):
        return None
