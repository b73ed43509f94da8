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
    from immichkit._async.client import AsyncClient

__all__ = ["explained", "learn"]

logger = logging.getLogger("immichkit")

_PARTS = ("major", "minor", "patch")


async def learn(client: AsyncClient) -> str | None:
    """The release that the server names; None, with a warning, if it names none."""
    request = undeclared(*facts.OPERATIONS["getServerVersion"][:2])
    try:
        said = (await client.send(request)).json()
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
    return None


async def explained(client: AsyncClient, error: DecodeError) -> DecodeError:
    """``error`` with the server's version, and what that means."""
    version = await client.told_version()
    if version is None:
        said = "The server does not tell its version."
    else:
        said = f"The server is v{version}. {' '.join(assess(version, __version__).notes)}".strip()
    return DecodeError(
        f"{error} {said}",
        json_path=error.json_path,
        operation=error.operation,
        server_version=version,
    )
