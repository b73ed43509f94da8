# Written by scripts/mirror from src/immichkit/_async/album_members.py; edits are lost.
"""Who sees an album, and changes to one that a journal can take back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from os import PathLike

from immichkit_api import operations
from immichkit_api.models import AlbumResponseDto, AlbumUserRole
from immichkit_api.models.album_user_role import AlbumUserRoleLike

from immichkit._blocking.applying import apply_steps
from immichkit._blocking.client import Client
from immichkit.album_steps import share_step, unshare_step
from immichkit.options import check_several, check_type
from immichkit.steps import Step

__all__ = ["changed", "share", "unshare"]


def share(
    client: Client,
    album_id: str,
    users: Mapping[str, AlbumUserRoleLike] | Iterable[str],
    role: AlbumUserRoleLike,
    *,
    journal: str | PathLike[str] | None,
) -> AlbumResponseDto:
    """The album, which ``users`` then see, in the roles given or in ``role``."""
    wanted = dict(users) if isinstance(users, Mapping) else dict.fromkeys(_several(users), role)
    ids = _user_ids(client, wanted)
    roles: dict[str, AlbumUserRole] = {}
    for user, given in wanted.items():
        if roles.setdefault(ids[user], AlbumUserRole(given)) != given:
            raise ValueError(f"{user!r} is named twice, in two roles: leave one out.")
    return changed(client, album_id, lambda album: share_step(album, roles), journal=journal)


def unshare(
    client: Client,
    album_id: str,
    users: Iterable[str],
    *,
    journal: str | PathLike[str] | None,
) -> AlbumResponseDto:
    """The album, which ``users`` then see no more."""
    ids = (_user_ids(client, _several(users))).values()
    return changed(client, album_id, lambda album: unshare_step(album, ids), journal=journal)


def changed(
    client: Client,
    album_id: str,
    step_of: Callable[[AlbumResponseDto], Step],
    *,
    journal: str | PathLike[str] | None,
) -> AlbumResponseDto:
    """The album as it is after a step; raises what went wrong."""
    album = client.execute(operations.albums.get_album_info(album_id))
    report = apply_steps(client, [step_of(album)], journal=journal)
    for result in report.results:
        if result.error is not None:
            raise result.error
    return client.execute(operations.albums.get_album_info(album_id))


def _user_ids(client: Client, users: Iterable[str]) -> dict[str, str]:
    """The ids of users who are named by an id or an e-mail address."""
    for user in users:
        check_type("A user of users", user, str, "an id or an e-mail address")
    if not any("@" in user for user in users):
        return {user: user.lower() for user in users}
    everybody = client.execute(operations.users.search_users())
    by_email = {user.email.lower(): user.id for user in everybody}
    for user in users:
        if "@" in user and user.lower() not in by_email:
            raise ValueError(f"The server shows nobody with the e-mail address {user!r}.")
    return {user: by_email.get(user.lower(), user.lower()) for user in users}


def _several(users: Iterable[str]) -> list[str]:
    check_several("users", users, "ids or e-mail addresses")
    return list(users)
