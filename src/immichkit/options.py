"""Whether an option can be what it was given as: refused at once, by its name."""

from __future__ import annotations

import math
from collections.abc import AsyncIterable, Iterable, Mapping
from typing import Any

__all__ = ["check_number", "check_several", "check_type", "kind_of"]


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


def check_several(name: str, value: object, wanted: str) -> None:
    """Raise `TypeError` if ``value`` is not a list, or another iterable, of what is ``wanted``.

    A text is refused as well: a list of its letters is never meant.
    """
    if isinstance(value, str):
        raise TypeError(f"{name} must be a list of {wanted}, not a single text: [{value!r}].")
    if isinstance(value, bytes | Mapping) or not isinstance(value, Iterable | AsyncIterable):
        raise TypeError(f"{name} must be a list of {wanted}, not {kind_of(value)}.")


def check_number(
    name: str,
    value: object,
    *,
    least: float = 0,
    above: float | None = None,
    whole: bool = False,
) -> None:
    """Raise if ``value`` is no finite number, less than ``least`` or not more than ``above``."""
    kinds = int if whole else int | float
    if isinstance(value, bool) or not isinstance(value, kinds):
        raise TypeError(f"{name} must be a {'whole ' * whole}number, not {kind_of(value)}.")
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
