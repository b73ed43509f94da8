"""Resolving duplicates, decided: is a group still as planned, what is sent, what leads back."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import attrs
from immichkit_api import operations
from immichkit_api.models import AssetResponseDto, DuplicateResolveGroupDto
from immichkit_api.types import UNSET, Request

from immichkit.batches import in_batches, is_repeated
from immichkit.duplicate_groups import SHOWN
from immichkit.duplicates import DuplicateEntry
from immichkit.steps import Step, Undo

__all__ = ["Belongings", "Fresh", "batch_step", "contradiction", "is_resolved", "obstacle"]


@attrs.frozen(kw_only=True)
class Fresh:
    """A group that is about to be resolved, with its assets as they are on the server right now.

    An asset that is not there any more, or not the caller's, is None.
    """

    entry: DuplicateEntry
    assets: Mapping[str, AssetResponseDto | None]

    def of(self, ids: Collection[str]) -> list[AssetResponseDto]:
        """Those of the assets that are there."""
        return [asset for id_ in ids if (asset := self.assets[id_]) is not None]


@attrs.frozen(kw_only=True)
class Belongings:
    """What assets are in: the ids of the albums and of the shared links of each, by asset."""

    albums: Mapping[str, frozenset[str]] = attrs.field(factory=dict)
    links: Mapping[str, frozenset[str]] = attrs.field(factory=dict)


def contradiction(entry: DuplicateEntry) -> str | None:
    """Why an entry cannot be meant, as one from an edited file; None if it can."""
    kept, gone = {*entry.keep}, {*entry.trash}
    if not kept or not gone or kept & gone:
        return "the plan keeps nothing of it, or trashes nothing"
    if is_repeated((*entry.keep, *entry.trash)) or is_repeated(entry.asset_ids):
        return "the plan names an asset of it twice"
    if kept | gone != {*entry.asset_ids} or len(entry.checksums) != len(entry.asset_ids):
        return "the plan does not say what becomes of each of its assets"
    return None


def is_resolved(fresh: Fresh) -> bool:
    """Whether the group is already as its entry wants it."""
    gone = [fresh.assets[id_] for id_ in fresh.entry.trash]
    kept = [fresh.assets[id_] for id_ in fresh.entry.keep]
    return all(one is None or one.is_trashed for one in gone) and all(
        one is not None and not one.is_trashed and not one.duplicate_id for one in kept
    )


def obstacle(fresh: Fresh) -> str | None:
    """Why it is not safe to resolve the group now; None if it is as it was planned."""
    entry = fresh.entry
    checksums = dict(zip(entry.asset_ids, entry.checksums, strict=True))
    names = dict(zip(entry.asset_ids, entry.names, strict=False))
    for id_ in (*entry.keep, *entry.trash):
        asset, name = fresh.assets[id_], names.get(id_, id_)
        if asset is None:
            return f"{name} is not there any more"
        if problem := _change(asset, entry, checksums.get(id_)):
            return f"{name} {problem} since the plan was made"
    return _torn(fresh)


def _change(asset: AssetResponseDto, entry: DuplicateEntry, checksum: str | None) -> str | None:
    if asset.is_trashed:
        return "has been trashed"
    if asset.checksum != checksum:
        return "has got another file"
    if asset.stack:
        return "has been stacked"
    if asset.visibility not in SHOWN:
        return f"has become {asset.visibility.value}"
    if entry.is_known and asset.duplicate_id != entry.duplicate_id:
        return "has left the group"
    return None


def _torn(fresh: Fresh) -> str | None:
    """Which live photo would lose a half."""
    gone, kept = fresh.of(fresh.entry.trash), fresh.of(fresh.entry.keep)
    halves = {one.live_photo_video_id for one in (*gone, *kept)} - {None, UNSET}
    has_moving = any(one.live_photo_video_id for one in kept)
    for one in gone:
        moving = one.live_photo_video_id
        if one.id in halves or moving in fresh.assets or (moving and not has_moving):
            return f"{one.original_file_name} is half of a live photo"
    return None


def batch_step(batch: Sequence[Fresh], belongings: Belongings, *, has_trash: bool) -> Step:
    """What resolves several groups at once, and the way back; its ids are those of the groups."""
    requests: list[Request[Any]] = []
    way_back = _WayBack()
    lasting: list[str] = []
    for fresh in batch:
        entry = fresh.entry
        if not entry.is_known:
            requests += [
                operations.assets.update_assets(ids=ids, duplicate_id=entry.duplicate_id)
                for ids in in_batches(entry.asset_ids)
            ]
        requests += _copies(fresh, belongings)
        if has_trash:
            way_back.add(fresh, belongings)
        else:
            lasting.append("what went is deleted")
        if entry.permanent:
            lasting.append(entry.permanent)
    groups = [
        DuplicateResolveGroupDto(
            duplicate_id=fresh.entry.duplicate_id,
            keep_asset_ids=list(fresh.entry.keep),
            trash_asset_ids=list(fresh.entry.trash),
        )
        for fresh in batch
    ]
    first, more = batch[0].entry.about, len(batch) - 1
    return Step(
        about=f"{first}, and {more} more groups" if more else first,
        ids=tuple(group.duplicate_id for group in groups),
        requests=(*requests, operations.duplicates.resolve_duplicates(groups=groups)),
        undo=tuple(way_back.undo()),
        permanent="; ".join(dict.fromkeys(lasting)) or None,
    )


def _copies(fresh: Fresh, belongings: Belongings) -> Iterator[Request[Any]]:
    """What carries over to the first that stays what the server leaves behind.

    It merges albums, marks and descriptions where one asset stays, and shared links never.
    """
    has_one, target = len(fresh.entry.keep) == 1, fresh.entry.keep[0]
    for source in fresh.of(fresh.entry.trash):
        if not has_one or belongings.links.get(source.id):
            yield operations.assets.copy_asset(
                source_id=source.id,
                target_id=target,
                albums=not has_one,
                # A copy takes the mark away as well as it gives it.
                favorite=not has_one and source.is_favorite,
                shared_links=True,
                sidecar=False,
                stack=False,
            )


class _WayBack:
    """What takes the resolving of groups back, in as few requests as will do."""

    def __init__(self) -> None:
        self._trashed: list[str] = []
        self._calls: dict[tuple[str, str, tuple[tuple[str, Any], ...]], list[str]] = {}

    def add(self, fresh: Fresh, belongings: Belongings) -> None:
        """Whatever changes in those of a group that stay, or leads back into the group."""
        (kept, *_), entry = fresh.of(fresh.entry.keep), fresh.entry
        others = fresh.of(entry.trash)
        self._trashed += entry.trash
        self._inherited(kept, others, has_one=len(entry.keep) == 1)
        ways = (
            ("albums.remove_asset_from_album", "ids", belongings.albums),
            ("shared_links.remove_shared_link_assets", "asset_ids", belongings.links),
        )
        for call, name, places in ways:
            new = {place for one in others for place in places.get(one.id, ())}
            for place in sorted(new - {*places.get(kept.id, ())}):
                self._call(call, kept.id, name, id=place)
        for asset in fresh.of(entry.asset_ids):
            self._call("assets.update_assets", asset.id, duplicate_id=asset.duplicate_id or None)

    def undo(self) -> Iterator[Undo]:
        """The calls, with all the assets that each is about."""
        for ids in in_batches(self._trashed):
            yield Undo("trash.restore_assets", {"ids": ids})
        for (call, name, more), assets in self._calls.items():
            for ids in in_batches(assets):
                yield Undo(call, {**dict(more), name: ids})

    def _inherited(
        self, kept: AssetResponseDto, others: Sequence[AssetResponseDto], *, has_one: bool
    ) -> None:
        """What the one that stays gets from the others itself."""
        before: dict[str, Any] = {}
        if not kept.is_favorite and any(one.is_favorite for one in others):
            before["is_favorite"] = False
        if has_one:
            before |= _merged(kept, others)
            own = {tag.id for tag in kept.tags or ()}
            for tag_id in sorted({tag.id for one in others for tag in one.tags or ()} - own):
                self._call("tags.untag_assets", kept.id, id=tag_id)
        if before:
            self._call("assets.update_assets", kept.id, **before)

    def _call(self, call: str, asset_id: str, name: str = "ids", /, **more: Any) -> None:
        self._calls.setdefault((call, name, tuple(more.items())), []).append(asset_id)


def _merged(kept: AssetResponseDto, others: Sequence[AssetResponseDto]) -> dict[str, Any]:
    """What the server's merging may change of ``kept``, as it is before that."""
    before: dict[str, Any] = {}
    if any(one.visibility != kept.visibility for one in others):
        before["visibility"] = kept.visibility.value
    own = kept.exif_info or None
    for name, none in (("rating", None), ("description", "")):
        value = getattr(own, name, UNSET)
        if any(getattr(one.exif_info or None, name, UNSET) != value for one in others):
            before[name] = none if value is UNSET or value is None else value
    return before
