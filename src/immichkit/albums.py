"""Albums: which is meant by a name, which are there twice or empty, and those that folders make."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from pathlib import PurePath, PurePosixPath
from types import NoneType
from typing import ClassVar, Literal, TypeAlias

import attrs
from immichkit_api.models import AlbumResponseDto

from immichkit.batches import in_batches
from immichkit.options import check_type, kind_of
from immichkit.plans import Entry, Plan, named

__all__ = [
    "AlbumEntry",
    "AlbumPlan",
    "FolderAlbums",
    "FolderName",
    "by_age",
    "by_name",
    "equal_named",
    "letters",
    "plan_albums",
]

FolderName: TypeAlias = Callable[[PurePosixPath], str | None]
"""What an album is called after a folder, which is given below its root; None for no album."""


def by_age(albums: Iterable[AlbumResponseDto]) -> list[AlbumResponseDto]:
    """The oldest first; those of one moment by id."""
    return sorted(albums, key=lambda album: (album.created_at, album.id))


def letters(name: str) -> str:
    """``name`` with its letters in the one way that counts: an "é" can be written in two."""
    return unicodedata.normalize("NFC", name)


def by_name(albums: Iterable[AlbumResponseDto]) -> dict[str, list[AlbumResponseDto]]:
    """The albums of each name, in `letters`; of those of one name the oldest first."""
    named: dict[str, list[AlbumResponseDto]] = defaultdict(list)
    for album in by_age(albums):
        named[letters(album.album_name)].append(album)
    return dict(named)


def equal_named(albums: Iterable[AlbumResponseDto]) -> dict[str, list[AlbumResponseDto]]:
    """The albums whose name several have, by that name; the oldest first."""
    return {name: same for name, same in sorted(by_name(albums).items()) if len(same) > 1}


def _roots(roots: str | PurePath | Iterable[str | PurePath]) -> tuple[PurePosixPath, ...]:
    """The deepest first, so that of two that hold each other the inner one counts."""
    several = [roots] if isinstance(roots, str | PurePath) else roots
    found = {PurePosixPath(root if isinstance(root, str) else root.as_posix()) for root in several}
    if not found:
        raise ValueError("There is no root: name the folder below which albums begin.")
    return tuple(sorted(found, key=lambda root: (-len(root.parts), str(root))))


@attrs.frozen(kw_only=True)
class FolderAlbums:
    """How folders on the server become albums.

    ``roots`` are the folders below which albums begin. An album is called after the first
    ``levels`` folders below its root, after the last ones if that is negative, after all of them if
    it is None; ``separator`` stands between them. ``name`` decides otherwise.
    """

    roots: tuple[PurePosixPath, ...] = attrs.field(converter=_roots)
    levels: int | None = 1
    separator: str = " / "
    name: FolderName | None = None

    def __attrs_post_init__(self) -> None:
        check_type("separator", self.separator, str, "a text")
        if self.name is not None and not callable(self.name):
            raise TypeError(f"name must be a function or None, not {kind_of(self.name)}.")
        if self.levels is not None:
            check_type("levels", self.levels, int, "a whole number or None")
        if self.levels == 0:
            raise ValueError("levels=0 leaves no folder to call an album after: None takes all.")

    def album_of(self, path: str) -> str | None:
        """What the album of the file at ``path`` is called; None if it belongs into none."""
        folder = PurePosixPath(path).parent
        for root in self.roots:
            if folder.is_relative_to(root):
                return self._called(folder.relative_to(root))
        return None

    def _called(self, folder: PurePosixPath) -> str | None:
        if self.name is not None:
            called = self.name(folder)
            check_type("What name returns", called, (str, NoneType), "a text or None")
            return letters(called or "") or None
        parts = folder.parts
        if self.levels is not None:
            parts = parts[: self.levels] if self.levels > 0 else parts[self.levels :]
        return letters(self.separator.join(parts)) or None

    def grouped(self, files: Iterable[tuple[str, str]]) -> dict[str, dict[str, str]]:
        """The file names of assets by id, by the album that each belongs into.

        ``files`` are where they lie, each with the asset's id.
        """
        albums: dict[str, dict[str, str]] = defaultdict(dict)
        for path, asset_id in sorted(files):
            if (name := self.album_of(path)) is not None:
                albums[name].setdefault(asset_id, PurePosixPath(path).name)
        return {name: albums[name] for name in sorted(albums)}

    def left_out(self, files: Collection[tuple[str, str]]) -> tuple[str, ...]:
        """What a plan has to say if none of ``files`` belongs into an album."""
        if not files:
            return ("There are no files to make albums of.",)
        below = " or ".join(map(str, self.roots))
        example = min(files)[0]
        return (f"None of {len(files)} files belongs into an album below {below}: not {example}.",)


@attrs.frozen(kw_only=True)
class AlbumEntry(Entry):
    """An album to ``create``, or assets to ``add`` to one; ``keep`` for those that it has.

    ``album_id`` is None for an album that is still to be created.
    """

    action: Literal["create", "add", "keep"]
    album_name: str
    album_id: str | None = None

    @property
    def about(self) -> str:
        """What is done, in a line."""
        if self.action == "create":
            return f"create the album {self.album_name!r}"
        way = "to" if self.action == "add" else "in"
        count = len(self.asset_ids)
        shown = named(self.asset_ids, self.names)
        return f"{self.action} {count} {way} the album {self.album_name!r} ({shown})"


@attrs.frozen(kw_only=True)
class AlbumPlan(Plan[AlbumEntry]):
    """Which albums are to be made, and which assets put into them; nothing is taken out of any."""

    kind: ClassVar[str] = "albums"
    title: ClassVar[str] = "Albums"

    entries: tuple[AlbumEntry, ...] = attrs.field(repr=False)

    @property
    def create(self) -> list[AlbumEntry]:
        """Albums that are not there yet, without what is added to them."""
        return self.of("create")

    @property
    def add(self) -> list[AlbumEntry]:
        """Assets that are to be put into an album."""
        return self.of("add")

    @property
    def keep(self) -> list[AlbumEntry]:
        """Assets that are in their album already."""
        return self.of("keep")


def plan_albums(
    wanted: Mapping[str, Mapping[str, str]],
    existing: Mapping[str, AlbumResponseDto],
    members: Mapping[str, Collection[str]],
) -> AlbumPlan:
    """What makes the ``wanted`` albums, by name, hold the assets wanted, whose names are by id.

    ``existing`` are the albums of those names, ``members`` the ids of the assets in each, by the
    album's id.
    """
    entries: list[AlbumEntry] = []
    for name, assets in wanted.items():
        album = existing.get(name)
        inside = members.get(album.id, frozenset()) if album is not None else frozenset()
        album_id = None if album is None else album.id
        if album is None:
            why = "no album of yours has that name"
            entries.append(AlbumEntry(action="create", album_name=name, asset_ids=(), why=why))
        missing = [one for one in assets if one not in inside]
        there = [one for one in assets if one in inside]
        parts: tuple[tuple[Literal["add", "keep"], str, list[str]], ...] = (
            ("add", "their folder belongs to it", missing),
            ("keep", "they are in it", there),
        )
        entries += [
            AlbumEntry(
                action=action,
                album_name=name,
                album_id=album_id,
                asset_ids=tuple(batch),
                names=tuple(assets[one] for one in batch),
                why=why,
            )
            for action, why, ids in parts
            for batch in in_batches(ids)
        ]
    return AlbumPlan(entries=tuple(entries))
