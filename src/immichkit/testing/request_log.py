"""Which requests reached the server and what it answered, for tests to look at."""

from __future__ import annotations

import re
import threading
from collections import deque
from typing import Final

from attrs import frozen

# Enough for any test, and little enough for a server that runs all day.
_KEPT: Final = 10_000
# The pages of shared links have the link's key in their path.
_SECRET: Final = re.compile(r"^/(share|s)/[^/]+")


@frozen
class SeenRequest:
    """A request that reached the server; nothing that its query, headers or body said is kept.

    ``path`` is as it was sent, with ``/api``. ``status`` is None if no answer was begun.
    """

    method: str
    path: str
    status: int | None


class RequestLog:
    """The last ten thousand requests, in the order in which they were answered."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: deque[SeenRequest] = deque(maxlen=_KEPT)

    def add(self, method: str, path: str, status: int | None) -> None:
        """Remember one request."""
        seen = SeenRequest(method, _SECRET.sub(r"/\1/…", path), status)
        with self._lock:
            self._seen.append(seen)

    def all(self) -> list[SeenRequest]:
        """What is remembered, the oldest first."""
        with self._lock:
            return list(self._seen)

    def clear(self) -> None:
        """Forget what was seen so far."""
        with self._lock:
            self._seen.clear()
