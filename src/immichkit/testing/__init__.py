"""An Immich server to test against, without Immich: on a socket of this computer or in process.

```python
with ImmichServer() as server:
    immich = Immich(server.url, api_key=server.api_key)
```
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from immichkit.testing.faults import Fault
    from immichkit.testing.oauth import OAuthProvider
    from immichkit.testing.request_log import SeenRequest
    from immichkit.testing.seeding import SeedAsset
    from immichkit.testing.server import ImmichServer
    from immichkit.testing.server_users import ServerUser
    from immichkit.testing.transports import AsyncInProcessTransport, InProcessTransport

__all__ = [
    "AsyncInProcessTransport",
    "Fault",
    "ImmichServer",
    "InProcessTransport",
    "OAuthProvider",
    "SeedAsset",
    "SeenRequest",
    "ServerUser",
]

_HOMES: Final = {
    "AsyncInProcessTransport": "immichkit.testing.transports",
    "Fault": "immichkit.testing.faults",
    "ImmichServer": "immichkit.testing.server",
    "InProcessTransport": "immichkit.testing.transports",
    "OAuthProvider": "immichkit.testing.oauth",
    "SeedAsset": "immichkit.testing.seeding",
    "SeenRequest": "immichkit.testing.request_log",
    "ServerUser": "immichkit.testing.server_users",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(importlib.import_module(home), name)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] == "immichkit":
            raise
        raise ImportError(
            f"The embedded server needs {error.name}: "
            'install it with pip install "immichkit[testing]"'
        ) from error


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
