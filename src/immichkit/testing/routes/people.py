"""People, whom this server learns of from clients alone."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import files, validation
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.files import StoredFile
from immichkit.testing.routes import preferences
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import people
from immichkit.testing.validation import Check, Complaint, Path, nullable, optional

if TYPE_CHECKING:
    from starlette.responses import Response

    from immichkit.testing.state.database import Row

_COLUMNS: Final = {
    "name": "name",
    "birthDate": "birth_date",
    "isHidden": "is_hidden",
    "isFavorite": "is_favorite",
    "color": "color",
}
_DEFAULT_SIZE: Final = 500

routes: Final = Routes()


@routes.on("GET", "/people", "person.read")
def get_all_people(call: Call) -> Response:
    """Those with a name or enough faces; without machine learning nobody is close to anybody."""
    query = call.query(
        {
            "withHidden": optional(validation.text_boolean),
            "closestPersonId": optional(validation.uuid4),
            "closestAssetId": optional(validation.uuid4),
            "page": optional(validation.text_integer(minimum=1)),
            "size": optional(validation.text_integer(minimum=1, maximum=1000)),
        }
    )
    closest = query.get("closestPersonId")
    if closest is not None:
        person = call.state.people.get(closest)
        if person is None or person["face_id"] is None:
            raise RefusalError(404, "Person not found")
    found, has_more = call.state.people.page(
        call.caller.id,
        minimum=preferences.of(call, call.caller.id)["people"]["minimumFaces"],
        with_hidden=query.get("withHidden", False),
        page=int(query.get("page", 1)),
        size=int(query.get("size", _DEFAULT_SIZE)),
    )
    total, hidden = call.state.people.count(call.caller.id)
    return json_answer(
        {
            "people": [people.view(person) for person in found],
            "hasNextPage": has_more,
            "total": total,
            "hidden": hidden,
        }
    )


@routes.on("POST", "/people", "person.create")
def create_person(call: Call) -> Response:
    person = call.state.people.add(call.caller.id, **_columns(call.json(_CHANGES)))
    return json_answer(people.view(person), 201)


@routes.on("PUT", "/people", "person.update")
def update_people(call: Call) -> Response:
    """Change several people; their colors stay, as in v3.1."""
    item = validation.shape({**_WITH_FEATURE, "id": validation.uuid4})
    results: list[dict[str, Any]] = []
    for body in call.json({"people": validation.array(item)})["people"]:
        try:
            _update(call, body["id"], {**body, "color": validation.MISSING})
        except RefusalError:
            results.append({"id": body["id"], "success": False, "error": "unknown"})
        else:
            results.append({"id": body["id"], "success": True})
    return json_answer(results)


@routes.on("DELETE", "/people", "person.delete")
def delete_people(call: Call) -> Response:
    return _delete(call, validation.read(validation.IDS, call.body)["ids"])


@routes.on("GET", "/people/{id}", "person.read")
def get_person(call: Call) -> Response:
    return json_answer(people.view(_own(call, call.id(), "person.read")))


@routes.on("PUT", "/people/{id}", "person.update")
def update_person(call: Call) -> Response:
    person_id = call.id()
    return json_answer(people.view(_update(call, person_id, call.json(_WITH_FEATURE))))


@routes.on("DELETE", "/people/{id}", "person.delete")
def delete_person(call: Call) -> Response:
    return _delete(call, [call.id()])


@routes.on("GET", "/people/{id}/statistics", "person.statistics")
def get_person_statistics(call: Call) -> Response:
    person = _own(call, call.id(), "person.read")
    return json_answer({"assets": call.state.people.count_assets(person["id"])})


@routes.streaming("GET", "/people/{id}/thumbnail", "person.read")
async def get_person_thumbnail(call: Call) -> Response:
    """The whole picture in which the person is seen: this server cuts out no faces."""
    return await asyncio.to_thread(_thumbnail, call)


def _thumbnail(call: Call) -> Response:
    state, person = call.state, call.state.people.get(call.id())
    is_own = person is not None and person["owner_id"] == call.caller.id
    face = state.people.face(person["face_id"] or "") if person is not None and is_own else None
    asset = None if face is None else state.assets.get(face["asset_id"])
    path = None if asset is None else state.thumbnails.of_asset(asset, "preview")
    if path is None:
        # v3.1 has no other words for it, whatever the reason.
        raise RefusalError(404, "Not Found")
    file = StoredFile(
        path,
        None,
        "image/jpeg",
        path.stat().st_mtime_ns // 1000,
        "private, no-cache, no-transform",
    )
    return files.answer(file, call.request.headers)


@routes.on("PUT", "/people/{id}/reassign", "person.reassign")
def reassign_faces(call: Call) -> Response:
    """Let faces of other people, in some assets, be this person's."""
    item = validation.shape({"personId": validation.uuid4, "assetId": validation.uuid4})
    person_id = call.id()
    data = call.json({"data": validation.array(item)})["data"]
    person = _own(call, person_id, "person.update")
    results: list[dict[str, Any]] = []
    for one in data:
        for face in call.state.people.faces_of(one["personId"], one["assetId"]):
            if face["owner_id"] != call.caller.id:
                raise no_access("person.create")
            call.state.people.give(face, person_id)
        results.append(people.view(person))
    return json_answer(results)


