"""An answer's body on its way to the disk."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from os import PathLike
from typing import TypeAlias

from immichkit_api.types import Overwrite, Request, SavedFile

from immichkit._async.body import AsyncBody
from immichkit._runtime import AsyncRuntime
from immichkit.local.destination import Destination

__all__ = ["saved"]

Finish: TypeAlias = Callable[[AsyncBody], Awaitable[SavedFile]]


async def saved(
    run: Callable[[Request[bytes], Finish], Awaitable[SavedFile]],
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
    if (there := await AsyncRuntime.blocking(place.settled)) is not None:
        return there

    async def write(body: AsyncBody) -> SavedFile:
        part = await AsyncRuntime.blocking(place.open, body.headers)
        if isinstance(part, SavedFile):
            await body.close()
            return part
        try:
            async with AsyncRuntime.writer(part.write) as write_chunk:
                async for chunk in body.chunks():
                    await write_chunk(chunk)
            return await AsyncRuntime.blocking(part.commit)
        finally:
            part.discard()

    return await run(request, write)
