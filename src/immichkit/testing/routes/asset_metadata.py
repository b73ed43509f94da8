"""What clients store with assets under keys of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.routing import Call, Routes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

_KEY: Final = validation.text()
_ITEM: Final = {"key": _KEY, "value": validation.record}

routes: Final = Routes()


@routes.on("GET", "/assets/{id}/metadata", "asset.read")
def get_asset_metadata(call: Call) -> Response:
    asset_id = call.id()
    _check_visible(call, asset_id)
    return json_answer(call.state.metadata.of(asset_id))


@routes.on("PUT", "/assets/{id}/metadata", "asset.update")
def update_asset_metadata(call: Call) -> Response:
    """Store values; those under other keys stay."""
    asset_id = call.id()
    items = call.json({"items": validation.array(validation.shape(_ITEM))})["items"]
    _check_own(call, [asset_id])
    _check_distinct(item["key"] for item in items)
    stored = call.state.metadata.put((asset_id, item["key"], item["value"]) for item in items)
    return json_answer(stored)


@routes.on("GET", "/assets/{id}/metadata/{key}", "asset.read")
def get_asset_metadata_by_key(call: Call) -> Response:
    asset_id, key = call.id(), call.parameters["key"]
    _check_visible(call, asset_id)
    found = call.state.metadata.get(asset_id, key)
    if found is None:
        message = f'Metadata with key "{key}" not found for asset with id "{asset_id}"'
        raise RefusalError(400, message)
    return json_answer(found)


@routes.on("DELETE", "/assets/{id}/metadata/{key}", "asset.update")
def delete_asset_metadata(call: Call) -> Response:
    asset_id = call.id()
    _check_own(call, [asset_id])
    call.state.metadata.delete(asset_id, call.parameters["key"])
    return empty()


@routes.on("PUT", "/assets/metadata", "asset.update")
def update_bulk_asset_metadata(call: Call) -> Response:
    item = validation.shape({"assetId": validation.uuid4, **_ITEM})
    items: list[dict[str, Any]] = call.json({"items": validation.array(item)})["items"]
    _check_own(call, [item["assetId"] for item in items])
    _check_distinct(f"({item['assetId']}, {item['key']})" for item in items)
    if not items:
        # What v3.1's database makes of an insert without rows.
        raise RefusalError(500, "Failed to update bulk asset metadata")
    stored = call.state.metadata.put(
        (item["assetId"], item["key"], item["value"]) for item in items
    )
    return json_answer(
        [
            {"assetId": item["assetId"], **described}
            for item, described in zip(items, stored, strict=True)
        ]
    )


@routes.on("DELETE", "/assets/metadata", "asset.update")
def delete_bulk_asset_metadata(call: Call) -> Response:
    item = validation.shape({"assetId": validation.uuid4, "key": _KEY})
    items = call.json({"items": validation.array(item)})["items"]
    _check_own(call, [item["assetId"] for item in items])
    for item in items:
        call.state.metadata.delete(item["assetId"], item["key"])
    return empty()


def _check_visible(call: Call, asset_id: str) -> None:
    if asset_id not in call.state.assets.visible(call.caller, [asset_id]):
        raise no_access("asset.read")


def _check_own(call: Call, asset_ids: list[str]) -> None:
    if call.state.assets.owned(call.caller, asset_ids) < set(asset_ids):
        raise no_access("asset.update")


def _check_distinct(keys: Iterable[str]) -> None:
    seen: set[str] = set()
    for key in keys:
        if key in seen:
            raise RefusalError(400, f'Duplicate items are not allowed: "{key}"')
        seen.add(key)
