"""The trash: emptying it, and taking things out again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from immichkit.testing import validation
from immichkit.testing.answers import json_answer, no_access
from immichkit.testing.routing import Call, Routes

if TYPE_CHECKING:
    from starlette.responses import Response

routes: Final = Routes()


@routes.on("POST", "/trash/empty", "asset.delete")
def empty_trash(call: Call) -> Response:
    """Give all of it up for good: counted here, done after the answer."""
    count = call.state.trash.doom(call.caller.id)
    if count:
        call.jobs.append(call.state.purge)
    return json_answer({"count": count})


@routes.on("POST", "/trash/restore", "asset.delete")
def restore_trash(call: Call) -> Response:
    return json_answer({"count": call.state.trash.restore_all(call.caller.id)})


@routes.on("POST", "/trash/restore/assets", "asset.delete")
def restore_assets(call: Call) -> Response:
    """Take these out; every id counts, also what is not in the trash, as in v3.1."""
    ids: list[str] = validation.read(validation.IDS, call.body)["ids"]
    if call.state.assets.owned(call.caller, ids) != set(ids):
        raise no_access("asset.delete")
    call.state.trash.restore(list(dict.fromkeys(ids)))
    return json_answer({"count": len(ids)})
