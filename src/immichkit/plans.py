"""Plans: what is to be done and why, as values that can be read, kept and given to ``apply``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, ClassVar, Final, Generic, Self, TypeVar

import attrs
import msgspec

from immichkit.options import kind_of

__all__ = ["Entry", "Plan", "counted", "named"]

E_co = TypeVar("E_co", bound="Entry", covariant=True)

_VERSION: Final = 1
_SHOWN: Final = 10
"""How many entries of one action a printed plan shows."""


@attrs.frozen(kw_only=True)
class Entry:
    """One thing that a plan says: what it does, to which assets, and why.

    ``action`` is a verb, such as ``create`` or ``keep``. ``asset_ids`` are the assets that it is
    about, ``names`` their file names in the same order, where they are known. ``permanent`` says
    what no journal can take back; None if all of it can be undone.
    """

    action: str
    asset_ids: tuple[str, ...]
    why: str
    names: tuple[str, ...] = ()
    permanent: str | None = None

    @property
    def about(self) -> str:
        """What is done, in a line."""
        return f"{self.action} {named(self.asset_ids, self.names)}"

    def __str__(self) -> str:
        text = f"{self.about}: {self.why}"
        return f"{text} (cannot be undone: {self.permanent})" if self.permanent else text


def named(ids: tuple[str, ...], names: tuple[str, ...] = (), *, most: int = 4) -> str:
    """``names``, or ``ids`` where there are none; no more of them than ``most``."""
    shown = names or ids
    rest = len(shown) - most
    return ", ".join(shown[:most]) + (f" and {rest} more" if rest > 0 else "")


def counted(count: int, noun: str) -> str:
    """How many there are of something, in words: ``1 asset``, ``2 assets``."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@attrs.frozen(kw_only=True)
class Plan(Generic[E_co]):
    """What is to be done, and what is left alone, with a reason each; nothing is written yet.

    ``entries`` are in the order in which they are applied. ``notes`` say what holds for all.
    ``user_id`` is whose assets it is about, where that is known: nobody else can apply it.
    """

    kind: ClassVar[str]
    title: ClassVar[str]
    idle: ClassVar[frozenset[str]] = frozenset({"keep"})
    """The actions that write nothing."""

    entries: tuple[E_co, ...] = attrs.field(repr=False)
    notes: tuple[str, ...] = ()
    user_id: str | None = None

    def of(self, action: str) -> list[E_co]:
        """The entries with that action."""
        return [entry for entry in self.entries if entry.action == action]

    @property
    def counts(self) -> dict[str, int]:
        """How many entries have each action."""
        return dict(Counter(entry.action for entry in self.entries))

    @property
    def is_empty(self) -> bool:
        """Whether applying it would write nothing."""
        return all(entry.action in self.idle for entry in self.entries)

    @property
    def permanent(self) -> list[E_co]:
        """The entries that cannot be undone once they are applied."""
        return [entry for entry in self.entries if entry.permanent]

    def explain(self, asset_id: str) -> str:
        """What happens to an asset, and why."""
        found = [str(entry) for entry in self.entries if asset_id in entry.asset_ids]
        return "\n".join(found) or f"This plan says nothing about {asset_id}."

    def to_dict(self) -> dict[str, Any]:
        """The plan in what JSON can hold; `from_dict` makes the same plan of it."""
        return {"plan": self.kind, "version": _VERSION, **msgspec.to_builtins(self)}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Self:
        """The plan that `to_dict` made ``data`` of; raises `ValueError` if it is none.

        One that would write something has to say whose it is.
        """
        if not isinstance(data, Mapping):
            what = kind_of(data)
            raise ValueError(f"This is no plan but {what}: give what to_dict() returned.")  # noqa: TRY004
        if data.get("plan") != cls.kind or data.get("version") != _VERSION:
            kind, version = data.get("plan"), data.get("version")
            raise ValueError(
                f"This is no plan of the kind {cls.kind!r} that this release can read: "
                f"its kind is {kind!r}, its version {version!r}."
            )
        try:
            plan = msgspec.convert(data, cls)
        except msgspec.ValidationError as error:
            raise ValueError(f"This is no plan: {error}") from None
        if plan.user_id is None and not plan.is_empty:
            raise ValueError(
                "This plan does not say whose it is: its user_id is missing, without which it "
                "could be applied to somebody else's library. Make it anew."
            )
        return plan

    def __str__(self) -> str:
        counts = ", ".join(f"{count} to {action}" for action, count in self.counts.items())
        lines = [f"{self.title}: {counts or 'nothing to do'}"]
        for action in self.counts:
            if action in self.idle:
                continue
            entries = self.of(action)
            lines += [f"  {entry}" for entry in entries[:_SHOWN]]
            if (rest := len(entries) - _SHOWN) > 0:
                lines.append(f"  … and {rest} more to {action}")
        if permanent := self.permanent:
            lines.append(f"  {len(permanent)} of these cannot be undone.")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])
