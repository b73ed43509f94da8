"""The assets of a page of search results, also when some of them cannot be read."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs
import msgspec
from immichkit_api.models import (
    AssetResponseDto,
    AssetStackResponseDto,
    SearchResponseDto,
    StackResponseDto,
)
from immichkit_api.types import Operation

from immichkit.decode import decode
from immichkit.errors import DecodeError
from immichkit.paging import Record

__all__ = ["BadRecord", "OnBadRecord", "Page", "page_of", "stacks_by_asset"]

OnBadRecord: TypeAlias = Literal["raise", "collect"]
"""What to do with a record that cannot be read: raise a `DecodeError`, or set it aside."""

_WAY_OUT = 'To go on without such records, and have them in bad_records: on_bad_record="collect".'


@attrs.frozen(kw_only=True)
class BadRecord:
    """A record that could not be read.

    ``index`` counts the records of the whole iteration, ``json_path`` is the place inside the
    record, ``raw`` its text as the server sent it.
    """

    index: int
    json_path: str
    reason: str
    raw: str = attrs.field(repr=False)

    def at(self, index: int) -> BadRecord:
        """The same record at another place."""
        return attrs.evolve(self, index=index)


@attrs.frozen
class Page:
    """A page of search results: for each place what the cursor needs, and the asset itself.

    The ``index`` of a bad record is its place on the page.
    """

    records: list[Record]
    assets: list[AssetResponseDto | BadRecord]
    has_more: bool


class _Minimum(msgspec.Struct, rename="camel"):
    id: str
    file_created_at: datetime.datetime
    created_at: datetime.datetime


class _RawAssets(msgspec.Struct, rename="camel"):
    items: list[msgspec.Raw]
    next_page: str | None = None


class _RawPage(msgspec.Struct):
    assets: _RawAssets


def page_of(
    operation: Operation[SearchResponseDto], content: bytes, on_bad_record: OnBadRecord
) -> Page:
    """The page that ``content`` holds; `DecodeError` for a bad record unless it is collected."""
    try:
        found = decode(operation, content).assets
    except DecodeError as error:
        if on_bad_record == "raise":
            error.args = (f"{error} {_WAY_OUT}",)
            raise
        return _one_by_one(content, error)
    return Page([_record(item) for item in found.items], list(found.items), bool(found.next_page))


def _record(asset: AssetResponseDto) -> Record:
    return Record(asset.id, asset.file_created_at, asset.created_at)


def _one_by_one(content: bytes, error: DecodeError) -> Page:
    try:
        found = msgspec.json.decode(content, type=_RawPage).assets
    except msgspec.DecodeError:
        raise error from None
    records: list[Record] = []
    assets: list[AssetResponseDto | BadRecord] = []
    for index, raw in enumerate(found.items):
        asset = _read(bytes(raw), index)
        assets.append(asset)
        if isinstance(asset, BadRecord):
            records.append(_guessed(bytes(raw), records))
        else:
            records.append(_record(asset))
    if found.items and all(record.id.startswith("?") for record in records):
        # Without a single date there is no telling where to go on.
        raise error
    return Page(records, assets, found.next_page is not None)


def _read(raw: bytes, index: int) -> AssetResponseDto | BadRecord:
    try:
        return msgspec.json.decode(raw, type=AssetResponseDto)
    except msgspec.DecodeError as error:
        reason, _, path = str(error).partition(" - at `")
        return BadRecord(
            index=index,
            json_path=path.removesuffix("`") or "$",
            reason=reason,
            raw=raw.decode(errors="replace"),
        )


def _guessed(raw: bytes, before: Sequence[Record]) -> Record:
    """The place of a bad record: its own, if that much can be read, else its neighbour's."""
    try:
        found = msgspec.json.decode(raw, type=_Minimum)
    except msgspec.DecodeError:
        text = "?" + raw.decode(errors="replace")
        if not before:
            epoch = datetime.datetime.fromtimestamp(0, datetime.UTC)
            return Record(text, epoch, epoch)
        return Record(text, before[-1].taken, before[-1].created)
    return Record(found.id, found.file_created_at, found.created_at)


def stacks_by_asset(stacks: Sequence[StackResponseDto]) -> Mapping[str, AssetStackResponseDto]:
    """For each asset that is in a stack what the server would say of the stack in the asset."""
    found: dict[str, Any] = {}
    for stack in stacks:
        short = AssetStackResponseDto(
            id=stack.id, primary_asset_id=stack.primary_asset_id, asset_count=len(stack.assets)
        )
        found.update((asset.id, short) for asset in stack.assets)
    return found