@routes.on("POST", "/people/{id}/merge", "person.merge")
def merge_person(call: Call) -> Response:
    """Take in what is known of other people, who are gone then."""
    person_id, ids = call.id(), validation.read(validation.IDS, call.body)["ids"]
    if person_id in ids:
        raise RefusalError(400, "Cannot merge a person into themselves")
    person = _own(call, person_id, "person.update")
    known = call.state.people
    allowed = known.owned(call.caller.id, ids)
    results: list[dict[str, Any]] = []
    for one in ids:
        other = known.get(one)
        if one not in allowed:
            results.append({"id": one, "success": False, "error": "no_permission"})
        elif other is None:
            results.append({"id": one, "success": False, "error": "not_found"})
        else:
            person = known.merge(person, other)
            results.append({"id": one, "success": True})
    return json_answer(results)


@routes.on("GET", "/search/person", "person.read")
def search_person(call: Call) -> Response:
    """Those of whose name a word begins so; v3.1 also forgives mistakes."""
    query = call.query({"name": validation.text(), "withHidden": optional(validation.text_boolean)})
    found = call.state.people.named_like(
        call.caller.id, query["name"], with_hidden=query.get("withHidden", False)
    )
    return json_answer([people.view(person) for person in found])


def _own(call: Call, person_id: str, permission: str) -> Row:
    person = call.state.people.get(person_id)
    if person is None or person["owner_id"] != call.caller.id:
        raise no_access(permission)
    return person


def _update(call: Call, person_id: str, body: dict[str, Any]) -> Row:
    _own(call, person_id, "person.update")
    asset_id = body.get("featureFaceAssetId")
    if asset_id is not None:
        if asset_id not in call.state.assets.visible(call.caller, [asset_id]):
            raise no_access("asset.read")
        faces = call.state.people.faces_of(person_id, asset_id)
        if not faces:
            raise RefusalError(400, "Invalid assetId for feature face or asset is offline")
        call.state.people.feature(person_id, faces[0]["id"])
    return call.state.people.change(person_id, **_columns(body))


def _delete(call: Call, ids: list[str]) -> Response:
    if call.state.people.owned(call.caller.id, ids) != set(ids):
        raise no_access("person.delete")
    call.state.people.delete(ids)
    return empty()


def _columns(body: dict[str, Any]) -> dict[str, Any]:
    given = {name: body[name] for name in _COLUMNS if name in body}
    return {
        _COLUMNS[name]: value for name, value in given.items() if value is not validation.MISSING
    }


def _birth_date(value: Any, path: Path, complaints: list[Complaint]) -> Any:
    text = validation.text()(value, path, complaints)
    if not isinstance(text, str) or not text:
        return text
    try:
        born = date.fromisoformat(text[:10])
    except ValueError:
        born = date.max
    if born <= datetime.now(UTC).date():
        return born.isoformat()
    message = "Birth date cannot be in the future"
    return validation.complain(complaints, "custom", path, message)


_CHANGES: Final[dict[str, Check]] = {
    "name": optional(validation.text()),
    "birthDate": nullable(_birth_date),
    "isHidden": optional(validation.boolean),
    "isFavorite": optional(validation.boolean),
    "color": nullable(
        validation.matching(r"^#?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{4}|[0-9A-Fa-f]{6}|[0-9A-Fa-f]{8})$")
    ),
}
_WITH_FEATURE: Final = {**_CHANGES, "featureFaceAssetId": optional(validation.uuid4)}
