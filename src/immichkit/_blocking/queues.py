# Written by scripts/mirror from src/immichkit/_async/queues.py; edits are lost.
"""The queues of the server's background work, and a context in which they stand still."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterable
from contextlib import contextmanager

from immichkit_api import operations
from immichkit_api.groups.queues import QueuesApi
from immichkit_api.models import QueueName
from immichkit_api.models.queue_name import QueueNameLike

from immichkit._blocking.client import Client
from immichkit._runtime import Runtime
from immichkit.errors import ImmichError, PermissionDeniedError
from immichkit.needs import needs
from immichkit.pausing import PAUSES, to_be_paused, to_be_resumed, told

__all__ = ["Queues"]

logger = logging.getLogger("immichkit")


class Queues(QueuesApi):
    """The queues of the server's background work."""

    def __init__(self, client: Client) -> None:
        super().__init__(client)
        self._client = client

    @needs("queues.get_queues", "queues.update_queue")
    @contextmanager
    def paused(self, names: Iterable[QueueNameLike] | None = None) -> Generator[list[QueueName]]:
        """A context in which queues stand still, so that the server has its power for you.

        ``names`` are the queues, all unless given, save the one that v3.1 never pauses,
        ``backgroundTask``. What comes in meanwhile is done afterwards: thumbnails of uploads, too.
        At the end, also after an exception or Ctrl-C, exactly those run again that did before; of
        several contexts in one process, when the last one that holds them ends. The context gives
        their names.

        If that fails, an `ImmichError` says which may still be paused; after an exception in the
        context that one is raised, with a note. A process that is killed cannot clean up: `resume`
        the queues, whose names are in the log.

        ``PUT /queues/{name}`` · needs queue.read, queue.update · administrators only
        """
        # Before and after the request: a context may begin or end meanwhile.
        server, held = self._server, PAUSES.held(self._server)
        queues = self._client.execute(operations.queues.get_queues())
        wanted = to_be_paused(queues, names, held | PAUSES.held(server))
        logger.info("pausing the queues %s", ", ".join(wanted))
        stopped: list[QueueName] = []
        try:
            for name in wanted:
                stopped.append(name)
                PAUSES.enter(server, name)
                self._client.execute(operations.queues.update_queue(name, is_paused=True))
            yield list(stopped)
        except BaseException as error:
            for problem in told(self._left(stopped)):
                error.add_note(problem)
            raise
        if problems := self._left(stopped):
            raise ImmichError(" ".join(told(problems)))

    @needs("queues.get_queues", "queues.update_queue")
    def resume(self, names: Iterable[QueueNameLike] | None = None) -> list[QueueName]:
        """Let queues that stand still run again, all unless ``names`` are given; which those were.

        It is for what a killed process left behind. Raises an `ImmichError` that says which may
        still be paused, once all others run.

        ``PUT /queues/{name}`` · needs queue.read, queue.update · administrators only
        """
        queues = self._client.execute(operations.queues.get_queues())
        wanted = to_be_resumed(queues, names)
        if problems := self._resumed(wanted):
            refused = [one for one in problems.values() if isinstance(one, PermissionDeniedError)]
            raise refused[0] if refused else ImmichError(" ".join(told(problems)))
        return wanted

    @property
    def _server(self) -> str:
        """Whose queues these are; what is paused in dry run is nobody's business."""
        settings = self._client.settings
        return f"dry run of {settings.base_url}" if settings.dry_run else settings.base_url

    def _left(self, names: list[QueueName]) -> dict[QueueName, Exception]:
        """What went wrong while the queues were let go on that no other context holds."""
        with PAUSES.leave(self._server, names) as last:
            return self._resumed(last)

    def _resumed(self, names: list[QueueName]) -> dict[QueueName, Exception]:
        """What went wrong while the queues were let go on."""
        problems: dict[QueueName, Exception] = {}
        waiting, interruption = list(names), None
        with Runtime.shielded():
            while waiting:
                name = waiting.pop(0)
                try:
                    request = operations.queues.update_queue(name, is_paused=False)
                    self._client.execute(request)
                except Exception as error:  # noqa: BLE001  # the others still count
                    problems[name] = error
                except KeyboardInterrupt as error:
                    if interruption is not None:
                        raise
                    # Once, impatience must not leave queues behind that stand still for ever.
                    interruption = error
                    waiting.append(name)
        if interruption is not None:
            raise interruption
        return problems
