"""Of assets that are the same photo: which one is the best to keep, by rules that have a name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final, Literal, NamedTuple, TypeAlias, get_args

import attrs
from immichkit_api.models import ExifResponseDto
from immichkit_api.types import UNSET
from msgspec import Struct, structs

from immichkit.errors import CriteriaError
from immichkit.options import check_type, kind_of
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
# A sync stream knows more of a file than the rest of the API: what is counted is the same in both.
_FACTS: Final = frozenset(
    name for one in structs.fields(ExifResponseDto) for name in (one.name, one.encode_name)
)
_THOUSAND: Final = 1000


@attrs.frozen(kw_only=True)
class Candidate:
    """What is known of an asset that there is more than one of; times are in nanoseconds.

    None is what is not known, which is not the same as nothing.
    """

    id: str
    name: str
    owner_id: str
    checksum: str
    visibility: str
    size: int | None
    pixels: int | None
    known: int | None
    taken: int | None
    created: int | None
    place: tuple[float, float] | None
    moving_part: str | None
    duplicate_id: str | None
    is_favorite: bool | None
    is_trashed: bool
    is_stacked: bool
    is_suggested: bool = False
    in_album: bool | None = False

    @property
    def is_raw(self) -> bool | None:
        """Whether the file is what the sensor saw, by its extension."""
        return PurePosixPath(self.name).suffix[1:].lower() in _RAW if self.name else None


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
        "size": fields.known_sizes(),
        "pixels": [width * height if width and height else None for width, height in sides],
        "known": [_count(one) for one in exif],
        "taken": nanoseconds_of_all(fields.raw("localDateTime", "local_date_time")),
        "created": nanoseconds_of_all(fields.raw("createdAt", "created_at")),
        "place": [_place(one) for one in exif],
        "moving_part": fields.raw("livePhotoVideoId", "live_photo_video_id"),
        "duplicate_id": fields.raw("duplicateId", "duplicate_id"),
        "is_favorite": [
            None if one is None else bool(one) for one in fields.raw("isFavorite", "is_favorite")
        ],
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
    """Something that one asset can be better at than another, and how a reason says so.

    ``fact`` is what has to be known of all of them for any to be trashed; without one, they are
    just not told apart by what is not known.
    """

    worth: Callable[[Candidate], int | None]
    words: Callable[[Candidate], str]
    fact: str | None


def _said(words: str) -> Callable[[Candidate], str]:
    return lambda _: words


_LIVE: Final = _Criterion(lambda one: bool(one.moving_part), _said("it is a live photo"), None)
_SIZE: Final = _Criterion(
    lambda one: one.size,
    lambda one: f"it is the largest file ({_bytes(one.size or 0)})",
    "file size",
)
_PIXELS: Final = _Criterion(lambda one: one.pixels, _said("it has the most pixels"), None)
_KNOWN: Final = _Criterion(lambda one: one.known, _said("the most is known of it"), "EXIF data")
_FAVORITE: Final = _Criterion(
    lambda one: one.is_favorite, _said("it is a favorite"), "favorite mark"
)
_SUGGESTED: Final = _Criterion(lambda one: one.is_suggested, _said("the server suggests it"), None)
_OLDEST: Final = (
    _Criterion(lambda one: _before(one.taken), _said("it was taken first"), "date"),
    _Criterion(lambda one: _before(one.created), _said("it was uploaded first"), "upload date"),
)
_RULES: Final[Mapping[str, tuple[_Criterion, ...]]] = {
    "suggested": (_SUGGESTED,),
    "largest": (_SIZE, _PIXELS),
    "oldest": _OLDEST,
    "newest": (
        _Criterion(lambda one: one.taken, _said("it was taken last"), "date"),
        _Criterion(lambda one: one.created, _said("it was uploaded last"), "upload date"),
    ),
    "most_metadata": (_KNOWN,),
    "favorite": (_FAVORITE,),
    "raw": (_Criterion(lambda one: one.is_raw, _said("it is the raw file"), "file name"),),
    "in_album": (_Criterion(lambda one: one.in_album, _said("it is in an album"), "albums"),),
}
# What decides where the rules that were asked for do not.
_TIES: Final = (_LIVE, _FAVORITE, _SIZE, _PIXELS, _KNOWN, *_OLDEST)


class Rules:
    """Named rules, of which the first that sets assets apart decides; ties end the same way always.

    Raises `ValueError` for a name that is none, `TypeError` for what cannot be one.
    """

    def __init__(self, keep: str | Sequence[str]) -> None:
        wanted = "a rule, a list of rules or a function"
        if isinstance(keep, bytes | bytearray):
            raise TypeError(f"keep must be {wanted}, not {kind_of(keep)}.")
        check_type("keep", keep, Sequence, wanted)
        self.names = (keep,) if isinstance(keep, str) else tuple(keep)
        for name in self.names or ("",):
            check_type("keep", name, str, wanted, "This is in it.")
            if name not in _RULES:
                known = ", ".join(map(repr, get_args(KeepRule)))
                raise ValueError(f"keep is a function or some of {known}, not {name!r}.")
        self._criteria = [
            *(criterion for name in self.names for criterion in _RULES[name]),
            *_TIES,
        ]

    def best(self, candidates: Sequence[Candidate]) -> tuple[Candidate | None, str]:
        """The one to keep of at least one, and why it is that one.

        None, with what is not known, if that could have been what sets them apart.
        """
        left = sorted(candidates, key=lambda one: one.id)
        why = "nothing sets it apart from the others but its id"
        for criterion in self._criteria:
            if len(left) == 1:
                break
            worths = [criterion.worth(one) for one in left]
            known = [worth for worth in worths if worth is not None]
            if len(known) < len(left):
                if criterion.fact is None:
                    continue
                return None, f"the {criterion.fact} of each would decide, and is not known"
            most = max(known)
            best = [one for one, worth in zip(left, known, strict=True) if worth == most]
            if len(best) < len(left):
                why = criterion.words(best[0])
            left = best
        return left[0], why


def _before(time: int | None) -> int | None:
    return None if time is None else -time


def _count(exif: Mapping[str, Any] | None) -> int | None:
    """How many facts there are; None where it was not asked for them."""
    return None if exif is None else sum(bool(exif[name]) for name in _FACTS & exif.keys())


def visibilities(fields: Fields) -> list[str]:
    """Where each asset is shown, as the API calls it."""
    known = fields.raw("visibility", "visibility")
    return [str(getattr(one, "value", one) or "timeline") for one in known]


def _plain(exif: Any) -> Mapping[str, Any] | None:
    """A model's or a mapping's facts by their names; None if there are none to be had."""
    if isinstance(exif, Struct):
        known = structs.asdict(exif)
        return {name: value for name, value in known.items() if value is not UNSET}
    return exif if isinstance(exif, Mapping) else None


def _place(exif: Mapping[str, Any] | None) -> tuple[float, float] | None:
    if exif is None:
        return None
    latitude, longitude = exif.get("latitude"), exif.get("longitude")
    return None if latitude is None or longitude is None else (latitude, longitude)


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < _THOUSAND:
            return f"{size:.3g} {unit}"
        size /= _THOUSAND
    return f"{size:.3g} GB"
