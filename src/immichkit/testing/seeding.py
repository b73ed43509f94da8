"""Filling a library without uploads, as quickly as the tables take it."""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from attrs import Attribute, field, frozen

from immichkit.testing import media, zones
from immichkit.testing.state import readings, seed_files
from immichkit.testing.state.assets import NewAsset
from immichkit.testing.state.database import new_id
from immichkit.testing.state.users import Caller

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immichkit.testing.state import State

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST: Final = datetime(2024, 1, 1, tzinfo=UTC)
_VISIBILITIES: Final = ("timeline", "archive", "hidden", "locked")


def _several(texts: Iterable[str]) -> tuple[str, ...]:
    if isinstance(texts, str):
        raise TypeError(f"This takes several texts: [{texts!r}]")
    return tuple(texts)


def _check_aware(_seed: SeedAsset, attribute: Attribute[Any], value: datetime | None) -> None:
    if value is not None and value.tzinfo is None:
        raise ValueError(f"{attribute.name} needs a time zone, such as tzinfo=UTC")


def _check_name(_seed: SeedAsset, _attribute: Attribute[Any], value: str) -> None:
    if not media.is_asset(value):
        raise ValueError(f"The server takes no file that is called {value!r}")


def _check_visibility(_seed: SeedAsset, _attribute: Attribute[Any], value: str) -> None:
    if value not in _VISIBILITIES:
        raise ValueError(f"The visibility is one of {', '.join(_VISIBILITIES)}, not {value!r}")


@frozen(kw_only=True)
class SeedAsset:
    """A photo or video to fill a library with.

    ``taken`` has a time zone, which also gives the local time; ``created`` is when the server got
    it, now unless given. ``albums`` and ``people`` are names, ``tags`` are paths such as
    ``places/Kyoto``: they are made where the user has none. ``texts`` are what can be read in the
    picture. ``duplicate`` is the name of a group: the user's photos of one name are each other's
    duplicates. Without ``content`` the file is a small picture of its own.
    """

    name: str = field(default="IMG_0001.jpg", validator=_check_name)
    taken: datetime = field(default=_FIRST, validator=_check_aware)
    created: datetime | None = field(default=None, validator=_check_aware)
    is_favorite: bool = False
    is_trashed: bool = False
    visibility: str = field(default="timeline", validator=_check_visibility)
    albums: tuple[str, ...] = field(default=(), converter=_several)
    tags: tuple[str, ...] = field(default=(), converter=_several)
    people: tuple[str, ...] = field(default=(), converter=_several)
    texts: tuple[str, ...] = field(default=(), converter=_several)
    duplicate: str | None = None
    description: str = ""
    rating: int | None = None
    make: str | None = None
    model: str | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    latitude: float | None = None
    longitude: float | None = None
    content: bytes | None = field(default=None, repr=False)


def seed(state: State, owner_id: str, assets: int | Iterable[SeedAsset]) -> list[str]:
    """The ids of new assets of the owner, in the order given.

    Raises `ValueError` for contents that the owner has already, and then adds nothing.
    """
    wanted = _ordinary(assets) if isinstance(assets, int) else assets
    seeds: list[SeedAsset] = []
    size = 0

    def rows() -> Iterator[tuple[NewAsset, Mapping[str, Any]]]:
        nonlocal size
        for one in wanted:
            seeds.append(one)
            new = _new_asset(state, owner_id, one)
            size += new.size
            yield new, _columns(state, one, new)

    try:
        ids = state.assets.add_all(rows())
    except sqlite3.IntegrityError:
        raise ValueError("The user has a file with the same content already") from None
    state.users.use_quota(owner_id, size)
    albums, tags, people = _groups(ids, seeds)
    for name, asset_ids in albums.items():
        _put_in_album(state, owner_id, name, asset_ids)
    for path, asset_ids in tags.items():
        tag = state.tags.upsert(owner_id, path)
        if tag is not None:
            state.tags.tag([tag["id"]], asset_ids)
    state.people.seed(owner_id, people)
    for asset_id, one in zip(ids, seeds, strict=True):
        for text in one.texts:
            state.texts.add(asset_id, text)
    return ids


