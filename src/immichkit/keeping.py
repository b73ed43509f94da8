"""Of assets that are the same photo: which one is the best to keep, by rules that have a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import attrs
from immichkit_api.types import UNSET
from msgspec import Struct, structs

from immichkit.errors import CriteriaError
from immichkit.stacking.fields import Fields
from immichkit.stacking.times import nanoseconds_of_all

__all__ = ["Candidate", "KeepRule", "Rules", "candidates_of", "fields_of", "visibilities"]

KeepRule: TypeAlias = Literal[
    "suggested", "largest", "oldest", "newest", "most_metadata", "favorite", "raw", "in_album"
]
"""``largest`` goes by the bytes of the file, ``oldest`` and ``newest`` by when it was taken."""

# fmt: off
_RAW: Final = frozenset((
    "3fr", "ari", "arw", "cap", "cin", "cr2", "cr3", "crw", "dcr", "dng", "erf", "fff", "iiq",
    "k25", "kdc", "mrw", "nef", "nrw", "orf", "ori", "pef", "raf", "raw", "rw2", "rwl", "sr2",
    "srf", "srw", "x3f",
))
# fmt: on
_LAST: Final = 2**63
_THOUSAND: Final = 1000


@attrs.frozen(kw_only=True)
class Candidate:
    """What is known of an asset that there is more than one of; times are in nanoseconds."""

    id: str
    name: str
    owner_id: str
    checksum: str
    visibility: str
    size: int
    pixels: int
    known: int
    taken: int | None
    created: int | None
    place: tuple[float, float] | None
    moving_part: str | None
    duplicate_id: str | None
    is_favorite: bool
    is_trashed: bool
    is_stacked: bool
    is_suggested: bool = False
    in_album: bool = False

    @property
    def is_raw(self) -> bool:
        """Whether the file is what the sensor saw, by its extension."""
        return PurePosixPath(self.name).suffix[1:].lower() in _RAW


def candidates_of(assets: Iterable[Any]) -> dict[str, Candidate]:
    """What is known of each of ``assets`` by its id: models, rows of a mirror, or mappings."""
    fields = fields_of(assets)
    exif = [_plain(one) for one in fields.raw("exifInfo", "exif_info")]
    sides = zip(fields.raw("width", "width"), fields.raw("height", "height"), strict=True)
    stacks = zip(fields.raw("stack", "stack"), fields.raw("stackId", "stack_id"), strict=True)
    columns = {
        "id": fields.ids,
        "name": fields.names,
        "owner_id": fields.texts("ownerId"),
        "checksum": fields.texts("checksum"),
        "visibility": visibilities(fields),
        "size": fields.sizes(),
        "pixels": [(width or 0) * (height or 0) for width, height in sides],
        "known": [sum(map(bool, one.values())) for one in exif],
        "taken": nanoseconds_of_all(fields.raw("localDateTime", "local_date_time")),
        "created": nanoseconds_of_all(fields.raw("createdAt", "created_at")),
        "place": [_place(one) for one in exif],
        "moving_part": fields.raw("livePhotoVideoId", "live_photo_video_id"),
        "duplicate_id": fields.raw("duplicateId", "duplicate_id"),
        "is_favorite": fields.flags("isFavorite"),
        "is_trashed": fields.flags("isTrashed"),
        "is_stacked": [bool(stack or stack_id) for stack, stack_id in stacks],
    }
    rows = zip(*columns.values(), strict=True)
    return {row[0]: Candidate(**dict(zip(columns, row, strict=True))) for row in rows}


def fields_of(assets: Iterable[Any]) -> Fields:
    """The fields of ``assets``; raises `TypeError` if one of them is none."""
    try:
        return Fields(assets)
    except CriteriaError as error:
        raise TypeError(str(error)) from None


class _Criterion(NamedTuple):
    """Something that one asset can be better at than another, and how a reason says so."""

    worth: Callable[[Candidate], int]
    words: Callable[[Candidate], str]


def _said(words: str) -> Callable[[Candidate], str]:
    return lambda _: words


_LIVE: Final = _Criterion(lambda one: bool(one.moving_part), _said("it is a live photo"))
_SIZE: Final = _Criterion(
    lambda one: one.size, lambda one: f"it is the largest file ({_bytes(one.size)})"
)
_PIXELS: Final = _Criterion(lambda one: one.pixels, _said("it has the most pixels"))
_KNOWN: Final = _Criterion(lambda one: one.known, _said("the most is known of it"))
_FAVORITE: Final = _Criterion(lambda one: one.is_favorite, _said("it is a favorite"))
_SUGGESTED: Final = _Criterion(lambda one: one.is_suggested, _said("the server suggests it"))
_OLDEST: Final = (
    _Criterion(lambda one: -_or_last(one.taken), _said("it was taken first")),
    _Criterion(lambda one: -_or_last(one.created), _said("it was uploaded first")),
)
_RULES: Final[Mapping[str, tuple[_Criterion, ...]]] = {
    "suggested": (_SUGGESTED,),
    "largest": (_SIZE, _PIXELS),
    "oldest": _OLDEST,
    "newest": (
        _Criterion(lambda one: one.taken or -_LAST, _said("it was taken last")),
        _Criterion(lambda one: one.created or -_LAST, _said("it was uploaded last")),
    ),
    "most_metadata": (_KNOWN,),
    "favorite": (_FAVORITE,),
    "raw": (_Criterion(lambda one: one.is_raw, _said("it is the raw file")),),
    "in_album": (_Criterion(lambda one: one.in_album, _said("it is in an album")),),
}
# What decides where the rules that were asked for do not.
_TIES: Final = (_LIVE, _FAVORITE, _SIZE, _PIXELS, _KNOWN, *_OLDEST)


class Rules:
    """Named rules, of which the first that sets assets apart decides; ties end the same way always.

    Raises `ValueError` for a name that is none.
    """

    def __init__(self, keep: str | Sequence[str]) -> None:
        self.names = (keep,) if isinstance(keep, str) else tuple(keep)
        for name in self.names or ("",):
            if name not in _RULES:
                known = ", ".join(map(repr, get_args(KeepRule)))
                raise ValueError(f"keep is a function or some of {known}, not {name!r}.")
        self._criteria = [
            *(criterion for name in self.names for criterion in _RULES[name]),
            *_TIES,
        ]

    def best(self, candidates: Sequence[Candidate]) -> tuple[Candidate, str]:
        """The one to keep, and why it is that one; there is at least one."""
        left = sorted(candidates, key=lambda one: one.id)
        why = "nothing sets it apart from the others but its id"
        for criterion in self._criteria:
            most = max(map(criterion.worth, left))
            best = [one for one in left if criterion.worth(one) == most]
            if len(best) < len(left):
                why = criterion.words(best[0])
            left = best
            if len(left) == 1:
                break
        return left[0], why


def _or_last(time: int | None) -> int:
    return _LAST if time is None else time


def visibilities(fields: Fields) -> list[str]:
    """Where each asset is shown, as the API calls it."""
    known = fields.raw("visibility", "visibility")
    return [str(getattr(one, "value", one) or "timeline") for one in known]


def _plain(exif: Any) -> Mapping[str, Any]:
    """A model's or a mapping's facts by the names of the models."""
    if isinstance(exif, Struct):
        known = structs.asdict(exif)
        return {name: value for name, value in known.items() if value is not UNSET}
    return exif if isinstance(exif, Mapping) else {}


def _place(exif: Mapping[str, Any]) -> tuple[float, float] | None:
    latitude, longitude = exif.get("latitude"), exif.get("longitude")
    return None if latitude is None or longitude is None else (latitude, longitude)


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < _THOUSAND:
            return f"{size:.3g} {unit}"
        size /= _THOUSAND
    return f"{size:.3g} GB"
