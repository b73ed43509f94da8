"""Whether an option can be what it was given as: refused at once, by its name."""

from __future__ import annotations

import math
from typing import Any

__all__ = ["check_number", "check_type", "kind_of"]


def check_type(
    name: str,
    value: object,
    kinds: type[Any] | tuple[type[Any], ...],
    wanted: str,
    advice: str = "",
) -> None:
    """Raise `TypeError` if ``value``, given for the option ``name``, is none of ``kinds``.

    The value itself is not shown: it may be a secret.
    """
    if not isinstance(value, kinds):
        raise TypeError(f"{name} must be {wanted}, not {kind_of(value)}.{advice and ' '}{advice}")


def check_number(name: str, value: object, *, least: float = 0, above: float | None = None) -> None:
    """Raise if ``value`` is no finite number, less than ``least`` or not more than ``above``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise TypeError(f"{name} must be a number, not {kind_of(value)}.")
    if above is not None and not value > above:
        raise ValueError(f"{name} must be more than {above}, not {value!r}.")
    if not math.isfinite(value):
        raise ValueError(f"{name} must be a finite number, not {value!r}.")
    if value < least:
        raise ValueError(f"{name} must be at least {least}, not {value!r}.")


def kind_of(value: object) -> str:
    """What ``value`` is, for an error message: its type, but None by its name."""
    kind = type(value)
    if value is None or kind.__module__ == "builtins":
        return "None" if value is None else kind.__name__
    # httpx.Timeout, not immichkit's: only the module tells them apart.
    return f"{kind.__module__.partition('.')[0]}.{kind.__name__}"
