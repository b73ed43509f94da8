"""What an undo sends, as far as its journal says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from immichkit.local.journal import JournalFile
from immichkit.needs import When, needs
from immichkit.undoing import LOOKING, OPERATIONS

__all__ = ["needs_of_undo"]

F = TypeVar("F", bound=Callable[..., Any])


def needs_of_undo(undo: F) -> F:
    """Declare that the decorated method sends what the journal asks for whose ``path`` it has."""
    sent = {call: (call,) for call in OPERATIONS} | {
        call: looking.sends for call, looking in LOOKING.items()
    }
    for call, several in sent.items():
        undo = needs(*several, when=_if_named(call))(undo)
    return undo


def _if_named(call: str) -> When:
    def is_named(given: Mapping[str, Any]) -> bool:
        # Without a journal there is no saying what is in it.
        if (journal := given.get("self")) is None:
            return True
        steps = JournalFile(journal.path).steps()
        return any(undo.call == call for step in steps for undo in step.undo)

    return is_named
