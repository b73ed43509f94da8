"""What helpers send, declared next to them: permissions follow from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeAlias, TypeVar

__all__ = ["Need", "When", "declared", "needs"]

F = TypeVar("F", bound=Callable[..., Any])

When: TypeAlias = str | tuple[str, ...] | Callable[[Mapping[str, Any]], bool] | None
"""An option that is not as it is by default, any of several, or a test of the arguments.

Such a test finds what a method is bound to as ``self``.
"""


class Need(NamedTuple):
    """Operations that a helper sends, always or under a condition."""

    operations: tuple[str, ...]
    when: When
    optional: bool

    def holds(self, given: Mapping[str, Any], usual: Mapping[str, Any]) -> bool:
        """Whether these arguments are such that it may; ``usual`` are the defaults."""
        if self.when is None:
            return True
        if callable(self.when):
            return self.when({**usual, **given})
        names = (self.when,) if isinstance(self.when, str) else self.when
        return any(name in given and given[name] != usual.get(name) for name in names)


def needs(*operations: str, when: When = None, optional: bool = False) -> Callable[[F], F]:
    """Declare what the decorated helper sends: operations, such as ``assets.upload_asset``.

    ``when`` says with which arguments it may do so. It can do without what is ``optional``. To be
    repeated for each condition.
    """

    def declare(function: F) -> F:
        found = (Need(operations, when, optional), *declared(function))
        function.__needs__ = found  # type: ignore[attr-defined]  # read by `declared`
        return function

    return declare


def declared(function: Callable[..., Any]) -> tuple[Need, ...]:
    """What was declared of a helper; nothing of anything else."""
    found: tuple[Need, ...] = getattr(function, "__needs__", ())
    return found
