"""Partners, who share their whole library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation
from immichkit.testing.answers import RefusalError, empty, json_answer, no_access
from immichkit.testing.routing import Call, Routes
from immichkit.testing.state import users

if TYPE_CHECKING:
    from starlette.responses import Response

    from immichkit.testing.state.database import Row

routes: Final = Routes()


@routes.on("GET", "/partners", "partner.read")
def get_partners(call: Call) -> Response:
    direction = call.query({"direction": validation.one_of("shared-by", "shared-with")})
    partners, user_id = call.state.partners, call.caller.id
    is_giving = direction["direction"] == "shared-by"
    found = partners.receivers(user_id) if is_giving else partners.givers(user_id)
    return json_answer([_view(one, in_timeline=bool(one["in_timeline"])) for one in found])


@routes.on("POST", "/partners", "partner.create")
def create_partner(call: Call) -> Response:
    return _share(call, call.json({"sharedWithId": validation.uuid4})["sharedWithId"])


@routes.on("POST", "/partners/{id}", "partner.create")
def create_partner_deprecated(call: Call) -> Response:
    return _share(call, call.id())


def _share(call: Call, user_id: str) -> Response:
    """Share with the user, who may be oneself in v3.1."""
    partners = call.state.partners
    if partners.get(call.caller.id, user_id) is not None:
        raise RefusalError(400, "Partner already exists")
    user = call.state.users.get(user_id)
    if user is None:
        # v3.1 runs into its database's constraint here.
        raise RefusalError(500, "Failed to create partner")
    partners.add(call.caller.id, user_id)
    return json_answer(_view(user, in_timeline=False), 201)


@routes.on("PUT", "/partners/{id}", "partner.update")
def update_partner(call: Call) -> Response:
    """Decide whether what somebody shares is in one's timeline."""
    giver_id = call.id()
    in_timeline = call.json({"inTimeline": validation.boolean})["inTimeline"]
    giver = call.state.users.get(giver_id)
    if giver is None or call.state.partners.get(giver_id, call.caller.id) is None:
        raise no_access("partner.update")
    call.state.partners.show(giver_id, call.caller.id, in_timeline=in_timeline)
    return json_answer(_view(giver, in_timeline=in_timeline))


@routes.on("DELETE", "/partners/{id}", "partner.delete")
def remove_partner(call: Call) -> Response:
    user_id = call.id()
    if call.state.partners.get(call.caller.id, user_id) is None:
        raise RefusalError(400, "Partner not found")
    call.state.partners.remove(call.caller.id, user_id)
    return empty()


def _view(user: Row, *, in_timeline: bool) -> dict[str, Any]:
    return {**users.public(user), "inTimeline": in_timeline}
