"""Which queues of the server are to stand still, and which to go on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Generator, Iterable, Mapping
from contextlib import contextmanager
from threading import Lock
from typing import Final

from immichkit_api.models import QueueName, QueueResponseDto

from immichkit.options import check_several

__all__ = ["PAUSES", "Pauses", "to_be_paused", "to_be_resumed", "told"]


def to_be_paused(
    queues: Iterable[QueueResponseDto], names: Iterable[str] | None, held: Collection[str] = ()
) -> list[QueueName]:
    """The queues among ``names``, or all, that can be paused and run, or would but for contexts.

    ``held`` are those that stand still because of a context.

    Raises `ValueError` for names that the server does not know or never pauses.
    """
    running = {one.name: not one.is_paused or one.name in held for one in queues}
    wanted: list[QueueName]
    if names is None:
        wanted = [name for name in running if name is not QueueName.BACKGROUND_TASK]
    else:
        wanted = _checked(names, running)
        if QueueName.BACKGROUND_TASK in wanted:
            raise ValueError("The server never pauses the queue backgroundTask.")
    return [name for name in wanted if running[name]]


def to_be_resumed(
    queues: Iterable[QueueResponseDto], names: Iterable[str] | None
) -> list[QueueName]:
    """The queues among ``names``, or among all, that stand still."""
    still = {one.name: one.is_paused for one in queues}
    wanted = list(still) if names is None else _checked(names, still)
    return [name for name in wanted if still[name]]


def told(problems: Mapping[QueueName, Exception]) -> list[str]:
    """What it means that these queues could not be resumed."""
    return [f"The queue {name} may still be paused: {why}" for name, why in problems.items()]


def _checked(names: Iterable[str], known: Collection[QueueName]) -> list[QueueName]:
    check_several("names", names, "queues")
    wanted = list(dict.fromkeys(map(QueueName, names)))
    if unknown := [name.value for name in wanted if name not in known]:
        raise ValueError(f"The server has no queue {', '.join(unknown)}, but {', '.join(known)}.")
    return wanted


class Pauses:
    """Which queues this process holds, in how many contexts: the last to leave lets them go on.

    Whoever comes while that happens holds them anew, and lets them go on once more afterwards:
    a queue may run too early, but never stands still for ever.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._inside: Counter[tuple[str, QueueName]] = Counter()
        self._leaving: Counter[tuple[str, QueueName]] = Counter()

    def held(self, server: str) -> set[QueueName]:
        """The queues of the server that stand still because of some context."""
        with self._lock:
            return {name for where, name in self._inside + self._leaving if where == server}

    def enter(self, server: str, name: QueueName) -> None:
        """Hold a queue."""
        with self._lock:
            self._inside[server, name] += 1

    @contextmanager
    def leave(self, server: str, names: Iterable[QueueName]) -> Generator[list[QueueName]]:
        """A context to resume queues in: those of ``names`` that no other context holds."""
        with self._lock:
            self._inside.subtract((server, name) for name in names)
            last = [name for name in names if not self._inside[server, name]]
            self._leaving.update((server, name) for name in last)
        try:
            yield last
        finally:
            with self._lock:
                self._leaving.subtract((server, name) for name in last)


PAUSES: Final = Pauses()
"""Those of all clients in this process."""
