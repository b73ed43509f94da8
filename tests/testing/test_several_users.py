from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immichkit import PermissionDeniedError

if TYPE_CHECKING:
    import httpx

    from immichkit.testing import ImmichServer


def test_another_user_has_a_client_of_his_own(server: ImmichServer) -> None:
    bob = server.add_user("Bob@Example.com", name="Bob")
    with server.client(bob) as immich:
        me = immich.users.get_my_user()
    assert (me.id, me.email, me.name) == (bob.id, "bob@example.com", "Bob")


@pytest.mark.anyio
async def test_another_user_has_an_async_client_too(server: ImmichServer) -> None:
    bob = server.add_user()
    async with server.async_client(user=bob) as immich:
        assert (await immich.users.get_my_user()).id == bob.id


def test_a_user_signs_in_with_his_password(server: ImmichServer, anonymous: httpx.Client) -> None:
    bob = server.add_user(password="sesame")
    answer = anonymous.post("/auth/login", json={"email": bob.email, "password": "sesame"})
    assert answer.json()["userId"] == bob.id


def test_users_without_an_address_get_different_ones(server: ImmichServer) -> None:
    assert len({server.add_user().email for _ in range(3)}) == 3


def test_an_address_is_taken_once(server: ImmichServer) -> None:
    server.add_user("bob@example.com")
    with pytest.raises(ValueError, match="bob@example.com"):
        server.add_user("Bob@example.com")


def test_a_key_has_the_permissions_that_were_given(server: ImmichServer) -> None:
    guest = server.add_user(permissions=["album.read"])
    with server.client(guest) as immich:
        assert immich.albums.get_all_albums() == []
        with pytest.raises(PermissionDeniedError):
            immich.users.get_my_user()


def test_the_administrator_is_a_user_like_others(server: ImmichServer) -> None:
    with server.client(server.admin) as immich:
        assert immich.users.get_my_user().id == server.admin.id


def test_no_secret_is_in_the_repr_of_a_user(server: ImmichServer) -> None:
    bob = server.add_user(password="sesame")
    assert bob.api_key not in repr(bob)
    assert "sesame" not in repr(bob)
