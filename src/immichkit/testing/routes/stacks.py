"""Stacks of assets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation, views
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import tags
from immichkit.testing.validation import optional

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.responses import Response

    from immichkit.testing.state.database import Row

routes: Final = Routes()


@routes.on("GET", "/stacks", "stack.read")
def search_stacks(call: Call) -> Response:
    query = call.query({"primaryAssetId": optional(validation.uuid4)})
    stacks = call.state.stacks.all_of(call.caller.id, query.get("primaryAssetId"))
    return json_answer(_views(call, stacks))


@routes.on("POST", "/stacks", "stack.create")
def create_stack(call: Call) -> Response:
    """A new stack, for which the first asset stands."""
    ids = call.json({"assetIds": validation.array(validation.uuid4, minimum=2)})["assetIds"]
    if call.state.assets.owned(call.caller, ids) != set(ids):
        raise no_access("asset.update")
    stack = call.state.stacks.get(call.state.stacks.add(call.caller.id, ids))
    return json_answer(_views(call, [] if stack is None else [stack])[0], 201)


@routes.on("DELETE", "/stacks", "stack.delete")
def delete_stacks(call: Call) -> Response:
    ids = validation.read(validation.IDS, call.body)["ids"]
    if call.state.stacks.owned(call.caller, ids) != set(ids):
        raise no_access("stack.delete")
    if not ids:
        # What v3.1's database makes of an empty list.
        raise RefusalError(500, "Failed to delete stacks")
    for stack_id in ids:
        call.state.stacks.delete(stack_id)
    return empty()


@routes.on("GET", "/stacks/{id}", "stack.read")
def get_stack(call: Call) -> Response:
    return json_answer(_views(call, [_own(call, "stack.read")], with_tags=True)[0])


@routes.on("PUT", "/stacks/{id}", "stack.update")
def update_stack(call: Call) -> Response:
    """Let another of the shown members stand for the stack."""
    stack_id = call.id()
    primary = call.json({"primaryAssetId": optional(validation.uuid4)}).get("primaryAssetId")
    stack = _own(call, "stack.update")
    if primary is not None:
        members = call.state.stacks.members([stack_id])[stack_id]
        if all(member["id"] != primary for member in members):
            raise RefusalError(400, "Primary asset must be in the stack")
    call.state.stacks.set_primary(stack_id, primary or stack["primary_asset_id"])
    return json_answer(_views(call, [_own(call, "stack.update")], with_tags=True)[0])


@routes.on("DELETE", "/stacks/{id}", "stack.delete")
def delete_stack(call: Call) -> Response:
    call.state.stacks.delete(_own(call, "stack.delete")["id"])
    return empty()


@routes.on("DELETE", "/stacks/{id}/assets/{assetId}", "stack.update")
def remove_asset_from_stack(call: Call) -> Response:
    """Take a member out; of a pair a stack of one is left, as in v3.1."""
    check = validation.shape({"id": validation.uuid4, "assetId": validation.uuid4})
    asset_id = validation.read(check, dict(call.parameters))["assetId"]
    stack = _own(call, "stack.update")
    asset = call.state.assets.get(asset_id)
    if asset is None or asset["stack_id"] != stack["id"]:
        raise RefusalError(400, "Asset not in stack")
    if stack["primary_asset_id"] == asset_id:
        raise RefusalError(400, "Cannot remove stack's primary asset")
    call.state.stacks.take_out(asset_id)
    return empty()


def _own(call: Call, permission: str) -> Row:
    stack_id = call.id()
    stack = call.state.stacks.get(stack_id)
    if stack is None or stack_id not in call.state.stacks.owned(call.caller, [stack_id]):
        raise no_access(permission)
    return stack


def _views(call: Call, stacks: Sequence[Row], *, with_tags: bool = False) -> list[dict[str, Any]]:
    """The stacks with their shown members; these name their tags only where one is looked at."""
    members = call.state.stacks.members([stack["id"] for stack in stacks])
    found: list[dict[str, Any]] = []
    for stack in stacks:
        assets: list[dict[str, Any]] = []
        for row in members[stack["id"]]:
            view = views.nested_asset(row, call.caller.id)
            if with_tags:
                own = call.state.tags.of_asset(row["id"])
                view["tags"] = [tags.view(tag, is_nested=True) for tag in own]
            assets.append(view)
        found.append(
            {"id": stack["id"], "primaryAssetId": stack["primary_asset_id"], "assets": assets}
        )
    return found
