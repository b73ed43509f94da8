"""Steps: what applying a plan sends, with the way back of each."""

from __future__ import annotations

from typing import Any, Literal

import attrs
from immichkit_api.types import Request

from immichkit.batches import NAMED_BEFORE, NO_ID, Given

__all__ = ["Step", "Undo", "left_out"]


@attrs.frozen
class Undo:
    """A way back, in what JSON can hold: a call, and its arguments.

    ``call`` is one of those that `undoing` knows: an operation's name, such as
    ``trash.restore_assets``, or one of its own that looks at the server first.
    """

    call: str
    arguments: dict[str, Any]


@attrs.frozen(kw_only=True)
class Step:
    """One thing to do: the requests, sent one after the other, and the way back of them all.

    ``ids`` are what it is done to, for each of which there is a result; ``about`` says it in a
    line. If a request fails, those after it are not sent. Steps do not depend on each other: they
    may be carried out in any order, and at the same time.

    Where the server answers per id, ``settled`` are the errors which mean that the id is as it is
    to be already. ``permanent`` says what cannot be undone. A step without requests is one that
    turned out not to be needed, safe or possible: its result is ``status``, for ``reason``.
    ``then`` are steps that may only be carried out after this one, and in their order.
    """

    about: str
    ids: tuple[str, ...]
    requests: tuple[Request[Any], ...] = ()
    undo: tuple[Undo, ...] = ()
    settled: frozenset[str] = frozenset()
    permanent: str | None = None
    status: Literal["unchanged", "skipped", "failed"] = "unchanged"
    reason: str | None = None
    then: tuple[Step, ...] = ()


def left_out(about: str, given: Given) -> list[Step]:
    """What tells of the ids that are not sent: they came before, or are none."""
    again = Step(about=about, ids=tuple(given.again), status="skipped", reason=NAMED_BEFORE)
    strange = Step(about=about, ids=tuple(given.strange), status="failed", reason=NO_ID)
    return [step for step in (again, strange) if step.ids]
