# Written by scripts/mirror from src/immichkit/_async/caller.py; edits are lost.
"""Whose client it is."""

from __future__ import annotations

from immichkit_api import operations

from immichkit._blocking.client import Client

__all__ = ["my_id"]


def my_id(client: Client) -> str:
    """The caller's own id."""
    return (client.execute(operations.users.get_my_user())).id
