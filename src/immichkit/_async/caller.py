"""Whose client it is."""

from __future__ import annotations

from immichkit_api import operations

from immichkit._async.client import AsyncClient

__all__ = ["my_id"]


async def my_id(client: AsyncClient) -> str:
    """The caller's own id."""
    return (await client.execute(operations.users.get_my_user())).id