def _ordinary(count: int) -> Iterator[SeedAsset]:
    if count < 0:
        raise ValueError(f"There are no {count} photos")
    for number in range(count):
        taken = _FIRST + timedelta(minutes=number)
        yield SeedAsset(name=f"IMG_{number + 1:04d}.jpg", taken=taken)


def _new_asset(state: State, owner_id: str, seed: SeedAsset) -> NewAsset:
    file_id, extension = new_id(), media.extension_of(seed.name)
    side = None
    if seed.content is None:
        path = seed_files.path_of(owner_id, file_id, extension)
        content = seed_files.content_of(path)
        side = seed_files.SIDE if seed_files.is_picture(path) else None
    else:
        path = f"/data/upload/{owner_id}/{file_id[:2]}/{file_id[2:4]}/{file_id}{extension}"
        content = seed.content
        with state.blobs.create(file_id) as file:
            file.write(content)
        state.blobs.keep(file_id, path)
    taken = _moment(seed.taken)
    return NewAsset(
        owner_id=owner_id,
        original_path=path,
        file_name=seed.name,
        checksum=hashlib.sha1(content, usedforsecurity=False).digest(),
        size=len(content),
        file_created_at=taken,
        file_modified_at=taken,
        is_favorite=seed.is_favorite,
        visibility=seed.visibility,
        created_at=None if seed.created is None else _moment(seed.created),
        local_date_time=zones.local(taken, _zone(seed)),
        is_trashed=seed.is_trashed,
        width=side,
        height=side,
    )


def _columns(state: State, seed: SeedAsset, new: NewAsset) -> dict[str, Any]:
    """What the server finds out about a file, beside what came with it."""
    return {
        "duplicate_id": _duplicate_id(new.owner_id, seed.duplicate),
        "thumbhash": _thumbhash(state, seed, new),
        "exif_image_width": new.width,
        "exif_image_height": new.height,
        "modify_date": new.file_modified_at,
        "time_zone": _zone(seed),
        "make": seed.make,
        "model": seed.model,
        "latitude": seed.latitude,
        "longitude": seed.longitude,
        "city": seed.city,
        "state": seed.state,
        "country": seed.country,
        "description": seed.description,
        "rating": seed.rating,
    }


def _thumbhash(state: State, seed: SeedAsset, new: NewAsset) -> str | None:
    """What shows that the server is done with the file; nothing of what it could not read."""
    if seed.visibility == "hidden":
        return None
    if seed.content is None:
        return seed_files.THUMBHASH
    return readings.thumbhash_of(state.blobs.path(new.original_path))


def _duplicate_id(owner_id: str, name: str | None) -> str | None:
    """The id of the owner's group of this name, the same whenever it is asked for."""
    if name is None:
        return None
    digest = hashlib.sha256(f"{owner_id}/{name}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _zone(seed: SeedAsset) -> str | None:
    return zones.of_date(seed.taken.isoformat())


def _moment(when: datetime) -> int:
    return (when - _EPOCH) // timedelta(microseconds=1)


_Groups = dict[str, list[str]]


def _groups(ids: Iterable[str], seeds: Iterable[SeedAsset]) -> tuple[_Groups, _Groups, _Groups]:
    """The ids by album, by tag and by person."""
    albums: _Groups = {}
    tags: _Groups = {}
    people: _Groups = {}
    for asset_id, one in zip(ids, seeds, strict=True):
        for groups, names in ((albums, one.albums), (tags, one.tags), (people, one.people)):
            for name in dict.fromkeys(names):
                groups.setdefault(name, []).append(asset_id)
    return albums, tags, people


def _put_in_album(state: State, owner_id: str, name: str, asset_ids: list[str]) -> None:
    """Put assets into the owner's album of this name, made if he has none."""
    owner = state.users.get(owner_id)
    if owner is None:
        raise LookupError(owner_id)
    known = state.albums.all_of(Caller(owner), name=name, is_owned=True)
    if known:
        state.albums.put_assets(known[0]["id"], asset_ids)
        state.albums.mend_thumbnails()
    else:
        state.albums.add(owner_id, name, "", asset_ids, ())
