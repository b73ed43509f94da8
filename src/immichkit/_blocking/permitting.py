# Written by scripts/mirror from src/immichkit/_async/permitting.py; edits are lost.
"""Asking the server what a client's credential may do."""

from __future__ import annotations

from immichkit_api import operations
from immichkit_api.models import ApiKeyResponseDto

from immichkit._blocking.client import Client
from immichkit.auth import AccessToken, ApiKey
from immichkit.errors import ImmichError, PermissionDeniedError
from immichkit.key_permissions import Permissions
from immichkit.permission_check import PermissionCheck, compared

__all__ = ["check_permissions", "described"]


def described(client: Client) -> ApiKeyResponseDto:
    """What the server says of the client's API key; any key may ask about itself."""
    return client.execute(operations.api_keys.get_my_api_key())


def check_permissions(client: Client, wanted: Permissions) -> PermissionCheck:
    """What of ``wanted`` the client may not do."""
    auth, granted = client.settings.auth, None
    if isinstance(auth, ApiKey):
        granted = [permission.value for permission in (described(client)).permissions]
    elif isinstance(auth, AccessToken):
        # A token that has ended would be refused by everything.
        client.execute(operations.authentication.validate_access_token())
    else:
        raise ImmichError("Only an API key or a session has permissions: this client has neither.")
    is_administrator = None
    if wanted.needs_administrator:
        try:
            is_administrator = (client.execute(operations.users.get_my_user())).is_admin
        except PermissionDeniedError:
            is_administrator = None  # a key without user.read
    return compared(wanted, granted, is_administrator=is_administrator)
