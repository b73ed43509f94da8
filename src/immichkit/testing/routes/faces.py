"""Faces in pictures, and whose they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from immichkit.testing import validation
from immichkit.testing.answers import empty, json_answer, no_access
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import people

if TYPE_CHECKING:
    from immichkit.testing.state.database import Row

_INTEGER: Final = validation.integer()

routes: Final = Routes()


@routes.on("POST", "/faces", "face.create")
def create_face(call: Call) -> Response:
    body = call.json(
        {
            "personId": validation.uuid4,
            "assetId": validation.uuid4,
            **dict.fromkeys(("imageWidth", "imageHeight", "x", "y", "width", "height"), _INTEGER),
        }
    )
    asset_id, person = body["assetId"], call.state.people.get(body["personId"])
    if person is None or person["owner_id"] != call.caller.id:
        raise no_access("person.read")
    if asset_id not in call.state.assets.owned(call.caller, [asset_id]):
        raise no_access("asset.update")
    call.state.people.add_face(
        {
            "asset_id": asset_id,
            "person_id": person["id"],
            "image_width": body["imageWidth"],
            "image_height": body["imageHeight"],
            "x1": body["x"],
            "y1": body["y"],
            "x2": body["x"] + body["width"],
            "y2": body["y"] + body["height"],
            "source_type": "manual",
        }
    )
    return empty(201)


@routes.on("GET", "/faces", "face.read")
def get_faces(call: Call) -> Response:
    asset_id = call.query({"id": validation.uuid4})["id"]
    if asset_id not in call.state.assets.visible(call.caller, [asset_id]):
        raise no_access("asset.read")
    return json_answer([_view(call, face) for face in call.state.people.faces(asset_id)])


@routes.on("PUT", "/faces/{id}", "face.update")
def reassign_faces_by_id(call: Call) -> Response:
    """Give a face, named in the body, to the person of the path."""
    person_id, face_id = call.id(), call.json({"id": validation.uuid4})["id"]
    known = call.state.people
    person = known.get(person_id)
    if person is None or person["owner_id"] != call.caller.id:
        raise no_access("person.update")
    known.give(_own(call, face_id, "person.create"), person_id)
    return json_answer(people.view(known.get(person_id) or person))


@routes.on("DELETE", "/faces/{id}", "face.delete")
def delete_face(call: Call) -> Response:
    """Hide the face, or if forced forget it."""
    face_id = call.id()
    is_forced = call.json({"force": validation.boolean})["force"]
    _own(call, face_id, "face.delete")
    if is_forced:
        call.state.people.delete_face(face_id)
    else:
        call.state.people.hide_face(face_id)
    return empty()


def _own(call: Call, face_id: str, permission: str) -> Row:
    face = call.state.people.face(face_id)
    if face is None or face["owner_id"] != call.caller.id:
        raise no_access(permission)
    return face


def _view(call: Call, face: Row) -> dict[str, Any]:
    person = call.state.people.get(face["person_id"] or "")
    is_own = person is not None and person["owner_id"] == call.caller.id
    return {
        "id": face["id"],
        "boundingBoxX1": face["x1"],
        "boundingBoxY1": face["y1"],
        "boundingBoxX2": face["x2"],
        "boundingBoxY2": face["y2"],
        "imageWidth": face["image_width"],
        "imageHeight": face["image_height"],
        "sourceType": face["source_type"],
        "person": people.view(person, is_nested=True) if person is not None and is_own else None,
    }
