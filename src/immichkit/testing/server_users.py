"""The users of an embedded server, as a test gets to know them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immichkit.testing.state import State


@frozen
class ServerUser:
    """A user of the embedded server, and all that is needed to be him."""

    id: str
    email: str
    name: str
    password: str = field(repr=False)
    api_key: str = field(repr=False)


def add_user(
    state: State,
    email: str | None,
    *,
    name: str | None,
    password: str,
    is_admin: bool,
    quota_size: int | None,
    permissions: Sequence[str],
) -> ServerUser:
    """A new user with a key; raises `ValueError` if the address is taken."""
    if email is None:
        email = f"user{len(state.users.all(with_deleted=True))}@example.com"
    address = email.lower()
    if state.users.by_email(address) is not None:
        raise ValueError(f"There is a user {address} already")
    name = name or address.partition("@")[0]
    user = state.users.add(address, password, name, is_admin=is_admin, quota_size=quota_size)
    _key, secret = state.keys.add(user["id"], name, permissions)
    return ServerUser(user["id"], address, name, password, secret)
