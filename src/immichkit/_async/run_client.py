"""A client for one run over many files: once the server is gone for good, it asks no more."""

from __future__ import annotations

import copy
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from immichkit_api import operations
from immichkit_api.types import Request

from immichkit._async.body import AsyncBody
from immichkit._async.client import AsyncClient
from immichkit._runtime import AsyncRuntime
from immichkit.errors import ApiError, ImmichError
from immichkit.retry import tells_of_absence

if TYPE_CHECKING:
    from immichkit.local.form_body import FormBody

__all__ = ["AsyncRunClient"]

R = TypeVar("R")

_ENOUGH: Final = 5
"""Requests in a row that fail, each with all its tries, before the server is asked if it lives."""


class AsyncRunClient(AsyncClient):
    """``client``, with its settings, its pool and its log, for as long as one run takes.

    Each file that cannot reach its server tries for seconds, or for minutes. So after a few of them
    the server is asked whether it is there at all; if not, what is left fails without a try.
    """

    def __init__(self, client: AsyncClient) -> None:
        self.__dict__.update(vars(client))
        self._client = client
        self._in_a_row = 0
        self._asking = AsyncRuntime.lock()
        self._end: ImmichError | None = None

    def is_cut_off(self) -> bool:
        """Whether the server is gone for good."""
        return self._end is not None

    async def attempt(
        self,
        request: Request[Any],
        content: bytes | FormBody | None,
        finish: Callable[[AsyncBody], Awaitable[R]],
        tries: int,
        *,
        arrived: bool = False,
    ) -> R:
        """As ever; raises at once what the server was gone with, if it is."""
        if self._end is not None:
            raise copy.copy(self._end)
        try:
            result = await super().attempt(request, content, finish, tries, arrived=arrived)
        except ApiError as error:
            if not tells_of_absence(error):
                self._in_a_row = 0
            raise
        self._in_a_row = 0
        return result

    async def pause(self, request: Request[Any], tries: int, failure: ImmichError) -> None:
        """As ever; what is raised for good is counted, if it may mean that the server is gone."""
        if self._end is not None:
            raise failure
        try:
            await super().pause(request, tries, failure)
        except ImmichError as error:
            if tells_of_absence(error):
                self._in_a_row += 1
                if self._in_a_row >= _ENOUGH:
                    await self._ask()
            raise

    async def _ask(self) -> None:
        async with self._asking:
            if self._end is not None or self._in_a_row < _ENOUGH:
                return
            try:
                await self._client.execute(operations.server.ping_server())
            except ImmichError as error:
                self._end = copy.copy(error)
                self._end.args = (f"Not tried any more, the server is gone: {error}",)
            else:
                self._in_a_row = 0
