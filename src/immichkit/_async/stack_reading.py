"""The assets of a user as criteria see them, and the stacks with all that is in them."""

from __future__ import annotations

import datetime

from immichkit_api import operations

from immichkit._async.client import AsyncClient
from immichkit._async.search import AsyncAssetIterator
from immichkit.errors import NotFoundError
from immichkit.stacks import StackAsset, Stacks, existing_stacks, size_of

__all__ = ["own_assets", "read_stacks"]

_EPOCH = datetime.datetime.fromtimestamp(0, datetime.UTC)


async def own_assets(
    client: AsyncClient,
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
        async for page in AsyncAssetIterator(client, wanted).pages():
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
            async for one in AsyncAssetIterator(client, wanted):
                sizes[one.id] = size_of(one)
    for asset in found:
        asset.file_size_in_byte = sizes.get(asset.id)
    return found


async def read_stacks(client: AsyncClient) -> Stacks:
    """All stacks with what is in them, and the trash.

    v3.1 lists no members that are in the trash, and a search names no stacks; but it can leave out
    what is in one, and each asset tells of its own.
    """
    everything = await _trash(client)
    alone = set(await _trash(client, with_stacked=False)) if everything else set()
    requests = [operations.assets.get_asset_info(id_) for id_ in everything if id_ not in alone]
    by_stack: dict[str, list[str]] = {}
    unplaced: list[str] = []
    async for outcome in client.execute_many(requests):
        try:
            asset = outcome.value
        except NotFoundError:
            # It has left the trash for good meanwhile.
            continue
        if asset.stack:
            by_stack.setdefault(asset.stack.id, []).append(asset.id)
        else:
            unplaced.append(asset.id)
    request = operations.stacks.search_stacks()
    content = (await client.send(request)).content
    existing = existing_stacks(request.operation, content, by_stack)
    primaries = {stack.asset_ids[0] for stack in existing}
    return Stacks(
        existing=existing,
        trashed=frozenset(everything),
        unplaced=[one for one in unplaced if one not in primaries],
    )


async def _trash(client: AsyncClient, **filters: bool) -> list[str]:
    wanted = {"trashed_after": _EPOCH, "with_deleted": True, **filters}
    return [asset.id async for asset in AsyncAssetIterator(client, wanted) if asset.is_trashed]
