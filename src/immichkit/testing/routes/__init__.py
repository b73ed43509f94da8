"""Every route of the embedded server, a module for each subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from immichkit.testing.routes import (
    album_users,
    albums,
    assets,
    auth,
    originals,
    search,
    server_info,
    uploads,
    users,
)

if TYPE_CHECKING:
    from immichkit.testing.routing import Route

# By method and path, as the contract writes them.
ALL: Final[dict[tuple[str, str], Route]] = {
    **server_info.routes.all,
    **auth.routes.all,
    **users.routes.all,
    **uploads.routes.all,
    **originals.routes.all,
    **assets.routes.all,
    **search.routes.all,
    **albums.routes.all,
    **album_users.routes.all,
}

__all__ = ["ALL"]
