"""Every operation of the server as a value: ``operations.albums.create_album(…)`` is a `Request`.

Beside each function is its constant, such as ``operations.albums.CREATE_ALBUM``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immichkit_api import operations as _operations

if TYPE_CHECKING:
    from immichkit_api.operations import *  # noqa: F403

__all__: list[str] = []
__all__ += _operations.__all__


def __getattr__(name: str) -> Any:
    return getattr(_operations, name)


def __dir__() -> list[str]:
    return __all__
