"""Tags and the assets that carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import tags
from immichkit.testing.validation import Complaint, Path, nullable

if TYPE_CHECKING:
    from starlette.responses import Response

_COLOR_TEXT: Final = "^#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$"
_COLOR: Final = validation.matching(_COLOR_TEXT)

routes: Final = Routes()


@routes.on("GET", "/tags", "tag.read")
def get_all_tags(call: Call) -> Response:
    return json_answer([tags.view(tag) for tag in call.state.tags.all_of(call.caller.id)])


@routes.on("POST", "/tags", "tag.create")
def create_tag(call: Call) -> Response:
    body = call.json(
        {
            "name": validation.text(),
            "parentId": nullable(validation.uuid4),
            "color": nullable(_color),
        }
    )
    user_id, value, parent_id = call.caller.id, body["name"], body.get("parentId")
    if parent_id is not None:
        value = f"{_own_tag(call, parent_id, 'tag.read')['value']}/{value}"
    if call.state.tags.by_value(user_id, value) is not None:
        raise RefusalError(400, "A tag with that name already exists")
    tag_id = call.state.tags.add(user_id, value, body.get("color"), parent_id)
    return json_answer(_view(call, tag_id), 201)


@routes.on("PUT", "/tags", "tag.create")
def upsert_tags(call: Call) -> Response:
    """The tags of these paths, made as needed; paths without a name are passed over."""
    wanted = call.json({"tags": validation.array(validation.text())})["tags"]
    found = [call.state.tags.upsert(call.caller.id, value) for value in dict.fromkeys(wanted)]
    return json_answer([tags.view(tag) for tag in found if tag is not None])


@routes.on("PUT", "/tags/assets", "tag.asset")
def bulk_tag_assets(call: Call) -> Response:
    """Every asset on every tag, as far as they are the caller's."""
    body = call.json(
        {
            "tagIds": validation.array(validation.uuid4),
            "assetIds": validation.array(validation.uuid4),
        }
    )
    tag_ids = call.state.tags.owned(call.caller, body["tagIds"])
    asset_ids = list(call.state.assets.owned(call.caller, body["assetIds"]))
    return json_answer({"count": call.state.tags.tag(tag_ids, asset_ids)})


@routes.on("GET", "/tags/{id}", "tag.read")
def get_tag_by_id(call: Call) -> Response:
    return json_answer(tags.view(_own_tag(call, call.id(), "tag.read")))


@routes.on("PUT", "/tags/{id}", "tag.update")
def update_tag(call: Call) -> Response:
    tag_id, body = call.id(), call.json({"color": nullable(_color)})
    _own_tag(call, tag_id, "tag.update")
    if body:
        call.state.tags.change(tag_id, **body)
    return json_answer(_view(call, tag_id))


@routes.on("DELETE", "/tags/{id}", "tag.delete")
def delete_tag(call: Call) -> Response:
    """Forget the tag and all below it."""
    tag_id = call.id()
    _own_tag(call, tag_id, "tag.delete")
    call.state.tags.delete(tag_id)
    return empty()


@routes.on("PUT", "/tags/{id}/assets", "tag.asset")
def tag_assets(call: Call) -> Response:
    """Tag assets; each id gets its own verdict, a repeated one ``duplicate``."""
    tag_id = call.id()
    ids: list[str] = validation.read(validation.IDS, call.body)["ids"]
    _own_tag(call, tag_id, "tag.asset")
    present = call.state.tags.tagged(tag_id, ids)
    allowed = call.state.assets.shareable(call.caller, set(ids) - present)
    results: list[dict[str, Any]] = []
    new: list[str] = []
    for one in ids:
        if one in present:
            results.append({"id": one, "success": False, "error": "duplicate"})
        elif one not in allowed:
            results.append({"id": one, "success": False, "error": "no_permission"})
        else:
            present.add(one)
            new.append(one)
            results.append({"id": one, "success": True})
    call.state.tags.tag([tag_id], new)
    return json_answer(results)


@routes.on("DELETE", "/tags/{id}/assets", "tag.asset")
def untag_assets(call: Call) -> Response:
    tag_id = call.id()
    ids: list[str] = validation.read(validation.IDS, call.body)["ids"]
    _own_tag(call, tag_id, "tag.asset")
    present = call.state.tags.tagged(tag_id, ids)
    results: list[dict[str, Any]] = []
    for one in ids:
        if one in present:
            results.append({"id": one, "success": True})
        else:
            results.append({"id": one, "success": False, "error": "not_found"})
        present.discard(one)
    call.state.tags.untag(tag_id, ids)
    return json_answer(results)


def _own_tag(call: Call, tag_id: str, permission: str) -> Any:
    tag = call.state.tags.get(tag_id)
    if tag is None or tag["user_id"] != call.caller.id:
        raise no_access(permission)
    return tag


def _view(call: Call, tag_id: str) -> dict[str, Any]:
    tag = call.state.tags.get(tag_id)
    if tag is None:
        raise RefusalError(400, "Tag not found")
    return tags.view(tag)


def _color(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """A colour in hex, which comes back with its ``#``."""
    checked = _COLOR(value, path, complaints)
    return f"#{checked.removeprefix('#')}" if isinstance(checked, str) else checked
