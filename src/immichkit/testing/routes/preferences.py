"""What each user has chosen, over what holds for everybody."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, Final

from immichkit.testing import validation
from immichkit.testing.validation import Check, optional

if TYPE_CHECKING:
    from immichkit.testing.routing import Call

_DEFAULTS: Final[dict[str, dict[str, Any]]] = {
    "albums": {"defaultAssetOrder": "desc"},
    "folders": {"enabled": False, "sidebarWeb": False},
    "memories": {"enabled": True, "duration": 5},
    "people": {"enabled": True, "sidebarWeb": False, "minimumFaces": 3},
    "sharedLinks": {"enabled": True, "sidebarWeb": False},
    "ratings": {"enabled": False},
    "tags": {"enabled": False, "sidebarWeb": False},
    "emailNotifications": {"enabled": True, "albumInvite": True, "albumUpdate": True},
    "download": {"archiveSize": 4 * 1024**3, "includeEmbeddedVideos": False},
    "purchase": {"showSupportBadge": True, "hideBuyButtonUntil": "2022-02-12T00:00:00.000Z"},
    "cast": {"gCastEnabled": False},
    "recentlyAdded": {"sidebarWeb": False},
}
_SPECIAL: Final[dict[str, Check]] = {
    "defaultAssetOrder": validation.one_of("asc", "desc"),
    "duration": validation.integer(minimum=1),
    "minimumFaces": validation.integer(minimum=1),
    "archiveSize": validation.integer(minimum=1),
    "hideBuyButtonUntil": validation.text(),
}
# In the order in which the server complains about them.
_ORDER: Final = (
    "albums",
    "cast",
    "download",
    "emailNotifications",
    "folders",
    "memories",
    "people",
    "purchase",
    "ratings",
    "sharedLinks",
    "tags",
    "recentlyAdded",
)


def of(call: Call, user_id: str) -> dict[str, Any]:
    """All preferences of the user."""
    found = copy.deepcopy(_DEFAULTS)
    for group, chosen in (call.state.users.metadata(user_id, "preferences") or {}).items():
        found[group].update(chosen)
    return found


def change(call: Call, user_id: str) -> dict[str, Any]:
    """All preferences of the user, those that the body names set."""
    body = call.json(_CHANGES)
    found = of(call, user_id)
    for group, chosen in body.items():
        found[group].update(chosen)
    call.state.users.put_metadata(user_id, "preferences", _chosen(found))
    return found


def _chosen(preferences: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What is not as it is for everybody, which is all that v3.1 stores."""
    chosen = {
        group: {name: value for name, value in values.items() if value != _DEFAULTS[group][name]}
        for group, values in preferences.items()
    }
    return {group: values for group, values in chosen.items() if values}


def _group(name: str) -> Check:
    checks = {field: _SPECIAL.get(field, validation.boolean) for field in _DEFAULTS[name]}
    return validation.shape({field: optional(check) for field, check in checks.items()})


_CHANGES: Final = {name: optional(_group(name)) for name in _ORDER}
