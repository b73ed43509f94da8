# Written by scripts/mirror from src/immichkit/_async/saving.py; edits are lost.
"""An answer's body on its way to the disk, in as many goes as it takes."""

from __future__ import annotations

import time
from collections.abc import Callable
from os import PathLike
from typing import TYPE_CHECKING

from immichkit_api.types import Overwrite, Progress, Request, SavedFile
from msgspec import structs

from immichkit._blocking.body import Body
from immichkit._runtime import Runtime
from immichkit.downloads import (
    Beginning,
    Expected,
    begun,
    headers,
    is_past_the_end,
    meaning,
    source_of,
)
from immichkit.errors import ApiError, IntegrityError, TransportError
from immichkit.local.destination import Destination

if TYPE_CHECKING:
    from immichkit._blocking.client import Client
    from immichkit.local.partial_file import PartialFile

__all__ = ["Saving", "place_of"]

_BETWEEN_REPORTS = 0.1
"""Seconds: who draws a progress bar needs no more, and a call per chunk would slow it down."""


class Saving:
    """One answer that is saved: continued where it broke off, checked, then put in its place."""

    def __init__(
        self,
        client: Client,
        request: Request[bytes],
        *,
        resume: bool,
        verify: bool,
        on_progress: Progress | None,
    ) -> None:
        self._client = client
        self._request = request
        self._resume = resume
        self._verify = verify
        Runtime.check_callback("on_progress", on_progress)
        self._report = on_progress
        # Only a GET for all of a file can be continued.
        names = {name.lower() for name in request.headers}
        continuable = request.operation.method == "GET" and "range" not in names
        self._source = source_of(client.settings.base_url, request) if continuable else None
        self._expected = Expected()
        self._part: PartialFile | None = None
        self._asked_from = 0
        self._whole = False
        self._resumed = False
        self._is_second_go = False
        self._is_over = False

    def to(
        self,
        target: str | PathLike[str],
        overwrite: Overwrite,
        expected: Callable[[], Expected] | None,
    ) -> SavedFile:
        """The file that the body was written to, whole or not at all."""
        self._place = place_of(self._request, target, overwrite)
        there = Runtime.blocking(self._place.settled)
        if expected is not None and (self._verify or there is None):
            self._expected = expected()
        if there is not None:
            return self._compared(there)
        try:
            if self._resume and self._source is not None:
                Runtime.blocking(self._find, self._source)
            return self._in_several_goes()
        except BaseException:
            self._is_over = True
            if self._part is not None:
                # In a thread: the one of a task that was cancelled may not be done with the file.
                with Runtime.shielded():
                    Runtime.blocking(self._part.leave)
            raise

    def _in_several_goes(self) -> SavedFile:
        from immichkit._blocking.client import content_of  # noqa: PLC0415  # imports this module

        client, request = self._client, self._request
        content = content_of(request)
        tries = furthest = 0
        while True:
            tries += 1
            # Measured against the best try so far: a server that starts over each time, and
            # breaks off each time, makes no progress.
            furthest = max(furthest, self._size)
            try:
                asked = self._next_request()
                saved = client.attempt(asked, content, self._receive, tries)
            except (TransportError, ApiError) as error:
                failure = error
            else:
                if saved is not None:
                    return saved
                tries -= 1
                continue
            if self._asked_from and is_past_the_end(failure):
                self._whole = True
                tries -= 1
                continue
            if self._size > furthest:
                tries = 1
            client.pause(request, tries, failure)

    @property
    def _size(self) -> int:
        return 0 if self._part is None else self._part.size

    def _find(self, source: str) -> None:
        if (part := self._place.left_over(source)) is not None:
            self._keep(part)

    def _open(self, body: Body) -> SavedFile | PartialFile:
        opened = self._place.open(body.headers, self._source if self._resume else None)
        if not isinstance(opened, SavedFile):
            self._keep(opened)
        return opened

    def _keep(self, part: PartialFile) -> None:
        # Here, in the thread: what a cancelled task is handed would be lost, and stay locked.
        self._part = part
        if self._is_over:
            part.leave()

    def _compared(self, there: SavedFile) -> SavedFile:
        is_the_servers = self._verify and there.sha1 == self._expected.checksum
        return structs.replace(there, verified=is_the_servers)

    def _next_request(self) -> Request[bytes]:
        part = self._part
        self._asked_from = 0
        if part is None or part.beginning is None or self._whole:
            return self._request
        offset = part.beginning.offset(part.size)
        if offset < part.size:
            Runtime.blocking(part.step_back, offset)
        self._asked_from = offset
        return self._request.with_headers(headers(part.beginning, offset))

    def _receive(self, body: Body) -> SavedFile | None:
        """The file, once it is there; None if something else must be asked for."""
        beginning = None if self._source is None else begun(self._source, body.headers)
        part = self._part
        if part is None:
            opened = Runtime.blocking(self._open, body)
            if isinstance(opened, SavedFile):
                body.close()
                return self._compared(opened)
            part = opened
            if part.size and part.beginning == beginning:
                # In a folder it is the answer that gives the name, and so finds the part.
                body.close()
                return None
        if not self._begin(part, body, beginning):
            body.close()
            return None
        self._write(part, body)
        return self._checked(part)

    def _begin(self, part: PartialFile, body: Body, beginning: Beginning | None) -> bool:
        """Whether ``body`` can be written to ``part``, which is then ready for it."""
        step = "restart"
        if self._source is not None:
            step = meaning(part.beginning, self._asked_from, body.status_code, body.headers)
        if step == "refuse":
            what = body.headers.get("content-range", "")
            raise TransportError(f"A part came of a file that was asked for whole: {what!r}.")
        if step == "again":
            self._whole = True
            return False
        if step == "continue":
            self._resumed = True
        else:
            self._whole = False
            Runtime.blocking(part.begin, beginning)
        return True

    def _write(self, part: PartialFile, body: Body) -> None:
        here, known = part.size, part.beginning
        total = body.size if known is None else known.size
        part.is_read_again = self._expected.check is not None
        failure, next_report = None, 0.0
        with Runtime.writer(part.write, part.digest) as write:
            try:
                for chunk in body.chunks():
                    write(chunk)
                    here += len(chunk)
                    if self._report is not None and time.monotonic() >= next_report:
                        next_report = time.monotonic() + _BETWEEN_REPORTS
                        Runtime.call(self._report, here, total)
            except TransportError as error:
                failure = error  # raised below: what has come is written nevertheless
        if self._report is not None:
            Runtime.call(self._report, part.size, total)
        if failure is not None:
            raise failure

    def _checked(self, part: PartialFile) -> SavedFile | None:
        """The file in its place; None if it has to come once more."""
        known = self._expected
        checksum = known.checksum if self._verify else None
        if checksum is not None and part.sha1 != checksum:
            if self._resumed and not self._is_second_go:
                # What an earlier call left may be what was wrong.
                self._is_second_go = True
                Runtime.blocking(part.begin, None)
                return None
            part.discard()
            raise IntegrityError(
                f"{self._request.path}: {part.size} bytes came with the SHA-1 {part.sha1}, but "
                f"that of the asset is {checksum}. The file is damaged on the server, or was on "
                "its way; verify=False saves it as it is."
            )
        if known.check is not None:
            try:
                Runtime.blocking(part.inspect, known.check)
            except Exception:
                part.discard()
                raise
        date = None if known.modified_at is None else known.modified_at.timestamp()
        saved = Runtime.blocking(part.commit, date)
        return structs.replace(saved, verified=checksum is not None)


def place_of(
    request: Request[bytes], target: str | PathLike[str], overwrite: Overwrite
) -> Destination:
    """Where the answer to ``request`` is to be saved."""
    # The id, where the path has one, tells files apart to which the server gives no name.
    fixed = request.operation.path.split("/")
    varying = [part for part in request.path.split("/") if part not in fixed]
    return Destination(target, overwrite, fallback=[*varying, fixed[-1]][0])
