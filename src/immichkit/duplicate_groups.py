"""Groups of assets that are the same photo: found by name and time, or told of by the server."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import attrs
import msgspec
from immichkit_api.models import DuplicateResponseDto, SyncAssetExifV1, SyncAssetV2
from immichkit_api.types import Operation

from immichkit.batches import id_of
from immichkit.decode import decode
from immichkit.errors import DecodeError
from immichkit.keeping import candidates_of, fields_of, visibilities
from immichkit.stacking.times import nanoseconds_of_all

__all__ = [
    "SHOWN",
    "DuplicateGroup",
    "MirroredAsset",
    "groups_in",
    "known_groups",
    "same_name_and_time",
    "with_exif",
]

_PAIR: Final = 2

SHOWN: Final = ("timeline", "archive")
"""Where an asset is that the server takes for a duplicate."""


@attrs.frozen(kw_only=True)
class DuplicateGroup:
    """Assets that are the same photo: models, rows or mappings, as they were given.

    ``duplicate_id`` is the server's name for the group, None if the server does not know of it;
    ``suggested`` are the ids that the server would keep. ``reason`` says what they have in common.
    """

    assets: tuple[Any, ...] = attrs.field(repr=False)
    asset_ids: tuple[str, ...]
    duplicate_id: str | None = None
    suggested: tuple[str, ...] = ()
    reason: str = "the server takes them for the same picture"


def groups_in(
    operation: Operation[list[DuplicateResponseDto]], content: bytes
) -> Iterator[DuplicateGroup]:
    """The groups that ``content``, an answer, lists, each read when it is its turn.

    A hundred thousand assets at once take hundreds of megabytes. Raises `DecodeError`.
    """
    slim: Operation[Any] = msgspec.structs.replace(operation, response=list[msgspec.Raw])
    one: Operation[DuplicateResponseDto] = msgspec.structs.replace(
        slim, response=DuplicateResponseDto
    )
    for raw in decode(slim, content):
        try:
            group = decode(one, raw)
        except DecodeError:
            decode(operation, content)  # this knows the place in the whole of it
            raise
        yield DuplicateGroup(
            assets=tuple(group.assets),
            asset_ids=tuple(asset.id for asset in group.assets),
            duplicate_id=group.duplicate_id,
            suggested=tuple(group.suggested_keep_asset_ids),
        )


def same_name_and_time(assets: Iterable[Any]) -> list[DuplicateGroup]:
    """The groups of ``assets`` with one original file name and one local date-time.

    What is in the trash, locked, or the moving half of a live photo is in none. The assets are
    models, rows of a mirror, or mappings with the API's names; a group is one owner's alone. Groups
    come in the order of their names, their assets in that of their ids.
    """
    given = list(assets)
    fields = fields_of(given)
    halves = set(fields.raw("livePhotoVideoId", "live_photo_video_id"))
    columns = (
        fields.names,
        nanoseconds_of_all(fields.raw("localDateTime", "local_date_time")),
        fields.texts("ownerId"),
        fields.ids,
        visibilities(fields),
        fields.flags("isTrashed"),
    )
    groups: dict[tuple[str, int, str], list[str]] = {}
    for name, taken, owner_id, id_, visibility, is_trashed in zip(*columns, strict=True):
        is_shown = visibility in SHOWN and not is_trashed and id_ not in halves
        if is_shown and taken is not None:
            groups.setdefault((name, taken, owner_id), []).append(id_)
    found = {key: sorted(groups[key]) for key in sorted(groups) if len(groups[key]) >= _PAIR}
    wanted = {id_ for ids in found.values() for id_ in ids}
    by_id = {id_: asset for asset in given if (id_ := id_of(asset)) in wanted}
    return [
        DuplicateGroup(
            assets=tuple(by_id[id_] for id_ in ids),
            asset_ids=tuple(ids),
            reason="they have one file name and one date",
        )
        for ids in found.values()
    ]


class MirroredAsset(SyncAssetV2, kw_only=True):
    """An asset of a mirror, with what the mirror knows of its file; None if that is nothing."""

    exif_info: SyncAssetExifV1 | None


def with_exif(
    groups: Iterable[DuplicateGroup], exif: Mapping[str, SyncAssetExifV1]
) -> list[DuplicateGroup]:
    """``groups`` of a mirror's assets, each with what ``exif`` has for its id."""
    return [
        attrs.evolve(
            group,
            assets=tuple(
                MirroredAsset(**msgspec.structs.asdict(one), exif_info=exif.get(one.id))
                for one in group.assets
            ),
        )
        for group in groups
    ]


def known_groups(assets: Iterable[Any]) -> list[DuplicateGroup]:
    """The server's groups, as ``assets`` tell of them by their ``duplicateId``."""
    by_id = {id_of(asset): asset for asset in assets}
    groups: dict[str, dict[str, Any]] = {}
    for one in candidates_of(by_id.values()).values():
        if one.duplicate_id and one.visibility in SHOWN and not (one.is_trashed or one.is_stacked):
            groups.setdefault(one.duplicate_id, {})[one.id] = by_id[one.id]
    return [
        DuplicateGroup(
            assets=tuple(members.values()), asset_ids=tuple(members), duplicate_id=duplicate_id
        )
        for duplicate_id, members in sorted(groups.items())
        if len(members) >= _PAIR
    ]
