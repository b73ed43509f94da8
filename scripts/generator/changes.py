"""What is new, gone or different between two contracts, and what that means for users."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from . import shapes
from .canonical import dumps
from .errors import GenerationError

SHOWN = 60
FACTS = (
    "method",
    "path",
    "permission",
    "state",
    "adminOnly",
    "deprecated",
    "security",
    "extensions",
)
# What is told of a schema besides its type; none of it breaks code.
TOLD = (
    *shapes.LIMITS,
    "format",
    "default",
    "deprecated",
    "readOnly",
    "writeOnly",
    "state",
    "extensions",
    "discriminator",
)


@dataclass(frozen=True)
class Change:
    """One difference: the kind of thing, its name, what happened, and whether code breaks."""

    kind: str
    name: str
    what: str
    breaking: bool = False

    def __str__(self) -> str:
        return f"{'BREAKING  ' if self.breaking else ''}{self.kind} {self.name}: {self.what}"


@dataclass(frozen=True)
class Use:
    """Who sees values of a type: callers who make them, callers who get them."""

    sent: bool
    answered: bool

    def breaks(self, was: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
        """Whether code for the type ``was`` no longer fits the type ``now``."""
        return (self.sent and not shapes.fits(was, now)) or (
            self.answered and not shapes.fits(now, was)
        )


SENT = Use(sent=True, answered=False)
ANSWERED = Use(sent=False, answered=True)


def bump(changes: Iterable[Change], version: str, *, new_release: bool) -> tuple[str, str]:
    """The package version that follows ``version``, and why.

    A new server release is a minor version, a major one if users' code breaks; below 1.0 there
    is only the minor one.
    """
    changes = list(changes)
    found = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)(\w.*|[.+-].*)?", version)
    if found is None:
        raise GenerationError([f"src/immichkit/version.py says {version!r}, which is no version"])
    major, minor, patch = (int(number) for number in found.groups()[:3])
    if any(change.breaking for change in changes):
        if major == 0:
            return f"0.{minor + 1}.0", "minor: code of users breaks, and 1.0 is not out yet"
        return f"{major + 1}.0.0", "major: code of users breaks"
    if changes:
        return f"{major}.{minor + 1}.0", "minor: the API grew or changed, nobody's code breaks"
    if new_release:
        return f"{major}.{minor + 1}.0", "minor: a new server release with the same API"
    return f"{major}.{minor}.{patch + 1}", "patch: the API is the same"


def of_type(
    kind: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any], use: Use
) -> Iterator[Change]:
    """What changed in a schema: its type, which may break code, and what is told besides."""
    if shapes.alternatives(before) != shapes.alternatives(after):
        what = f"is {shapes.text(after)}, was {shapes.text(before)}"
        yield Change(kind, name, what, breaking=use.breaks(before, after))
    olds, news = dict(shapes.parts(before)), dict(shapes.parts(after))
    for place in sorted(olds.keys() & news.keys()):
        for fact in TOLD:
            was, now = olds[place].get(fact), news[place].get(fact)
            if was == now or (fact == "format" and {was, now} & shapes.TELLING_FORMATS):
                continue
            what = f"{fact} is {_short(now)}, was {_short(was)}"
            yield Change(
                kind, f"{name}{place}", "has another pattern" if fact == "pattern" else what
            )


def of_null(
    kind: str, name: str, before: Mapping[str, Any], after: Mapping[str, Any], use: Use
) -> Iterator[Change]:
    """That a value may now be null, or no longer."""
    was, now = bool(before.get("nullable")), bool(after.get("nullable"))
    if was != now:
        what = "can be null" if now else "can not be null"
        yield Change(kind, name, what, breaking=use.answered if now else use.sent)


def fact(kind: str, name: str, what: str, was: Any, now: Any) -> Iterator[Change]:
    """That a fact which no code depends on is another one."""
    if was != now:
        yield Change(kind, name, f"{what} is {_short(now)}, was {_short(was)}")


def _short(value: Any) -> str:
    if value is None:
        return "not given"
    text = value if isinstance(value, str) else " ".join(dumps(value).split())
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"
