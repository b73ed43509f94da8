# Written by scripts/mirror from src/immichkit/_async/saving.py; edits are lost.
"""An answer's body on its way to the disk."""

from __future__ import annotations

from collections.abc import Callable
from os import PathLike
from typing import TypeAlias

from immichkit_api.types import Overwrite, Request, SavedFile

from immichkit._blocking.body import Body
from immichkit._runtime import Runtime
from immichkit.local.destination import Destination

__all__ = ["saved"]

Finish: TypeAlias = Callable[[Body], SavedFile]


def saved(
    run: Callable[[Request[bytes], Finish], SavedFile],
    request: Request[bytes],
    target: str | PathLike[str],
    overwrite: Overwrite,
) -> SavedFile:
    """The file that the body of the answer was written to, whole or not at all.

    ``run`` sends the request and hands over the answer, again if the connection breaks.
    """
    # The id, where the path has one, tells files apart to which the server gives no name.
    fixed = request.operation.path.split("/")
    varying = [part for part in request.path.split("/") if part not in fixed]
    place = Destination(target, overwrite, fallback=[*varying, fixed[-1]][0])
    if (there := Runtime.blocking(place.settled)) is not None:
        return there

    def write(body: Body) -> SavedFile:
        part = Runtime.blocking(place.open, body.headers)
        if isinstance(part, SavedFile):
            body.close()
            return part
        try:
            with Runtime.writer(part.write) as write_chunk:
                for chunk in body.chunks():
                    write_chunk(chunk)
            return Runtime.blocking(part.commit)
        finally:
            part.discard()

    return run(request, write)
