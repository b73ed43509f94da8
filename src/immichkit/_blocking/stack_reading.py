# Written by scripts/mirror from src/immichkit/_async/stack_reading.py; edits are lost.
"""The assets of a user as criteria see them, and the stacks with all that is in them."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from immichkit_api import operations
from immichkit_api.models import AssetVisibility

from immichkit._blocking.client import Client
from immichkit._blocking.search import AssetIterator
from immichkit.errors import NotFoundError
from immichkit.stacks import StackAsset, Stacks, existing_stacks, size_of

__all__ = ["own_assets", "read_stacks"]

_HIDDEN = AssetVisibility.HIDDEN
_EPOCH = datetime.datetime.fromtimestamp(0, datetime.UTC)


def own_assets(
    client: Client,
    owner_id: str,
    *,
    with_archived: bool = False,
    with_deleted: bool = False,
    with_sizes: bool = False,
) -> list[StackAsset]:
    """The assets on the timeline that are the caller's own, the earliest first."""
    found: list[StackAsset] = []
    sizes: dict[str, int | None] = {}
    for visibility in ("timeline", "archive") if with_archived else ("timeline",):
        wanted = {"visibility": visibility, "order": "asc", "with_deleted": with_deleted}
        for page in AssetIterator(client, wanted).pages():
            # A filter that a server does not know is one that it ignores.
            found += [
                asset
                for asset in map(StackAsset.of, page)
                if asset.owner_id == owner_id
                and asset.visibility == visibility
                and (with_deleted or not asset.is_trashed)
            ]
        if with_sizes:
            # Apart from the others: v3.1 leaves out assets without EXIF if asked for it.
            wanted["with_exif"] = True
            for one in AssetIterator(client, wanted):
                sizes[one.id] = size_of(one)
    for asset in found:
        asset.file_size_in_byte = sizes.get(asset.id)
    return found


def read_stacks(client: Client, *, with_hidden: bool = False) -> Stacks:
    """All stacks with what is in them, ``with_hidden`` also what is hidden, and the trash.

    v3.1 lists no members that are in the trash or hidden, and a search names no stacks; but it can
    leave out what is in one, and each asset tells of its own.
    """
    everything = _unshown(client, with_hidden=with_hidden)
    alone: Collection[str] = ()
    if everything:
        alone = _unshown(client, with_hidden=with_hidden, with_stacked=False)
    requests = [operations.assets.get_asset_info(id_) for id_ in everything if id_ not in alone]
    by_stack: dict[str, list[str]] = {}
    unplaced: list[str] = []
    for outcome in client.execute_many(requests):
        try:
            asset = outcome.value
        except NotFoundError:
            # It is gone for good meanwhile.
            continue
        if asset.stack:
            by_stack.setdefault(asset.stack.id, []).append(asset.id)
        else:
            unplaced.append(asset.id)
    request = operations.stacks.search_stacks()
    content = (client.send(request)).content
    existing = existing_stacks(request.operation, content, by_stack)
    primaries = {stack.asset_ids[0] for stack in existing}
    return Stacks(
        existing=existing,
        trashed=frozenset(one for one, is_trashed in everything.items() if is_trashed),
        unplaced=[one for one in unplaced if one not in primaries],
    )


def _unshown(client: Client, *, with_hidden: bool, **filters: bool) -> dict[str, bool]:
    """What stacks are shown without: the ids, and whether each is in the trash."""
    found: dict[str, bool] = {}
    for asset in AssetIterator(client, {"trashed_after": _EPOCH, "with_deleted": True, **filters}):
        if asset.is_trashed:
            found[asset.id] = True
    if with_hidden:
        for asset in AssetIterator(client, {"visibility": _HIDDEN.value, **filters}):
            if asset.visibility == _HIDDEN:
                found[asset.id] = asset.is_trashed
    return found
