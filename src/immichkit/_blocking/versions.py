# Written by scripts/mirror from src/immichkit/_async/versions.py; edits are lost.
"""Which release the server is, learnt from the server."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from immichkit_api import facts

from immichkit.compatibility import assess
from immichkit.errors import DecodeError, ImmichError
from immichkit.requests import undeclared
from immichkit.version import __version__

if TYPE_CHECKING:
    from immichkit._blocking.client import Client

__all__ = ["explained", "learn"]

logger = logging.getLogger("immichkit")

_PARTS = ("major", "minor", "patch")


def learn(client: Client) -> str:
    """The release that the server names; the newest known one, with a warning, if it does not."""
    request = undeclared(*facts.OPERATIONS["getServerVersion"][:2])
    try:
        said = (client.send(request)).json()
    except ImmichError as error:
        reason = str(error)
    else:
        # Not as a model: the older a server is, the less its answer has of one.
        numbers = [said.get(part) for part in _PARTS] if isinstance(said, dict) else []
        if len(numbers) == len(_PARTS) and all(isinstance(number, int) for number in numbers):
            return ".".join(map(str, numbers))
        reason = f"it says {said!r}"
    logger.warning(
        "The server does not tell its version (%s); taking it for v%s.",
        reason,
        facts.SERVER_VERSION,
    )
    return facts.SERVER_VERSION


def explained(client: Client, error: DecodeError) -> DecodeError:
    """``error`` with the server's version, and what that means."""
    version = client.server_version()
    notes = " ".join(assess(version, __version__).notes)
    return DecodeError(
        f"{error} The server is v{version}. {notes}".strip(),
        json_path=error.json_path,
        operation=error.operation,
        server_version=version,
    )
