"""Every route of the embedded server, a module for each subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from immichkit.testing.contract import PATCHED
from immichkit.testing.routes import (
    admin_users,
    album_users,
    albums,
    api_keys,
    asset_metadata,
    assets,
    auth,
    copies,
    downloads,
    duplicates,
    edits,
    explore,
    faces,
    memories,
    oauth,
    originals,
    partners,
    people,
    pin_codes,
    queues,
    search,
    server_info,
    sessions,
    shared_links,
    stacks,
    sync,
    system_config,
    tags,
    thumbnails,
    timeline,
    trash,
    uploads,
    users,
)

if TYPE_CHECKING:
    from immichkit.testing.routing import Route

# By method and path, as the contract writes them.
_DECLARED: Final[dict[tuple[str, str], Route]] = {
    **server_info.routes.all,
    **auth.routes.all,
    **oauth.routes.all,
    **users.routes.all,
    **admin_users.routes.all,
    **api_keys.routes.all,
    **sessions.routes.all,
    **pin_codes.routes.all,
    **system_config.routes.all,
    **queues.routes.all,
    **uploads.routes.all,
    **originals.routes.all,
    **thumbnails.routes.all,
    **downloads.routes.all,
    **asset_metadata.routes.all,
    **assets.routes.all,
    **copies.routes.all,
    **edits.routes.all,
    **trash.routes.all,
    **search.routes.all,
    **explore.routes.all,
    **timeline.routes.all,
    **tags.routes.all,
    **stacks.routes.all,
    **duplicates.routes.all,
    **partners.routes.all,
    **shared_links.routes.all,
    **albums.routes.all,
    **album_users.routes.all,
    **people.routes.all,
    **faces.routes.all,
    **memories.routes.all,
    **sync.routes.all,
}
ALL: Final[dict[tuple[str, str], Route]] = _DECLARED | {
    ("PATCH", path): _DECLARED["PUT", path] for path in PATCHED if ("PUT", path) in _DECLARED
}

__all__ = ["ALL"]
