"""Memories of earlier years."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import times, validation, views
from immichkit.testing.answers import empty, json_answer, no_access
from immichkit.testing.routing import Call, Routes
from immichkit.testing.validation import Complaint, Path, optional

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from immichkit.testing.state.database import Row

# The server's own pattern, which its refusals quote word for word.
_DATE_TEXT: Final = times.DATETIME_PATTERN.partition(")T(")[0] + ")$"
_DATE: Final = re.compile(_DATE_TEXT, re.ASCII)
_COLUMNS: Final = {
    "type": "type",
    "data": "data",
    "memoryAt": "memory_at",
    "isSaved": "is_saved",
    "seenAt": "seen_at",
    "showAt": "show_at",
    "hideAt": "hide_at",
}

routes: Final = Routes()


@routes.on("GET", "/memories", "memory.read")
def search_memories(call: Call) -> Response:
    """The caller's; those whose assets are all gone are left out, as by v3.1."""
    found = call.state.memories.search(call.caller.id, call.query(_SEARCH))
    return json_answer([one for memory in found if (one := _view(call, memory))["assets"]])


@routes.on("GET", "/memories/statistics", "memory.statistics")
def memories_statistics(call: Call) -> Response:
    found = call.state.memories.search(call.caller.id, call.query(_SEARCH))
    return json_answer({"total": len(found)})


@routes.on("POST", "/memories", "memory.create")
def create_memory(call: Call) -> Response:
    """A new memory; assets of others are left out in silence."""
    body = call.json(
        {
            "type": _type,
            "data": validation.shape({"year": validation.integer(minimum=1000, maximum=9999)}),
            "memoryAt": validation.instant,
            "assetIds": optional(validation.array(validation.uuid4)),
            "isSaved": optional(validation.boolean),
            "seenAt": optional(validation.instant),
            "showAt": optional(validation.instant),
            "hideAt": optional(validation.instant),
        }
    )
    asset_ids = body.pop("assetIds", [])
    allowed = call.state.assets.shareable(call.caller, asset_ids)
    columns = {_COLUMNS[name]: value for name, value in body.items()}
    kept = [one for one in asset_ids if one in allowed]
    memory = call.state.memories.add(call.caller.id, kept, **columns)
    return json_answer(_view(call, memory), 201)


@routes.on("GET", "/memories/{id}", "memory.read")
def get_memory(call: Call) -> Response:
    return json_answer(_view(call, _own(call, "memory.read")))


@routes.on("PUT", "/memories/{id}", "memory.update")
def update_memory(call: Call) -> Response:
    memory_id, body = call.id(), validation.read(_change, call.body)
    _own(call, "memory.update")
    columns = {_COLUMNS[name]: value for name, value in body.items()}
    return json_answer(_view(call, call.state.memories.change(memory_id, **columns)))


@routes.on("DELETE", "/memories/{id}", "memory.delete")
def delete_memory(call: Call) -> Response:
    call.state.memories.delete(_own(call, "memory.delete")["id"])
    return empty()


@routes.on("PUT", "/memories/{id}/assets", "memoryAsset.create")
def add_memory_assets(call: Call) -> Response:
    ids = validation.read(validation.IDS, call.body)["ids"]
    memory_id = _own(call, "memory.read")["id"]
    present = call.state.memories.contained(memory_id, ids)
    allowed = call.state.assets.shareable(call.caller, ids)
    results: list[dict[str, Any]] = []
    for one in ids:
        if one in present:
            results.append({"id": one, "success": False, "error": "duplicate"})
        elif one not in allowed:
            results.append({"id": one, "success": False, "error": "no_permission"})
        else:
            present.add(one)
            results.append({"id": one, "success": True})
    _finish(call, memory_id, results, call.state.memories.put_assets)
    return json_answer(results)


@routes.on("DELETE", "/memories/{id}/assets", "memoryAsset.delete")
def remove_memory_assets(call: Call) -> Response:
    ids = validation.read(validation.IDS, call.body)["ids"]
    memory_id = _own(call, "memory.update")["id"]
    present = call.state.memories.contained(memory_id, ids)
    results: list[dict[str, Any]] = []
    for one in ids:
        if one in present:
            present.remove(one)
            results.append({"id": one, "success": True})
        else:
            results.append({"id": one, "success": False, "error": "not_found"})
    _finish(call, memory_id, results, call.state.memories.take_assets)
    return json_answer(results)


def _finish(
    call: Call, memory_id: str, results: list[dict[str, Any]], do: Callable[[str, list[str]], None]
) -> None:
    """Do what went well; the memory counts as updated if anything did."""
    done = [result["id"] for result in results if result["success"]]
    if done:
        do(memory_id, done)
        call.state.memories.change(memory_id)


def _own(call: Call, permission: str) -> Row:
    memory = call.state.memories.get(call.id())
    if memory is None or memory["owner_id"] != call.caller.id:
        raise no_access(permission)
    return memory


def _view(call: Call, memory: Row) -> dict[str, Any]:
    found = {
        "id": memory["id"],
        "createdAt": times.to_z(memory["created_at"]),
        "updatedAt": times.to_z(memory["updated_at"]),
        "memoryAt": times.to_z(memory["memory_at"]),
        "ownerId": memory["owner_id"],
        "type": memory["type"],
        "data": json.loads(memory["data"]),
        "isSaved": bool(memory["is_saved"]),
        "assets": [
            views.nested_asset(asset, call.caller.id, with_exif=False)
            for asset in call.state.memories.assets(memory["id"])
        ],
    }
    for name in ("deletedAt", "seenAt", "showAt", "hideAt"):
        moment = memory[f"{name.removesuffix('At')}_at"]
        if moment is not None:
            found[name] = times.to_z(moment)
    return found


def _type(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    if value == "on_this_day":
        return value
    message = 'Invalid input: expected "on_this_day"'
    return validation.complain(complaints, "invalid_value", path, message, values=["on_this_day"])


def _day(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """A date, which comes back as the moment when it begins."""
    if isinstance(value, str) and _DATE.match(value):
        return times.from_any(value)
    message = "Invalid input: expected ISO date string (YYYY-MM-DD), received string"
    return validation.complain(
        complaints,
        "invalid_format",
        path,
        message,
        origin="string",
        format="date",
        pattern=f"/{_DATE_TEXT}/",
    )


def _change(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    """At least one of the fields that can be changed."""
    body = _CHANGES(value, path, complaints)
    if complaints or body:
        return body
    names = "isSaved, seenAt, memoryAt"
    message = f"At least one of the following fields is required: {names}"
    return validation.complain(complaints, "custom", path, message)


_CHANGES: Final = validation.shape(
    {
        "isSaved": optional(validation.boolean),
        "seenAt": optional(validation.instant),
        "memoryAt": optional(validation.instant),
    }
)
_SEARCH: Final = {
    "type": optional(_type),
    "for": optional(_day),
    "isTrashed": optional(validation.text_boolean),
    "isSaved": optional(validation.text_boolean),
    "size": optional(validation.text_integer(minimum=1)),
    "order": optional(validation.one_of("asc", "desc", "random")),
}
