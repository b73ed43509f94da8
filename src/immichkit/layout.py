"""Where many files lie in a folder: paths by a template, a place of its own for each asset."""

from __future__ import annotations

import datetime
import itertools
import re
import string
import unicodedata
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from pathlib import PurePath, PurePosixPath
from typing import TypeVar

from msgspec import Struct

from immichkit.filenames import safe

__all__ = ["Layout", "Named", "Places", "by_id", "marked", "owner_of"]

T = TypeVar("T")

_FIELDS = ("taken", "name", "stem", "ext", "id", "album")

_FORMAT = re.compile("%[-_0^#]?[EO]?[aAbBcCdDeFgGhHIjklmMnpPrRsStTuUVwWxXyYzZf%]")
"""What some system's `strftime` knows."""

_EXT = "\0"
"""What stands for an ending: in no template."""

_SHORT_ID = 8
"""Characters of an id that tell two files of one name apart, nearly always."""


class Named(Struct, frozen=True, kw_only=True):
    """What a template can say of an asset; ``taken`` is the local time of the picture."""

    id: str
    name: str
    taken: datetime.datetime
    album: str = ""


class Layout:
    """A template such as ``{taken:%Y/%m}/{name}``, as paths below a folder.

    The fields are ``taken`` with a format of `strftime`, ``name``, its ``stem`` and ``ext``
    (without the dot: ``{stem}.{ext}``), ``id`` and ``album``. A slash makes a folder where it
    stands in the template itself, never where it comes from a name.
    """

    def __init__(self, template: str) -> None:
        try:
            self._parts = list(string.Formatter().parse(template.replace("\\", "/")))
        except ValueError as error:
            raise ValueError(f"template={template!r} cannot be read: {error}.") from None
        used = {field for _, field, _, _ in self._parts if field is not None}
        if unknown := sorted(used - set(_FIELDS)):
            known = ", ".join(f"{{{field}}}" for field in _FIELDS)
            raise ValueError(f"template={template!r}: {unknown[0]!r} is none of {known}.")
        if any(conversion or "{" in (spec or "") for _, _, spec, conversion in self._parts):
            raise ValueError(f"template={template!r}: only {{taken:…}} has a format.")
        if not used & {"name", "stem", "id"}:
            raise ValueError(f"template={template!r} has neither {{name}} nor {{stem}} nor {{id}}.")
        self._check_ending(template)
        self.names_albums = "album" in used

    def _check_ending(self, template: str) -> None:
        text = ""
        for literal, field, spec, _ in self._parts:
            if field == "taken" and "%" in _FORMAT.sub("", spec or ""):
                raise ValueError(f"template={template!r}: {spec!r} is no format of a date.")
            text += literal + {None: "", "taken": spec or "", "ext": _EXT, "name": f"a.{_EXT}"}.get(
                field, "a"
            )
        name = text.rstrip("/").rpartition("/")[2]
        if _EXT not in name:
            wanted = "end it with {name} or .{ext}"
            raise ValueError(f"template={template!r} loses the ending: {wanted}.")
        if f".{_EXT}" not in name:
            raise ValueError(f"template={template!r}: {{ext}} has no dot: write .{{ext}}.")

    def path(self, asset: Named) -> PurePosixPath:
        """Where ``asset`` belongs, as a path that stays inside of the folder, whatever its name."""
        name = safe(asset.name) or asset.id
        values = {
            "name": name,
            "stem": PurePath(name).stem,
            "ext": PurePath(name).suffix.removeprefix("."),
            "id": asset.id,
            "album": asset.album,
        }
        text = "".join(_filled(part, values, asset.taken) for part in self._parts)
        # A name that is only dots, or nothing, is no folder: what was in it goes one up.
        components = [part for part in map(safe, text.split("/")) if part]
        return PurePosixPath(*components or [safe(asset.id) or "file"])


def owner_of(id_: str, kind: str) -> str:
    """Who has a place: an asset, or what belongs to it besides its original."""
    return id_ if kind == "original" else f"{id_}/{kind}"


def by_id(assets: Collection[T], id_of: Callable[[T], str]) -> list[tuple[int, T]]:
    """The assets, each behind its number, in the order of their ids.

    Who gives places in this order gives the same ones in whatever order the assets come.
    """
    return sorted(enumerate(assets), key=lambda pair: id_of(pair[1]))


class Places:
    """Which owner has which path below a folder; no two have the same, on any file system.

    ``known`` are the places of an earlier run, by owner. They are kept, so that a name goes to the
    same asset again and another of that name to one with its id in it.
    """

    def __init__(self, known: Mapping[str, str], reserved: Iterable[str] = ()) -> None:
        self._owners = {_key(path): "" for path in reserved}
        self._paths: dict[str, PurePosixPath] = {}
        for owner, path in known.items():
            self.take(owner, PurePosixPath(path))

    def candidates(self, owner: str, path: PurePosixPath) -> Iterator[PurePosixPath]:
        """Where a file may lie whose template says ``path``, the best first; all are free.

        There is always one more.
        """
        id_ = owner.partition("/")[0]
        known = self._paths.get(owner)
        if known is not None and _is_like(known, path, id_[:_SHORT_ID]):
            yield known
        names = (marked(path, f"{id_} {number}") for number in itertools.count(2))
        for option in itertools.chain(
            [path, marked(path, id_[:_SHORT_ID]), marked(path, id_)], names
        ):
            if self._owners.get(_key(str(option)), owner) == owner and option != known:
                yield option

    def take(self, owner: str, path: PurePosixPath) -> None:
        """Give ``path``, one of the `candidates`, to ``owner``."""
        self._owners[_key(str(path))] = owner
        self._paths[owner] = path


def marked(path: PurePosixPath, mark: str) -> PurePosixPath:
    """``photo.jpg`` as ``photo (5d1c70a3).jpg``."""
    return path.with_name(f"{path.stem} ({safe(mark) or 'file'}){path.suffix}")


def _is_like(known: PurePosixPath, path: PurePosixPath, mark: str) -> bool:
    """Whether ``known`` is ``path``, with or without a mark."""
    return known == path or (
        known.parent == path.parent
        and known.suffix == path.suffix
        and known.stem.startswith(f"{path.stem} ({safe(mark)}")
    )


def _filled(
    part: tuple[str, str | None, str | None, str | None],
    values: Mapping[str, str],
    taken: datetime.datetime,
) -> str:
    literal, field, spec, _ = part
    if field is None:
        return literal
    if field == "taken":
        return literal + taken.strftime(spec or "%Y-%m-%d")
    value = format(values[field], spec or "")
    return literal + value.replace("/", "_").replace("\\", "_")


def _key(path: str) -> str:
    """The same for two paths that some file system takes for one."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
