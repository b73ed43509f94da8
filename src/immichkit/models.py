"""Every model of the server's API, such as `AssetResponseDto`; each is imported on first use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from immichkit_api import models as _models

if TYPE_CHECKING:
    from immichkit_api.models import *  # noqa: F403

__all__: list[str] = []
__all__ += _models.__all__


def __getattr__(name: str) -> Any:
    return getattr(_models, name)


def __dir__() -> list[str]:
    return __all__
