# Written by scripts/mirror from src/immichkit/_async/run_client.py; edits are lost.
"""A client for one run over many files: once the server is gone for good, it asks no more."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from immichkit_api import operations
from immichkit_api.types import Request

from immichkit._blocking.body import Body
from immichkit._blocking.client import Client
from immichkit._runtime import Runtime
from immichkit.errors import ApiError, ImmichError
from immichkit.retry import tells_of_absence

if TYPE_CHECKING:
    from immichkit.local.form_body import FormBody

__all__ = ["RunClient"]

R = TypeVar("R")

_ENOUGH: Final = 5
"""Requests in a row that fail, each with all its tries, before the server is asked if it lives."""


class RunClient(Client):
    """``client``, with its settings, its pool and its log, for as long as one run takes.

    Each file that cannot reach its server tries for seconds, or for minutes. So after a few of them
    the server is asked whether it is there at all; if not, what is left fails without a try.
    """

    def __init__(self, client: Client) -> None:
        self.__dict__.update(vars(client))
        self._client = client
        self._in_a_row = 0
        self._asking = Runtime.lock()
        self._end: ImmichError | None = None

    def is_cut_off(self) -> bool:
        """Whether the server is gone for good."""
        return self._end is not None

    def attempt(
        self,
        request: Request[Any],
        content: bytes | FormBody | None,
        finish: Callable[[Body], R],
        tries: int,
        *,
        arrived: bool = False,
    ) -> R:
        """As ever; raises at once what the server was gone with, if it is."""
        if self._end is not None:
            raise copy.copy(self._end)
        try:
            result = super().attempt(request, content, finish, tries, arrived=arrived)
        except ApiError as error:
            if not tells_of_absence(error):
                self._in_a_row = 0
            raise
        self._in_a_row = 0
        return result

    def pause(self, request: Request[Any], tries: int, failure: ImmichError) -> None:
        """As ever; what is raised for good is counted, if it may mean that the server is gone."""
        if self._end is not None:
            raise failure
        try:
            super().pause(request, tries, failure)
        except ImmichError as error:
            if tells_of_absence(error):
                self._in_a_row += 1
                if self._in_a_row >= _ENOUGH:
                    self._ask()
            raise

    def _ask(self) -> None:
        with self._asking:
            if self._end is not None or self._in_a_row < _ENOUGH:
                return
            try:
                self._client.execute(operations.server.ping_server())
            except ImmichError as error:
                self._end = copy.copy(error)
                self._end.args = (f"Not tried any more, the server is gone: {error}",)
            else:
                self._in_a_row = 0
